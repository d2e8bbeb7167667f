"""Belle II's fragments: events and detector response, frame by frame.

Crossings belong to one frame and so do all their hits: there are no guard bands.  An event's hits are a pure
function of the seed, the frame and the event's number in it, so producers of different sources agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from trigemu.collider.events import Events, EventSource
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.ecl.response import ecl_hits
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.klm import klm_hits
from trigemu.experiments.belle2.response.offline import offline
from trigemu.experiments.belle2.sources import CDC, CLUSTERS, ECL, KLM, SCHEMAS, TIMING, TRACKS
from trigemu.frames.columns import Array
from trigemu.frames.frame import TRUTH

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

Columns = Mapping[str, Array]


class Belle2Generator:
    """Makes Belle II fragments: a pure function of (seed, frame, source), in any order.

    Parameters
    ----------
    setup
        Signals, processes, response, seed.
    sources
        The sources that will be asked for.
    """

    def __init__(self, setup: Setup, sources: Sequence[str]) -> None:
        section = setup.section
        if not isinstance(section, Belle2):
            raise TypeError(f"a Belle II setup has a Belle II section, not {type(section).__name__}")
        self._section = section
        self._seed = setup.config.run.seed
        # A producer asks for all its sources of a frame before it goes on to the next one.
        self._events = lru_cache(maxsize=2)(EventSource(setup).events)
        self._offline = lru_cache(maxsize=2)(self._make_offline)
        self._makers: dict[str, Callable[[int], Columns]] = {
            TIMING: self._timing,
            CDC: self._cdc,
            ECL: self._ecl,
            KLM: self._klm,
            TRACKS: lambda frame: self._offline(frame)[0],
            CLUSTERS: lambda frame: self._offline(frame)[1],
            TRUTH: self._truth,
        }

    def events(self, frame: int) -> Events:
        """Return the generated events of a frame, for studies of the trigger against what was generated."""
        return self._events(frame)

    def fragment(self, source: str, frame: int) -> Columns:
        """Return the columns of one source in one frame; KeyError if there is no such source."""
        return self._makers[source](frame)

    def _timing(self, frame: int) -> Columns:
        events = self._events(frame)
        return {"time": events.time, "phase": events.phase, "external": events.external}

    def _truth(self, frame: int) -> Columns:
        events = self._events(frame)
        return {name: getattr(events, name) for name in ("time", "signal", "accepted", "process", "radius")}

    def _cdc(self, frame: int) -> Columns:
        return cdc_hits(self._events(frame).particles, self._section.response, self._seed, frame)

    def _ecl(self, frame: int) -> Columns:
        return ecl_hits(self._events(frame).particles, self._section.ecl, self._seed, frame)

    def _klm(self, frame: int) -> Columns:
        return klm_hits(self._events(frame).particles, self._section.response, self._seed, frame)

    def _make_offline(self, frame: int) -> tuple[Columns, Columns]:
        return offline(self._events(frame).particles, self._section.response, self._seed, frame)


def warm_up(setup: Setup) -> None:
    """Compile every kernel by making a fragment of every source."""
    generator = Belle2Generator(setup, tuple(SCHEMAS))
    for source in SCHEMAS:
        generator.fragment(source, 0)
