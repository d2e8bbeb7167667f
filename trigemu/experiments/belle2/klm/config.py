"""The ``[belle2.klm]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model


class Klm(Model):
    """Muon-detector trigger."""

    planes: Annotated[int, Field(ge=1, le=32)] = 4
    """A sector fires when at least so many different readout planes in it were hit; both planes of a layer count.
    Source: belle2_facts 7, read: 4 in simulation and in data from experiment 17 run 170 on, 7 before."""
