"""What the blocks of the level-1 trigger hand to one another: columns over all crossings of a frame.

``offsets`` arrays (int64[n + 1] for n crossings) cut the rows of a list into crossings.
"""

from __future__ import annotations

from dataclasses import dataclass

from trigemu.arrays import F32, F64, I8, I16, I32, I64, U8, U16, U32, U64


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Track segments, per crossing in the order superlayer, then segment number.

    Attributes
    ----------
    offsets
        int64[n + 1].
    segment
        int16[m], 0-2335, counted through all superlayers.
    position
        uint8[m], which wire had priority: 3 first, 2 second left, 1 second right.
    left_right
        uint8[m], 1 right, 2 left, 3 undetermined.
    time, fastest, found
        int16[m], ticks: time of the priority wire, of the first wire, and when four layers had been hit.
    pattern
        uint16[m], wires hit, in bit order of the segment's shape.
    """

    offsets: I64
    segment: I16
    position: U8
    left_right: U8
    time: I16
    fastest: I16
    found: I16
    pattern: U16


@dataclass(frozen=True, slots=True, eq=False)
class Tracks2D:
    """Tracks of the 2D Hough finder, in the order in which it finds them.

    Attributes
    ----------
    offsets
        int64[n + 1].
    phi0
        float64[m], rad in [-pi, pi): direction at the z axis.
    omega
        float64[m], 1/cm, charge over radius.
    corner
        int16[m, 2], (2 ix, 2 iy) of the cluster's first square of cells.
    squares
        int16[m], squares of 2 x 2 cells in the cluster.
    rel_offsets
        int64[m + 1], per track.
    rel_segment
        int32[k], row of the segment in `Segments` (of the whole frame).
    rel_weight
        int8[k], +1 chosen (one per axial superlayer), -1 further segments.
    """

    offsets: I64
    phi0: F64
    omega: F64
    corner: I16
    squares: I16
    rel_offsets: I64
    rel_segment: I32
    rel_weight: I8


@dataclass(frozen=True, slots=True, eq=False)
class EventTime:
    """Event time of the track trigger: ``found`` uint8[n], ``ticks`` int32[n] (2 ns units before binning)."""

    found: U8
    ticks: I32


@dataclass(frozen=True, slots=True, eq=False)
class HitMaps:
    """Short (superlayers 0-4) and inner (0-2) tracks: bit i of uint64[n] is bin i of 64 in azimuth."""

    short: U64
    inner: U64


@dataclass(frozen=True, slots=True, eq=False)
class NeuroTracks:
    """What the neural trigger says of each 2D track (rows as in `Tracks2D`).

    Attributes
    ----------
    found
        uint8[m], 1 where an expert matched.
    valid
        uint8[m], 1 with at least four axial superlayers.
    expert
        int8[m], 0-4, -1 where none matched.
    raw
        int32[m, 2], last layer's integers for z and theta (fixed point; 0 in float mode).
    z_cm, cot_theta
        float32[m].
    """

    found: U8
    valid: U8
    expert: I8
    raw: I32
    z_cm: F32
    cot_theta: F32


@dataclass(frozen=True, slots=True, eq=False)
class EclTrigger:
    """What the calorimeter trigger says.

    Attributes
    ----------
    words
        uint32[n, 3], the 96 bits to the global decision logic.
    offsets
        int64[n + 1], of the clusters (at most 6 per crossing).
    cell
        int16[m], 1-576, the cluster's most energetic cell.
    energy
        float64[m], GeV in the laboratory.
    time_ns
        float64[m].
    position_cm
        float64[m, 3], mean of the cells' centres weighted by energy.
    event_time_ns
        float64[n], time of the most energetic cell.
    """

    words: U32
    offsets: I64
    cell: I16
    energy: F64
    time_ns: F64
    position_cm: F64
    event_time_ns: F64


@dataclass(frozen=True, slots=True, eq=False)
class KlmTrigger:
    """Sectors of the muon detector that fired: uint8[n] each, bit i is sector i (8 barrel, 4 endcap sectors)."""

    barrel_forward: U8
    barrel_backward: U8
    endcap_forward: U8
    endcap_backward: U8
