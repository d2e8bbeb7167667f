"""Fragments of the events of a raw data file, in the order of the file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from trigemu.arrays import F64, I64, U32
from trigemu.collider.generator import Columns
from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.raw.digis import Detector, DetectorData, to_columns
from trigemu.experiments.besiii.raw.file import event_numbers, open_raw
from trigemu.experiments.besiii.raw.hardware import CHANNELS, HARDWARE, WORDS, read_boards
from trigemu.experiments.besiii.raw.reader import DigiReader
from trigemu.experiments.besiii.sources import TIMING
from trigemu.setup.experiment import Setup

RANDOM_CHANNEL = 9
"""The channel that a random trigger fires (besiii_babar_facts A7)."""

_ENERGY_UNIT = 1e4
"""Counts of the column ``energy`` in a GeV."""

RECENT = 2
"""Frames whose events are remembered: a producer asks for all its sources of a frame before it goes on."""


MAX_FRAME_BYTES = 128 << 20
"""Bytes of a frame's events in the file; 100 real ones have 1.2 MB."""


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def frames_of(events: int, per_frame: int) -> int:
    """Return how many frames so many events make."""
    return -(-events // per_frame)


class RawGenerator:
    """Makes fragments of a raw data file: a pure function of (file, frame, source), in any order.

    Parameters
    ----------
    setup
        The file (``input.path``), events in a frame, conditions.
    sources
        The sources that will be asked for (digis are read for those that hold some).

    Raises
    ------
    InputError
        The file is bad or not of the detector that the conditions are of, or has fewer frames than the run.
    """

    def __init__(self, setup: Setup[Besiii], sources: Sequence[str]) -> None:
        section, path = setup.section, setup.config.input.path
        if not path:
            raise InputError("besiii.events = 'raw' needs a raw data file: --set input.path=FILE")
        self._file = open_raw(path)
        self._per_frame = section.raw.events_per_frame
        frames = frames_of(len(self._file), self._per_frame)
        if setup.frames > frames:
            raise InputError(
                f"{self._file.name} holds {len(self._file)} events: {_frames(frames)} of {self._per_frame} "
                f"(besiii.raw.events_per_frame), but run.frames is {setup.frames}"
            )
        self._step = section.frame_ticks // (self._per_frame + 1)
        if not self._step:
            raise InputError(
                f"besiii.frame_ticks = {section.frame_ticks} is too short for besiii.raw.events_per_frame = "
                f"{self._per_frame} crossings: at least {self._per_frame + 1}"
            )
        self._check_size()
        self._energy = round(section.sqrt_s * _ENERGY_UNIT)
        self._detector = Detector.of(section)
        self._reader = DigiReader(self._file)
        self._boards = lru_cache(maxsize=RECENT)(self._read_boards)
        self._detectors = lru_cache(maxsize=RECENT)(self._read_digis)

    def _check_size(self) -> None:
        """Refuse frames that are too large to be read at once."""
        cuts = np.append(self._file.starts[:: self._per_frame], self._file.end)
        largest = int(np.diff(cuts).max())
        if largest > MAX_FRAME_BYTES:
            raise InputError(
                f"{self._file.name}: {self._per_frame} events of it take {largest >> 20} MiB, a frame may have "
                f"{MAX_FRAME_BYTES >> 20}: give a smaller besiii.raw.events_per_frame"
            )

    def fragment(self, source: str, frame: int) -> Columns:
        """Return the columns of one source in one frame; KeyError if there is no such source."""
        if source == TIMING:
            return self._timing(frame)
        if source == HARDWARE:
            rows = self._boards(frame)
            return {"word": rows.ravel(), "offsets": np.arange(0, WORDS * (len(rows) + 1), WORDS)}
        return self._detectors(frame).columns[source]

    def events(self, frame: int) -> tuple[int, int]:
        """Return the first event of a frame and the first behind it."""
        first = min(frame * self._per_frame, len(self._file))
        return first, min(first + self._per_frame, len(self._file))

    def event_numbers(self) -> I64 | None:
        """Return the numbers of the events in their run; see `trigemu.setup.events_once.TakesEachEvent`."""
        return event_numbers(self._file)

    def event_weights(self) -> F64 | None:
        """Return None: events of a detector count 1 each."""
        return None

    def dropped(self, frame: int) -> dict[str, int]:
        """Return how many entries of each detector have no time in a frame: the trigger does not get them."""
        return dict(self._detectors(frame).dropped)

    def _timing(self, frame: int) -> Columns:
        rows = self._boards(frame)
        n = len(rows)
        return {
            "time": self._step * np.arange(1, n + 1, dtype=np.int64),
            "phase": np.zeros(n, np.uint8),
            # A random trigger comes from outside: that there was one is no decision of level 1.
            "random": (rows[:, CHANNELS + 2] >> np.uint32(RANDOM_CHANNEL) & np.uint32(1)).astype(np.uint8),
            "energy": np.full(n, self._energy, np.uint16),
        }

    def _read_boards(self, frame: int) -> U32:
        return read_boards(*self._file.read(*self.events(frame)))

    def _read_digis(self, frame: int) -> DetectorData:
        first, stop = self.events(frame)
        digis = self._reader.read(first, stop)
        return to_columns(digis, self._detector, f"{self._file.name}, events {first}-{stop - 1}")
