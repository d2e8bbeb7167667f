"""CHOKE: pauses because the merged input queue is almost full, or because a detector asks for one.

The queue takes the words of each time step and gives up a fixed number.  Above ``high`` it raises CHOKE at
the end of the step, below ``low`` it releases it.  CHOKE is on while the queue or a detector asks for it;
triggers are refused from ``delay`` clock periods after it goes on until ``restart`` periods after it goes
off (NA62's L0 trigger processor: 8000 and 7500 words, 3 clocks, one latency; firmware
``ethlink/Trigger.vhd``).  All times are integers: clock periods since begin-of-run.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels.menu_sequence import fill_queue
from trigemu.menu.schema import Choke

FOREVER = 2**63 - 1
"""End (TDC counts) of a pause whose end is not known yet."""

LOG_LIMIT = 10_000
"""Transitions that are remembered one by one; all are counted."""

_QUEUE, _REQUEST = 0, 1
_NO_PAUSE = np.zeros(0, np.int64)
_NO_PAUSE.setflags(write=False)


class ChokeModel:
    """The state of CHOKE from frame to frame.

    Attributes
    ----------
    log
        (clock period, on) of the first `LOG_LIMIT` transitions (trigger words 0x24 and 0x25 in NA62).
    transitions
        How often it went on and off, together.
    """

    def __init__(self, choke: Choke, *, clock_ticks: int, frame_ticks: int) -> None:
        self.log: list[tuple[int, bool]] = []
        self.transitions = 0
        self._choke = choke
        self._clock_ticks = clock_ticks
        self._frame_ticks = frame_ticks
        self._limits = np.array([choke.words_per_step, choke.high, choke.low], np.int64)
        self._queue = np.zeros(2, np.int64)
        self._steps = np.zeros(0, np.int64)
        # Last first, so that the next one is popped from the end.
        self._requests = [
            event for on, off in reversed(choke.requests) for event in ((off, False), (on, True))
        ]
        self._asking = [False, False]
        self._pauses: list[tuple[int, int]] = []

    @property
    def on(self) -> bool:
        """Whether CHOKE is on."""
        return any(self._asking)

    @property
    def queue(self) -> int:
        """Words in the queue."""
        return int(self._queue[0])

    def advance(self, frame: int, load: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Let a frame pass.

        Parameters
        ----------
        frame
            Frame number; frames come in order.
        load
            uint16[k], words that entered the queue in each of the frame's k equal time steps; none where the
            frame is lost or the experiment has no queue (the queue then stays as it is).

        Returns
        -------
        ndarray
            int64[2 m]: start and end (TDC counts since begin-of-run, end excluded) of the m pauses that reach
            into the frame, in order and apart.
        """
        start = frame * self._frame_ticks
        end = start + self._frame_ticks
        events = self._queue_events(start, load) if len(load) else []
        while self._requests and self._requests[-1][0] <= end // self._clock_ticks:
            period, on = self._requests.pop()
            events.append((period, _REQUEST, on))
        for period, together in groupby(sorted(events), key=itemgetter(0)):
            before = self.on
            for _, who, on in together:
                self._asking[who] = on
            if self.on != before:
                self._switch(period)
        if not self._pauses:
            return _NO_PAUSE
        reach = [time for pause in self._pauses if pause[0] < end for time in pause]
        self._pauses = [pause for pause in self._pauses if pause[1] > end]
        return np.array(reach, np.int64)

    def _queue_events(self, start: int, load: NDArray[np.uint16]) -> list[tuple[int, int, bool]]:
        if len(self._steps) < len(load):
            self._steps = np.zeros(len(load), np.int64)
        on = bool(self._queue[1])
        found = fill_queue(load, self._limits, self._queue, self._steps)
        events = []
        for step in self._steps[:found].tolist():
            on = not on
            edge = start + (step + 1) * self._frame_ticks // len(load)
            events.append((edge // self._clock_ticks, _QUEUE, on))
        return events

    def _switch(self, period: int) -> None:
        self.transitions += 1
        if len(self.log) < LOG_LIMIT:
            self.log.append((period, self.on))
        if self.on:
            begin = (period + self._choke.delay) * self._clock_ticks
            if self._pauses and begin <= self._pauses[-1][1]:
                # It comes back before triggers have restarted: the pause goes on.
                begin = self._pauses.pop()[0]
            self._pauses.append((begin, FOREVER))
            return
        begin = self._pauses.pop()[0]
        stop = (period + self._choke.restart) * self._clock_ticks
        if begin < stop:
            self._pauses.append((begin, stop))
