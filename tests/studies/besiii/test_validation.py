"""Published numbers of BESIII, the samples behind them, and what only shared data can check."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.clock import TICK_NS
from trigemu.measure.published import select
from trigemu.measure.validate import results
from trigemu.setup.build import build_setup
from trigemu.setup.registry import find_experiment
from trigemu.studies.besiii import detector, hardware
from trigemu.studies.besiii.samples import sample

ROWS = select("besiii")


def test_table_is_sound():
    assert len({r.id for r in ROWS}) == len(ROWS) == 119
    assert all(r.source for r in ROWS)
    assert {r.role for r in ROWS} == {"prediction", "input"}


@pytest.mark.parametrize("wanted", ROWS, ids=[r.id for r in ROWS])
def test_agrees(wanted):
    # Monte Carlo rows have fixed seeds; their statistical errors are smaller than the tolerances.
    (result,) = results([wanted])
    assert not result.failed, f"{wanted.quantity}: {result.emulated} instead of {wanted.published}"
    assert np.isfinite(result.emulated)
    if result.judged and wanted.tolerance > 0:
        assert result.error <= 0.6 * wanted.tolerance


@pytest.mark.parametrize("name", ["besiii_hadrons_4178", "besiii_bhabha_4178", "besiii_mumu_4178"])
def test_generator_events_with_two_barrel_tracks_pass_the_menu(shared_data, name):
    """RA-1: at least 99 % each; Clopper-Pearson at one sigma."""
    path = str(shared_data / "events" / f"{name}.hepmc3.gz")
    events = sample({"signal": "hepmc-signal", "file": path}, 3000)
    passed = events.bits(*detector.MENU)[events.barrel_tracks >= 2]
    assert len(passed) > 250
    assert passed.mean() >= 0.99


def test_majority_needs_three_layers():
    # Of four layers that all must be hit only 0.6561 would be left at 90 %.
    value, *errors = hardware.majority(0.9, 4000)
    assert abs(value - 0.9477) < 4 * max(errors)


def test_samples_are_reproducible():
    table = {"signal": "photon-gun", "p": 1.5, "theta": 60.0, "theta_max": 120.0}
    one, two = sample(table, 200), sample(table, 200)
    assert np.array_equal(one.words, two.words)
    assert len(one) >= 200
    assert np.all(one.barrel_tracks == 0)
    np.testing.assert_allclose(one.p, 1.5)
    assert not one.bits("nltrk_1", "nstrk_1").all()


def test_barrel_tracks_are_counted():
    inside = sample({"signal": "muon-gun", "p": 0.5, "theta": 40.0}, 50)
    outside = sample({"signal": "muon-gun", "p": 0.5, "theta": 30.0}, 50)
    soft = sample({"signal": "muon-gun", "pt": 0.19, "theta": 90.0}, 50)
    assert np.all(inside.barrel_tracks == 1)
    assert not outside.barrel_tracks.any()
    assert not soft.barrel_tracks.any()


def test_modelled_latency_is_the_pipeline():
    spec = find_experiment("besiii")
    setup = build_setup(
        {"experiment": "besiii", "run": {"frames": 1}, "menu": {"line": [{"name": "a", "when": "channel_8"}]}}
    )
    latency = spec.hardware_latency(setup.section)["level 1"]
    assert latency.modelled_us == pytest.approx(267 * TICK_NS * 1e-3)
    assert latency.modelled_us <= 1.002 * latency.budget_us
