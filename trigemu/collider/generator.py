"""Fragments of an experiment at a collider: events and what detectors make of them, frame by frame.

Crossings belong to one frame and so do all their hits: there are no guard bands.  An event's hits are a pure
function of the seed, the frame and the event's number in it, so producers of different sources agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np

from trigemu.arrays import F64, U8
from trigemu.collider.events import Events, EventSource
from trigemu.collider.sources import TIMING, TRUTH_SCHEMA
from trigemu.frames.columns import Array
from trigemu.frames.drawn import DRAWN
from trigemu.frames.frame import TRUTH
from trigemu.physics.particles import Particles
from trigemu.physics.rng import uniforms
from trigemu.setup.amounts import check_amounts

Columns: TypeAlias = Mapping[str, Array]

Response: TypeAlias = Callable[[Particles, int], Columns]
"""Columns of a source from the particles of a frame's events and the frame's number."""

RECENT = 2
"""Frames whose events are remembered: a producer asks for all its sources of a frame before it goes on."""


def bunches(seed: int, frame: int, purpose: int, n: int, places: int) -> U8:
    """Return uint8[n]: which of the places of a bunch in a period of the clock collided in each crossing of a frame."""
    draws = uniforms(seed, frame, purpose, n)[:, 0]
    return np.minimum(draws * places, places - 1).astype(np.uint8)


ENERGY_PER_GEV = 1e4
"""A column ``energy`` of ``timing`` counts 0.1 MeV."""


def energies(events: Events, sqrt_s: float) -> F64:
    """Return float64[n], whole numbers: energy in the CM of each crossing's beams in 0.1 MeV.

    ``sqrt_s`` (GeV) is that of events without one of their own.
    """
    own = np.full(len(events.time), sqrt_s) if events.sqrt_s is None else events.sqrt_s
    return np.asarray(np.rint(own * ENERGY_PER_GEV))


MAX_BACKGROUND = 1e7
"""Hits of noise and beam background in a frame; 30,000 are usual."""


def check_background(
    section: str, per_crossing: Mapping[str, float], crossings: float, frame_s: float
) -> None:
    """Refuse background that makes frames too large: it comes with every crossing that is read out.

    Parameters
    ----------
    section
        The experiment's section, for the message.
    per_crossing
        Key of the section -> mean number of hits because of it in a crossing.
    crossings
        How many a frame has on average.
    frame_s
        Length of a frame in seconds.

    Raises
    ------
    InputError
        There are too many (see `check_amounts`).
    """
    # A crossing's own hits must fit, however rare crossings are.
    expected = {f"{section}.{key}": max(1.0, crossings) * count for key, count in per_crossing.items()}
    check_amounts("hits of noise and beam background", expected, MAX_BACKGROUND, frame_s)


def later(particles: Particles, ns: F64) -> Particles:
    """Return particles that come later: ns float64[n], for each event."""
    origin = np.zeros((particles.events, 4))
    origin[:, 3] = ns
    return particles.moved(origin)


class CrossingGenerator:
    """Makes fragments: a pure function of (seed, frame, source), in any order.

    Parameters
    ----------
    source
        Makes the events.
    responses
        Source -> what the detector makes of the particles.
    products
        The same where several sources come from one calculation: their columns in the order of the names.
    timing
        Columns of the source ``timing`` besides ``time``, from the events of a frame and its number.
    """

    def __init__(
        self,
        source: EventSource,
        responses: Mapping[str, Response],
        *,
        products: Mapping[tuple[str, ...], Callable[[Particles, int], tuple[Columns, ...]]] | None = None,
        timing: Callable[[Events, int], Columns] | None = None,
    ) -> None:
        self._events = lru_cache(maxsize=RECENT)(source.events)
        self._more_timing = timing
        drawn = tuple(column.name for column in DRAWN) if source.drawn else ()
        self._truth_names = (*TRUTH_SCHEMA.names, *drawn)
        self._makers: dict[str, Callable[[int], Columns]] = {TIMING: self._timing, TRUTH: self._truth}
        for name, response in responses.items():
            self._makers[name] = partial(self._respond, response)
        for names, make in (products or {}).items():
            made = lru_cache(maxsize=RECENT)(partial(self._produce, make))
            for place, name in enumerate(names):
                self._makers[name] = partial(_one_of, made, place)

    def events(self, frame: int) -> Events:
        """Return the generated events of a frame, for studies of the trigger against what was generated."""
        return self._events(frame)

    def fragment(self, source: str, frame: int) -> Columns:
        """Return the columns of one source in one frame; KeyError if there is no such source."""
        return self._makers[source](frame)

    def _timing(self, frame: int) -> Columns:
        events = self._events(frame)
        more = {} if self._more_timing is None else self._more_timing(events, frame)
        return {"time": events.time, **more}

    def _truth(self, frame: int) -> Columns:
        events = self._events(frame)
        return {name: getattr(events, name) for name in self._truth_names}

    def _respond(self, response: Response, frame: int) -> Columns:
        return response(self._events(frame).particles, frame)

    def _produce(
        self, make: Callable[[Particles, int], tuple[Columns, ...]], frame: int
    ) -> tuple[Columns, ...]:
        return make(self._events(frame).particles, frame)


def _one_of(made: Callable[[int], tuple[Columns, ...]], place: int, frame: int) -> Columns:
    return made(frame)[place]
