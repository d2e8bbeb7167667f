"""The ``[babar.zpd]`` section: tracks with their place along the beam.

What the hardware's tables held is not known; the numbers here say what they must have been made for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from trigemu.config.conditions import over
from trigemu.config.model import FieldError, Model

DECISIONS = ("z", "zt", "zprime", "zk")
"""Names of the decisions; bit b of `records.ZTracks.passed` is the b-th."""

_Curvature = Annotated[int, Field(ge=-129, le=128)]
_Slope = Annotated[float, Field(ge=-5, le=5)]
_Z0 = Annotated[int, Field(ge=-129, le=128)]
_Ticks = Annotated[int, Field(ge=0, le=16)]
_Bins = Literal[4, 8, 16]


class Cuts(Model):
    """What a decision asks of tracks from the seeds of one superlayer (babar_geometry_facts G4.7).

    Attributes
    ----------
    curvature, tan_lambda, z0_cm
        The track lies strictly between the two; curvature in units of 1 / 18.5 GeV with the sign of the charge.
    z0_error_cm
        The error of z0 is less.
    missing
        At most so many superlayers are missing (the source says "strict inequalities" of all cuts; for a largest
        number this one is read as allowed: a guess).
    """

    curvature: tuple[_Curvature, _Curvature]
    tan_lambda: tuple[_Slope, _Slope]
    z0_cm: tuple[_Z0, _Z0]
    z0_error_cm: Annotated[int, Field(ge=0, le=256)]
    missing: Annotated[int, Field(ge=0, le=10)]

    @model_validator(mode="after")
    def _rise(self) -> Self:
        for name in ("curvature", "tan_lambda", "z0_cm"):
            low, high = getattr(self, name)
            if low >= high:
                raise FieldError(
                    name, f"is from {low} to {high}; the second number must be larger", named=False
                )
        return self


class Decision(Model):
    """One decision: cuts for seeds of superlayers 7 and 10, and the azimuth bins that it is sent in.

    The map has 16 bins; a decision with 8 or 4 sets all those of the 16 that its bin covers.
    """

    azimuth_bins: _Bins
    a7: Cuts
    a10: Cuts


def _usual(bins: int, curvature: tuple[int, int], z0_cm: int) -> dict[str, Any]:
    """Return a decision with the same cuts for both seeds; dip, error and missing are the example's (section 4.1)."""
    cuts = {
        "curvature": curvature,
        "tan_lambda": (-2.0, 3.0),
        "z0_cm": (-z0_cm, z0_cm),
        "z0_error_cm": 15,
        "missing": 1,
    }
    return {"azimuth_bins": bins, "a7": cuts, "a10": cuts}


# Curvatures and the 16 bins of Z: babar_geometry_facts G4.9, which does not tell that of Zt: as Z.  "Others" have 8 or
# 4 bins (G4.9): taken as the decisions that have no name, so that all four have 16 (guess).  The windows in z0 are
# guesses (section 4.1).
_USUAL = {
    "z": _usual(16, (-93, 93), 12),
    "zt": _usual(16, (-93, 93), 10),
    "zprime": _usual(16, (-23, 23), 10),
    "zk": _usual(16, (-93, 23), 10),
}


class Zpd(Model):
    """Settings of the z trigger.

    Attributes
    ----------
    enabled
        It is there (from 2004, in the place of the PTD).
    seed_weight, weight
        Least weight of segments that are seeds, and of the others.
    neighbours
        A track makes segments at two pivots side by side, as often as not.  Of seeds whose pivots are so many apart or
        less, and whose ticks no further than a track's, only the best is tried: the one with more weight, of equals the
        first in the order of pivots and ticks.  0: all are tried.
    ticks
        A track's segments are at most so many ticks before and after its seed.
    z0_range_cm
        The finder's matrix is made for tracks that come from within so many cm of the collision point.
    tolerance_mm
        How far a segment and the seed may each be off a track: three times the finder's resolution.
    tan_lambda
        What the 64 dip bins of the matrix divide: tracks to superlayer 7 lie within -1.7 and 2.9.
    superlayers
        Least number of superlayers that make a track, the seed's included: one less than 7, as one may be missing.
    resolution_mm
        Resolution of segments in azimuth, for the error of z0.
    z, zt, zprime, zk
        The decisions; a key in one of their tables leaves the others as they are.
    """

    enabled: bool
    seed_weight: Annotated[int, Field(ge=1, le=3)] = 2  # chosen: a good segment of three layers
    weight: Annotated[int, Field(ge=1, le=3)] = 1  # chosen: all
    neighbours: Annotated[int, Field(ge=0, le=3)] = 1  # guess
    ticks: tuple[_Ticks, _Ticks] = (2, 2)  # guess: 269 ns, segments know their time to 70 ns (G2.6)
    z0_range_cm: Annotated[float, Field(ge=0, le=40)] = 20.0  # guess: more than windows and resolution
    tolerance_mm: Annotated[float, Field(ge=0, le=10)] = 2.1  # chosen: see above
    tan_lambda: tuple[_Slope, _Slope] = (-2.0, 3.0)  # chosen: as the cuts of section 4.1
    superlayers: Annotated[int, Field(ge=4, le=10)] = 6  # chosen: see above
    resolution_mm: Annotated[float, Field(ge=0.1, le=2)] = 0.7  # babar_geometry_facts G2.6
    z: Decision = Decision.model_validate(_USUAL["z"])
    zt: Decision = Decision.model_validate(_USUAL["zt"])
    zprime: Decision = Decision.model_validate(_USUAL["zprime"])
    zk: Decision = Decision.model_validate(_USUAL["zk"])

    @model_validator(mode="before")
    @classmethod
    def _with_usual(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        tables = {name: data[name] for name in DECISIONS if isinstance(data.get(name), Mapping)}
        return {**data, **{name: over(_USUAL[name], table) for name, table in tables.items()}}

    @model_validator(mode="after")
    def _dips(self) -> Self:
        low, high = self.tan_lambda
        if high - low < 1.0:
            raise FieldError(
                "tan_lambda",
                f"is from {low} to {high}; the second number must be larger by 1 or more",
                named=False,
            )
        return self
