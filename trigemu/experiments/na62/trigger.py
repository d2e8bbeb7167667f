"""NA62's trigger: a frame's hits to trigger candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trigemu._kernels import na62_states
from trigemu.arrays import I64, U64
from trigemu.decision.candidates import Candidates
from trigemu.experiments.na62.clock import PACKET_TIMESTAMPS, SPLIT_LSB, TIMESTAMP_LSB
from trigemu.experiments.na62.config import DETECTOR_ORDER, NA62
from trigemu.experiments.na62.l0tp import REFERENCE, Entries, process
from trigemu.experiments.na62.monitor import fill
from trigemu.experiments.na62.primitives import BUILDERS, LAV_PAIR_LSB, Primitives
from trigemu.experiments.na62.scratch import Scratch
from trigemu.experiments.na62.selection import passes_ee, window_lsb
from trigemu.frames.frame import TimeFrame

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup


SLOT_MARGIN = 2 * TIMESTAMP_LSB
"""How far from a trigger a primitive that it reads can be: slots N - 1 to N + 1 of at most one timestamp."""


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
        self._states = na62_states.States()
        self._rows = np.zeros((na62_states.ROOM, 2), np.uint64)
        self._kinds = np.zeros(na62_states.ROOM, np.uint8)
        self._span = (0, section.frame_timestamps * TIMESTAMP_LSB)
        self._physics = sum(1 << i for i, mask in enumerate(self._menu.entry_masks) if mask & REFERENCE)
        # The hardware has far fewer than 64 lines: inside, a row of lines is one word.
        self._ee, self._l1 = self._menu.selection_mask("ee")[0], self._menu.l1_mask[0]
        self._software = bool(self._menu.hlt_mask[0])

    def primitives(self, frame: TimeFrame) -> list[Primitives | None]:
        """Return the primitives of the seven detectors, valid until the next call; None without a source."""
        start = frame.number * self._section.frame_timestamps
        l0, seed, scratch = self._section.l0, self._seed, self._scratch
        sources = frame.fragments
        return [
            BUILDERS[name](sources[name], l0, start, seed, scratch)
            if name in sources and name in BUILDERS
            else None
            for name in DETECTOR_ORDER
        ]

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
        if self._software:
            some = lines & self._l1 != 0
            time, lines = time[some], lines[some]
        passed = lines
        if self._ee and len(time):
            passed = lines.copy()
            keep = passes_ee(frame, time, self._section.selection, self._scratch)
            passed[~keep] &= ~self._ee
        return Candidates(time, lines[:, None], passed[:, None], entries.load)

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

    def _fire(self, frame: TimeFrame, entries: Entries) -> tuple[I64, U64]:
        """Evaluate the menu on the entries; return time and lines of at most one candidate per timestamp."""
        time, lines = np.empty(len(entries.time), np.int64), np.empty(len(entries.time), np.uint64)
        count = self._fire_known(entries, time, lines)
        if count < 0:
            fired = self._evaluate(frame, entries)
            count = na62_states.one_per_timestamp(entries.time, fired, self._physics, time, lines)
        return time[:count], lines[:count]

    def _fire_known(self, entries: Entries, time: I64, lines: U64) -> int:
        """Fill candidates from what is known of the states; return how many, -1 if that does not do.

        Few states are different, and they come again in every frame, so the menu is evaluated once for each.
        """
        if self._setup.algorithms:
            return -1
        given = (entries.time, entries.flags, entries.words, self._physics, time, lines)
        count = self._states.fire(*given)
        if count < 0:
            new = self._states.ask(entries.words, entries.flags, self._rows, self._kinds)
            if new < 0:
                return -1
            self._states.tell(self._menu.evaluate(self._rows[:new], self._kinds[:new]).ravel())
            count = self._states.fire(*given)
        return count

    def _evaluate(self, frame: TimeFrame, entries: Entries) -> U64:
        """Return the lines that each entry fires."""
        words = entries.words
        if self._setup.algorithms:
            words = np.concatenate([words, self._setup.user_words(frame, entries.time.copy())], axis=1)
        return self._menu.evaluate(words, entries.flags).ravel()
