"""NA62's trigger: a frame's hits to the state words of the L0 trigger processor, and these to triggers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import reduce
from operator import or_

import numpy as np

from trigemu._kernels import na62_states
from trigemu.arrays import I64, U8, U64, Bool
from trigemu.errors import InputError
from trigemu.experiments.na62.clock import LSB_NS, PACKET_TIMESTAMPS, SPLIT_LSB, TIMESTAMP_LSB
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0, NA62
from trigemu.experiments.na62.level0.l0tp import REFERENCE, process
from trigemu.experiments.na62.level0.primitives import BUILDERS, LAV_PAIR_LSB, Primitives
from trigemu.experiments.na62.level0.scratch import Scratch
from trigemu.experiments.na62.monitor import fill
from trigemu.experiments.na62.selection import PASSES, window_lsb
from trigemu.frames.frame import TimeFrame
from trigemu.menu.compile import CompiledMenu
from trigemu.menu.schema import DeadTime
from trigemu.setup.data import WORD_BITS, TriggerWords
from trigemu.setup.experiment import Setup

Found = list[Primitives | None]
"""Primitives of the detectors in `DETECTOR_ORDER`, None without a source; valid until the next frame."""

SLOT_MARGIN = 2 * TIMESTAMP_LSB
"""How far from a trigger a primitive that it reads can be: slots N - 1 to N + 1 of at most one timestamp."""

STATE_WORDS = 2
"""64-bit words of a state; more of them come from added algorithms."""


def _drops_neighbours(dead_time: DeadTime) -> bool:
    """Return whether a dead time refuses all that follows a trigger inside its timestamp."""
    return dead_time.minimum_distance is not None or dead_time.fixed_ns >= TIMESTAMP_LSB * LSB_NS


def _used_bits(menu: CompiledMenu) -> tuple[int, ...]:
    """Return the bits of each word of a state that some line looks at: others make no difference to what it fires."""
    used = reduce(or_, (term.care for terms in menu.terms for term in terms), 0)
    return tuple(used >> WORD_BITS * word & (1 << WORD_BITS) - 1 for word in range(STATE_WORDS))


def _inputs_of(used: tuple[int, ...], l0: L0) -> frozenset[str]:
    """Return the inputs that entries come from, and those that have bits which some line looks at."""
    places = range(len(DETECTOR_ORDER))
    some = (DETECTOR_ORDER[i] for i in places if used[i // 4] >> 16 * (i % 4) & 0xFFFF)
    return frozenset({l0.reference, *some} if l0.control is None else {l0.reference, l0.control, *some})


class NA62Trigger:
    """Turns NA62 frames into trigger words; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    setup
        Menu, seed, and the ``[na62]`` section.
    """

    def __init__(self, setup: Setup[NA62]) -> None:
        self._section = section = setup.section
        self._seed = setup.config.run.seed
        # Shuffles go by absolute time; an event that a frame is made for has the same one in every frame.
        self._timestamps = 0 if setup.config.input.once else section.frame_timestamps
        self._scratch = Scratch()
        used = _used_bits(setup.menu)
        self._states = na62_states.States(*used)
        self._for_menu = _inputs_of(used, section.l0)
        self._rows = np.zeros((na62_states.ROOM, STATE_WORDS), np.uint64)
        self._kinds = np.zeros(na62_states.ROOM, np.uint8)
        self._span = (0, section.frame_timestamps * TIMESTAMP_LSB)
        masks = setup.menu.entry_masks
        self._each = section.l0.second_trigger == "after_downscale"
        if self._each and not _drops_neighbours(setup.menu.dead_time):
            raise InputError(
                "with na62.l0.second_trigger = 'after_downscale' the menu's dead time drops the second trigger of a "
                "timestamp; give [dead_time] a minimum_distance"
            )
        self._physics = sum(1 << line for line, mask in enumerate(masks) if mask & REFERENCE)

    def primitives(self, frame: TimeFrame, inputs: Collection[str] = DETECTOR_ORDER) -> Found:
        """Return the primitives of the seven detectors, valid until the next call.

        None for those that have no source, or are not among ``inputs``.
        """
        start = frame.number * self._timestamps
        l0, seed, scratch = self._section.l0, self._seed, self._scratch
        sources = frame.fragments
        return [
            BUILDERS[name](sources[name], l0, start, seed, scratch)
            if name in sources and name in inputs
            else None
            for name in DETECTOR_ORDER
        ]

    def words(self, frame: TimeFrame) -> TriggerWords[Found]:
        """Return the processor's entries, reference and control, with the states that it reads there.

        Raises
        ------
        InputError
            A source's hits are not sorted by time.
        """
        return self._words(frame, DETECTOR_ORDER)

    def menu_words(self, frame: TimeFrame) -> TriggerWords[Found]:
        """Return the same without the primitives, and bits, of inputs that no line looks at; raises as `words`."""
        return self._words(frame, self._for_menu)

    def menu_sources(self) -> Collection[str]:
        """Return the sources that entries come from and lines look at."""
        return self._for_menu

    def _words(self, frame: TimeFrame, inputs: Collection[str]) -> TriggerWords[Found]:
        primitives = self.primitives(frame, inputs)
        entries = process(
            primitives,
            self._section.l0,
            span=self._span,
            steps=self._section.frame_timestamps // PACKET_TIMESTAMPS,
            scratch=self._scratch,
            trusted=True,
        )
        return TriggerWords(entries.time, entries.words, entries.flags, entries.load, primitives)

    def combine(self, words: TriggerWords[Found], evaluate: Callable[[U64, U8], U64]) -> tuple[I64, U64]:
        """Return time and lines of candidates, one per timestamp.

        Lines are evaluated on every entry.  Inside one timestamp the second physics trigger (one on a
        reference entry) is dropped, and all types are OR-ed into one candidate with the time of the physics
        trigger, else of the first control trigger (na62_facts 6.2).  "Trigger" means before the downscale, so that
        an entry of Q1 alone drops an H2 behind it although it is downscaled.  With ``na62.l0.second_trigger =
        "after_downscale"`` further physics triggers of the timestamp are candidates of their own, and the menu's dead
        time drops those that follow one that is sent; lines of other types go with the first.
        """
        time, lines = np.empty(len(words.time), np.int64), np.empty(len(words.time), np.uint64)
        count = self._fire_known(words, evaluate, time, lines)
        if count < 0:
            # The hardware has far fewer than 64 lines: here a row of lines is one word.
            fired = evaluate(words.bits, words.kinds).ravel()
            count = na62_states.one_per_timestamp(words.time, fired, self._physics, self._each, time, lines)
        return time[:count], lines[:count, None]

    def select(self, name: str, frame: TimeFrame, words: TriggerWords[Found], time: I64) -> Bool:
        """Return which candidates pass an online selection (`trigemu.experiments.na62.selection`)."""
        return PASSES[name](frame, time, self._section.selection, self._scratch)

    def windows(self, time: I64) -> tuple[I64, I64]:
        """Return what is read out around triggers: whole splits that hold all that made them fire.

        The splits in which a primitive that the trigger reads, or a hit that its selection looks at, can lie;
        one more on each side (tiles pair, LAV and LKr sum across the edges of splits); and at least
        ``readout_timestamps`` about the trigger's timestamp.
        """
        selection = self._section.selection
        mumu = selection.mumu
        widest = max(
            *(selection.lav_window_ns, selection.anti0_window_ns),
            *(mumu.lav_window_ns, mumu.anti0_window_ns, mumu.muv3_window_ns),
        )
        veto = window_lsb(widest) + 2 * LAV_PAIR_LSB
        margin = max(SLOT_MARGIN, veto)
        half = self._section.readout_timestamps * TIMESTAMP_LSB // 2
        stamp = time // TIMESTAMP_LSB * TIMESTAMP_LSB
        start = ((time - margin) // SPLIT_LSB - 1) * SPLIT_LSB
        stop = ((time + margin) // SPLIT_LSB + 2) * SPLIT_LSB
        return np.minimum(start, stamp - half), np.maximum(stop, stamp + half)

    def monitor(self, frame: TimeFrame, words: TriggerWords[Found]) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.na62.monitor.HISTOGRAMS`."""
        found = words.found or [None] * len(DETECTOR_ORDER)
        return fill(frame, dict(zip(DETECTOR_ORDER, found, strict=True)), self._section.l0)

    def _fire_known(
        self, words: TriggerWords[Found], evaluate: Callable[[U64, U8], U64], time: I64, lines: U64
    ) -> int:
        """Fill candidates from what is known of the states; return how many, -1 if that does not do.

        Few states are different, and they come again in every frame, so the menu is evaluated once for each.
        """
        if words.bits.shape[1] != STATE_WORDS:
            return -1
        given = (words.time, words.kinds, words.bits, self._physics, self._each, time, lines)
        count = self._states.fire(*given)
        if count < 0:
            new = self._states.ask(words.bits, words.kinds, self._rows, self._kinds)
            if new < 0:
                return -1
            self._states.tell(evaluate(self._rows[:new], self._kinds[:new]).ravel())
            count = self._states.fire(*given)
        return count
