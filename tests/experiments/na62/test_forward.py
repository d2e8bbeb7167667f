"""Decays made more often where detectors are, with weights, against decays as they come."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from trigemu.decision.tally import counted
from trigemu.errors import InputError
from trigemu.experiments.na62.detector.acceptance import accept
from trigemu.experiments.na62.detector.geometry import LKR_Z
from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.experiments.na62.signals.catalogue import SIGNALS
from trigemu.measure.comparison.compare import compare as compare_results
from trigemu.measure.efficiency import efficiency
from trigemu.measure.offline import decide_frames
from trigemu.measure.results import read_result
from trigemu.measure.statistics import clustered_efficiency
from trigemu.measure.tables.cutflow import flow_tables
from trigemu.measure.tables.differences import efficiencies_table
from trigemu.render.terminal import as_text
from trigemu.report.run import render
from trigemu.report.tables import run_tables
from trigemu.setup.build import load_setup
from trigemu.streaming import run

Mu, El = (spec.model for spec in SIGNALS[:2])

P_MIN = 1e-3
"""Each of 25 p-values is above this: together they are all above it in 97 % of all cases; seeds are fixed."""


def source(model: Any, seed: int = 1, path: str | None = None) -> SignalSource:
    return SignalSource(model, path, seed, 0)


def observables(particles: Any, momentum: Any, vertex_z: Any) -> dict[str, Any]:
    minus, plus = particles.select(slice(0, None, 2)), particles.select(slice(1, None, 2))
    p, q = minus.momentum[:, :3], plus.momentum[:, :3]
    a, b = np.linalg.norm(p, axis=1), np.linalg.norm(q, axis=1)
    total = p + q
    judged = accept(particles)
    energy = minus.momentum[:, 3], plus.momentum[:, 3]
    along = (p * total).sum(axis=1) / np.linalg.norm(total, axis=1)
    mass2 = (energy[0] + energy[1]) ** 2 - (total**2).sum(axis=1)
    # Where both leptons are back to back: of the negative one, to the direction of the A'.
    gamma = (energy[0] + energy[1]) / np.sqrt(mass2)
    beta = np.sqrt(1.0 - 1.0 / gamma**2)
    star = np.sqrt(np.maximum(0.25 * mass2 - minus.mass[0].astype(float) ** 2, 1e-12))

    def at(one: Any, k: int) -> Any:
        return one.point[:, k] + one.momentum[:, k] / one.momentum[:, 2] * (LKR_Z - one.point[:, 2])

    found = {
        "momentum": momentum,
        "polar angle": np.arctan2(np.hypot(total[:, 0], total[:, 1]), total[:, 2]),
        "azimuth": np.arctan2(total[:, 1], total[:, 0]),
        "pT": np.hypot(total[:, 0], total[:, 1]),
        "vertex z": vertex_z,
        "vertex radius": np.hypot(minus.point[:, 0], minus.point[:, 1]),
        "time": minus.point[:, 3],
        "negative momentum": a,
        "positive momentum": b,
        "slower momentum": np.minimum(a, b),
        "asymmetry": (a - b) / (a + b),
        "opening angle": np.arccos(np.clip((p * q).sum(axis=1) / (a * b), -1.0, 1.0)),
        "cosine": gamma * (along - beta * energy[0]) / star,
        "negative angle": np.arctan2(np.hypot(p[:, 0], p[:, 1]), p[:, 2]),
        "negative azimuth": np.arctan2(p[:, 1], p[:, 0]),
        "azimuths": np.mod(
            np.arctan2(p[:, 1], p[:, 0]) - np.arctan2(total[:, 1], total[:, 0]), 2.0 * math.pi
        ),
        "vertex z of accepted": np.where(judged.accepted, vertex_z, 0.0),
        "negative x": at(minus, 0),
        "negative y": at(minus, 1),
        "positive radius": np.hypot(at(plus, 0), at(plus, 1)),
        "distance": np.hypot(at(plus, 0) - at(minus, 0), at(plus, 1) - at(minus, 1)),
        "quadrant": judged.tiles[:, 0] // 100 + 10.0 * (judged.tiles[:, 1] // 100),
        "different tiles": judged.different_tiles.astype(float),
        "accepted": judged.accepted.astype(float),
        "accepted momentum": np.where(judged.accepted, momentum, 0.0),
    }
    return found


def fractions(bins: Any, n: int, weight: Any) -> tuple[Any, Any]:
    """Return weighted fractions in n bins and their covariance."""
    total = weight.sum()
    share = np.bincount(bins, weight, minlength=n) / total
    square = np.bincount(bins, weight**2, minlength=n) / total**2
    every = square.sum()
    cross = np.outer(share, square)
    return share, np.diag(square) - cross - cross.T + every * np.outer(share, share)


def p_value(one: Any, weight: Any, other: Any, other_weight: Any) -> float:
    """Chi2 of two samples in bins of equal content, with all correlations."""
    edges = np.unique(np.quantile(one, np.linspace(0, 1, 9)[1:-1]))
    if len(edges) == 1 or len(np.unique(one)) <= 20:
        edges = np.unique(one)[1:] - 1e-9
    n = len(edges) + 1
    a, u = fractions(np.searchsorted(edges, one, side="right"), n, weight)
    b, v = fractions(np.searchsorted(edges, other, side="right"), n, other_weight)
    keep = np.flatnonzero((a > 0) & (b > 0))[:-1]
    d, covariance = (a - b)[keep], (u + v)[np.ix_(keep, keep)]
    return float(stats.chi2.sf(d @ np.linalg.solve(covariance, d), len(keep)))


def compare(options: dict[str, Any], model: Any, path: str | None, n: int = 30_000) -> dict[str, float]:
    plain = source(model(**options), 11, path).sample(0, n)
    ours = source(model(**options, forward=True), 12, path).sample(0, n)
    assert (plain[0].weight == 1.0).all()
    assert 0.0 < ours[0].weight.min() < 0.1
    assert 20.0 * ours[0].weight.min() < ours[0].weight.max() <= 1.0
    a, b = observables(*plain), observables(*ours)
    return {name: p_value(a[name], plain[0].weight, b[name], ours[0].weight) for name in a}


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (El, {"mass": 0.05, "production": "mesons"}),
        (Mu, {"mass": 0.25, "production": "eta", "epsilon": 4e-7}),
        (El, {"mass": 0.5, "production": "all"}),
    ],
)
def test_spectra(model: Any, options: dict[str, Any]) -> None:
    found = compare(options, model, None)
    assert len(found) == 25
    assert min(found.values()) > P_MIN, found
    # Not one below p, but all of them alike between 0 and 1.
    assert 0.05 < np.median(list(found.values())) < 0.95


def test_mesons_of_a_file(shared_data: Path) -> None:
    path = str(shared_data / "events" / "na62_p400_cu_inclusive.hepmc3.gz")
    found = compare({"mass": 0.25, "production": "eta"}, Mu, path)
    assert min(found.values()) > P_MIN, found


@pytest.mark.parametrize(
    ("production", "m"),
    [("pi0", 0.05), ("omega", 0.25), ("mesons", 0.25), ("etap", 0.9), ("phi", 0.5), ("phi", 0.75)],
)
def test_fewer_events_tell_as_much(production: str, m: float) -> None:
    """The error of the acceptance at 20,000 events is below 3 %, and that of the number of decays stays small."""
    options = {"mass": m, "production": production}
    plain, ours = source(El(**options)), source(El(**options, forward=True))
    errors = []
    for each in (plain, ours):
        made = each.sample(0, 20_000)[0]
        passed = accept(made).accepted
        value = made.weight[passed].sum() / made.weight.sum()
        errors.append(math.sqrt((made.weight**2 * (passed - value) ** 2).sum()) / made.weight.sum() / value)
    assert errors[1] < 0.03 < errors[0]
    assert ours.accepted_weight(40_000) == pytest.approx(plain.accepted_weight(40_000), rel=0.04)


def test_bremsstrahlung_is_biased_only_where_that_helps() -> None:
    assert not source(El(mass=0.05, forward=True)).producer.weighted
    assert source(El(mass=0.9, forward=True)).producer.weighted
    plain, same = (source(El(mass=0.05, forward=forward)).sample(0, 200) for forward in (False, True))
    assert np.array_equal(plain[0].momentum, same[0].momentum)


def test_intervals_hold_over_samples() -> None:
    """Pulls of the acceptance over 60 samples have a width of 1, and the truth lies inside as often as it should."""
    options = {"mass": 0.25, "production": "eta"}
    truth = source(Mu(**options, forward=True), 99).sample(0, 400_000)
    passed = accept(truth[0]).accepted
    value = truth[0].weight[passed].sum() / truth[0].weight.sum()
    pulls, inside = [], 0
    ours = source(Mu(**options, forward=True))
    for frame in range(60):
        made = ours.sample(frame, 4000)[0]
        kept = np.where(accept(made).accepted, made.weight, 0.0)
        got = clustered_efficiency(kept, made.weight, once=True)
        pulls.append((got.value - value) / (got.high - got.low) * 2.0)
        inside += got.low <= value <= got.high
    # Two-sided p = 1e-3 of the chi2 of 60 pulls and of the binomial, if intervals are neither too narrow nor too wide.
    assert stats.chi2.ppf(5e-4, 60) < np.sum(np.square(pulls)) < stats.chi2.ppf(1 - 5e-4, 60)
    assert stats.binomtest(inside, 60, 0.6827).pvalue > 1e-3


def config(folder: Path, *tables: str) -> Path:
    """Write a run without halo whose signals are these."""
    signals = "".join(f"[[signal]]\n{table}\n" for table in tables)
    menu = Path(__file__).parents[3] / "configs" / "menus" / "na62-dump-ee.toml"
    text = f'experiment = "na62"\n[run]\nseed = 3\nframes = 4\n[menu]\nfile = "{menu}"\n{signals}'
    (folder / "run.toml").write_text(text + "[na62.halo]\nrate_hz = 20000.0\nneutral_rate_hz = 0.0\n")
    return folder / "run.toml"


MESONS = 'signal = "aprime-ee"\nmass = 0.05\nproduction = "mesons"\nevery_ns = 1000.0\n'


def test_a_scan_is_biased_unless_it_says_otherwise(tmp_path: Path) -> None:
    path = config(tmp_path, MESONS)
    ours, plain = (
        efficiency(str(path), "aprime-ee", more, events=6000, lines=["H2", "Q1"])
        for more in ({}, {"forward": 0})
    )
    a, b = ours.rows[0], plain.rows[0]
    assert b.weight_generated == b.generated == a.generated == 6000
    assert a.weight_generated < 6000
    assert a.accepted > 3 * b.accepted
    assert a.acceptance_high - a.acceptance_low < 0.7 * (b.acceptance_high - b.acceptance_low)
    assert a.distinct == a.accepted
    for one, other in zip(ours.rows, plain.rows, strict=True):
        # Half the interval is one standard deviation.
        error = math.hypot(one.high - one.low, other.high - other.low) / 2
        assert abs(one.value - other.value) < 4 * error
    table = efficiency("na62-dump-ee", "aprime-ee", {"mass": 0.05}, events=300, lines=["H2"])
    assert table.rows[0].weight_generated == 300  # bremsstrahlung needs none


def test_a_run_with_and_without_weights(tmp_path: Path) -> None:
    """Signals beside each other, background of weight 1; what is drawn without weights is as ever."""
    setups = [
        load_setup(config(tmp_path, MESONS + f'label = "a"\n{more}', MESONS + 'label = "b"'))
        for more in ("", "forward = true")
    ]
    plain, both = (list(decide_frames(setup, range(4))) for setup in setups)
    for one, other in zip(plain, both, strict=True):
        assert one.judged is not None
        assert other.judged is not None
        assert one.judged.weight is None
        weight, signal = other.judged.weight, other.judged.signal
        assert weight is not None
        assert (other.judged.event == -1).all()
        assert (other.judged.share == 0.0).all()
        assert (weight[signal > 0] == 1.0).all()
        assert (weight[signal == 0] < 1.0).mean() > 0.5
        mine = signal == 1
        assert np.array_equal(one.judged.flags[one.judged.signal == 1, :2], other.judged.flags[mine, :2])
        assert len(counted(other.judged, 2)) == len(other.tally)
    out = tmp_path / "out"
    totals = run(setups[1], out, offline=True)
    assert totals.weighted[0, 0, 0] < totals.tally[0, 0]
    assert totals.weighted[0, 1, 0] == totals.tally[1, 0]
    read = read_result(out)
    got = read.summary["acceptance"]
    assert got["a"]["weight_total"] == totals.weighted[0, 0, 0]
    assert got["a"]["value"] == got["a"]["weight_passed"] / got["a"]["weight_total"]
    assert "weight_total" not in got["b"]
    whole = " ".join(
        each if isinstance(each, str) else as_text(each) for each in run_tables(setups[1], read.summary)
    )
    assert "Events of a are weighted" in whole
    assert "biased sample: events of a are" in whole
    page = render(setups[1], totals, read.summary)
    assert "Events of a are weighted" in page
    assert "biased sample: events of a are" in page
    other = tmp_path / "plain"
    run(setups[0], other, offline=True)
    notes = compare_results(other, out).notes
    assert any(note.startswith("Events of B are weighted, those of A are not") for note in notes)
    assert any(
        note.startswith("In B alone: Rates, overlap and dead time are those of a biased") for note in notes
    )
    assert any(note.startswith("In A and B: Rates") for note in compare_results(out, out).notes)
    assert not any("weighted" in note for note in compare_results(other, other).notes)
    # Rates count what happened: an event of no file counts 1 there.
    assert totals.weighted[0, 2, 0] == totals.weighted[1, 2, 0]


def test_comparisons_say_which_side_is_weighted(tmp_path: Path) -> None:
    setup = load_setup(config(tmp_path, MESONS))
    scans = {
        name: efficiency(setup, "aprime-ee", {"mass": 0.05}, events=600, lines=["H2", "Q1"], selection="mumu")
        if name == "own"
        else efficiency(
            load_setup(config(tmp_path, MESONS + f"forward = {name}")),
            "aprime-ee",
            {"mass": 0.05},
            events=600,
            lines=["H2"],
        )
        for name in ("true", "false", "own")
    }
    assert scans["true"].weighted
    assert scans["true"].to_dict()["weighted"]
    assert not scans["false"].to_dict()["weighted"]
    found = compare_results(scans["true"], scans["false"])
    assert any(note.startswith("Events of A are weighted, those of B are not") for note in found.notes)
    assert not any("so are their events" in note for note in found.notes)
    assert all(each.significance is None for each in found.efficiencies)
    text = as_text(efficiencies_table(found))
    line = next(each for each in found.efficiencies if each.line == "H2")
    assert line.a is not None
    assert line.b is not None
    assert f"({line.a.passed}/{line.a.total})" not in text
    assert "(n_eff " in text
    assert f"({line.b.passed}/{line.b.total})" in text
    same = compare_results(scans["true"], scans["true"])
    assert any("so are their events" in note for note in same.notes)
    assert any(note.startswith("Events of A and B are weighted") for note in same.notes)
    plain = compare_results(scans["false"], scans["false"])
    assert not any("weighted" in note for note in plain.notes)
    flow = scans["own"].flow
    assert flow is not None
    shown = flow_tables(flow)[0]
    assert shown.title.endswith("triggered by any l1, unprescaled (Clopper-Pearson, 68.27 %)")
    assert "Several lines were named (Q1, H2)" in shown.notes[0]
    assert shown.notes[1] == "mumu is another signal's selection: ee belongs to aprime-ee."


def test_a_plain_run_has_no_weights() -> None:
    assert not load_setup("na62-dump").weighted
    setup = load_setup("na62-dump")
    names = [column.name for column in setup.schemas["truth"].columns]
    assert "weight" not in names


@pytest.mark.parametrize("value", ["2", "'yes'", "[]"])
def test_bad_switches(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match="forward"):
        load_setup(config(tmp_path, MESONS + f"forward = {value}"))
