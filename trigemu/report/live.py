"""What is shown while something runs: a live table on a terminal, else plain lines; on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from trigemu.plain import printable, short

if TYPE_CHECKING:
    from rich.console import Group

    from trigemu.menu.schema import Prescale
    from trigemu.setup.experiment import Setup
    from trigemu.streaming.core.totals import Snapshot

REFRESH_HZ = 4
PLAIN_EVERY_S = 5.0
"""Seconds between plain progress lines."""


@contextmanager
def progress_view(setup: Setup[Any], stream: TextIO | None = None) -> Iterator[Callable[[Snapshot], None]]:
    """Give a function to call with each `Snapshot`; it draws a live table, or prints a line now and then.

    Parameters
    ----------
    setup
        The run (its title heads the table).
    stream
        Where to; standard error by default.
    """
    stream = sys.stderr if stream is None else stream
    if not stream.isatty():
        lines = PlainLines(stream)
        yield lines.show
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    title = short(setup.config.title or setup.config.experiment)
    live = Live(console=Console(file=stream), refresh_per_second=REFRESH_HZ, transient=True)
    # A terminal that is closed meanwhile is no reason to lose a run.
    with suppress(OSError):
        live.start()
    scales = {line.name: line.scale for line in setup.menu.lines}
    told = 0

    def show(snapshot: Snapshot) -> None:
        nonlocal told
        for notice in snapshot.notices[told:]:
            live.console.print(Text(printable(notice)))
        told = len(snapshot.notices)
        live.update(live_table(title, snapshot, scales))

    try:
        yield show
    finally:
        with suppress(OSError):
            live.stop()


class PlainLines:
    """One line per change of state and every few seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = -1.0
        self._told = 0
        self._state = ""

    def show(self, snapshot: Snapshot) -> None:
        """Print the snapshot if it is time to."""
        for notice in snapshot.notices[self._told :]:
            self._stream.write(f"{notice}\n")
        self._told = len(snapshot.notices)
        now = self._clock()
        if snapshot.state == self._state and now < self._next:
            return
        self._state, self._next = snapshot.state, now + PLAIN_EVERY_S
        self._stream.write(one_line(snapshot) + "\n")
        self._stream.flush()


def one_line(snapshot: Snapshot) -> str:
    """Return a snapshot as one line of text."""
    eta = f", {snapshot.eta_s:.0f} s to go" if snapshot.eta_s is not None else ""
    return (
        f"{snapshot.state}: frame {snapshot.frames_done} of {snapshot.frames_total}, "
        f"{sum(snapshot.accepted)} kept by lines, dead {100 * snapshot.dead_fraction:.3g} %, "
        f"{snapshot.elapsed_s:.1f} s{eta}"
    )


def live_table(title: str, snapshot: Snapshot, scales: Mapping[str, Prescale] | None = None) -> Group:
    """Return the live display: headline, lines with rates, latency, processes.

    ``scales`` are the prescales of the lines; without them errors are those of lines without counters.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    done = f"{snapshot.frames_done} / {snapshot.frames_total} frames"
    eta = f"{snapshot.eta_s:.0f} s" if snapshot.eta_s is not None else "-"
    head = Text.assemble((title, "bold"), f"   {snapshot.state}   {done}   ETA {eta}")
    fragments = ", ".join(f"{name} {count}" for name, count in snapshot.fragments.items())
    facts = Text(
        f"dead {100 * snapshot.dead_fraction:.3g} %   {snapshot.bytes_per_s / 2**20:.1f} MiB/s   "
        f"elapsed {snapshot.elapsed_s:.1f} s   restarts {snapshot.restarts}\nfragments: {fragments}"
    )
    # Side by side, so that it fits on 24 lines: what is taller than the terminal is cut.
    tables = Table.grid(padding=(0, 3))
    tables.add_row(Group(_rates(snapshot, scales or {}), _latencies(snapshot)), _memory(snapshot))
    return Group(head, facts, tables)


def _rates(snapshot: Snapshot, scales: Mapping[str, Prescale]) -> Any:
    from trigemu.measure.rates import recorded
    from trigemu.menu.schema import Prescale
    from trigemu.render.numbers import number, rate
    from trigemu.render.shown import MANY
    from trigemu.render.terminal import new_table

    table = new_table("", ("line", "fired", "accepted", "rate (Hz)"))
    count = len(snapshot.line_names)
    plain = Prescale(every=1)
    outputs = snapshot.kept or snapshot.accepted
    lines = list(zip(snapshot.line_names, snapshot.fired, snapshot.accepted, outputs, strict=True))
    # What is taller than the terminal is cut, so of many lines only the busiest are shown.
    least = sorted(snapshot.fired, reverse=True)[:MANY][-1] if count > MANY else 0
    shown = [line for line in lines if line[1] >= least][:MANY]
    for name, fired, accepted, kept in shown:
        got = recorded(accepted, kept, scales.get(name, plain), max(snapshot.live_s, 0.0))
        table.add_row(name, number(fired), number(accepted), rate(got.to_dict("rate")))
    if count > len(shown):
        table.caption = f"the busiest of {count} lines"
    return table


def _latencies(snapshot: Snapshot) -> Any:
    from trigemu.report.terminal import latency_table

    return latency_table(snapshot.latency_us)


def _memory(snapshot: Snapshot) -> Any:
    from trigemu.render.terminal import new_table

    table = new_table("", ("process", "memory (MiB)"))
    for role, mib in sorted(snapshot.memory_mib.items()):
        table.add_row(role, f"{mib:.0f}")
    return table
