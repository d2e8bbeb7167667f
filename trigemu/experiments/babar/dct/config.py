"""The ``[babar.dct]`` section: the drift chamber's trigger."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.rules import Rule, values

_Mm = Annotated[float, Field(ge=0, le=20)]
_Ns = Annotated[float, Field(ge=0, le=2000)]

_Window = Annotated[int, Field(ge=1, le=7)]
_Superlayer = Annotated[int, Field(ge=1, le=10)]
_Supercell = Annotated[int, Field(ge=0, le=31)]


class Tsf(Model):
    """Track segment finder."""

    pivot_layer: Literal[2, 3] = 2
    """The pivot layer of a superlayer, counted from 1.  Source: babar_geometry_facts G2.10.1: open."""
    position_bits: Literal[5, 6]
    """Bits of a position in the look-up table: 6 are in steps of 1/32 of a cell, 5 (the boards until 2004) in steps
    of 1/16.  Source: babar_geometry_facts G2.10."""
    minimum_weight: Annotated[int, Field(ge=1, le=3)] = 1
    """Least weight of segments that are given out (1 low quality, 2 good three layers, 3 good four layers).  Source:
    guess."""
    latency_ticks: Annotated[int, Field(ge=0, le=48)] = 12
    """From the tick of the event time that a segment tells to the tick in which it is given out [ticks].  Source:
    chosen: after the third sample for all segments."""
    least_pt_gev: Annotated[float, Field(ge=0.05, le=10)] = 0.12
    """The look-up table is made of tracks from the collision point down to this transverse momentum [GeV].  Source:
    guess: that of short tracks."""
    rare: Annotated[float, Field(ge=0, le=0.5)] = 0.002
    """Addresses that they make with a probability of less than this, all together, are of low quality.  Source:
    guess."""
    drift: Annotated[tuple[tuple[_Mm, _Ns], ...], Field(min_length=2, max_length=64)] = (
        (0.0, 0.0),
        (1.0, 35.0),
        (2.0, 75.0),
        (3.0, 118.0),
        (4.0, 163.0),
        (5.0, 212.0),
        (6.0, 265.0),
        (7.0, 325.0),
        (8.0, 395.0),
        (9.0, 480.0),
        (9.5, 530.0),
    )
    """Pairs of distance and drift time, linear in between; further out the time stays at the last one [mm, ns].
    Source: guess (babar_geometry_facts G1.41)."""

    @model_validator(mode="after")
    def _drift_rises(self) -> Tsf:
        for (near, early), (far, late) in zip(self.drift, self.drift[1:], strict=False):
            if far <= near or late < early:
                raise FieldError(
                    "drift",
                    f"goes from ({near}, {early}) to ({far}, {late}), allowed: distances rise, times do not fall",
                    named=False,
                )
        return self


class Blt(Model):
    """Binary link tracker."""

    minimum_weight: Annotated[int, Field(ge=1, le=3)] = 1
    """Least weight of the segments that it looks at.  Source: guess: all (babar_geometry_facts G2.8)."""
    hold: Annotated[int, Field(ge=1, le=16)] = 3
    """How long each counts: the segment finder's look-up tables give them out over several ticks [ticks].  Source:
    guess."""
    windows: tuple[_Window, ...] = Field(default=(5, 3, 5, 5, 3, 5, 5, 3, 5), min_length=9, max_length=9)
    """From each superlayer to the next, how many supercells around the one reached so far may have the next segment.
    Source: recalled: 5 between axial and stereo superlayers; that the others (U to V) have 3 is a guess (G3.4)."""
    missing: Annotated[int, Field(ge=0, le=3)] = 1
    """So many superlayers may have no segment, the last one never.  Source: recalled: 1 or 2 (babar_geometry_facts
    G3.7)."""
    first_may_miss: bool = True
    """Whether the first superlayer may be among them.  Source: recalled: any may be missing (besiii_babar_facts
    B4.3), not the last (G3.7)."""
    dead: Annotated[tuple[tuple[_Superlayer, _Supercell], ...], Field(max_length=320)] = ()
    """Pairs of superlayer (1-10) and supercell (0-31) that count as hit.  Source: recalled: G3.9."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(windows={"items": {"not": {"multipleOf": 2}}})]

    @field_validator("windows")
    @classmethod
    def _are_odd(cls, windows: tuple[int, ...]) -> tuple[int, ...]:
        if even := [window for window in windows if window % 2 == 0]:
            raise ValueError(f"{even[0]} is even; allowed: 1, 3, 5, 7, as a window is centred on a supercell")
        return windows


class Ptd(Model):
    """High-momentum discriminator (until 2004).

    A seed is a segment of superlayer 7 or 10; segments of the axial superlayers inside it confirm it.
    """

    pt_gev: Annotated[float, Field(ge=0.2, le=10)] = 0.8
    """Segments confirm a seed that lie as far from it as those of tracks from the collision point above this
    transverse momentum ... [GeV].  Source: babar_geometry_facts G4.1, recalled."""
    tolerance_mm: Annotated[float, Field(ge=0, le=20)] = 1.4
    """... and so much farther at either end [mm].  Source: chosen: twice the resolution of segments (G2.6)."""
    confirm: tuple[Annotated[int, Field(ge=1, le=2)], Annotated[int, Field(ge=1, le=3)]] = (2, 2)
    """How many must, for seeds of superlayer 7 (of 1 and 4) and of 10 (of 1, 4 and 7).  Source: guess."""
    minimum_weight: Annotated[int, Field(ge=1, le=3)] = 2
    """Least weight of segments.  Source: guess: the experiment's pages say that tests with raised weights forced an
    output of the PTD, so it is not 1."""
    hold: Annotated[int, Field(ge=1, le=16)] = 3
    """How long a segment counts [ticks].  Source: guess."""


class Dct(Model):
    """Drift-chamber trigger."""

    tsf: Tsf
    """Track segment finder."""
    blt: Blt = Blt()
    """Binary link tracker."""
    ptd: Ptd = Ptd()
    """High-momentum discriminator."""
