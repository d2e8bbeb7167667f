"""What level 1 works out of a file's digis against what the experiment's own trigger recorded.

The records of the hardware are snapshots, taken at times that the data do not tell (besiii_real_facts 2.2 and 2.3);
each comparison says which time it supposes.  Crossings whose boards were not read out are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.besiii.bits import CHANNELS, CONDITIONS, TIMING_SOURCES
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.geometry import BARREL_CELLS, ENDCAP_CELLS
from trigemu.experiments.besiii.raw import hardware as hw
from trigemu.experiments.besiii.raw.hardware import HARDWARE, Hardware
from trigemu.experiments.besiii.records import EmcTrigger, Level1, MdcInstant, TofTrigger
from trigemu.experiments.besiii.sources import MDC
from trigemu.frames.columns import Array
from trigemu.frames.frame import TimeFrame
from trigemu.setup.comparison import (
    ComparisonSpec,
    count_bits,
    count_columns,
    count_near,
    count_within,
)

SUPERLAYERS = (3, 4, 5, 10)
BLOCKS = 16

INSTANTS_NS = np.arange(480.0, 721.0, 12.0)
"""Instants at which the boards may hold an event's segments (besiii_real_facts 2.3)."""

TRACKS_NS = 840.0
"""Hits before it make the cells of the track counters (besiii_real_facts 2.3: 760-900 fit)."""

COUNTER_TICKS = 27
"""Ticks in which the cells of counters are true for the record: 648 ns (besiii_real_facts 2.4: 592-686 fit)."""

CELL_TICKS = 216
"""Ticks in which trigger cells fire for the record: 5.2 us (besiii_real_facts 2.5: from 4.8 us on)."""

CUT_TICKS = np.arange(137, 251, 4)
"""Ends of the record that are tried for each event: 3.3-6 us (besiii_real_facts 2.5)."""

TOLERANCE = 15
SHARE = 0.2
"""A block agrees within this many counts, or this share of the recorded ones (besiii_real_facts 2.5)."""

MODES = ("tick", "or4", "either")
"""Conditions: at the decision, the or of four ticks from it, and the or against either record."""

_BLOCK_NAMES = (
    *(f"barrel {i}" for i in range(12)),
    *(f"{side} {i}" for side in ("east", "west") for i in range(2)),
)
_NAMED = np.flatnonzero([bool(name) for name in CONDITIONS])
_RINGS = {"inner or combined": (0, 2), "outer": (1, 1), "east": (2, 3), "west": (3, 4)}
"""Row -> the record's ring (`Hardware.tof_cells`) and the emulated one (`TofTrigger.ring`)."""


class LooksAtInstants(Protocol):
    """The drift chamber's finder (`trigemu.experiments.besiii.mdc.trigger.MdcFinder`)."""

    def at(self, columns: Mapping[str, Array], instant_ns: F64) -> MdcInstant:
        """Return what the boards hold at an instant (float64[n], ns) of each crossing."""
        ...


def comparisons(section: Besiii) -> dict[str, ComparisonSpec]:
    """Return what is compared: nothing where events are simulated."""
    if section.events != "raw":
        return {}
    layers = tuple(f"SL{number}" for number in SUPERLAYERS)
    rings = ("long", "short")
    conditions, cells = tuple(CONDITIONS[i] for i in _NAMED), ("barrel", "east", "west")
    titles = {
        "tick": "at the tick of the decision",
        "or4": "in four ticks from the decision",
        "either": "in four ticks from the decision, against either record (tick or four ticks)",
    }
    whole = "in any tick, against either record: logic apart from timing"
    return {
        "segments": ComparisonSpec(
            "Track segments of the boards at one instant of each event, the best of 480-720 ns in steps of 12",
            layers,
        ),
        "segments_near": ComparisonSpec("The same, one cell away at most", layers),
        "track_cells": ComparisonSpec(f"Thinned cells of the track counters at {TRACKS_NS:g} ns", rings),
        "track_cells_near": ComparisonSpec("The same, one cell away at most", rings),
        "tof_cells": ComparisonSpec("Cells of the counters in the first 648 ns", _rings(section)),
        "trigger_cells": ComparisonSpec("Trigger cells that fire in the first 5.2 us", cells),
        "trigger_cells_best": ComparisonSpec(
            "Trigger cells that fire up to the end of the record, the best of 3.3-6 us for each event", cells
        ),
        "energy_blocks": ComparisonSpec(
            "Energy blocks: within 15 counts or 20 % of the recorded ones", _BLOCK_NAMES, values=True
        ),
        **{f"conditions_{mode}": ComparisonSpec(f"Conditions {titles[mode]}", conditions) for mode in MODES},
        "conditions_any_tick": ComparisonSpec(f"Conditions {whole}", conditions),
        "channels_tick": ComparisonSpec(f"Channels {titles['tick']}", CHANNELS),
        "channels_record": ComparisonSpec("Channels from the decision to the end of the record", CHANNELS),
        "channels_any_tick": ComparisonSpec(
            "Channels of the conditions in any tick, against the whole record: logic apart from timing",
            CHANNELS,
        ),
        "timing": ComparisonSpec("Sources of the time of the decision", TIMING_SOURCES),
    }


def _rings(section: Besiii) -> tuple[str, ...]:
    # MRPC modules have no cells in the record, it is always empty (besiii_real_facts 2.4).
    return tuple(_RINGS)[:2] if section.tof.endcap == "mrpc" else tuple(_RINGS)


def compare(section: Besiii, mdc: LooksAtInstants, frame: TimeFrame, found: Level1) -> dict[str, I64]:
    """Return the counts of a frame for each of `comparisons`.

    Raises
    ------
    CorruptError
        The frame has not the words of the hardware for each of its crossings.
    """
    if section.events != "raw":
        return {}
    crossings = len(found.decision.tick)
    recorded = Hardware.of(frame[HARDWARE], crossings)
    return {
        **_segments(mdc, frame[MDC], recorded, crossings),
        **_track_cells(mdc, frame[MDC], recorded, crossings),
        "tof_cells": _tof_cells(section, found.tof, recorded),
        **_trigger_cells(found.emc, recorded),
        "energy_blocks": _blocks(found.emc, recorded),
        **_conditions(found, recorded),
        **_channels(found, recorded),
    }


def _segments(
    mdc: LooksAtInstants, columns: Mapping[str, Array], recorded: Hardware, n: int
) -> dict[str, I64]:
    there = np.concatenate([recorded.segments(number) for number in SUPERLAYERS], axis=1)
    best = np.zeros_like(there)
    least = np.full(n, np.iinfo(np.int64).max)
    for instant in INSTANTS_NS:
        at = mdc.at(columns, np.full(n, instant)).segments
        tried = np.concatenate([at[number] for number in SUPERLAYERS], axis=1)
        differ = (tried != there).sum(axis=1)
        better = differ < least
        least[better], best[better] = differ[better], tried[better]
    known = recorded.known(hw.BIT_SEGMENTS, hw.TRACK_BOARDS)
    cuts = np.cumsum([recorded.segments(number).shape[1] for number in SUPERLAYERS])[:-1]
    emulated, hardware = (np.split(bits[known], cuts, axis=1) for bits in (best, there))
    return _exact_and_near("segments", emulated, hardware)


def _track_cells(
    mdc: LooksAtInstants, columns: Mapping[str, Array], recorded: Hardware, n: int
) -> dict[str, I64]:
    at = mdc.at(columns, np.full(n, TRACKS_NS))
    long, short = recorded.ring(hw.LONG), recorded.ring(hw.SHORT)
    known = recorded.known(hw.BIT_LONG) & recorded.known(hw.BIT_SHORT)
    known &= ~_late(recorded, "nltrk_1", long) & ~_late(recorded, "nstrk_1", short)
    return _exact_and_near("track_cells", (at.long[known], at.short[known]), (long[known], short[known]))


def _exact_and_near(name: str, emulated: Sequence[Bool], recorded: Sequence[Bool]) -> dict[str, I64]:
    pairs = list(zip(emulated, recorded, strict=True))
    return {
        name: np.stack([count_bits(*pair) for pair in pairs]),
        f"{name}_near": np.stack([count_near(*pair) for pair in pairs]),
    }


def _late(recorded: Hardware, condition: str, cells: Bool) -> Bool:
    """Return bool[n]: a record is empty, but the condition says that there is one: it is of another time."""
    at_tick = recorded.known(hw.BIT_TICK, hw.THIRDS)
    number = CONDITIONS.index(condition)
    said = np.where(
        at_tick, recorded.conditions(hw.AT_TICK)[:, number], recorded.conditions(hw.OF_FOUR)[:, number]
    )
    return np.asarray(said & ~cells.any(axis=1))


def _tof_cells(section: Besiii, found: TofTrigger, recorded: Hardware) -> I64:
    whole, rest = divmod(COUNTER_TICKS, 64)
    mask = np.zeros(found.ticks.shape[1], np.uint64)
    mask[:whole] = ~np.uint64(0)
    mask[whole] = np.uint64((1 << rest) - 1)
    true = (found.ticks & mask).any(axis=1)
    known = recorded.known(hw.BIT_COUNTERS) & ~_late(recorded, "nbtof_1", recorded.tof_cells(0))
    counts = []
    for row in _rings(section):
        theirs, ours = _RINGS[row]
        cells = recorded.tof_cells(theirs)
        emulated = scattered(found.offsets, found.cell, true & (found.ring == ours), cells.shape[1])
        counts.append(count_bits(emulated[known], cells[known]))
    return np.stack(counts)


def _trigger_cells(found: EmcTrigger, recorded: Hardware) -> dict[str, I64]:
    cells = BARREL_CELLS + 2 * ENDCAP_CELLS
    windows: Bool = np.asarray(recorded.barrel_cells().any(axis=1))
    there = np.concatenate(
        [
            windows.reshape(len(windows), BARREL_CELLS),
            *(recorded.endcap_cells(side).any(axis=1) for side in range(2)),
        ],
        axis=1,
    )
    known = recorded.known(hw.BIT_SUMS)
    fixed = scattered(found.offsets, found.cell, found.tick < CELL_TICKS, cells)
    best, least = fixed.copy(), (fixed != there).sum(axis=1)
    for cut in CUT_TICKS:
        tried = scattered(found.offsets, found.cell, found.tick < cut, cells)
        differ = (tried != there).sum(axis=1)
        better = differ < least
        least[better], best[better] = differ[better], tried[better]
    cuts = [BARREL_CELLS, BARREL_CELLS + ENDCAP_CELLS]
    hardware = np.split(there[known], cuts, axis=1)
    return {
        name: np.stack(
            [count_bits(*pair) for pair in zip(np.split(bits[known], cuts, axis=1), hardware, strict=True)]
        )
        for name, bits in (("trigger_cells", fixed), ("trigger_cells_best", best))
    }


def _blocks(found: EmcTrigger, recorded: Hardware) -> I64:
    known = recorded.known(hw.BIT_SUMS)
    there = recorded.charges()[known, :BLOCKS]
    return count_within(found.blocks[known], there, np.maximum(TOLERANCE, SHARE * there))


def _conditions(found: Level1, recorded: Hardware) -> dict[str, I64]:
    decision = found.decision
    tick, four = (recorded.conditions(part)[:, _NAMED] for part in (hw.AT_TICK, hw.OF_FOUR))
    at_tick, of_four, over = (
        hw.word_bits(word, len(CONDITIONS))[:, _NAMED]
        for word in (decision.at_tick, decision.of_four, decision.over_time)
    )
    with_tick, with_four = (recorded.known(bit, hw.THIRDS) for bit in (hw.BIT_TICK, hw.BIT_FOUR))
    both = with_tick & with_four
    return {
        "conditions_tick": count_columns(at_tick[with_tick], tick[with_tick]),
        "conditions_or4": count_columns(of_four[with_four], four[with_four]),
        "conditions_either": count_columns(of_four[both], _either(of_four, tick, four)[both]),
        "conditions_any_tick": count_columns(over[both], _either(over, tick, four)[both]),
    }


def _channels(found: Level1, recorded: Hardware) -> dict[str, I64]:
    known = recorded.known(hw.BIT_CHANNELS)
    tick, every = (recorded.channels(mode)[known] for mode in (0, 2))
    at_tick, of_record, over = (
        hw.word_bits(found.decision.channels[known, mode], len(CHANNELS)) for mode in range(3)
    )
    timing = hw.word_bits(found.decision.timing[known], len(TIMING_SOURCES))
    return {
        "channels_tick": count_columns(at_tick, tick),
        "channels_record": count_columns(of_record, every),
        "channels_any_tick": count_columns(over, every),
        "timing": count_columns(timing, recorded.timing()[known, : len(TIMING_SOURCES)]),
    }


def _either(emulated: Bool, one: Bool, other: Bool) -> Bool:
    """Return what is recorded: that of two records which says what was emulated, if one does."""
    return np.asarray(np.where((one == emulated) | (other == emulated), emulated, one))


def scattered(offsets: I64, cell: NDArray[np.integer], keep: ArrayLike, cells: int) -> Bool:
    """Return bool[n, cells] from rows with the number of a cell; numbers beyond the last cell are left out."""
    n = len(offsets) - 1
    out = np.zeros((n, cells), np.bool_)
    crossing = np.repeat(np.arange(n), np.diff(offsets))
    kept = np.asarray(keep, np.bool_) & (cell < cells)
    out[crossing[kept], cell[kept]] = True
    return out
