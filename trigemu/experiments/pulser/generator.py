"""Pulses: a pure function of (seed, frame, source)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import Bool
from trigemu.experiments.pulser.config import Pulser
from trigemu.frames.columns import Array, Block, Column, Schema, allocate, pack
from trigemu.frames.frame import TRUTH
from trigemu.setup.experiment import Setup
from trigemu.setup.offline import Cut

CHANNELS = 256
"""Channels of a source."""

GUARD = 100
"""Ticks at each end of a frame in which no burst is made, so that none is cut in two."""

EDGE, APART = 0.1, 0.05
"""What the offline selection asks of a burst, in lengths of a frame: distance to the frame's ends, and to other bursts.
"""

ALONE = (
    Cut("inside", f"The burst is more than {EDGE:g} of a frame away from the frame's ends", "chosen"),
    Cut("apart", f"No other burst of the frame is within {APART:g} of a frame", "chosen"),
)
"""The cuts of the offline selection ``alone``."""

_TRUTH_STREAM = 4095

_TIME = "Time since the start of the frame"


def schemas(config: Pulser) -> dict[str, Schema]:
    """Return the schema of every source."""
    last = config.frame_ticks - 1
    pulse = (
        Column("time", "<i8", low=0, high=last, rises=True, meaning=_TIME, unit="ticks"),
        Column("channel", "<u2", high=CHANNELS - 1, meaning="Channel of the pulse"),
    )
    if config.ready_made_kib:
        # Nobody looks at what is in these blocks: they measure how fast bytes travel.
        pulse = (
            Column("time", "<i8", meaning="Filling", unit="ticks"),
            Column("channel", "<u2", meaning="Filling"),
        )
    truth = (
        Column("time", "<i8", low=0, high=last, meaning=_TIME, unit="ticks"),
        Column("signal", "<u2", meaning="Number of the event's [[signal]] table, from 0"),
        Column("accepted", "|u1", high=1, meaning="1: all bursts are accepted"),
    )
    found = {f"p{index}": Schema(f"p{index}", pulse) for index in range(config.sources)}
    return {**found, TRUTH: Schema(TRUTH, truth)} if config.truth else found


class PulseGenerator:
    """Makes fragments (see the module)."""

    def __init__(self, setup: Setup[Pulser], sources: Sequence[str]) -> None:
        self._config = config = setup.section
        self._seed = setup.config.run.seed
        self._ready = {name: _ready_made(schema, config) for name, schema in setup.schemas.items()}

    def fragment(self, source: str, frame: int) -> Mapping[str, Array]:
        """Return the columns of one source in one frame."""
        bursts = self._bursts(frame)
        if source == TRUTH:
            signal, accepted = np.zeros(len(bursts), np.uint16), np.ones(len(bursts), np.uint8)
            return {"time": bursts, "signal": signal, "accepted": accepted}
        if self._config.ready_made_kib:
            return self._ready[source]
        # The key addresses the numbers: the same frame comes out the same anywhere.
        random = np.random.Generator(np.random.Philox(key=[self._seed, frame * 4096 + int(source[1:])]))
        noise = random.integers(0, self._config.frame_ticks, self._config.pulses)
        jitter = random.integers(0, self._config.coincidence_ticks, len(bursts))
        time = np.sort(np.concatenate([noise, bursts + jitter]))
        return {"time": time, "channel": random.integers(0, CHANNELS, len(time)).astype(np.uint16)}

    def offline(self, name: str, frame: int) -> Bool:
        """Return which of the cuts `ALONE` each burst passes: bool[bursts, 2]."""
        bursts, ticks = self._bursts(frame), self._config.frame_ticks
        inside = (bursts > EDGE * ticks) & (bursts < (1 - EDGE) * ticks)
        # Beyond the first and the last burst there is none.
        gaps = np.diff(bursts, prepend=-ticks, append=2 * ticks) > APART * ticks
        return np.column_stack([inside, gaps[:-1] & gaps[1:]])

    def _bursts(self, frame: int) -> NDArray[np.int64]:
        if self._config.ready_made_kib:
            return np.zeros(0, np.int64)
        random = np.random.Generator(np.random.Philox(key=[self._seed, frame * 4096 + _TRUTH_STREAM]))
        return np.sort(random.integers(GUARD, self._config.frame_ticks - GUARD, self._config.bursts))


def _ready_made(schema: Schema, config: Pulser) -> Block:
    """Return a block of the configured size, filled with pulses at time 0."""
    if schema.source == TRUTH or not config.ready_made_kib:
        return pack(schema, schema.empty())
    # Two columns of 8 and 2 bytes per pulse fill the block but for the padding.
    return allocate(schema, (config.ready_made_kib * 1024 // 10, config.ready_made_kib * 1024 // 10))
