"""``[na62.l0]``: L0 primitive generation and the trigger processor."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.config.rules import Rule, absent, values, when
from trigemu.experiments.na62.clock import SPLIT_LSB

DETECTOR_ORDER = ("chod", "rich", "lav", "muv3", "newchod", "talk", "lkr")
"""The seven inputs of the L0 trigger processor, in vector order (NA62Global.hh)."""

Detector = Literal["chod", "rich", "lav", "muv3", "newchod", "talk", "lkr"]
Width = Annotated[int, Field(ge=1, le=SPLIT_LSB)]
Seven = Annotated[tuple[Width, ...], Field(min_length=7, max_length=7)]

MEMORY_SLOT_BITS = 14
"""Address bits of the alignment memory of the L0 trigger processor: 16384 slots."""


NO_PULSER = "no pulser is configured: set na62.l0.talk_every_ns"
"""Why nothing comes from TALK, the one input without a source of its own."""


class L0(Model):
    """L0 primitive generation and trigger processor.

    Arrays of seven are in the order of `DETECTOR_ORDER`.  The defaults are those of runs >= 7874 of the NA62 framework.
    Which detector was reference and which windows were set in the 2021 dump runs is not public.
    """

    reference: Detector = "newchod"
    """Detector whose primitives are trigger entries of the kind "reference".  Source: inferred from the 2016-2018 dump
    tests; that of 2021 is not public."""

    control: Detector | None = "lkr"
    """Detector whose primitives are trigger entries of the kind "control"; none without it.
    Source: recalled, LKr energy without NewCHOD."""

    window: Seven = (64, 64, 128, 64, 64, 128, 64)
    """A hit joins a cluster if it is closer than this to its first hit; one number per detector
    [TDC counts of 97.46 ps].  Source: read in the NA62 framework, runs >= 7874 (na62_facts 5.3)."""

    cut: Seven = (64, 64, 64, 64, 64, 64, 64)
    """A primitive belongs to a trigger entry if it is closer than this; one number per detector
    [TDC counts of 97.46 ps].  Source: read in the NA62 framework, runs >= 7874 (na62_facts 6.1)."""

    slot_bits: Annotated[int, Field(ge=0, le=3)] = 2
    """Fine-time bits in the address of the alignment memory: its slots are 25 ns / 2^n long.
    Source: read in the NA62 framework, runs >= 7874 (na62_facts 6.1)."""

    muv3_period: Annotated[int, Field(ge=0, le=3)] = 2
    """Firmware period of MUV3: of a split with more than 31 hits, 0 and 1 clear it, later ones keep 32 hits.
    Source: read in the NA62 framework, runs >= 9148 (na62_facts 5.3)."""

    newchod_period: Annotated[int, Field(ge=0, le=3)] = 3
    """Firmware period of NewCHOD, as for MUV3.
    Source: read in the NA62 framework, runs >= 9148 (na62_facts 5.3)."""

    newchod_bits: Literal["qe", "cnt"] = "qe"
    """Meaning of NewCHOD's first four bits: hits in one quadrant alone (qe), or the number of hits (cnt).
    Source: read in the NA62 framework, runs >= 7614 (na62_facts 5.2)."""

    tight_window: Annotated[int, Field(ge=1, le=255)] = 103
    """The two channels of a NewCHOD tile make a tight hit if they are at most so far apart
    [TDC counts of 97.46 ps].  Source: read in the NA62 framework, 10 ns (na62_facts 3)."""

    muv3_tight_window: Annotated[int, Field(ge=1, le=255)] = 51
    """The same for the two channels of a MUV3 pad [TDC counts of 97.46 ps].
    Source: read in the NA62 framework, 5 ns (na62_facts 3)."""

    rich_pp_threshold: Annotated[int, Field(ge=1, le=10**4)] = 2
    """Least hits of a cluster on one pre-processing board of RICH (and CHOD).
    Source: read in the NA62 framework, runs >= 7000 (na62_facts 5.3)."""

    rich_sl_threshold: Annotated[int, Field(ge=1, le=10**4)] = 2
    """Least hits of a RICH (and CHOD) primitive, all boards together.
    Source: read in the NA62 framework, runs >= 7000 (na62_facts 5.3)."""

    lav_minimum_hits: Annotated[int, Field(ge=1, le=10**4)] = 3
    """Least hits (low and high threshold crossed) of a LAV primitive.
    Source: read in the NA62 framework, "more than 2 hits" (na62_facts 5.3)."""

    lkr_threshold_gev: Annotated[float, Field(gt=0, le=400)] = 1.0
    """An LKr primitive has more energy than this in three timestamps, and sets the condition bit [GeV].
    Source: recalled, "about 1 GeV" in dump mode."""

    lkr_cluster_gev: Annotated[float, Field(gt=0, le=400)] = 1.0
    """Least energy of a trigger cell that counts as a cluster [GeV].  Source: guess."""

    lkr_condition_bit: Literal[10, 14] = 10
    """Bit of the LKr condition, called `lkr` in menus.
    Source: read in the NA62 framework, dump and axion test runs (na62_facts 5.2)."""

    read_latency_timestamps: Annotated[int, Field(ge=4, le=1 << MEMORY_SLOT_BITS)] = 1024
    """So long after an entry its slots of the memory are read: after their neighbours have been written, before the
    memory has wrapped around [timestamps of 24.951 ns].  Source: guess."""

    second_trigger: Literal["before_downscale", "after_downscale"] = "before_downscale"
    """What drops a further physics trigger of a timestamp: an earlier one whatever its downscale says, or only one that
    is sent; the second needs a dead time in the menu.  Source: that a second one is dropped was read in the firmware of
    the processor, on which side of the downscale was not (na62_facts 6.2)."""

    talk_every_ns: Annotated[float, Field(ge=100, le=1e12)] | None = None
    """Distance of the pulses that TALK, an input that is no detector, sends from the begin of burst on; none without it
    [ns].  Source: chosen, what the board sent is not public."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators, and those of the section around it, check, as JSON schema."""
        longest = {bits: (1 << (MEMORY_SLOT_BITS - bits)) - 4 for bits in range(4)}
        sending: Rule = {"enum": [name for name in DETECTOR_ORDER if name != "talk"]}
        return [
            *super().schema_rules(),
            absent("talk_every_ns", values(reference=sending, control=sending)),
            *(
                when("slot_bits", bits, values(read_latency_timestamps={"maximum": most}), usual=bits == 2)
                for bits, most in longest.items()
            ),
        ]

    def undriven(self) -> dict[str, str]:
        """Return the inputs that get no primitives, and why."""
        return {"talk": NO_PULSER} if self.talk_every_ns is None else {}

    @model_validator(mode="after")
    def _memory_is_fresh(self) -> L0:
        # A slot is read once its neighbours have been written and before the memory has wrapped around.
        depth = 1 << (MEMORY_SLOT_BITS - self.slot_bits)
        if self.read_latency_timestamps > depth - 4:
            raise ValueError(
                f"read_latency_timestamps must be at most {depth - 4} for slot_bits = {self.slot_bits}: "
                f"the alignment memory is {depth} timestamps deep"
            )
        return self
