"""A run with a spill through real processes: the same decisions and the same bins of intensity, however it is run."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.calling import call

import trigemu
from trigemu import streaming
from trigemu.decision.by_intensity import ByIntensity
from trigemu.experiments.na62.beam.spill import intensity
from trigemu.frames.rundir import RunReader
from trigemu.measure.results import read_result
from trigemu.setup.build import load_setup
from trigemu.streaming.comparison import as_row
from trigemu.streaming.reading import recorded_entries

FRAMES = 20

SPILL = (
    f"run.frames={FRAMES}",
    "na62.halo.rate_hz=1e6",
    "na62.spill.profile=ripple",
    "na62.spill.length_s=0.03",
    "na62.spill.rise_s=0.015",
    "na62.spill.fall_s=0.01",
)


def plain(found: ByIntensity | None) -> dict[str, Any]:
    assert found is not None
    return {each.name: getattr(found, each.name).tolist() for each in fields(found)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("spill") / "offline"
    call(
        "run", "na62-dump", "--offline", "--record", "all", *(f"--set={each}" for each in SPILL), "--out", out
    )
    return out


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_decide_and_count_the_same(tmp_path: Path, folder: Path, workers: int) -> None:
    offline = read_result(folder).totals
    setup = load_setup("na62-dump", [*SPILL, f"streaming.workers={workers}"])
    totals = streaming.run(setup, tmp_path / "run")
    assert totals.closed
    assert totals.decisions_sha256 == offline.decisions_sha256
    assert plain(totals.intensity) == plain(offline.intensity)


def test_a_replay_of_everything_counts_the_same_and_one_of_triggers_shows_no_rates(
    tmp_path: Path, folder: Path
) -> None:
    before = read_result(folder)
    again = trigemu.replay(folder, out=tmp_path / "again", offline=True)
    assert again.decisions_sha256 == before.decisions_sha256
    assert plain(again.totals.intensity) == plain(before.totals.intensity)
    assert again.summary["intensity"] == before.summary["intensity"]
    few = trigemu.run(load_setup("na62-dump", list(SPILL)), tmp_path / "few", offline=True)
    selected = trigemu.replay(few.folder, out=tmp_path / "selected", offline=True)
    assert selected.replay is not None
    assert selected.replay["different"] == 0
    assert selected.summary["intensity"] is None
    assert "against intensity" not in (selected.folder / "report.html").read_text()


def test_bins_are_those_of_the_recorded_frames_and_add_up_exactly(folder: Path) -> None:
    result = read_result(folder)
    counts, summary = result.totals.intensity, result.summary
    assert counts is not None
    assert len(counts.frames) > 5
    of_frames = intensity(result.setup)
    assert of_frames is not None
    bins = np.searchsorted(counts.edges[1:-1], of_frames(np.arange(FRAMES)), side="right")
    fired = np.zeros_like(counts.fired)
    states = np.zeros_like(counts.states)
    for row in map(as_row, recorded_entries(RunReader(folder), result.setup)):
        for line in range(fired.shape[1]):
            bits = row.candidates.fired[:, 0] >> np.uint64(line) & np.uint64(1)
            fired[bins[row.frame], line] += np.count_nonzero(bits)
        states[bins[row.frame]] += np.bincount(row.state, minlength=4)
    assert fired.tolist() == counts.fired.tolist()
    assert states.tolist() == counts.states.tolist()
    assert fired.sum(axis=0).tolist() == [line["fired"] for line in summary["lines"].values()]
    assert sum(each["dead_time_s"] for each in summary["intensity"]["bins"]) == pytest.approx(
        summary["dead_time_s"]
    )


def test_what_a_run_with_a_spill_says_can_be_made_again_and_shown(tmp_path: Path, folder: Path) -> None:
    summary = json.loads((folder / "summary.json").read_text())
    got = summary["intensity"]
    assert 0.2 < got["mean"] < 2.0
    assert 0.5 < got["duty_factor"] < 1.0
    for name in ("totals.json", "summary.json", "report.html"):
        (folder / name).unlink()
    call("finish", folder)
    assert json.loads((folder / "summary.json").read_text())["intensity"] == got
    shown = call("show", folder).stdout
    assert "rate before prescale against intensity" in shown
    page = (folder / "report.html").read_text()
    assert "Rate against intensity" in page
    assert "Overlap against intensity" in page


def test_the_result_in_python_has_a_row_per_bin_and_line(folder: Path) -> None:
    result = read_result(folder)
    table = result.intensity
    bins = result.summary["intensity"]["bins"]
    assert len(table) == len(bins) * len(result.line_names)
    h2 = table["line"] == "H2"
    assert table["fired"][h2].sum() == result.summary["lines"]["H2"]["fired"]
    assert table["intensity"][h2].tolist() == [each["mean"] for each in bins]
    assert repr(table) == f"Intensities({len(bins)} bins, {len(table)} rows)"
    assert "rates against intensity" in table._repr_html_()
    assert list(table.to_pandas().columns) == list(table.columns)
    axes = table.plot()
    assert {"H2", "Q1"} <= {text.get_text() for text in axes.get_legend().get_texts()}


def test_a_flat_run_has_no_bins(tmp_path: Path) -> None:
    result = trigemu.run(load_setup("na62-dump", ["run.frames=3"]), tmp_path / "flat", offline=True)
    assert result.totals.intensity is None
    assert result.summary["intensity"] is None
    assert len(result.intensity) == 0
    assert "against intensity" not in (result.folder / "report.html").read_text()


ACCIDENTAL = (
    "signal=[]",
    "na62.losses.enabled=false",
    "run.frames=30",
    "na62.halo.extra_tile_probability=0",
    "na62.halo.shower_probability=0",
)


def test_accidental_pairs_rise_as_runs_at_other_rates_say(tmp_path: Path) -> None:
    # All two-hit triggers are pairs of muons, but for tiles that overlap.
    def h2(name: str, rate: float, *more: str) -> Any:
        setup = load_setup("na62-dump", [*ACCIDENTAL, f"na62.halo.rate_hz={rate}", *more])
        return trigemu.run(setup, tmp_path / name, offline=True)

    counts = [int(h2(f"flat{rate:g}", rate).fired[1]) for rate in (2e6, 5e6)]
    expected = math.log(counts[1] / counts[0]) / math.log(2.5)
    error = math.hypot(*(count**-0.5 for count in counts)) / math.log(2.5)
    edges = (
        "na62.spill.profile=ripple",
        "na62.spill.length_s=0.03",
        "na62.spill.rise_s=0.015",
        "na62.spill.fall_s=0",
    )
    ripple = h2("ripple", 4e6, *edges)
    got = ripple.summary["intensity"]["powers"]
    assert abs(got["H2"]["value"] - expected) < 4.0 * math.hypot(error, got["H2"]["error"])
    assert got["H2"]["value"] > 1.6
    # Muons that come together make one primitive.
    assert 0.9 < got["Q1"]["value"] < 1.0
