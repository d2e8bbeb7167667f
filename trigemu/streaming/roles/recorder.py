"""The recorder: takes verdicts from the workers, writes the run, and tells control what is durable."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trigemu.errors import RunError
from trigemu.frames.rundir import PROCESSES_FILE, TOTALS_FILE, write_json
from trigemu.frames.wire import WireError
from trigemu.stopping import Stopped
from trigemu.streaming.core import protocol as p
from trigemu.streaming.core.assemble import assemble
from trigemu.streaming.core.protocol import Note
from trigemu.streaming.link.link import ControlLostError, Link
from trigemu.streaming.link.transport import Port
from trigemu.streaming.roles.recording import Recording
from trigemu.streaming.roles.shell import Shell


class Recorder(Shell):
    """Runs a `Recording` against the real world."""

    def __init__(
        self, link: Link, recording: Recording, data: Port, path: Path, identity: Mapping[str, Any]
    ) -> None:
        super().__init__(link)
        self._recording = recording
        self._data = data
        self._path = path
        self._identity = identity
        self._damaged = 0
        self._closed = False

    def run(self) -> None:
        """Record until control says goodbye; whatever happens, the run directory is closed.

        Raises
        ------
        RunError
            No space left, or control is gone.
        """
        try:
            super().run()
            self._recording.close()
        except ControlLostError:
            self._recording.close()
            self._abandon()
            raise
        except Stopped:
            # Another recorder may go on with the run.
            self._recording.close()
            raise
        except RunError as error:
            with contextlib.suppress(RunError):
                self._recording.close()
            self.link.report(
                p.FAILED,
                self.progress,
                self.counters(),
                {"reason": str(error), "totals": self._recording.totals()},
            )
            raise

    def _abandon(self) -> None:
        """Write the totals that control can no longer write."""
        totals = assemble(
            self._recording.totals(),
            planned=self._recording.next,
            copies=self.counters(),
            wall_s=0.0,
            open_loop=False,
            memory={},
            identity=self._identity,
            aborted=True,
        )
        write_json(self._path / TOTALS_FILE, totals.to_dict(), totals.run_id)
        (self._path / PROCESSES_FILE).unlink(missing_ok=True)

    def last_words(self) -> Mapping[str, Any]:
        """Close the run directory; return what it holds."""
        with contextlib.suppress(RunError):
            self._recording.close()
        return self._recording.totals()

    def ready(self) -> Mapping[str, Any]:
        """Say which frame is wanted first."""
        return {"next": self._recording.next}

    def figures(self) -> Mapping[str, Any]:
        """Return the counts so far."""
        return self._recording.account.progress()

    def counters(self) -> Mapping[str, int]:
        """Return messages that could not be read, or that nobody asked for."""
        damaged = self._damaged + self.link.damaged + self._data.oversized
        foreign = self._recording.foreign + self.link.refused()
        return {"damaged": damaged, "foreign": foreign, "repeats": self._recording.repeats}

    def hear(self, note: Note) -> None:
        """Take a message from control."""
        if note.kind == p.SKIP:
            for first, count in note.fields["skip"]:
                self._recording.skip(first, count)
        elif note.kind == p.END:
            self._recording.close()
            self._closed = True
            self.link.report(p.ENDED, self.progress, self.counters(), {"totals": self._recording.totals()})

    def work(self, ports: list[Port]) -> None:
        """Take verdicts and write the frames whose turn it is."""
        if self._data in ports:
            for parts in self._data.receive():
                if self._closed:
                    # A run that is given up is closed while verdicts are still coming.
                    continue
                try:
                    self._recording.receive(parts)
                except WireError:
                    self._damaged += 1
        if not self._closed and self._recording.write():
            self.progress = self._recording.next
            self.link.send(p.DURABLE, {"upto": self._recording.next})
