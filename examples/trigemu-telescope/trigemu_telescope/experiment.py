"""A new experiment in one file: a telescope of three scintillator planes in a beam of muons.

Each muon crosses the three planes at once; each plane sees it with a configurable efficiency and has noise.  The
trigger counts planes that fired in the same clock period.  Everything random is addressed by (seed, frame).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from trigemu.config.model import Model
from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH, TimeFrame
from trigemu.setup.data import Clock, HistogramSpec, TriggerWords, signal
from trigemu.setup.experiment import ExperimentSpec, Setup

PLANES = 3


class Telescope(Model):
    """The ``[telescope]`` section.  One TDC count is one clock period of 10 ns."""

    frame_ticks: Annotated[int, Field(ge=100)] = 100_000
    """Length of a time frame [ticks of 10 ns].  Source: chosen."""
    efficiency: Annotated[float, Field(ge=0, le=1)] = 0.9
    """Chance that a plane sees a muon.  Source: guess."""
    noise_hz: Annotated[float, Field(ge=0)] = 1.0e3
    """Rate of noise in each plane [Hz].  Source: guess."""


def schemas(section: Telescope) -> dict[str, Schema]:
    """Return every source with its columns, and the values that these can have: others never reach the trigger."""
    last = section.frame_ticks - 1
    hit = (Column("time", "<i8", low=0, high=last, rises=True), Column("channel", "<u2", high=PLANES - 1))
    truth = (
        Column("time", "<i8", low=0, high=last),
        Column("signal", "<u2"),
        Column("accepted", "|u1", high=1),
    )
    return {"planes": Schema("planes", hit), TRUTH: Schema(TRUTH, truth)}


class Muons(Model):
    """The ``muons`` signal: a beam of this rate."""

    signal: str = "muons"
    """Which signal the table is of."""
    label: str = "muons"
    """Name of these events in truth and tables."""
    rate_hz: Annotated[float, Field(ge=0)] = 1.0e5
    """Rate of muons [Hz].  Source: chosen."""


class TelescopeGenerator:
    """Makes the fragments of a frame; see `trigemu.setup.protocols.Generator`."""

    def __init__(self, setup: Setup[Telescope], sources: Sequence[str]) -> None:
        self.setup = setup

    def _random(self, frame: int, purpose: int) -> np.random.Generator:
        key = [self.setup.config.run.seed, (frame << 8) | purpose]
        return np.random.Generator(np.random.Philox(key=np.array(key, np.uint64)))

    def _muons(self, frame: int) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        clock, times, kinds = self.setup.clock, [], []
        for index, table in enumerate(self.setup.signals):
            random = self._random(frame, index)
            count = random.poisson(getattr(table, "rate_hz") * clock.frame_s)  # noqa: B009
            times.append(random.integers(0, clock.frame_ticks, count))
            kinds.append(np.full(count, index, np.uint16))
        time = np.concatenate([np.zeros(0, np.int64), *times])
        order = np.argsort(time, kind="stable")
        return time[order], np.concatenate([np.zeros(0, np.uint16), *kinds])[order]

    def fragment(self, source: str, frame: int) -> Mapping[str, NDArray[Any]]:
        """Return the columns of one source (``planes`` or ``truth``) in one frame."""
        time, signal = self._muons(frame)
        if source == TRUTH:
            return {"time": time, "signal": signal, "accepted": np.ones(len(time), np.uint8)}
        section = self.setup.section
        times, channels = [], []
        for plane in range(PLANES):
            random = self._random(frame, 100 + plane)
            seen = time[random.random(len(time)) < section.efficiency]
            count = random.poisson(section.noise_hz * self.setup.clock.frame_s)
            noise = random.integers(0, self.setup.clock.frame_ticks, count)
            times.append(np.concatenate([seen, noise]))
            channels.append(np.full(len(times[-1]), plane, np.uint16))
        time, channel = np.concatenate(times), np.concatenate(channels)
        order = np.lexsort((channel, time))
        return {"time": time[order], "channel": channel[order]}


class TelescopeTrigger:
    """Counts planes per clock period; see `trigemu.setup.protocols.Trigger`."""

    def __init__(self, setup: Setup[Telescope]) -> None:
        self._planes = setup.histograms["planes"]

    def words(self, frame: TimeFrame) -> TriggerWords[None]:
        """Return one entry for each clock period with hits."""
        hits = frame["planes"]
        time, place = np.unique(hits["time"], return_inverse=True)
        planes = np.zeros(len(time), np.uint64)
        np.bitwise_or.at(planes, place, np.uint64(1) << hits["channel"].astype(np.uint64))
        count = np.bitwise_count(planes)
        words = np.zeros((len(time), 1), np.uint64)
        for bit in range(PLANES):
            words[:, 0] |= np.where(count > bit, np.uint64(1 << bit), np.uint64(0))
        return TriggerWords(time, words, np.ones(len(time), np.uint8))

    def windows(self, time: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the trigger's own clock period."""
        return time, time + 1

    def monitor(self, frame: TimeFrame, words: TriggerWords[None]) -> dict[str, NDArray[np.int64]]:
        """Return the hits per plane."""
        return {"planes": self._planes.count(frame["planes"]["channel"])}


EXPERIMENT = ExperimentSpec(
    name="telescope",
    config_model=Telescope,
    clock=lambda section: Clock(tick_ns=10.0, clock_ticks=1, frame_ticks=section.frame_ticks),
    sources=schemas,
    bits=("single", "double", "triple"),
    signals=(signal("muons", "muons", Muons),),
    generator=TelescopeGenerator,
    trigger=TelescopeTrigger,
    histograms={
        "planes": HistogramSpec("Hits per plane", "plane", "hits", (PLANES,), (-0.5,), (PLANES - 0.5,))
    },
    entries=("coincidence",),
)
"""What the entry point names: at least 1, 2, 3 planes in one clock period are the trigger's bits."""
