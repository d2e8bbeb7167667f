"""The ``[besiii.match]`` section: track match."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.experiments.besiii.clock import TICKS

CELLS = 64
"""Cells of track match: two of the track counter's each."""

Degrees = Annotated[float, Field(ge=0, le=180)]
Delay = Annotated[int, Field(ge=0, le=63)]
Hold = Annotated[int, Field(ge=1, le=64)]
Cell = Annotated[int, Field(ge=0, lt=CELLS)]


class Match(Model):
    """Settings of track match.

    ``a``, ``b``, ``c``: which matches the hardware works out; the conditions of the others stay false.  ``a_cells``
    (first, last): cells of 64 in which A is worked out.  ``c_needs_cluster``: C wants a calorimeter cell of the
    endcap too (the simulation's mode 1), not only a time-of-flight counter (mode 0).

    ``tof_window_deg``, ``endcap_window_deg``, ``cluster_window_deg``: how far in azimuth a barrel position, an endcap
    counter or module, a calorimeter cell may lie from the middle of a cell.  ``bb`` (first, last): how many cells
    further the partner of a back-to-back pair lies.

    Ticks: tracks and time of flight are delayed, and the latter held, before they must be true together; then the
    match waits for the calorimeter and is held; a calorimeter cell is on for ``cluster_ticks``.
    """

    a: bool = True  # besiii_real_facts 1.5: a condition of channels in all years
    b: bool = False  # besiii_real_facts 2.6: off in 2026; guess for other years
    c: bool = False  # as b
    a_cells: tuple[Cell, Cell]
    c_needs_cluster: bool = False  # besiii_real_facts 2.6: both modes exist; guess
    tof_window_deg: Degrees = (
        30.0  # fit: 20 to 40 agree with real events (besiii_real_facts 2.6); the table is unknown
    )
    endcap_window_deg: Degrees = 30.0  # guess
    cluster_window_deg: Degrees = 30.0  # guess
    bb: tuple[Cell, Cell] = (29, 35)  # besiii_real_facts 2.6
    track_delay: Delay = 0
    # Chosen: bars are hit some 10 ticks after the collision's first drift times; delayed and held like this they are on
    # for four ticks, when all drift times have passed (at 840 ns, besiii_real_facts 2.3) and no hit of a track is old.
    tof_delay: Delay = 14
    tof_hold: Hold = 2
    # Chosen: trigger cells fire 80 to 170 ticks after tracks (2.8-5.1 us, besiii_real_facts 2.5).
    wait: Annotated[int, Field(ge=0, lt=TICKS)] = 80
    hold: Annotated[int, Field(ge=1, le=TICKS)] = 100
    cluster_ticks: Annotated[int, Field(ge=1, le=TICKS)] = 72  # fit: as besiii.emc.active_ticks (A5.7: 16)

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
