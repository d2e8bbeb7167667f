"""The ``[besiii.match]`` section: track match."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.rules import Rule, bounds, values
from trigemu.experiments.besiii.clock import TICKS

CELLS = 64
"""Cells of track match: two of the track counter's each."""

Degrees = Annotated[float, Field(ge=0, le=180)]
Delay = Annotated[int, Field(ge=0, le=63)]
Hold = Annotated[int, Field(ge=1, le=64)]
Cell = Annotated[int, Field(ge=0, lt=CELLS)]


class Match(Model):
    """Settings of track match."""

    a: bool = True
    """Work out A, long tracks with a barrel position; else its conditions stay false.  Source: fit, a condition of
    channels in all years (besiii_real_facts 1.5)."""
    b: bool = False
    """Work out B, A with a barrel cluster; else its conditions stay false.  Source: off in 2026 (besiii_real_facts
    2.6); guess for other years."""
    c: bool = False
    """Work out C, short tracks with an endcap; else its conditions stay false.  Source: as ``b``."""
    a_cells: tuple[Cell, Cell]
    """First and last cell in which A is worked out [cells of 64].  Source: the epoch's conditions, which say where each
    number comes from."""
    c_needs_cluster: bool = False
    """C wants a calorimeter cell of the endcap too (the simulation's mode 1), not only a time-of-flight counter (mode
    0).  Source: guess; both modes exist (besiii_real_facts 2.6)."""
    tof_window_deg: Degrees = 30.0
    """How far in azimuth a barrel position may lie from the middle of a cell [deg].  Source: fit: 20 to 40 agree with
    real events (besiii_real_facts 2.6); the table is unknown."""
    endcap_window_deg: Degrees = 30.0
    """How far in azimuth an endcap counter or module may lie from the middle of a cell [deg].  Source: guess."""
    cluster_window_deg: Degrees = 30.0
    """How far in azimuth a calorimeter cell may lie from the middle of a cell [deg].  Source: guess."""
    bb: tuple[Cell, Cell] = (29, 35)
    """How many cells further, first and last, the partner of a back-to-back pair lies [cells of 64].  Source: read in
    the experiment's simulation (besiii_real_facts 2.6)."""
    track_delay: Delay = 0
    """Tracks are delayed by this before they must be true together with counters [tick of 24 ns].  Source: chosen."""
    tof_delay: Delay = 14
    """Counters are delayed by this before they must be true together with tracks [tick of 24 ns].  Source: chosen:
    bars are hit some 10 ticks after the collision's first drift times; delayed and held like this they are on for four
    ticks, when all drift times have passed (at 840 ns, besiii_real_facts 2.3) and no hit of a track is old."""
    tof_hold: Hold = 2
    """Counters are held for so long [tick of 24 ns].  Source: chosen, as ``tof_delay``."""
    wait: Annotated[int, Field(ge=0, lt=TICKS)] = 80
    """A match waits so long for the calorimeter [tick of 24 ns].  Source: chosen: trigger cells fire 80 to 170 ticks
    after tracks (2.8-5.1 us, besiii_real_facts 2.5)."""
    hold: Annotated[int, Field(ge=1, le=TICKS)] = 100
    """Then it is held for so long [tick of 24 ns].  Source: chosen, as ``wait``."""
    cluster_ticks: Annotated[int, Field(ge=1, le=TICKS)] = 72
    """A calorimeter cell is on for so long here [tick of 24 ns].  Source: fit, as ``besiii.emc.active_ticks``; the
    simulation has 16 (besiii_babar_facts A5.7)."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(bb=bounds({"minimum": 1}))]

    @model_validator(mode="after")
    def _fit(self) -> Self:
        for name in ("a_cells", "bb"):
            first, last = getattr(self, name)
            if first > last:
                raise FieldError(name, f"is ({first}, {last}), allowed: first <= last", named=False)
        if self.bb[0] == 0:
            raise FieldError(
                "bb", f"is {self.bb}, allowed: first >= 1, a cell is not its own partner", named=False
            )
        return self
