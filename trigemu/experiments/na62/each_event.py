"""Frames of one event each: those of a file, or of a table made in Python, in order (``input.once``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from trigemu.errors import InputError
from trigemu.experiments.na62.clock import SPLIT_LSB, TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.events import Events, joined, sample_of
from trigemu.experiments.na62.signals.file_events import FileSource
from trigemu.experiments.na62.signals.file_signal import FileSignal
from trigemu.physics.event_text import label
from trigemu.physics.purpose import Purpose
from trigemu.physics.rng import stream, uniforms

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

_SIGNAL = 0


class EachEventSource:
    """Makes the event of any frame: frame i has event i, in the middle, anywhere in a split.

    Parameters
    ----------
    setup
        A run with ``input.once``, whose one signal is the file.

    Raises
    ------
    InputError
        The file is bad, or is not the one that the run was set up with.

    Attributes
    ----------
    of_file
        The file's numbers and weights of its events.
    """

    def __init__(self, setup: Setup[NA62]) -> None:
        section, table = setup.section, cast(FileSignal, setup.signals[_SIGNAL])
        self._seed = setup.config.run.seed
        self._source = FileSource(
            table,
            None,
            self._seed,
            _SIGNAL,
            sweep_gev=section.halo.sweep_gev,
            given=setup.particles,
        )
        self.of_file = self._source.of_file
        wanted = setup.config.input.events
        if len(self._source) != wanted:
            raise InputError(
                f"{label(Path(table.file))} has {len(self._source)} events, but the run was set up with {wanted}"
            )
        middle = section.frame_timestamps * TIMESTAMP_LSB // 2
        self._split = middle // SPLIT_LSB * SPLIT_LSB

    def events(self, frame: int) -> Events:
        """Return the event of a frame; none behind the last."""
        if not 0 <= frame < len(self._source):
            return joined([], [], [])
        taken, key = self._source.make(frame)
        phase = uniforms(self._seed, key, stream(Purpose.ARRIVAL_TIME, _SIGNAL), 1)[:, 0]
        return joined([self._split + SPLIT_LSB * phase], [sample_of(taken)], [_SIGNAL], key)
