"""How well, and how often, the other B is reconstructed: a section of a run configuration.

Fields without a default are an experiment's own: it derives from this model and gives its values, each with its source.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model

Spread = Annotated[float, Field(ge=0, le=1000)]


class RecoilTag(Model):
    """Reconstructed B mesons beside a signal B, by a fast simulation: true four-momenta with Gaussian errors."""

    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Chance that an event in which a B decays to an invisible particle has a reconstructed B beside it; others
    never have one, as no wrong combinations are modelled.  Source: chosen: what a B really has is of the order of
    1e-3, which leaves nothing of a run, and yields come from an efficiency that is a number
    (`trigemu.collider.recoil_tag.efficiency`)."""
    momentum_mev: Spread
    """Standard deviation of each component of its momentum in the CM [MeV]."""
    energy_mev: Spread
    """Standard deviation of its energy in the CM [MeV]."""
