"""How well, and how often, the other B is reconstructed: a section of a run configuration.

Fields without a default are an experiment's own: it derives from this model and gives its values, each with its source.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model

Spread = Annotated[float, Field(ge=0, le=1000)]


class RecoilTag(Model):
    """Reconstructed B mesons beside a signal B, as a fast simulation makes them.

    Only events in which a B decays to an invisible particle have one, with ``probability``; others never, as no wrong
    combinations are modelled.  What a B really has is of the order of 1e-3, which leaves nothing of a run: the default
    is 1, and yields come from an efficiency that is a number (`trigemu.collider.recoil_tag.efficiency`).

    The true four-momentum gets Gaussian errors in the CM: ``momentum_mev`` on each component, ``energy_mev``.
    """

    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    momentum_mev: Spread
    energy_mev: Spread
