"""The ``[babar.ift]`` section: the muon detector's trigger.  Ids are those of babar_geometry_facts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model
from trigemu.experiments.babar.clock import COUNTS_PER_TICK
from trigemu.experiments.babar.sources import IFR_LAYERS

Code = Annotated[int, Field(ge=0, le=7)]


class Ift(Model):
    """Muon-detector trigger."""

    layers: Annotated[int, Field(ge=1, le=IFR_LAYERS)] = 4
    """How many of a sector's eight layers must have hits close in time.  Source: G7.2, recalled."""
    window_counts: Annotated[int, Field(ge=1, le=4096)] = COUNTS_PER_TICK
    """How close: less than this apart [counts of 1.05 ns].  Source: G7.2, recalled: 134 ns."""
    hold_ticks: Annotated[int, Field(ge=1, le=16)] = 2
    """How long a sector stays true [ticks].  Source: guess: as clusters of the calorimeter."""
    tolerance: Annotated[int, Field(ge=0, le=1)] = 0
    """By how much a pair may miss being opposite [sextants].  Source: guess."""
    strict: bool = False
    """Whether, with more muons than a pair, or than one each in barrel and forward end, codes 5-7 give way to 1.
    Source: guess."""
    codes: Annotated[tuple[Code, ...], Field(min_length=8, max_length=8)] = (
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    )
    """What is sent for each `trigemu.experiments.babar.ift.codes.Topology`.  Source: babar_geometry_facts 7."""
