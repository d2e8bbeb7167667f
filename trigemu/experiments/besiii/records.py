"""What the blocks of BESIII's level 1 hand to one another.

Every *tick mask* (`trigemu.experiments.besiii.clock`) counts from the beginning of the event's read-out window, before
any delay; the global trigger shifts each condition by its delay.  n: crossings of the frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from trigemu.arrays import I16, I32, I64, U8, U16, U64, Bool


@dataclass(frozen=True, slots=True, eq=False)
class MdcTrigger:
    """Tracks of the drift chamber.

    Attributes
    ----------
    conditions
        uint64[n, 10, TICK_WORDS], tick masks of `bits.MDC_CONDITIONS`, not stretched.
    offsets
        int64[n + 1], rows of each crossing in what follows.
    long
        uint8[k], 1 for a cell of the long-track ring, 0 for one of the short-track ring.
    cell
        uint8[k], 0-127 on the ring of superlayer 5; thinned as the track counter does.
    ticks
        uint64[k, EARLY_WORDS], when the thinned cell is true.
    """

    conditions: U64
    offsets: I64
    long: U8
    cell: U8
    ticks: U64


@dataclass(frozen=True, slots=True, eq=False)
class MdcInstant:
    """What the drift chamber's boards hold at one instant of each crossing.

    Attributes
    ----------
    segments
        superlayer (1, 2, 3, 4, 5, 10) -> bool[n, pivot cells].
    short, long
        bool[n, 128], cells of the track counters, thinned.
    """

    segments: dict[int, Bool]
    short: Bool
    long: Bool


@dataclass(frozen=True, slots=True, eq=False)
class TofTrigger:
    """Time-of-flight counters.

    Attributes
    ----------
    conditions
        uint64[n, 7, TICK_WORDS], tick masks of `bits.TOF_CONDITIONS`.
    offsets
        int64[n + 1], rows of each crossing in what follows.
    ring
        uint8[k]: 0 barrel inner layer, 1 barrel outer layer, 2 barrel positions (as the epoch combines the layers), 3
        east endcap, 4 west endcap.
    cell
        uint8[k], the hardware's number on that ring.
    ticks
        uint64[k, EARLY_WORDS], when it is true.
    """

    conditions: U64
    offsets: I64
    ring: U8
    cell: U8
    ticks: U64


@dataclass(frozen=True, slots=True, eq=False)
class EmcTrigger:
    """Calorimeter.

    Attributes
    ----------
    conditions
        uint64[n, 16, TICK_WORDS], tick masks of `bits.EMC_CONDITIONS`.
    blocks
        int32[n, 16], ADC counts of the energy blocks (12 barrel, 2 east, 2 west), pedestal included.
    sums
        int32[n, 3], barrel, endcaps and all, as the conditions compare them.
    offsets
        int64[n + 1], rows of each crossing in what follows: fired trigger cells.
    cell
        uint16[k], 0-329 barrel (theta * 30 + phi), 330-361 east, 362-393 west, the hardware's numbers.
    tick
        int16[k], tick in which it fires.
    head
        uint8[k], 1: a cluster of the barrel begins here (while the cells that are on in ``tick`` are).
    """

    conditions: U64
    blocks: I32
    sums: I32
    offsets: I64
    cell: U16
    tick: I16
    head: U8


@dataclass(frozen=True, slots=True, eq=False)
class GlobalTrigger:
    """The decision.

    Attributes
    ----------
    tick
        int16[n], first tick in which an enabled channel fires (after all delays), -1: none does.
    at_tick, of_four, over_time
        uint64[n] each, the 48 conditions: at that tick, the or of four ticks from it, the or over all ticks.
    channels
        uint16[n, 3], the 16 channels: at that tick, in the record that begins with it, as the conditions over all ticks
        fire them.
    timing
        uint8[n], bits of `bits.TIMING_SOURCES`.
    """

    tick: I16
    at_tick: U64
    of_four: U64
    over_time: U64
    channels: U16
    timing: U8


@dataclass(frozen=True, slots=True, eq=False)
class Level1:
    """All that level 1 works out of n crossings, block by block.

    ``match``: uint64[n, 9, TICK_WORDS], tick masks of `bits.MATCH_CONDITIONS`.  ``conditions``: uint64[n, 48,
    TICK_WORDS], those of all blocks as the global trigger gets them.
    """

    mdc: MdcTrigger
    tof: TofTrigger
    emc: EmcTrigger
    match: U64
    conditions: U64
    decision: GlobalTrigger
