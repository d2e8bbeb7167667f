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
    """Settings of the time-of-flight sub-trigger."""

    window: tuple[Count, Count] = (0, 270_000)
    """First count, and one past the last, since the read-out window began: hits outside belong to nothing [TDC counts
    of 2.93 ps].  Source: fit, besiii_real_facts 2.4: above 240,000, at most 280,000."""
    integration_ticks: Annotated[int, Field(ge=1, le=MOST_TICKS)] = 3
    """A hit is active for so long from its tick on, and the ends of a bar must be so together [tick of 24 ns].
    Source: read in the experiment's simulation (besiii_babar_facts A6.5)."""
    either_end: bool = False
    """One end of a bar is enough: a mistake to compare with, the hardware needs both.  Source: besiii_babar_facts A6.1,
    besiii_real_facts 2.4."""
    barrel_shift: Annotated[int, Field(ge=0, lt=BARS)] = 11
    """The hardware's number of a bar is the counter's plus this [bars of 88].  Source: fit, exact (besiii_real_facts
    2.4)."""
    endcap_shift: Annotated[int, Field(ge=0, lt=ENDCAP_COUNTERS)] = 12
    """The hardware's number of a scintillator counter is the counter's plus this; modules are counted as the digis do
    [counters of 48].  Source: fit (besiii_real_facts 2.4)."""
    positions: Literal["inner", "next", "before"]
    """What the barrel counts on its ring of 88. "inner": the inner layer alone; "next": inner p, outer p or outer p +
    1, as the experiment's simulation has it; "before": inner p, outer p or outer p - 1.  Source: the epoch's
    conditions, which say where each number comes from."""
    endcap: Literal["scintillator", "mrpc"]
    """What the endcaps are: "scintillator" (48 counters a side) or "mrpc" (36 modules a side).  Source: the epoch's
    conditions, which say where each number comes from."""
    barrel_bb: tuple[Apart, Apart]
    """How many positions further, first and last, the partner of a back-to-back pair lies [positions of 88].  Source:
    the epoch's conditions, which say where each number comes from."""
    endcap_bb: tuple[Apart, Apart]
    """How many cells further, first and last, the eastern partner of a western cell lies [counters of 48, modules of
    36].  Source: the epoch's conditions, which say where each number comes from."""

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
