"""Runs with events of files: repeated draws, and negative weights in yields and rates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.calling import call
from support.event_texts import lhe
from support.weighted_events import judged, lhe_config

from trigemu.decision.tally import SUMS, UNIT, counted, split, tally_size
from trigemu.measure.rates import LineRates
from trigemu.measure.statistics import Rate
from trigemu.measure.weighted import counted as efficiency_of
from trigemu.measure.weighted import with_signs
from trigemu.streaming.core.totals import RunTotals


def run(
    folder: Path, text: str, more: str = "", process: str = "", mode: str = "--offline"
) -> dict[str, Any]:
    config = lhe_config(folder, text, more, seed=3, frames=12, rate_hz=20000.0, process=process)
    call("run", config, mode, "--out", folder / "out", "--record", "all", "--json")
    summary: dict[str, Any] = json.loads((folder / "out" / "summary.json").read_text())
    return summary


def draws(n: int, size: int, passes: np.ndarray, sign: np.ndarray | None = None) -> RunTotals:
    """Return totals of n draws of one signal from a file of equal events, of which some pass the only line."""
    event = np.random.default_rng(2).integers(0, size, n)
    weight = np.ones(n) if sign is None else sign[event]
    passed = passes[event]
    draws = judged(event, weight, np.ones(n), passed, passed, np.zeros(n), share=1.0 / size)
    tally = counted(draws, 1)
    assert len(tally) == tally_size(1, 5, weighted=True)
    counts, weighted = split(tally, 1, 5)
    assert weighted.shape == (SUMS, 2, 5)
    frames = dict.fromkeys(("planned", "accepted", "rejected", "lost"), 0)
    return RunTotals(frames=frames, tally=counts, weighted=weighted)


def test_draws_of_one_event_count_once() -> None:
    totals = draws(4000, 20, np.arange(20) < 14)
    got = efficiency_of(totals, 0, 2, 1)
    assert got["effective"] == pytest.approx(20, rel=0.02)
    assert got["high"] - got["low"] > 0.2
    # As many events as draws: repeats are few.
    got = efficiency_of(draws(100, 100_000, np.ones(100_000, bool)), 0, 2, 1)
    assert got["effective"] == pytest.approx(100, rel=0.01)
    # None at all, or all pass.
    assert efficiency_of(draws(400, 20, np.zeros(20, bool)), 0, 2, 1)["low"] == 0.0
    assert efficiency_of(draws(400, 20, np.ones(20, bool)), 0, 2, 1)["high"] == 1.0


def test_intervals_hold_over_files() -> None:
    # Files of 20 events, each drawn 20 times on average: the truth lies in the interval as often as it says.
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(200):
        got = efficiency_of(draws(400, 20, rng.random(20) < 0.7), 0, 2, 1)
        inside += got["low"] <= 0.7 <= got["high"]
    assert inside > 0.62 * 200


def test_negative_events_count_against_the_others() -> None:
    sign = np.where(np.arange(20) % 4 == 0, -1.0, 1.0)
    totals = draws(4000, 20, np.arange(20) < 10, sign)
    got = efficiency_of(totals, 0, 2, 1)
    assert np.isnan(got["low"])
    assert np.isnan(got["high"])
    # 3 negative and 7 positive of the first ten; 5 and 15 of all.
    assert got["value"] == pytest.approx(4 / 10, abs=0.05)
    assert got["negative"] == pytest.approx(1000, abs=120)
    assert got["yield"] == pytest.approx(4000 * 4 / 20, abs=200)
    assert got["yield_err"] > 2000**0.5
    known = Rate(100.0, 10.0, 90.0, 111.0)
    line = LineRates(known, known, known, known, known).to_dict()
    signed = with_signs({"a": line}, totals)["a"]
    assert signed["mean_sign"] == pytest.approx(0.4, abs=0.05)
    assert signed["rate_hz"] == pytest.approx(100.0 * signed["mean_sign"])
    assert signed["before_prescale_rate_hz"] == signed["sent_rate_hz"] == signed["rate_hz"]
    assert signed["rate_err_hz"] == 10.0
    assert np.isnan(signed["unique_rate_hz"])
    assert with_signs({"a": line}, draws(400, 20, np.ones(20, bool))) == {"a": line}
    assert with_signs({"a": line}, RunTotals()) == {"a": line}


def test_totals_are_read_again() -> None:
    totals = draws(40, 20, np.ones(20, bool))
    again = RunTotals.from_dict(json.loads(json.dumps(totals.to_dict())))
    np.testing.assert_array_equal(again.weighted, totals.weighted)
    old = totals.to_dict()
    del old["weighted"]
    assert not len(RunTotals.from_dict(old).weighted)
    assert UNIT == 2.0**32


def test_a_run_with_a_small_file(tmp_path: Path) -> None:
    summary = run(tmp_path, lhe([1.0] * 20))
    (found,) = summary["acceptance"].values()
    assert found["total"] > 500
    assert 17 < found["effective"] <= 20.0
    line = next(iter(summary["efficiency"].values()))["ffo"]
    assert line["high"] - line["low"] > 0.1
    assert "mean_sign" not in summary["lines"]["ffo"]


def test_a_run_with_negative_weights(tmp_path: Path) -> None:
    plain = run(tmp_path, lhe([1.0] * 20))
    (tmp_path / "signed").mkdir()
    signed = run(tmp_path / "signed", lhe([-1.0, 1.0, 1.0, 1.0] * 5))
    (one,), (two,) = plain["acceptance"].values(), signed["acceptance"].values()
    # What remains is the rate that was asked for.
    assert two["yield"] == pytest.approx(one["total"], abs=5 * two["yield_err"])
    assert two["total"] == pytest.approx(2 * one["total"], rel=0.2)
    line = signed["lines"]["ffo"]
    assert line["rate_low_hz"] is None
    assert 0.0 < line["mean_sign"] < 1.0
    text = (tmp_path / "signed" / "out" / "report.html").read_text()
    assert "ffo" in text


def test_a_signed_background_counts_in_rates(tmp_path: Path) -> None:
    file = tmp_path / "background.lhe"
    file.write_text(lhe([-1.0, 1.0, 1.0, 1.0] * 5))
    process = f'[[belle2.process]]\nprocess = "lhe"\nfile = "{file}"\nrate_hz = 20000.0\n'
    summary = run(tmp_path, lhe([1.0] * 20), process=process)
    assert 0.3 < summary["lines"]["ffo"]["mean_sign"] < 1.0
    # The signal itself has an interval.
    assert next(iter(summary["acceptance"].values()))["low"] is not None


@pytest.mark.parametrize("mode", ["--offline", pytest.param("--json", marks=pytest.mark.slow)])
def test_a_replay_and_live_roles_count_the_same(tmp_path: Path, mode: str) -> None:
    text = lhe([1.0, 100.0] * 10)
    (tmp_path / "live").mkdir()
    plain = run(tmp_path, text) if mode == "--json" else None
    live = run(tmp_path / "live", text, mode=mode)
    out = tmp_path / "again"
    call("replay", tmp_path / "live" / "out", "--offline", "--out", out, "--json")
    again = json.loads((out / "summary.json").read_text())
    for name in ("acceptance", "efficiency", "decisions_sha256"):
        assert live[name] == again[name]
        # Both folders hold the same events: only the name of the file differs.
        assert plain is None or plain[name] == live[name]
