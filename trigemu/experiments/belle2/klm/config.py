"""The ``[belle2.klm]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model


class Klm(Model):
    """Muon-detector trigger.

    A sector fires when at least ``planes`` different readout planes in it were hit; both planes of a layer count
    (belle2_facts 7: 4 in simulation and in data from experiment 17 run 170 on, 7 before).
    """

    planes: Annotated[int, Field(ge=1, le=32)] = 4
