"""The ``[besiii.tof]`` section: the time-of-flight sub-trigger."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.experiments.besiii.clock import EARLY_WORDS, TOF_COUNTS_PER_TICK
from trigemu.experiments.besiii.sources import BARS, ENDCAP_COUNTERS, MODULES

MOST_TICKS = 16
"""Longest integration."""

_TICKS = 64 * EARLY_WORDS - MOST_TICKS
Count = Annotated[int, Field(ge=0, le=_TICKS * TOF_COUNTS_PER_TICK)]
Apart = Annotated[int, Field(ge=1, le=BARS - 1)]


class Tof(Model):
    """Settings of the time-of-flight sub-trigger.

    ``window`` (first, one past the last, TDC counts of 2.93 ps since the read-out window began): hits outside belong
    to nothing.  A hit is active from its tick on for ``integration_ticks``; the ends of a bar must be so together,
    unless ``either_end`` is true (a mistake to compare with: the hardware needs both).

    ``positions``: what the barrel counts on its ring of 88.  "inner": the inner layer alone; "next": inner p, outer p
    or outer p + 1, as the experiment's simulation has it; "before": inner p, outer p or outer p - 1.

    ``endcap``: "scintillator" (48 counters a side) or "mrpc" (36 modules a side).  ``barrel_shift`` and
    ``endcap_shift`` lead from counters to the hardware's numbers; modules are counted as the digis do.

    ``barrel_bb``, ``endcap_bb``: how many cells further (first, last) the partner of a back-to-back pair lies: in the
    barrel of a position, in the east of a cell of the west.
    """

    window: tuple[Count, Count] = (0, 270_000)  # besiii_real_facts 2.4: above 240,000, at most 280,000
    integration_ticks: Annotated[int, Field(ge=1, le=MOST_TICKS)] = 3  # besiii_babar_facts A6.5
    either_end: bool = False  # besiii_babar_facts A6.1, besiii_real_facts 2.4
    barrel_shift: Annotated[int, Field(ge=0, lt=BARS)] = 11  # fit, besiii_real_facts 2.4
    endcap_shift: Annotated[int, Field(ge=0, lt=ENDCAP_COUNTERS)] = 12  # fit, besiii_real_facts 2.4
    positions: Literal["inner", "next", "before"]
    endcap: Literal["scintillator", "mrpc"]
    barrel_bb: tuple[Apart, Apart]
    endcap_bb: tuple[Apart, Apart]

    @property
    def endcap_cells(self) -> int:
        """Cells of an endcap's ring."""
        return MODULES if self.endcap == "mrpc" else ENDCAP_COUNTERS

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.window[0] >= self.window[1]:
            raise FieldError("window", f"is {self.window}, allowed: it begins before it ends", named=False)
        for name, limit in (("barrel_bb", BARS), ("endcap_bb", self.endcap_cells)):
            first, last = getattr(self, name)
            if not first <= last < limit:
                raise FieldError(name, f"is ({first}, {last}), allowed: first <= last < {limit}", named=False)
        return self
