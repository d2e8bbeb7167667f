"""The generated event that a decision belongs to.

A run that recorded all fragments has the truth in its records.  Otherwise it is made again from the seed, which gives
the same events wherever it is done; of every frame it is checked that they are those that the run counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.decision.rows import Row
from trigemu.decision.tally import counted, judge
from trigemu.errors import InputError, RunError
from trigemu.frames.columns import Array
from trigemu.frames.frame import TRUTH
from trigemu.measure.export.columns import EVENT, more_of_events
from trigemu.setup.experiment import Setup

WITHOUT = "--no-truth leaves generated events out"


class EventFinder:
    """Finds the generated events beside decisions.

    Parameters
    ----------
    setup
        The run.
    recorded
        Whether its records hold the truth.

    Raises
    ------
    InputError
        The truth has to be made again, and something that the generator needs is not there.
    """

    def __init__(self, setup: Setup[Any], *, recorded: bool) -> None:
        self._setup = setup
        self._more = more_of_events(setup.schemas[TRUTH])
        self._generator = None
        if not recorded:
            try:
                self._generator = setup.make_generator((TRUTH,))
            except InputError as error:
                raise InputError(f"{error}; {WITHOUT}") from error

    def columns(self, row: Row, recorded: Mapping[str, Array] | None) -> dict[str, Array]:
        """Return the event columns of a frame's decisions (`trigemu.measure.export.columns.event_columns`).

        Parameters
        ----------
        row
            The frame.
        recorded
            Its recorded truth, if there is one.

        Raises
        ------
        RunError
            Events that were made again are not those that the run counted.
        """
        truth = recorded
        # A replay of recorded triggers never saw the truth of its frames.
        if truth is None and self._generator is not None and not len(row.replay):
            truth = self._generator.fragment(TRUTH, row.frame)
            self._check(row, truth)
        setup, time = self._setup, row.candidates.time
        if truth is None:
            return self._none(len(time))
        at = nearest_events(
            truth,
            time,
            signals=len(setup.signals),
            frame_ticks=setup.clock.frame_ticks,
            window=setup.match_window,
        )
        return self._of(truth, at)

    def _check(self, row: Row, truth: Mapping[str, Array]) -> None:
        setup, signals = self._setup, len(self._setup.signals)
        if not (signals or setup.weighted):
            return
        judged = judge(
            truth,
            row.candidates,
            signals=signals,
            frame_ticks=setup.clock.frame_ticks,
            window=setup.match_window,
            menu=setup.menu,
        )
        made = counted(judged, signals)
        # Nothing is recorded of a frame with nothing to count.
        if not np.array_equal(made, row.tally if len(row.tally) else np.zeros_like(made)):
            raise RunError(
                f"frame {row.frame}: the generated events as they are made again from the seed are not those that the "
                f"run counted (another version of the package may have recorded it); {WITHOUT}"
            )

    def _none(self, n: int) -> dict[str, Array]:
        found: dict[str, Array] = {column.name: np.full(n, -1, column.dtype) for column in EVENT}
        found["event_weight"] = np.zeros(n)
        for column in self._more.values():
            found[column.name] = np.full(n, _nothing(column.dtype), column.dtype)
        return found

    def _of(self, truth: Mapping[str, Array], at: NDArray[np.int64]) -> dict[str, Array]:
        found = self._none(len(at))
        there = at >= 0
        rows = at[there]
        found["event"] = at
        found["event_time"][there] = truth["time"][rows]
        signal = truth["signal"][rows].astype(np.int64)
        found["event_signal"][there] = np.where(signal < len(self._setup.signals), signal, -1)
        found["event_accepted"][there] = truth["accepted"][rows]
        found["event_weight"][there] = truth["weight"][rows] if "weight" in truth else 1.0
        for name, column in self._more.items():
            found[column.name][there] = truth[name][rows]
        return found


def _nothing(dtype: str) -> float:
    return np.nan if dtype[1] == "f" else -1


def nearest_events(
    truth: Mapping[str, Array], time: NDArray[np.int64], *, signals: int, frame_ticks: int, window: int
) -> NDArray[np.int64]:
    """Return the row of the truth that each decision belongs to, int64[len(time)]; -1 where no event is near.

    Only events inside the frame and within ``window`` count, as in `trigemu.decision.tally.judge`; signals come before
    others, nearer ones before farther ones, earlier ones before later ones.
    """
    inside = (truth["time"] >= 0) & (truth["time"] < frame_ticks)
    is_signal = truth["signal"] < signals
    first = _nearest(truth["time"], np.flatnonzero(inside & is_signal), time, window)
    other = _nearest(truth["time"], np.flatnonzero(inside & ~is_signal), time, window)
    return np.where(first >= 0, first, other)


def _nearest(
    times: Array, rows: NDArray[np.int64], time: NDArray[np.int64], window: int
) -> NDArray[np.int64]:
    if not len(rows):
        return np.full(len(time), -1, np.int64)
    rows = rows[np.argsort(times[rows], kind="stable")]
    sorted_times = times[rows].astype(np.int64)
    after = np.searchsorted(sorted_times, time).clip(max=len(rows) - 1)
    before = (after - 1).clip(min=0)
    nearer = np.abs(sorted_times[before] - time) <= np.abs(sorted_times[after] - time)
    best = np.where(nearer, before, after)
    return np.where(np.abs(sorted_times[best] - time) <= window, rows[best], -1)
