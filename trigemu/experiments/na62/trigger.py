"""NA62's trigger: a frame's hits to trigger candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import na62_l0tp
from trigemu.experiments.base import Candidates
from trigemu.experiments.na62.clock import PACKET_TIMESTAMPS, SPLIT_LSB, TIMESTAMP_LSB
from trigemu.experiments.na62.config import DETECTOR_ORDER, NA62
from trigemu.experiments.na62.l0tp import REFERENCE, Entries, process
from trigemu.experiments.na62.monitor import fill
from trigemu.experiments.na62.primitives import BUILDERS, LAV_PAIR_LSB, Primitives
from trigemu.experiments.na62.scratch import Scratch
from trigemu.experiments.na62.selection import passes_ee, window_lsb
from trigemu.frames.frame import TimeFrame

if TYPE_CHECKING:
    from trigemu.experiments.setup import Setup

I64 = NDArray[np.int64]

SLOT_MARGIN = 2 * TIMESTAMP_LSB
"""How far from a trigger a primitive that it reads can be: slots N - 1 to N + 1 of at most one timestamp."""


MAX_DISTINCT = 1024
"""Different states in a frame up to which the menu is evaluated once per state instead of once per entry."""

_EACH = np.zeros(0, np.uint16)


class NA62Trigger:
    """Decides NA62 frames; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    setup
        Menu, seed, and the ``[na62]`` section.
    """

    def __init__(self, setup: Setup) -> None:
        section = setup.section
        if not isinstance(section, NA62):
            raise TypeError(f"an NA62 setup has an NA62 section, not {type(section).__name__}")
        self._setup = setup
        self._section = section
        self._menu = setup.menu
        self._seed = setup.config.run.seed
        self._scratch = Scratch()
        self._rows, self._kinds = np.zeros((MAX_DISTINCT, 2), np.uint64), np.zeros(MAX_DISTINCT, np.uint8)
        self._span = (0, section.frame_timestamps * TIMESTAMP_LSB)
        self._physics = sum(1 << i for i, mask in enumerate(self._menu.entry_masks) if mask & REFERENCE)
        self._ee = np.uint64(self._menu.selection_mask("ee"))

    def primitives(self, frame: TimeFrame) -> list[Primitives | None]:
        """Return the primitives of the seven detectors, valid until the next call; None without a source."""
        start = frame.number * self._section.frame_timestamps
        l0, seed, scratch = self._section.l0, self._seed, self._scratch
        found: list[Primitives | None] = []
        for name in DETECTOR_ORDER:
            columns = frame.fragments.get(name)
            make = BUILDERS.get(name)
            found.append(None if columns is None or make is None else make(columns, l0, start, seed, scratch))
        return found

    def candidates(self, frame: TimeFrame) -> Candidates:
        """Return the trigger candidates of a frame: at most one per timestamp.

        Lines are evaluated on every entry.  Inside one timestamp the second physics trigger (one on a
        reference entry) is dropped, and all types are OR-ed into one candidate with the time of the physics
        trigger, else of the first control trigger (na62_facts 6.2).  Decided here: "trigger" means before the
        downscale.

        Raises
        ------
        InputError
            A source's hits are not sorted by time.
        """
        entries = process(
            self.primitives(frame),
            self._section.l0,
            span=self._span,
            steps=self._section.frame_timestamps // PACKET_TIMESTAMPS,
            scratch=self._scratch,
            trusted=True,
        )
        time, lines = self._fire(frame, entries)
        passed = lines.copy()
        if self._ee and len(time):
            keep = passes_ee(frame, time, self._section.selection, self._scratch)
            passed[~keep] &= ~self._ee
        return Candidates(time, lines, passed, entries.load)

    def windows(self, time: I64) -> tuple[I64, I64]:
        """Return what is read out around triggers: whole splits that hold all that made them fire.

        The splits in which a primitive that the trigger reads, or a hit that its selection looks at, can lie;
        one more on each side (tiles pair, LAV and LKr sum across the edges of splits); and at least
        ``readout_timestamps`` about the trigger's timestamp.
        """
        selection = self._section.selection
        veto = window_lsb(max(selection.lav_window_ns, selection.anti0_window_ns)) + 2 * LAV_PAIR_LSB
        margin = max(SLOT_MARGIN, veto)
        half = self._section.readout_timestamps * TIMESTAMP_LSB // 2
        stamp = time // TIMESTAMP_LSB * TIMESTAMP_LSB
        start = ((time - margin) // SPLIT_LSB - 1) * SPLIT_LSB
        stop = ((time + margin) // SPLIT_LSB + 2) * SPLIT_LSB
        return np.minimum(start, stamp - half), np.maximum(stop, stamp + half)

    def monitor(self, frame: TimeFrame, candidates: Candidates) -> dict[str, I64]:
        """Return counts for `trigemu.experiments.na62.monitor.HISTOGRAMS`."""
        return fill(frame, dict(zip(DETECTOR_ORDER, self.primitives(frame), strict=True)), self._section.l0)

    def _fire(self, frame: TimeFrame, entries: Entries) -> tuple[I64, NDArray[np.uint64]]:
        """Evaluate the menu on the entries; return time and lines of at most one candidate per timestamp."""
        fired, which = self._evaluate(frame, entries)
        time = self._scratch.take("fired time", len(entries.time), np.int64)
        lines = self._scratch.take("fired lines", len(entries.time), np.uint64)
        count = na62_l0tp.one_per_timestamp(entries.time, which, fired, self._physics, time, lines)
        return time[:count].copy(), lines[:count].copy()

    def _evaluate(self, frame: TimeFrame, entries: Entries) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
        """Return fired lines, and which of them each entry has (empty: one each)."""
        if self._setup.algorithms:
            words = np.concatenate(
                [entries.words, self._setup.user_words(frame, entries.time.copy())], axis=1
            )
            return self._menu.evaluate(words, entries.flags), _EACH
        # Few states are different, so the menu is evaluated once for each of them.
        which = self._scratch.take("which", len(entries.time), np.uint16)[: len(entries.time)]
        count = na62_l0tp.distinct(entries.words, entries.flags, self._rows, self._kinds, which)
        if count < 0:
            return self._menu.evaluate(entries.words, entries.flags), _EACH
        return self._menu.evaluate(self._rows[:count], self._kinds[:count]), which
