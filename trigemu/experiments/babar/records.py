"""What the blocks of BaBar's level 1 hand to each other.

*Maps* are one integer for each of the `clock.TICKS` ticks of a crossing's own axis, one bit for each bin in azimuth:
of tracks, bin k of n covers 2 pi k / n to 2 pi (k + 1) / n of the laboratory.  n: crossings of the frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from trigemu.arrays import F32, I16, I32, I64, U8, U16, U32


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Segments of the track segment finder, by crossing, superlayer, pivot and tick.

    Attributes
    ----------
    offsets
        int64[n + 1], rows of each crossing.
    superlayer
        uint8[k], 0-9 from the inside.
    pivot
        uint8[k], number of the pivot cell in its layer (0-255).
    weight
        uint8[k]: 1 low quality, 2 three good layers, 3 four good layers.
    phi
        int16[k], azimuth in 1/32 of the superlayer's cell from the azimuth of pivot 0, at the radius of the pivot layer
        and in the middle of the wires: 0 to 32 * cells - 1 (the older boards: multiples of 2).
    tick
        uint8[k], 0-63: tick of the event time that the segment tells, plus the finder's latency.
    """

    offsets: I64
    superlayer: U8
    pivot: U8
    weight: U8
    phi: I16
    tick: U8


@dataclass(frozen=True, slots=True, eq=False)
class ZTracks:
    """Tracks of the z trigger that are fitted, by crossing and seed.

    Attributes
    ----------
    offsets
        int64[n + 1], rows of each crossing.
    seed
        int32[k], row of the seed in `Segments` (superlayer 7 or 10).
    mask
        uint16[k], bit s: superlayer s + 1 takes part.
    curvature
        int16[k], 18.5 / pT (GeV) with the sign of the charge, within a signed byte.
    tan_lambda
        float32[k], as the fit has it.
    z0
        int16[k], cm, within a signed byte.
    z0_error
        uint8[k], cm.
    missing
        uint8[k], superlayers that the track should have reached and that have no segment.
    bin
        uint8[k], 0-15 in azimuth.
    tick
        uint8[k], 0-63.
    passed
        uint8[k], bit b: the track passes the cuts of decision b of `zpd.config`.
    """

    offsets: I64
    seed: I32
    mask: U16
    curvature: I16
    tan_lambda: F32
    z0: I16
    z0_error: U8
    missing: U8
    bin: U8
    tick: U8
    passed: U8


@dataclass(frozen=True, slots=True, eq=False)
class TrackMaps:
    """Track objects as the global trigger gets them: uint16[n, 64] each, 16 bins.

    ``a``, ``b``: long and short tracks; ``aprime``: high momentum (from the PTD, or Z' where the ZPD has replaced it);
    ``z``, ``zt``, ``zprime``, ``zk``: of the ZPD, 0 before 2004.
    """

    a: U16
    b: U16
    aprime: U16
    z: U16
    zt: U16
    zprime: U16
    zk: U16


@dataclass(frozen=True, slots=True, eq=False)
class EmtTrigger:
    """Calorimeter objects as the global trigger gets them.

    With the usual `emt.config.Emt.column_shift` bit k covers, in degrees of azimuth: of M, G and E, whose clusters
    share columns, 18 k - 9 to 18 k + 18; of X 18 k - 9 to 18 k + 9; of Y 36 k - 9 to 36 k + 27.

    Attributes
    ----------
    m, g, e, x
        uint32[n, 64], 20 bins.
    y
        uint16[n, 64], 10 bins.
    offsets
        int64[n + 1], rows of each crossing in what follows: towers with energy.
    tower
        uint16[k], row * 40 + column; row 0 the endcap, 1-6 the barrel from the front to the back.
    energy
        int32[k], 0.1 MeV, of crystals above the cut.
    """

    m: U32
    g: U32
    e: U32
    x: U32
    y: U16
    offsets: I64
    tower: U16
    energy: I32


@dataclass(frozen=True, slots=True, eq=False)
class GlobalTrigger:
    """The decision.

    Attributes
    ----------
    lines
        uint32[n], bit k: line k + 1 fired in any tick.
    tick
        int16[n], tick of the line of highest priority that fired, -1: none did.
    counts
        uint8[n, COUNTS], largest value of each count over all ticks.
    """

    lines: U32
    tick: I16
    counts: U8


@dataclass(frozen=True, slots=True, eq=False)
class Level1:
    """All that level 1 works out of n crossings.  ``u``: uint8[n, 64], codes of the muon trigger."""

    segments: Segments
    z_tracks: ZTracks | None
    tracks: TrackMaps
    emt: EmtTrigger
    u: U8
    decision: GlobalTrigger
