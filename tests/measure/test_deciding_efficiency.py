"""Efficiencies of ``decide`` on a file are those of a scan, and of a run, that take the same file's events."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.own_events import CONFIGS, FROM_TARGET, own_events, write_hepmc

import trigemu
from trigemu.measure.deciding import decide_events
from trigemu.setup.build import load_setup

EVENTS = 400
LEAST_P = 1e-3
"""Smallest p-value of any line, all lines together (Sidak); two hits in a thousand tries with other seeds."""


def p_value(k, n, other, m):
    """Return the two-sided p-value of two counts of one efficiency, in the normal approximation.

    The same events are in both samples, so differences are smaller than those of independent ones: this can only be
    too kind.  Lines whose efficiency is nearly 0 or 1 differ by a few counts at most, which a test of its own sees.
    """
    pooled = (k + other) / (n + m)
    spread = math.sqrt(max(pooled * (1 - pooled), 0.25 / n) * (1 / n + 1 / m))
    return math.erfc(abs(k / n - other / m) / spread / math.sqrt(2.0))


@pytest.mark.parametrize(("experiment", "config"), [(e, c[0]) for e, c in CONFIGS.items()])
def test_a_scan_of_the_same_file_agrees(experiment, config, tmp_path):
    na62 = experiment == "na62"
    file = write_hepmc(tmp_path / "events.hepmc3", own_events(config, EVENTS), na62=na62)
    reading = {"origin_mm": [0.0, 0.0, 0.0]} if na62 else {}
    table = {"signal": "hepmc-signal", "file": str(file), **reading}
    setup = load_setup(config, [f"signal=[{toml(table)}]"])
    scan = trigemu.efficiency(setup, "hepmc-signal", events=EVENTS, seed=11)
    found = decide_events(config, file, seed=12, overrides=[FROM_TARGET] if na62 else []).summary
    assert found.accepted == EVENTS
    values = []
    for row in scan.rows:
        counted = found.lines.get(row.line) or found.levels[{"any l1": "l1", "any hlt": "hlt"}[row.line]]
        values.append(p_value(row.passed, row.total, counted.accepted, EVENTS))
    assert 1.0 - (1.0 - min(values)) ** len(values) > LEAST_P
    assert max(each.accepted for each in found.lines.values()) > EVENTS // 4


def undecided(found):
    """Return a line that neither all nor no events pass."""
    return max(found.lines, key=lambda line: min(found.passed_by(line).sum(), (~found.passed_by(line)).sum()))


def toml(table):
    return (
        "{"
        + ", ".join(f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in table.items())
        + "}"
    )


def test_weights_make_efficiencies(tmp_path):
    weights = np.where(np.arange(60) % 2 == 0, 3.0, 1.0)
    file = write_hepmc(tmp_path / "events.hepmc3", own_events("belle2", 60), weights.tolist())
    found = decide_events("belle2", file)
    line = undecided(found)
    counted, passed = found.summary.lines[line], found.passed_by(line)
    assert counted.passed == passed.sum()
    assert counted.weight == pytest.approx(weights[passed].sum())
    assert counted.value == pytest.approx(weights[passed].sum() / weights.sum())
    assert counted.low < counted.value < counted.high


def test_negative_weights_leave_no_interval(tmp_path):
    weights = np.where(np.arange(60) % 5 == 0, -1.0, 2.0)
    file = write_hepmc(tmp_path / "events.hepmc3", own_events("belle2", 60), weights.tolist())
    found = decide_events("belle2", file)
    whole = found.summary
    line = undecided(found)
    counted, passed = whole.lines[line], found.passed_by(line)
    assert whole.negative == 12
    assert whole.weight == pytest.approx(84.0)
    assert counted.value == pytest.approx(weights[passed].sum() / 84.0)
    assert math.isnan(counted.low)
    assert whole.to_dict()["lines"][line]["low"] is None
