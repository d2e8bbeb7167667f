"""What the track counter makes of the ring cells of short and long tracks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import Bool
from trigemu.experiments.besiii.mdc.config import Mdc


def thinned(cells: Bool) -> Bool:
    """Return which cells of rings the track counter keeps.

    Each run of consecutive true cells keeps its cells 0, 2, 4, ... (besiii_babar_facts A4.11).  How the hardware
    treats the end of the ring is not known; here a run goes on over it, so a track there is no different from others,
    and a full ring begins at cell 0.

    Parameters
    ----------
    cells
        bool[n, cells], an even number of cells.
    """
    size = cells.shape[1]
    # Cells since the last gap, over two turns so that runs over the end are counted from their beginning.
    place = np.arange(2 * size)
    twice = np.concatenate([cells, cells], axis=1)
    gap = np.maximum.accumulate(np.where(twice, -1, place), axis=1)[:, size:]
    since = place[size:] - gap - 1
    full = np.asarray(cells.all(axis=1))[:, None]
    return np.asarray(cells & (np.where(full, place[:size], since) % 2 == 0))


def conditions_of_cells(short: Bool, long: Bool, inner1: Bool, inner2: Bool, config: Mdc) -> Bool:
    """Return the conditions of cells as the hardware stores them.

    Parameters
    ----------
    short, long
        bool[n, 128], cells of the two rings, already thinned: each is one track.
    inner1, inner2
        bool[n], a segment in superlayer 1, 2.
    config
        The ``[besiii.mdc]`` section.

    Returns
    -------
    bool[n, 10], in the order of `bits.MDC_CONDITIONS`.
    """
    columns = [
        *_ring(short, config.many_short, config.back_to_back),
        *_ring(long, config.many_long, config.back_to_back),
        inner1 & inner2,
        inner1 | inner2,
    ]
    return np.stack(columns, axis=1)


def _ring(cells: Bool, many: int | None, window: tuple[int, int]) -> list[NDArray[np.bool_]]:
    """Return back to back, >=N, >=2 and >=1 of one ring."""
    count = cells.sum(axis=1)
    opposite = np.zeros(len(cells), np.bool_)
    for step in range(window[0], window[1] + 1):
        opposite |= (cells & np.roll(cells, step, axis=1)).any(axis=1)
    enough = np.zeros(len(cells), np.bool_) if many is None else count >= many
    return [opposite, np.asarray(enough), count >= 2, count >= 1]
