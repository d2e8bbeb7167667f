"""Memory does not grow with the length of a run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from trigemu import streaming
from trigemu.streaming.core.totals import RunTotals, Snapshot

DEADLINE_S = 600.0
"""Only so that a run that hangs ends; nothing here depends on how fast it is."""


def run(setup, out: Path) -> RunTotals:
    begin = time.monotonic()

    def watch(_: Snapshot) -> None:
        if time.monotonic() - begin > DEADLINE_S:
            pytest.fail(f"the run has not ended after {DEADLINE_S:.0f} s")

    return streaming.run(setup, out, on_snapshot=watch)


@pytest.mark.parametrize("frames", [2000, pytest.param(8000, marks=pytest.mark.slow)])
def test_a_run_ten_times_as_long_needs_no_more_memory(pulser, tmp_path: Path, frames: int) -> None:
    # The heap is as large as the most that was ever under way at once.  In the half second that 400 frames take, that
    # may still be small (55 MiB in a worker, 56 after 2000 frames, 57 after 20,000, 58.5 after 256,000); of two short
    # runs the larger one counts.
    # Control runs in this process: the first run makes it import and allocate what every run needs.
    run(pulser("run.frames=20"), tmp_path / "first")
    short, other = (run(pulser(f"run.frames={frames}"), tmp_path / name) for name in ("short", "other"))
    long = run(pulser(f"run.frames={10 * frames}"), tmp_path / "long")
    assert long.closed
    assert long.frames["planned"] == 10 * short.frames["planned"]
    assert long.memory.keys() == short.memory.keys()
    usual = {role: max(each.memory[role]["end_mib"] for each in (short, other)) for role in short.memory}
    grown = {
        role: (usual[role], figures["end_mib"])
        for role, figures in long.memory.items()
        if figures["end_mib"] > 1.05 * usual[role]
    }
    assert not grown, f"resident MiB at the end of the short and of the long run: {grown}"
