"""Addressed random numbers for whole arrays of events, and rejection sampling that stays addressed.

Event i of a frame uses the numbers of its own index only, however many events are made with it and however
many attempts the others need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import RunError
from trigemu.jit import kernel
from trigemu.physics.rng import Int, normal2, uniform2

Blocks = int | I64

STEP_BLOCKS = 1 << 20
"""Blocks that one step of making an event may use."""

MAX_ATTEMPTS = 20_000
"""Attempts for one event before sampling gives up."""

_AT_ONCE = 512


@kernel
def _rows(seed: Int, frame: Int, purpose: Int, index: I64, block: I64, normal: bool, out: F64) -> None:
    for i in range(index.shape[0]):
        if normal:
            out[i, 0], out[i, 1] = normal2(seed, frame, purpose, index[i], block[i])
        else:
            out[i, 0], out[i, 1] = uniform2(seed, frame, purpose, index[i], block[i])


@dataclass(frozen=True, slots=True)
class Draws:
    """The random numbers of one purpose in one frame.

    Attributes
    ----------
    seed, frame, purpose
        Address (see `trigemu.physics.rng`).
    base
        First block of this step.
    """

    seed: int
    frame: int
    purpose: int
    base: int = 0

    def step(self, number: int) -> Draws:
        """Return the numbers of another step (0-4095) in making an event."""
        return Draws(self.seed, self.frame, self.purpose, number * STEP_BLOCKS)

    def uniform(self, index: I64, block: Blocks = 0) -> F64:
        """Return float64[n, 2], uniform in [0, 1), for events and blocks (one, or one per event)."""
        return self._fill(index, block, normal=False)

    def normal(self, index: I64, block: Blocks = 0) -> F64:
        """Return float64[n, 2], standard normal, for events and blocks (one, or one per event)."""
        return self._fill(index, block, normal=True)

    def _fill(self, index: I64, block: Blocks, *, normal: bool) -> F64:
        out = np.empty((len(index), 2))
        blocks = np.ascontiguousarray(np.broadcast_to(np.asarray(block, np.int64) + self.base, len(index)))
        # A plain number: Numba's cache would name the class of an enumeration, and fail to load where that is gone.
        _rows(np.uint64(self.seed), self.frame, int(self.purpose), index, blocks, normal, out)
        return out


def accept_reject(index: I64, propose: Callable[[I64, I64], tuple[F64, F64]], what: str) -> F64:
    """Return one accepted proposal per event: that of its first attempt that is kept.

    Parameters
    ----------
    index
        int64[n], numbers of the events.
    propose
        Called with positions in ``index`` and numbers of attempts (int64[k] each); returns candidates
        (float64[k] or [k, m]) and the margin by which each is kept (float64[k], kept where >= 0).
    what
        What is sampled, for the sentence if it fails.

    Returns
    -------
    float64[n] or [n, m]

    Raises
    ------
    RunError
        No attempt of an event was accepted in `MAX_ATTEMPTS`.
    """
    pending = np.arange(len(index))
    out: F64 | None = None
    attempt = 0
    while attempt < MAX_ATTEMPTS:
        # The few events that are left try many times at once; the first success counts, so nothing changes.
        tries = max(1, _AT_ONCE // max(len(pending), 1)) if attempt else 1
        attempts = np.tile(np.arange(attempt, attempt + tries), len(pending))
        values, margin = propose(np.repeat(pending, tries), attempts)
        if out is None:
            out = np.empty((len(index), *values.shape[1:]))
        kept = (margin >= 0.0).reshape(len(pending), tries)
        done = kept.any(axis=1)
        first = np.flatnonzero(done) * tries + kept[done].argmax(axis=1)
        out[pending[done]] = values[first]
        pending = pending[~done]
        if len(pending) == 0:
            return out
        attempt += tries
    raise RunError(f"sampling of {what} found nothing in {MAX_ATTEMPTS} attempts for {len(pending)} events")
