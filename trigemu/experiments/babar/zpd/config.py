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
    """What a decision asks of tracks from the seeds of one superlayer (babar_geometry_facts G4.7)."""

    curvature: tuple[_Curvature, _Curvature]
    """The track lies strictly between the two, with the sign of the charge [1/18.5 GeV].  Source:
    babar_geometry_facts G4.9."""
    tan_lambda: tuple[_Slope, _Slope]
    """The track lies strictly between the two.  Source: the example of babar_geometry_facts 4.1."""
    z0_cm: tuple[_Z0, _Z0]
    """The track lies strictly between the two [cm].  Source: guess."""
    z0_error_cm: Annotated[int, Field(ge=0, le=256)]
    """The error of z0 is less [cm].  Source: the example of babar_geometry_facts 4.1."""
    missing: Annotated[int, Field(ge=0, le=10)]
    """At most so many superlayers are missing (the source says "strict inequalities" of all cuts; for a largest
    number this one is read as allowed: a guess).  Source: the example of
    babar_geometry_facts 4.1."""

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
    """One decision: cuts for seeds of superlayers 7 and 10, and the azimuth bins that it is sent in."""

    azimuth_bins: _Bins
    """Azimuth bins that it is sent in: the map has 16, a decision with 8 or 4 sets all those that its bin covers.
    Source: babar_geometry_facts G4.9; decisions that have no name there are taken as Z (guess)."""
    a7: Cuts
    """Cuts for seeds of superlayer 7."""
    a10: Cuts
    """Cuts for seeds of superlayer 10."""


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
    """Settings of the z trigger."""

    enabled: bool
    """Whether it is there (from 2004, in the place of the PTD)."""
    seed_weight: Annotated[int, Field(ge=1, le=3)] = 2
    """Least weight of segments that are seeds.  Source: chosen: a good segment of three layers."""
    weight: Annotated[int, Field(ge=1, le=3)] = 1
    """Least weight of the other segments.  Source: chosen: all."""
    neighbours: Annotated[int, Field(ge=0, le=3)] = 1
    """A track makes segments at two pivots side by side, as often as not.  Of seeds whose pivots are so many apart
    or less, and whose ticks no further than a track's, only the best is tried: the one with more weight, of equals
    the first in the order of pivots and ticks.  0: all are tried.  Source: guess."""
    ticks: tuple[_Ticks, _Ticks] = (2, 2)
    """A track's segments are at most so many ticks before and after its seed [ticks].  Source: guess: 269 ns,
    segments know their time to 70 ns (G2.6)."""
    z0_range_cm: Annotated[float, Field(ge=0, le=40)] = 20.0
    """The finder's matrix is made for tracks that come from so near the collision point along the beams [cm].
    Source: guess: more than windows and resolution."""
    tolerance_mm: Annotated[float, Field(ge=0, le=10)] = 2.1
    """How far a segment and the seed may each be off a track [mm].  Source: chosen: three times the resolution of
    the segment finder."""
    tan_lambda: tuple[_Slope, _Slope] = (-2.0, 3.0)
    """What the 64 dip bins of the matrix divide.  Source: chosen: as the cuts of babar_geometry_facts 4.1; tracks to
    superlayer 7 lie within -1.7 and 2.9."""
    superlayers: Annotated[int, Field(ge=4, le=10)] = 6
    """Least number of superlayers that make a track, the seed's included.  Source: chosen: one less than 7, as one
    may be missing."""
    resolution_mm: Annotated[float, Field(ge=0.1, le=2)] = 0.7
    """Resolution of segments in azimuth, for the error of z0 [mm].  Source: babar_geometry_facts G2.6."""
    z: Decision = Decision.model_validate(_USUAL["z"])
    """The decision Z; a key in its table leaves the others as they are.  Source: curvatures and bins of Z:
    babar_geometry_facts G4.9; other bins and the window in z0: guess."""
    zt: Decision = Decision.model_validate(_USUAL["zt"])
    """The decision Zt; a key in its table leaves the others as they are.  Source: curvatures and bins of Z:
    babar_geometry_facts G4.9; other bins and the window in z0: guess."""
    zprime: Decision = Decision.model_validate(_USUAL["zprime"])
    """The decision Z'; a key in its table leaves the others as they are.  Source: curvatures and bins of Z:
    babar_geometry_facts G4.9; other bins and the window in z0: guess."""
    zk: Decision = Decision.model_validate(_USUAL["zk"])
    """The decision Zk; a key in its table leaves the others as they are.  Source: curvatures and bins of Z:
    babar_geometry_facts G4.9; other bins and the window in z0: guess."""

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
