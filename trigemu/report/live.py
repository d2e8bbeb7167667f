"""What is shown while something runs: a live table on a terminal, else plain lines; on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from trigemu.menu.order import physics_first
from trigemu.plain import encodable, printable, short
from trigemu.render.progress import PATIENCE_S, Tracker, View, bar_text, drawn, hidden, is_terminal, seconds
from trigemu.render.size import console_on

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
    if is_terminal(stream):
        with hidden(), _screen(setup, stream) as show:
            yield show
        return
    with ExitStack() as shown:
        lines = PlainLines(stream)

        def tell(snapshot: Snapshot) -> None:
            before = lines.begun
            lines.show(snapshot)
            if lines.begun and not before:
                # Until there was something to tell, what is done is told as everywhere.
                shown.enter_context(hidden())

        yield tell


@contextmanager
def _screen(setup: Setup[Any], stream: TextIO) -> Iterator[Callable[[Snapshot], None]]:
    from rich.live import Live
    from rich.text import Text

    title = short(setup.config.title or setup.config.experiment)
    menu = setup.menu.lines
    scales = {menu[place].name: menu[place].scale for place in physics_first(menu)}
    console = console_on(stream)
    latest: list[Snapshot] = []
    begin = monotonic()
    tracker = Tracker(begin)

    def draw() -> Text:
        if not latest:
            now, fancy = monotonic(), "utf" in console.encoding.lower()
            return Text(drawn(tracker.look(now), int(REFRESH_HZ * now), console.width, fancy=fancy))
        return live_table(title, latest[-1], scales, console.size, console.encoding, monotonic() - begin)

    live = Live(console=console, refresh_per_second=REFRESH_HZ, transient=True, get_renderable=draw)
    told = 0

    def show(snapshot: Snapshot) -> None:
        nonlocal told
        for notice in snapshot.notices[told:]:
            live.console.print(Text(printable(notice)))
        told = len(snapshot.notices)
        latest[:] = [snapshot]

    # A terminal that is closed meanwhile is no reason to lose a run.
    with suppress(OSError):
        live.start(refresh=True)
    try:
        yield show
    finally:
        with suppress(OSError):
            live.stop()


class PlainLines:
    """One line per change of state, at once when somebody joins that was missing, and every few seconds.

    What holds a run up for less than `PATIENCE_S` is not worth a line.

    Attributes
    ----------
    begun
        Whether anything was printed.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = -1.0
        self._told = 0
        self._last = ("", "")
        self._begin: float | None = None
        self.begun = False

    def show(self, snapshot: Snapshot) -> None:
        """Print the snapshot if it is time to."""
        for notice in snapshot.notices[self._told :]:
            self._stream.write(f"{printable(notice)}\n")
        self._told = len(snapshot.notices)
        now = self._clock()
        self._begin = now if self._begin is None else self._begin
        told = (snapshot.state, snapshot.missing)
        if told == self._last and now < self._next:
            return
        if not snapshot.missing and now - self._begin < PATIENCE_S and waits(snapshot):
            return
        self.begun = True
        self._last, self._next = told, now + PLAIN_EVERY_S
        self._stream.write(printable(one_line(snapshot, now - self._begin)) + "\n")
        self._stream.flush()


def waits(snapshot: Snapshot) -> str:
    """Return what holds a run up before frames flow, or while somebody is missing; "" for nothing."""
    there, wanted = snapshot.ready
    roles = f"{there} of {wanted} roles are ready" if there < wanted and not snapshot.missing else ""
    begins = not snapshot.frames_done and snapshot.state in ("idle", "configured", "running")
    parts = (snapshot.missing, *((roles, snapshot.doing) if begins else ()))
    return "; ".join(part for part in parts if part)


def one_line(snapshot: Snapshot, since_s: float = 0.0) -> str:
    """Return a snapshot as one line of text; ``since_s``: for how long it has been looked at."""
    held_up = waits(snapshot)
    if held_up and not snapshot.frames_done:
        return f"{snapshot.state}, {seconds(since_s)}: {held_up}"
    eta = f", {seconds(snapshot.eta_s)} to go" if snapshot.eta_s is not None else ""
    more = f"; {held_up}" if held_up else ""
    return (
        f"{snapshot.state}: frame {snapshot.frames_done} of {snapshot.frames_total}, "
        f"{snapshot.recorded} triggers recorded, dead {100 * snapshot.dead_fraction:.3g} %, "
        f"{snapshot.elapsed_s:.1f} s{eta}{more}"
    )


def live_table(
    title: str,
    snapshot: Snapshot,
    scales: Mapping[str, Prescale] | None = None,
    size: tuple[int, int] = (120, 40),
    encoding: str = "utf-8",
    since_s: float = 0.0,
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
    since_s
        For how long the run has been looked at; while something holds it up this is what moves.
    """
    from rich.text import Text

    width, height = size
    head = _head(title, snapshot, size, since_s, "utf" in encoding.lower())
    latency = _latencies(snapshot, width)
    busiest = _busiest(snapshot, scales or {}, width, height - len(head) - len(latency) - 1)
    body = _beside([*busiest, *latency], _memory(snapshot, width), width)
    first, *others = (Text(encodable(line, encoding)) for line in [*head, *body])
    first.stylize("bold")
    return Text("\n", no_wrap=True, overflow="ignore").join([first, *others])


def _head(title: str, snapshot: Snapshot, size: tuple[int, int], since_s: float, fancy: bool) -> list[str]:
    from trigemu.render.words import filled, wrapped

    width = size[0]
    frames, of = snapshot.frames_done, snapshot.frames_total
    eta = seconds(snapshot.eta_s) if snapshot.eta_s is not None else "-"
    # Where a bar fills the line that the rest of the heading could have, numbers are worth more.
    bar = [bar_text(frames, of, fancy=fancy)] if width >= 80 and size[1] >= 20 else []
    done = (*bar, f"{frames} / {of} frames", f"ETA {eta}")
    held_up = View(printable(waits(snapshot)), since_s)
    moving = drawn(held_up, int(REFRESH_HZ * since_s), len(held_up.what) + 40, fancy=fancy)
    facts = (
        f"dead {100 * snapshot.dead_fraction:.3g} %",
        f"{snapshot.bytes_per_s / 2**20:.1f} MiB/s",
        f"elapsed {snapshot.elapsed_s:.1f} s",
        f"restarts {snapshot.restarts}",
    )
    counts = [f"{name} {count}" for name, count in snapshot.fragments.items()]
    fragments = [f"fragments: {count}" if place == 0 else count for place, count in enumerate(counts)]
    first = [(title, snapshot.state), done] if bar else [(title, snapshot.state, *done)]
    lines = [line for parts in first for line in filled(parts, width, "   ")]
    lines += wrapped(moving, width) if held_up.what else []
    return [*lines, *filled(facts, width, "   "), *filled(fragments, width, ", ")]


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
