"""NA62's fragments: events, detector response and guard bands, frame by frame.

Every event belongs to one frame, and so does every hit that it makes: these hits are the frame's *core*.  A
fragment is the core of its frame with the end of the core before and the beginning of the one after.  A core
is a pure function of the seed and the frame (it also looks at what the frame before left in the detector),
so that neighbouring fragments, whoever makes them, agree on every hit in their guard bands.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.na62.clock import LSB_NS, TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.detector.acceptance import accept, accept_photons
from trigemu.experiments.na62.each_event import EachEventSource
from trigemu.experiments.na62.events import Events, EventSource
from trigemu.experiments.na62.offline.judging import OfflineSelections
from trigemu.experiments.na62.response.detectors import Exposure, detectors
from trigemu.experiments.na62.response.hits import between, shift, unpack
from trigemu.experiments.na62.response.pulser import pulses
from trigemu.experiments.na62.sources import BACKGROUND
from trigemu.frames.columns import Array
from trigemu.frames.drawn import DRAWN
from trigemu.frames.frame import TRUTH

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup


_DRAWN = tuple(column.name for column in DRAWN)

KEEP = 4
"""Frames that each step remembers; a fragment needs up to four, and in order each is made once."""

T = TypeVar("T")


class _Recent(Generic[T]):
    """The last few results of a function of the frame number."""

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make
        self._kept: OrderedDict[int, T] = OrderedDict()

    def __call__(self, frame: int) -> T:
        if frame in self._kept:
            self._kept.move_to_end(frame)
            return self._kept[frame]
        value = self._make(frame)
        self._kept[frame] = value
        if len(self._kept) > KEEP:
            self._kept.popitem(last=False)
        return value


def _order(events: Events) -> I64:
    """Return the events of a frame in the order of its truth."""
    return np.lexsort((events.signal, events.ticks.astype(np.int64)))


class NA62Generator:
    """Makes NA62 fragments: a pure function of (seed, frame, source), in any order.

    Parameters
    ----------
    setup
        Signals, halo, response, seed.
    sources
        The sources that will be asked for.
    """

    def __init__(self, setup: Setup[NA62], sources: Sequence[str]) -> None:
        section = setup.section
        self._frame_ticks = section.frame_timestamps * TIMESTAMP_LSB
        self._guard = section.guard_timestamps * TIMESTAMP_LSB
        self._once = EachEventSource(setup) if setup.config.input.once else None
        self._events = _Recent((self._once or EventSource(setup)).events)
        asked = np.array([getattr(table, "acceptance", "pair") for table in setup.signals])
        self._all_accepted, self._photons = np.flatnonzero(asked == "all"), np.flatnonzero(asked == "photons")
        self._drawn = setup.weighted
        self._exposure = _Recent(self._make_exposure)
        response = detectors(section.response, section.losses, setup.config.run.seed, self._frame_ticks)
        self._detectors = {name: response[name] for name in sources if name in response}
        self._offline = OfflineSelections(section, setup.config.run.seed)
        self._raw = {name: _Recent(self._raw_maker(name)) for name in self._detectors}
        self._core = {name: _Recent(self._core_maker(name)) for name in self._detectors}
        if "talk" in sources and section.l0.talk_every_ns is not None:
            self._core["talk"] = _Recent(self._pulser(section.l0.talk_every_ns / LSB_NS))

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the columns of one source in one frame; ``truth`` has no guard bands.

        Raises
        ------
        KeyError
            The source is not one of those the generator was made for.
        """
        if source == TRUTH:
            return self._truth(frame)
        core = self._core[source]
        length, guard = self._frame_ticks, self._guard
        if self._once is not None:
            # Nothing of another event comes into the frame of this one.
            return unpack(between(core(frame), -guard, length + guard))
        # An event's hits may lie a little outside its own frame, so each core may reach into any of the
        # parts.
        pieces = [
            shift(between(core(frame - 1), length - guard, length + length // 2), -length),
            between(core(frame), -guard, length + guard),
            shift(between(core(frame + 1), -length // 2, guard), length),
        ]
        packed = np.concatenate(pieces)
        packed.sort()
        return unpack(packed)

    def offline(self, name: str, frame: int) -> Bool:
        """Return which cuts of a selection each event passes; see `trigemu.setup.offline.SelectsOffline`.

        Raises
        ------
        KeyError
            The generator was not made for the sources ``newchod``, ``muv3``, ``lav`` and ``anti0``.
        """
        events, exposure = self._events(frame), self._exposure(frame)

        def hits(source: str) -> Mapping[str, Array]:
            return self.fragment(source, frame)

        passed = self._offline.judge(name, exposure, events.ticks, self._number(frame), hits)
        return passed[_order(events)]

    def event_numbers(self) -> I64 | None:
        """Return the numbers that a file gives its events; see `trigemu.setup.events_once.TakesEachEvent`."""
        return None if self._once is None else self._once.of_file.number

    def event_weights(self) -> F64 | None:
        """Return their weights as the file has them; see `trigemu.setup.events_once.TakesEachEvent`."""
        return None if self._once is None else self._once.of_file.weight

    def _truth(self, frame: int) -> Mapping[str, Array]:
        events = self._events(frame)
        accepted = self._accepted(events)
        order = _order(events)
        return {
            "time": events.ticks.astype(np.int64)[order],
            "momentum": events.momentum[order],
            "vertex_z": events.vertex_z[order],
            "signal": events.signal[order],
            "accepted": accepted[order].astype(np.uint8),
            **({name: getattr(events.drawn, name)[order] for name in _DRAWN} if self._drawn else {}),
        }

    def _accepted(self, events: Events) -> Bool:
        """Return which events are accepted, as their signal's table asks: what it calls ``acceptance``."""
        # Background comes first; only decays can be accepted.
        background = int(np.count_nonzero(events.signal == BACKGROUND))
        first = int(np.searchsorted(events.particles.event, background))
        decays = events.particles.select(slice(first, None))
        accepted = accept(decays).accepted
        if len(self._photons):
            asked = np.isin(events.signal, self._photons)
            accepted[asked] = accept_photons(decays)[asked]
        if len(self._all_accepted):
            accepted |= np.isin(events.signal, self._all_accepted)
        return accepted

    def _make_exposure(self, frame: int) -> Exposure:
        events: Events = self._events(frame)
        return Exposure(events.particles, events.ticks[events.particles.event] * LSB_NS, events.flags)

    def _raw_maker(self, name: str) -> Callable[[int], Any]:
        detector = self._detectors[name]
        return lambda frame: (
            detector.nothing() if frame < 0 else detector.raw(self._exposure(frame), self._number(frame))
        )

    def _number(self, frame: int) -> int:
        """Return what stands for the frame in the address of random numbers."""
        key = self._events(frame).key
        return frame if key is None else key

    def _pulser(self, every: float) -> Callable[[int], I64]:
        """Return what makes a frame's pulses; where each event has a frame of its own, all frames have the same."""
        first = 0 if self._once is not None else None
        return lambda frame: pulses(every, self._frame_ticks, frame if first is None else first)

    def _core_maker(self, name: str) -> Callable[[int], I64]:
        detector, raw = self._detectors[name], self._raw[name]
        if self._once is not None:
            return lambda frame: detector.core(detector.nothing(), raw(frame))
        return lambda frame: detector.core(raw(frame - 1), raw(frame))
