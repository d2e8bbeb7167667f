"""From a complete frame to the row that is recorded: the same for the worker and the offline driver."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from trigemu.decision.decide import Decider
from trigemu.decision.monitoring import MonitorLayout
from trigemu.decision.readout import encode_readout, readout_schemas
from trigemu.decision.rows import CORRUPT, Row
from trigemu.frames.columns import Block, Buffer
from trigemu.frames.frame import Fragment, TimeFrame
from trigemu.frames.ranges import CorruptError
from trigemu.setup.experiment import Setup


class RowMaker:
    """Decides frames and packs what is recorded of them.

    Parameters
    ----------
    setup
        The run.
    """

    def __init__(self, setup: Setup[Any]) -> None:
        self._decider = Decider(setup)
        self._decider.warm_up(setup.schemas)
        self._layout = MonitorLayout(setup)
        self._run = setup.config.run.number
        self._all = setup.config.record.mode == "all"
        self._checksum = setup.config.streaming.checksum
        self._readout = readout_schemas(setup.schemas)

    def row(
        self,
        frame: int,
        fragments: Sequence[Fragment],
        messages: Sequence[Sequence[Buffer]],
        received_ns: int,
    ) -> Row:
        """Return the row of a complete frame (a lost one if its fragments hold what cannot be).

        Parameters
        ----------
        frame
            Frame number.
        fragments, messages
            One per source, and the messages they came in (kept verbatim if all fragments are recorded).
        received_ns
            When the last of them came.
        """
        columns: dict[str, Block] = {}
        planned_ns, sent_ns, size = fragments[0].planned_ns, 0, 0
        for fragment in fragments:
            columns[fragment.source] = block = fragment.columns
            planned_ns = min(planned_ns, fragment.planned_ns)
            sent_ns = max(sent_ns, fragment.sent_ns)
            size += block.buffer.nbytes
        try:
            verdict = self._decider.decide(TimeFrame(self._run, frame, columns))
        except CorruptError as error:
            row = Row(frame, lost=CORRUPT, missing=len(error.sources))
            if self._all:
                # What came is kept as it came: a replay finds the same.
                row.extra = [part for message in messages for part in message]
            return row
        row = Row(frame, planned_ns, sent_ns, received_ns, size=size)
        # An answer without candidates and load needs no arrays of its own.
        if len(verdict.candidates.time) or len(verdict.candidates.load):
            row.candidates = verdict.candidates
        if verdict.tally is not self._decider.no_tally and verdict.tally.any():
            row.tally = verdict.tally
        row.replay = verdict.replay
        if verdict.monitor or verdict.compared:
            row.bins, row.counts = self._layout.join(verdict.monitor, verdict.compared)
        if self._all:
            row.extra = [part for message in messages for part in message]
        elif verdict.readout is not None:
            row.extra = encode_readout(self._run, frame, verdict.readout, self._readout, self._checksum)
        row.decided_ns = time.monotonic_ns()
        return row


def whole(
    fragments: Mapping[str, tuple[Fragment, Sequence[Buffer]]],
) -> tuple[list[Fragment], list[Sequence[Buffer]]]:
    """Return fragments and messages of a complete frame in the order of their sources' names."""
    if len(fragments) == 1:
        ((fragment, message),) = fragments.values()
        return [fragment], [message]
    ordered = [fragments[source] for source in sorted(fragments)]
    return [fragment for fragment, _ in ordered], [message for _, message in ordered]
