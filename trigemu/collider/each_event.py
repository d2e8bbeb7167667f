"""Frames in which each event of a file, or of a table made in Python, stands once, in order (``input.once``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from pydantic import BaseModel

from trigemu.arrays import U16
from trigemu.collider.collider import Collider
from trigemu.collider.events import Events, EventSource, FrameEvents
from trigemu.collider.once import EVENTS_PER_FRAME
from trigemu.collider.signals.each_event import EachEvent
from trigemu.collider.signals.models import FileSignal
from trigemu.collider.sources import BACKGROUND
from trigemu.errors import InputError
from trigemu.physics.event_text import label
from trigemu.physics.particles import join, no_particles
from trigemu.setup.experiment import Setup


class EachEventSource:
    """Makes the events of any frame: the file's, so many of them in each, at equal distances.

    Parameters
    ----------
    setup
        A run with ``input.once``, whose one signal is the file.
    collider
        Where the events happened.

    Raises
    ------
    InputError
        The file is bad, or is not the one that the run was set up with.

    Attributes
    ----------
    expected, drawn
        See `trigemu.collider.events.FrameEvents`.
    of_file
        The file's numbers and weights of its events.
    """

    drawn = True

    def __init__(self, setup: Setup[Any], collider: Collider) -> None:
        table = cast(FileSignal, setup.signals[0])
        self._each = EachEvent(table, collider, setup.config.run.seed, setup.particles)
        self.of_file = self._each.of_file
        self.expected: float = EVENTS_PER_FRAME
        wanted = setup.config.input.events
        if len(self._each) != wanted:
            raise InputError(
                f"{label(Path(table.file))} has {len(self._each)} events, but the run was set up with {wanted}"
            )
        step = setup.clock.frame_ticks / EVENTS_PER_FRAME
        self._times = ((np.arange(EVENTS_PER_FRAME) + 0.5) * step).astype(np.int64)
        self._sqrt_s = collider.sqrt_s

    def events(self, frame: int) -> Events:
        """Return the events of a frame."""
        first = frame * EVENTS_PER_FRAME
        n = min(max(len(self._each) - first, 0), EVENTS_PER_FRAME)
        made = [self._each.make(first + number) for number in range(n)]
        sampled, drawn = [one for one, _ in made], [one.drawn for one, _ in made if one.drawn is not None]
        return Events(
            time=self._times[:n],
            signal=np.zeros(n, np.uint16),
            process=_none(n),
            empty=_none(n),
            accepted=np.array([one.accepted[0] for one in sampled], np.uint8),
            radius=np.array([one.radius[0] for one in sampled], np.float32),
            particles=join([one.particles for one in sampled]) if n else no_particles(0),
            event=first + np.arange(n),
            weight=np.array([one.weight[0] for one in drawn], np.float64),
            share=np.zeros(n),
            sqrt_s=np.full(n, self._sqrt_s),
            key=np.array([key for _, key in made], np.int64),
        )


def _none(n: int) -> U16:
    return np.full(n, BACKGROUND, np.uint16)


def frame_events(
    setup: Setup[Any],
    collider: Collider,
    processes: Sequence[tuple[BaseModel, Any]] = (),
    *,
    luminosity: float = 0.0,
    empty: Mapping[str, float] | None = None,
) -> FrameEvents:
    """Return what makes the events of a run: each of a file once, or as `EventSource.of`, whose arguments these are."""
    if setup.config.input.once:
        return EachEventSource(setup, collider)
    return EventSource.of(setup, collider, processes, luminosity=luminosity, empty=empty)
