"""A small experiment whose data come in crossings; tests put it on the path as an installed plugin.

Each crossing has cells with an energy and pads with a number; the trigger sums the energy, counts pads, and a
software line asks for an even number of cells.  Everything is addressed by (seed, frame).
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

FRAME_TICKS = 100_000
SCHEMAS = {
    "timing": Schema("timing", (Column("time", "<i8"), Column("phase", "<u2"))),
    "cells": Schema(
        "cells",
        (Column("channel", "<u2"), Column("value", "<u2"), Column("time", "<i2"), Column("offsets", "<i8")),
    ),
    "pads": Schema("pads", (Column("channel", "<u2"), Column("offsets", "<i8"))),
    TRUTH: Schema(TRUTH, (Column("time", "<i8"), Column("signal", "<u2"), Column("accepted", "|u1"))),
}


class Ring(Model):
    """``crossings`` per frame on average; ``spoil`` names a source that has one crossing too few in frame 3."""

    crossings: Annotated[float, Field(ge=0)] = 40.0
    spoil: str = ""


class Flash(Model):
    """A signal: every fourth crossing."""

    signal: str = "flash"
    label: str = "flash"


class RingGenerator:
    def __init__(self, setup: Setup[Ring], sources: Sequence[str]) -> None:
        self.setup = setup

    def _random(self, frame: int, purpose: int) -> np.random.Generator:
        key = np.array([self.setup.config.run.seed, (frame << 8) | purpose], np.uint64)
        return np.random.Generator(np.random.Philox(key=key))

    def _times(self, frame: int) -> NDArray[np.int64]:
        section = self.setup.section
        random = self._random(frame, 0)
        return np.unique(random.integers(0, FRAME_TICKS, random.poisson(section.crossings)))

    def fragment(self, source: str, frame: int) -> Mapping[str, NDArray[Any]]:
        section = self.setup.section
        time = self._times(frame)
        if source == TRUTH:
            signal = np.where(np.arange(len(time)) % 4 == 0, 0, 0xFFFF).astype(np.uint16)
            return {"time": time, "signal": signal, "accepted": np.ones(len(time), np.uint8)}
        random = self._random(frame, 1 + list(SCHEMAS).index(source))
        if source == "timing":
            return {"time": time, "phase": random.integers(0, 1 << 16, len(time)).astype(np.uint16)}
        counts = random.poisson(3.0, len(time))
        if source == section.spoil and frame == 3:
            counts = counts[1:]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        hits = int(offsets[-1])
        columns: dict[str, NDArray[Any]] = {"channel": random.integers(0, 100, hits).astype(np.uint16)}
        if source == "cells":
            columns["value"] = random.integers(0, 100, hits).astype(np.uint16)
            columns["time"] = random.integers(-100, 100, hits).astype(np.int16)
        return {**columns, "offsets": offsets}


class RingTrigger:
    """Bits: energy above 100, above 250, at least 4 pads, an odd phase; software: an even number of cells."""

    def __init__(self, setup: Setup[Ring]) -> None:
        self.setup = setup

    def words(self, frame: TimeFrame) -> TriggerWords[None]:
        time = frame["timing"]["time"]
        cells, pads = frame["cells"], frame["pads"]
        before = np.concatenate([[0], np.cumsum(cells["value"], dtype=np.int64)])
        energy = before[cells["offsets"][1:]] - before[cells["offsets"][:-1]]
        bits = (
            energy > 100,
            energy > 250,
            np.diff(pads["offsets"]) >= 4,
            frame["timing"]["phase"] % 2 == 1,
            np.diff(cells["offsets"]) % 2 == 0,
        )
        words = np.zeros((len(time), 1), np.uint64)
        for bit, fires in enumerate(bits):
            words[:, 0] |= fires.astype(np.uint64) << np.uint64(bit)
        return TriggerWords(time, words, np.ones(len(time), np.uint8))

    def monitor(self, frame: TimeFrame, words: TriggerWords[None]) -> dict[str, NDArray[np.int64]]:
        return {"cells": self.setup.histograms["cells"].count(frame["cells"]["channel"])}


EXPERIMENT = ExperimentSpec(
    name="ring",
    config_model=Ring,
    clock=Clock(tick_ns=2.0, clock_ticks=1, frame_ticks=FRAME_TICKS),
    sources=SCHEMAS,
    bits=("low", "high", "pads", "odd", "even"),
    signals=(signal("flash", "flash", Flash),),
    generator=RingGenerator,
    trigger=RingTrigger,
    histograms={"cells": HistogramSpec("Cells", "cell", "hits", (100,), (-0.5,), (99.5,))},
    crossings="timing",
)
