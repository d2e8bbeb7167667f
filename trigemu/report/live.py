"""What is shown while something runs: a live table on a terminal, else plain lines; on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from trigemu.menu.order import physics_first
from trigemu.plain import encodable, printable, short

if TYPE_CHECKING:
    from rich.text import Text

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
    menu = setup.menu.lines
    scales = {menu[place].name: menu[place].scale for place in physics_first(menu)}
    told = 0

    def show(snapshot: Snapshot) -> None:
        nonlocal told
        for notice in snapshot.notices[told:]:
            live.console.print(Text(printable(notice)))
        told = len(snapshot.notices)
        live.update(live_table(title, snapshot, scales, live.console.size, live.console.encoding))

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


def live_table(
    title: str,
    snapshot: Snapshot,
    scales: Mapping[str, Prescale] | None = None,
    size: tuple[int, int] = (120, 40),
    encoding: str = "utf-8",
) -> Text:
    """Return the live display: headline, lines with rates, latency, processes.

    What is taller or wider than the terminal is cut, so of many lines only the busiest are shown, and processes only
    where there is room beside them.

    Parameters
    ----------
    title
        Of the run.
    snapshot
        What is shown.
    scales
        Prescales of the lines, in the order in which these are shown; without them errors are those of lines without
        counters.
    size
        Columns and lines of the terminal.
    encoding
        What it can show.
    """
    from rich.text import Text

    width, height = size
    head = _head(title, snapshot, width)
    latency = _latencies(snapshot, width)
    busiest = _busiest(snapshot, scales or {}, width, height - len(head) - len(latency) - 1)
    body = _beside([*busiest, *latency], _memory(snapshot, width), width)
    first, *others = (Text(encodable(line, encoding)) for line in [*head, *body])
    first.stylize("bold")
    return Text("\n", no_wrap=True, overflow="ignore").join([first, *others])


def _head(title: str, snapshot: Snapshot, width: int) -> list[str]:
    from trigemu.render.words import filled

    eta = f"{snapshot.eta_s:.0f} s" if snapshot.eta_s is not None else "-"
    first = title, snapshot.state, f"{snapshot.frames_done} / {snapshot.frames_total} frames", f"ETA {eta}"
    facts = (
        f"dead {100 * snapshot.dead_fraction:.3g} %",
        f"{snapshot.bytes_per_s / 2**20:.1f} MiB/s",
        f"elapsed {snapshot.elapsed_s:.1f} s",
        f"restarts {snapshot.restarts}",
    )
    counts = [f"{name} {count}" for name, count in snapshot.fragments.items()]
    fragments = [f"fragments: {count}" if place == 0 else count for place, count in enumerate(counts)]
    return [*filled(first, width, "   "), *filled(facts, width, "   "), *filled(fragments, width, ", ")]


def _busiest(snapshot: Snapshot, scales: Mapping[str, Prescale], width: int, height: int) -> list[str]:
    from trigemu.measure.rates import recorded
    from trigemu.measure.tables.lines import rate_cell
    from trigemu.menu.schema import Prescale
    from trigemu.render.layout import beginning
    from trigemu.render.shown import MANY
    from trigemu.render.table import Cell, Column, Value, table

    # A heading of up to two lines, its rule, and the sentence below.
    most = max(1, min(MANY, height - 4))
    plain = Prescale(every=1)
    outputs = snapshot.kept or snapshot.accepted
    lines = list(zip(snapshot.line_names, snapshot.fired, snapshot.accepted, outputs, strict=True))
    order = {name: place for place, name in enumerate(scales)}
    lines.sort(key=lambda line: order.get(line[0], len(order)))
    busy = sorted(range(len(lines)), key=lambda place: -lines[place][1])[:most]
    rows: list[list[Cell | Value]] = []
    for name, fired, accepted, kept in (lines[place] for place in sorted(busy)):
        got = recorded(accepted, kept, scales.get(name, plain), max(snapshot.live_s, 0.0))
        rows.append([name, rate_cell(got.to_dict("rate")), accepted, fired])
    shown = table("", (Column("line", kind="key"), Column("rate", "Hz"), "accepted", "fired"), rows)
    said = [f"the busiest of {len(lines)} lines"] if len(lines) > len(rows) else []
    return ["", *(line.text for line in beginning(shown, width)), *said]


def _latencies(snapshot: Snapshot, width: int) -> list[str]:
    from trigemu.measure.tables.latency import latency_table
    from trigemu.render.layout import beginning

    table = latency_table(snapshot.latency_us)
    return ["", *(line.text for line in beginning(table, width))] if snapshot.latency_us else []


def _memory(snapshot: Snapshot, width: int) -> list[str]:
    from trigemu.render.layout import beginning
    from trigemu.render.table import Cell, Column, Value, table

    rows: list[list[Cell | Value]] = [
        [role, Cell(f"{mib:.0f}", mib)] for role, mib in sorted(snapshot.memory_mib.items())
    ]
    shown = table("", (Column("process", kind="key"), Column("memory", "MiB")), rows)
    return ["", *(line.text for line in beginning(shown, width))]


def _beside(left: list[str], right: list[str], width: int) -> list[str]:
    """Return two blocks side by side; the left one alone where there is no room for both."""
    from trigemu.render.layout import GAP
    from trigemu.render.words import padded, width_of

    room = max(map(width_of, left)) + GAP
    if room + max(map(width_of, right)) > width or len(right) > len(left):
        return left
    right = right + [""] * (len(left) - len(right))
    return [f"{padded(one, room)}{two}".rstrip(" ") for one, two in zip(left, right, strict=True)]
