"""Fragments of an experiment at a collider: events and what detectors make of them, frame by frame.

Crossings belong to one frame and so do all their hits: there are no guard bands.  An event's hits are a pure
function of the seed, the frame and the event's number in it, so producers of different sources agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np

from trigemu.arrays import F64, I64, U8
from trigemu.collider.events import Events, FrameEvents
from trigemu.collider.sources import TIMING, TRUTH_SCHEMA
from trigemu.frames.columns import Array
from trigemu.frames.drawn import DRAWN
from trigemu.frames.frame import TRUTH
from trigemu.frames.schema import OFFSETS
from trigemu.physics.particles import Particles
from trigemu.physics.rng import uniforms
from trigemu.physics.single_events import FileEvents
from trigemu.setup.amounts import check_amounts

Columns: TypeAlias = Mapping[str, Array]


@runtime_checkable
class OfFile(Protocol):
    """What a source of events has besides if it takes each event of a file once."""

    of_file: FileEvents


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
        source: FrameEvents,
        responses: Mapping[str, Response],
        *,
        products: Mapping[tuple[str, ...], Callable[[Particles, int], tuple[Columns, ...]]] | None = None,
        timing: Callable[[Events, int], Columns] | None = None,
    ) -> None:
        self._source = source
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

    def event_numbers(self) -> I64 | None:
        """Return the numbers that a file gives its events; see `trigemu.setup.events_once.TakesEachEvent`."""
        return self._source.of_file.number if isinstance(self._source, OfFile) else None

    def event_weights(self) -> F64 | None:
        """Return their weights as the file has them; see `trigemu.setup.events_once.TakesEachEvent`."""
        return self._source.of_file.weight if isinstance(self._source, OfFile) else None

    def fragment(self, source: str, frame: int) -> Columns:
        """Return the columns of one source in one frame; KeyError if there is no such source."""
        return self._makers[source](frame)

    def _timing(self, frame: int) -> Columns:
        events = self._events(frame)
        if self._more_timing is None:
            return {"time": events.time}
        more = self._more_timing
        if events.key is None or not len(events.key):
            return {"time": events.time, **more(events, frame)}
        pieces = [more(events.alone(number), key) for number, key in enumerate(events.key.tolist())]
        return {"time": events.time, **put_together(pieces)}

    def _truth(self, frame: int) -> Columns:
        events = self._events(frame)
        return {name: getattr(events, name) for name in self._truth_names}

    def _respond(self, response: Response, frame: int) -> Columns:
        events = self._events(frame)
        if events.key is None or not len(events.key):
            return response(events.particles, frame)
        return put_together([response(one, key) for one, key in _one_by_one(events, events.key)])

    def _produce(
        self, make: Callable[[Particles, int], tuple[Columns, ...]], frame: int
    ) -> tuple[Columns, ...]:
        events = self._events(frame)
        if events.key is None or not len(events.key):
            return make(events.particles, frame)
        made = [make(one, key) for one, key in _one_by_one(events, events.key)]
        return tuple(map(put_together, zip(*made, strict=True)))


def _one_by_one(events: Events, keys: I64) -> Iterator[tuple[Particles, int]]:
    """Yield each event's particles, and its key."""
    for number, key in enumerate(keys.tolist()):
        yield events.particles.take(np.array([number])), key


def put_together(pieces: Sequence[Columns]) -> Columns:
    """Return the columns of crossings that were made one by one, one after the other (at least one)."""
    columns = {
        name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0] if name != OFFSETS
    }
    if OFFSETS in pieces[0]:
        counts = np.concatenate([np.diff(piece[OFFSETS]) for piece in pieces])
        offsets = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        columns[OFFSETS] = offsets
    return columns


def _one_of(made: Callable[[int], tuple[Columns, ...]], place: int, frame: int) -> Columns:
    return made(frame)[place]
