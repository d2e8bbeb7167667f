"""The ``[babar.dct]`` section: the drift chamber's trigger."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model

_Mm = Annotated[float, Field(ge=0, le=20)]
_Ns = Annotated[float, Field(ge=0, le=2000)]


class Tsf(Model):
    """Track segment finder.

    ``pivot_layer`` of a superlayer, counted from 1.  ``position_bits`` of a position in the look-up table: 6 are in
    steps of 1/32 of a cell, 5 (the boards until 2004) in steps of 1/16.  ``minimum_weight`` of segments that are given
    out (1 low quality, 2 good three layers, 3 good four layers).  ``latency_ticks`` from the tick of the event time
    that a segment tells to the tick in which it is given out.

    The look-up table is made of tracks from the collision point down to ``least_pt_gev``; addresses that they make with
    a probability of less than ``rare``, all together, are of low quality.  ``drift``: pairs of distance (mm) and time
    (ns), linear in between; further out the time stays at the last one.
    """

    pivot_layer: Literal[2, 3] = 2  # babar_geometry_facts 2.1: open
    position_bits: Literal[5, 6]
    minimum_weight: Annotated[int, Field(ge=1, le=3)] = 1  # guess
    latency_ticks: Annotated[int, Field(ge=0, le=48)] = 12  # chosen: after the third sample for all segments
    least_pt_gev: Annotated[float, Field(ge=0.05, le=10)] = 0.12  # guess: that of short tracks
    rare: Annotated[float, Field(ge=0, le=0.5)] = 0.002  # guess
    drift: Annotated[tuple[tuple[_Mm, _Ns], ...], Field(min_length=2, max_length=64)] = (
        # guess (babar_geometry_facts G1.41)
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


class Ptd(Model):
    """High-momentum discriminator (until 2004)."""


class Dct(Model):
    """Drift-chamber trigger."""

    tsf: Tsf
    blt: Blt = Blt()
    ptd: Ptd = Ptd()
