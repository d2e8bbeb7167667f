from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from support.measured_run import toy_setup

from trigemu.menu.schema import Prescale
from trigemu.report.live import PlainLines, live_table, one_line, progress_view
from trigemu.streaming.core.totals import Snapshot

SNAPSHOT = Snapshot(
    state="running",
    frames_done=120,
    frames_total=1000,
    fragments={"built": 360, "duplicate": 2},
    line_names=("Q1", "H2"),
    fired=(400, 50),
    accepted=(100, 49),
    live_s=0.5,
    latency_us={"decide": {"p50": 1.0, "p99": 2.0, "p99_9": 3.0, "max": 4.0}},
    dead_fraction=0.012,
    memory_mib={"worker-0": 91.2},
    elapsed_s=3.2,
    eta_s=24.0,
    recorded=132,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_says_where_the_run_is():
    line = one_line(SNAPSHOT)
    assert line.startswith("running: frame 120 of 1000")
    assert "132 triggers recorded" in line
    assert "24 s to go" in line
    assert "to go" not in one_line(replace(SNAPSHOT, eta_s=None))


def test_plain_lines_come_with_a_new_state_and_now_and_then():
    times = iter((0.0, 0.3, 4.9, 5.1, 5.4, 5.5))
    stream = io.StringIO()
    lines = PlainLines(stream, clock=lambda: next(times))
    for state in ("running",) * 5 + ("draining",):
        lines.show(replace(SNAPSHOT, state=state))
    assert [line.split(":")[0] for line in stream.getvalue().splitlines()] == [
        "running",
        "running",
        "draining",
    ]


def test_no_live_table_without_a_terminal():
    stream = io.StringIO()
    with progress_view(toy_setup(), stream) as show:
        show(SNAPSHOT)
    assert stream.getvalue() == one_line(SNAPSHOT) + "\n"


def test_live_table_shows_rates_latency_memory_and_eta():
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(live_table("A run", SNAPSHOT))
    text = console.export_text()
    for part in (
        "A run",
        "120 / 1000 frames",
        "ETA 24 s",
        "Q1",
        "200 ± 20",
        "decide",
        "worker-0",
        "91",
        "built 360",
        "1.2 %",
    ):
        assert part in text


def test_live_table_is_drawn_on_a_terminal():
    stream = Terminal()
    with progress_view(toy_setup(), stream) as show:
        show(SNAPSHOT)
    assert "120 / 1000 frames" in stream.getvalue()


def test_errors_of_lines_behind_a_counter_are_those_of_a_counter():
    snapshot = replace(SNAPSHOT, accepted=(100, 0), kept=(100, 0))
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(live_table("A run", snapshot, {"Q1": Prescale(every=25, mode="counter")}))
    text = console.export_text()
    assert "200.0 +6.0 −4.0" in text
    assert "< 3.7" in text  # nothing in half a second


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (46, 24), (80, 16)])
def test_live_table_fits_the_terminal(size: tuple[int, int]) -> None:
    names = tuple(f"a_trigger_line_{i}" for i in range(90))
    fired = tuple(7 * i % 90 + 10_000 for i in range(90))
    stages = dict.fromkeys(("generate", "build", "decide", "record", "total"), SNAPSHOT.latency_us["decide"])
    snapshot = replace(
        SNAPSHOT,
        line_names=names,
        fired=fired,
        accepted=fired,
        latency_us=stages,
        fragments=dict.fromkeys(("expected", "built", "missing", "late", "duplicate"), 123),
        memory_mib={f"worker-{i}": 91.2 for i in range(4)},
    )
    lines = live_table("A run of a trigger", snapshot, size=size).plain.split("\n")
    assert len(lines) <= size[1]
    assert max(map(len, lines)) <= size[0]
    text = "\n".join(lines)
    busiest = names[fired.index(max(fired))]
    for part in (
        "A run of a trigger",
        "120 / 1000 frames",
        "ETA 24 s",
        busiest,
        "of 90 lines",
        "total",
        "duplicate 123",
    ):
        assert part in text
    assert ("worker-3" in text) == (size[0] > 60)
    (line,) = [each for each in lines if busiest in each]
    assert "20\u2009178 ± 201" in line


def test_a_run_that_waits_says_for_whom_and_for_what():
    waiting = replace(
        SNAPSHOT, state="idle", frames_done=0, eta_s=None, ready=(3, 6), doing="compiling na62 halo"
    )
    assert one_line(waiting, 3.4) == "idle, 3.4 s: 3 of 6 roles are ready; compiling na62 halo"
    missing = replace(waiting, missing="waiting for the recorder", doing="")
    assert one_line(missing, 12.0) == "idle, 12 s: waiting for the recorder"
    text = live_table("A run", waiting, size=(100, 30), since_s=3.4).plain
    for part in ("0 / 1000 frames", "3 of 6 roles are ready", "compiling na62 halo", "3.4 s"):
        assert part in text
    # Once frames flow, only who is missing is still told.
    flows = replace(missing, state="running", frames_done=5)
    assert one_line(flows).endswith("; waiting for the recorder")
    assert "roles are ready" not in one_line(replace(waiting, state="running", frames_done=5))


def test_who_joins_is_told_at_once_in_a_pipe():
    times = iter((0.0, 0.1, 0.2, 0.3))
    stream = io.StringIO()
    lines = PlainLines(stream, clock=lambda: next(times))
    for missing in ("waiting for 2", "waiting for 2", "waiting for 1", "waiting for 1"):
        lines.show(replace(SNAPSHOT, state="idle", frames_done=0, missing=missing))
    assert [line.partition("waiting for ")[2] for line in stream.getvalue().splitlines()] == ["2", "1"]
