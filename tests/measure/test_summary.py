from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from support.measured_run import toy_setup, toy_totals

from trigemu.measure.statistics import Efficiency
from trigemu.measure.summary import signal_labels, summarise, write_summary
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Menu

KEYS = {
    *(
        "run",
        "closed",
        "frames",
        "fragments",
        "triggers",
        "lines",
        "levels",
        "overlap",
        "intensity",
        "live_time_s",
        "dead_time_s",
        "observed_time_s",
        "dead_fraction",
    ),
    *(
        "latency_us",
        "hardware_latency_us",
        "throughput",
        "acceptance",
        "efficiency",
        "comparisons",
        "decisions",
        "decisions_sha256",
        "replay",
        "missing",
        "memory",
    ),
}


@pytest.fixture(scope="module")
def summary():
    return summarise(toy_setup(), toy_totals())


def test_keys_are_the_documented_ones(summary):
    assert set(summary) == KEYS
    assert {"id", "seed", "config_hash", "versions", "quality"} <= set(summary["run"])
    assert summary["run"]["versions"]["trigemu"]


def test_triggers_have_each_state_and_close(summary):
    triggers = dict(summary["triggers"])
    assert triggers.pop("closed") is True
    assert triggers.pop("candidates") == sum(triggers.values())


def test_rates_are_over_live_time_and_before_prescale_over_all_time(summary):
    line = summary["lines"]["Q1"]
    assert (line["fired"], line["accepted"], line["prescale"]) == (2000, 100, 20)
    assert line["prescale_mode"] == "counter"
    assert line["rate_hz"] == pytest.approx(125.0)
    # A counter of 20 kept 110 and lost 10 of them at random: a variance of 100 (1/11 + 10/11/20) + (19/22)^2 / 12.
    assert line["rate_err_hz"] == pytest.approx((100 / 11 + 50 / 11 + 0.8636**2 / 12) ** 0.5 / 0.8, rel=1e-4)
    assert line["raw_rate_hz"] == pytest.approx(2000.0)
    assert line["raw_rate_err_hz"] == pytest.approx(2000**0.5)
    assert (line["raw_rate_low_hz"], line["raw_rate_high_hz"]) == pytest.approx((1955.3, 2045.7), abs=0.1)
    quiet = summary["lines"]["quiet"]
    for kind, seconds in (("", 0.8), ("raw_", 1.0)):
        assert (quiet[f"{kind}rate_hz"], quiet[f"{kind}rate_low_hz"]) == (0.0, 0.0)
        assert (
            quiet[f"{kind}rate_err_hz"]
            == quiet[f"{kind}rate_high_hz"]
            == pytest.approx(1.841 / seconds, rel=1e-3)
        )


def test_dead_fraction(summary):
    assert summary["dead_fraction"] == pytest.approx(0.2)


def test_efficiency_is_passed_over_accepted_per_signal_and_line(summary):
    counted = Efficiency.of(40, 50)
    got = summary["efficiency"]["light"]["H2"]
    assert (got["passed"], got["total"], got["value"]) == (40, 50, 0.8)
    assert (got["low"], got["high"]) == (counted.low, counted.high)
    assert summary["acceptance"]["light"]["value"] == 0.5
    assert set(summary["efficiency"]["light"]) == {"Q1", "H2", "quiet", "any l1"}


def test_signals_have_different_names():
    assert signal_labels(toy_setup()) == ["light", "light-1", "zprime-2"]


def test_signal_without_events_has_no_value(summary):
    got = summary["efficiency"]["zprime-2"]["H2"]
    assert (got["value"], got["low"], got["high"]) == (None, 0.0, 1.0)


def test_latency_is_in_microseconds_and_idle_stages_are_left_out(summary):
    assert set(summary["latency_us"]) == {"decide", "total"}
    decide = summary["latency_us"]["decide"]
    assert 10 <= decide["p50"] <= decide["p99"] <= decide["p99_9"] <= decide["max"] <= 90
    assert decide["count"] == 5000


def test_file_is_strict_json(summary, tmp_path):
    write_summary(tmp_path / "summary.json", summary)
    text = (tmp_path / "summary.json").read_text()
    assert json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in summary.json")) == summary


def test_run_that_never_lived_has_rates_without_values():
    summary = summarise(toy_setup(), toy_totals(live_s=0.0, dead_s=0.0, latency={}))
    assert summary["dead_fraction"] == 0.0
    assert summary["lines"]["Q1"]["rate_hz"] is None
    assert summary["lines"]["Q1"]["raw_rate_hz"] is None
    json.dumps(summary, allow_nan=False)


def test_levels_and_lines_have_the_same_keys_and_overlap_names_its_lines():
    levels = {"l1": {"fired": 2300, "before_prescale": 2300, "sent": 520, "accepted": 490}}
    overlap = np.array([[100, 10, 0], [10, 400, 0], [0, 0, 0]])
    counts = {"unique": np.array([90, 390, 0]), "overlap": overlap, "levels": levels}
    summary = summarise(toy_setup(), toy_totals(**counts))
    assert summary["overlap"] == {"lines": ["Q1", "H2"], "counts": [[100, 10], [10, 400]]}
    line, level = summary["lines"]["H2"], summary["levels"]["l1"]
    assert line["unique"] == 390
    assert line["unique_rate_hz"] == pytest.approx(390 / 0.8)
    assert line["unique_rate_err_hz"] == pytest.approx(390**0.5 / 0.8)
    assert line["sent_rate_hz"] == pytest.approx(420 / 0.8)
    assert (level["sent"], level["sent_rate_hz"], level["rate_hz"]) == (520, 650.0, 612.5)
    assert level["before_prescale_rate_hz"] == level["raw_rate_hz"] == 2300.0
    assert set(level) <= set(line)


def test_what_software_lines_are_given_is_what_level_1_sent():
    data = toy_setup().to_dict()
    data["menu"]["line"][1]["level"] = "hlt"
    menu = compile_menu(
        Menu.model_validate(data["menu"]), bits=["a", "b"], entries=(), selections=(), where="toy"
    )
    setup = replace(toy_setup(), menu=menu)
    line = summarise(setup, toy_totals(before_prescale=np.array([2000, 320, 0])))["lines"]["H2"]
    assert (line["fired"], line["raw_rate_hz"]) == (400, 400.0)
    assert (line["before_prescale"], line["before_prescale_rate_hz"]) == (320, pytest.approx(400.0))
    assert line["sent_rate_hz"] is None
    # An older run knows only what it fired before level 1.
    line = summarise(setup, toy_totals())["lines"]["H2"]
    assert (line["before_prescale"], line["before_prescale_rate_hz"]) == (None, None)


def test_rows_of_numbers_stay_on_one_line(tmp_path):
    data = {"counts": [[1, 2], [3, 4]], "text": "[\n 1,\n 2\n]", "empty": []}
    write_summary(tmp_path / "summary.json", data)
    text = (tmp_path / "summary.json").read_text()
    assert "[ 1, 2 ]" in text
    assert json.loads(text) == data
