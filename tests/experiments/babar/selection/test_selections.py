"""BaBar's selections beside a reconstructed B: against a slow twin, on simulated signals, and with scores."""

from __future__ import annotations

import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import babar_selection as slow

from trigemu.collider.recoil_tag.efficiency import log_linear
from trigemu.collider.response.vertices import chi2_limit
from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.experiments.babar.generator import BabarGenerator
from trigemu.experiments.babar.selection.candidates import lambdas, signal_b
from trigemu.experiments.babar.selection.config import LAMBDA_FEATURES, Selection
from trigemu.experiments.babar.selection.features import features
from trigemu.experiments.babar.selection.selections import Selector
from trigemu.experiments.babar.sources import CLUSTERS, SCHEMAS, TAGS, TIMING, TRACKS
from trigemu.setup.build import build_setup

ENERGY = 105_790
PROBABILITY = 0.005
# Windows that random tracks pass now and then.
LOOSE = {
    "lambda_psid": {
        "mass_gev": (1.0, 4.0),
        "sigma_xy_mm": 3.0,
        "sigma_z_mm": 60.0,
        "probability": PROBABILITY,
        "missing_gev": (0.01, 20.0),
    },
    "p_psid": {"missing_gev": (0.01, 20.0)},
}


def source(name, events):
    """Return the columns of a source from a list of rows for each crossing."""
    schema = SCHEMAS[name]
    flat = [row for rows in events for row in rows]
    columns = {
        column.name: np.array([row.get(column.name, 0) for row in flat], column.dtype)
        for column in schema.columns
        if column.name != "offsets"
    }
    columns["offsets"] = np.cumsum([0, *map(len, events)]).astype(np.int64)
    return columns


def random_crossing(rng):
    """Return tracks, clusters and tags: one or two tracks that nobody takes, more often than not."""
    tracks = [
        {
            "d0": rng.uniform(-30, 30),
            "phi0": rng.uniform(-3.1, 3.1),
            "omega": (charge := rng.choice([-1, 1])) * rng.uniform(2e-4, 4e-3),
            "z0": rng.uniform(-120, 120),
            "tan_lambda": rng.uniform(-1, 2),
            "charge": charge,
            "tagged": tagged,
        }
        for tagged in (*[0] * rng.choice([1, 1, 2, 2, 2, 3]), *[1] * rng.integers(0, 2))
    ]
    rng.shuffle(tracks)
    clusters = [
        {"energy": rng.uniform(0.1, 2), "track": rng.integers(-1, 1), "tagged": rng.integers(0, 2)}
        for _ in range(rng.integers(0, 5))
    ]
    tags = [
        {
            "px": rng.normal(0, 0.3),
            "py": rng.normal(0, 0.3),
            "pz": rng.normal(2.9, 0.3),
            "energy": rng.normal(6.0, 0.2),
        }
        for _ in range(rng.choice([0, 1, 1, 1, 1, 1, 2]))
    ]
    return tracks, clusters, tags


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_selections_are_those_of_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    crossings = [random_crossing(rng) for _ in range(12)]
    tracks, clusters, tags = (
        source(name, [crossing[k] for crossing in crossings])
        for k, name in enumerate((TRACKS, CLUSTERS, TAGS))
    )
    energy = rng.choice([ENERGY, 103_550, 0], 12).astype(np.uint32)
    config = Selection.model_validate(LOOSE)
    selector = Selector(config)
    for name in ("lambda_psid", "p_psid"):
        cuts = SimpleNamespace(**getattr(config, name).model_dump(), chi2_limit=chi2_limit(PROBABILITY))
        expected = []
        for k in range(12):
            own = slow.rows(tracks, k)
            found = energy[k] and slow.candidate(name, own, slow.rows(tags, k), energy[k], cuts)
            missing = slow.mass(slow.plus(found[0], found[1], -1.0)) if found else math.nan
            expected.append(missing if cuts.missing_gev[0] < missing < cuts.missing_gev[1] else math.nan)
        found = selector.masses(name, tracks, clusters, tags, energy)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(
            selector.select(name, tracks, clusters, tags, energy), np.isfinite(expected)
        )


def test_features_are_those_of_the_slow_twin():
    rng = np.random.default_rng(4)
    crossings = [random_crossing(rng) for _ in range(200)]
    tracks, clusters, tags = (
        source(name, [crossing[k] for crossing in crossings])
        for k, name in enumerate((TRACKS, CLUSTERS, TAGS))
    )
    config = Selection.model_validate(LOOSE).lambda_psid
    cuts = SimpleNamespace(**config.model_dump(), chi2_limit=chi2_limit(PROBABILITY))
    energy = np.full(200, ENERGY, np.uint32)
    found = lambdas(tracks, signal_b(tags, energy), config)
    assert 5 < len(found.event) < 100
    known = features(found, clusters, 200, config.sigma_xy_mm)
    assert set(known) == set(LAMBDA_FEATURES)
    for row, k in enumerate(found.event):
        own = slow.candidate("lambda_psid", slow.rows(tracks, k), slow.rows(tags, k), ENERGY, cuts)
        expected = slow.features(own, slow.rows(clusters, k), config.sigma_xy_mm)
        for name, value in expected.items():
            assert known[name][row] == pytest.approx(value, rel=1e-3, abs=1e-3)


N = 600


def simulated(signal, n=N, selection=None, **keys):
    """Return the sources that the selections look at, for n events of a signal; no beam background."""
    table = {"signal": signal, "every_ns": 50_000.0, **keys}
    quiet = {"beam_photons": {"rate_khz": 0.0}}
    section = {"frame_samples": round(n * 50_000.0 / 268.9), "response": quiet, "selection": selection or {}}
    data = {
        "experiment": "babar",
        "run": {"frames": 1, "seed": 3},
        "menu": {"line": [{"name": "any", "when": "m_1"}]},
    }
    setup = build_setup({**data, "section": section, "signal": [table]}, "test")
    generator = BabarGenerator(setup, (TRACKS, CLUSTERS, TAGS, TIMING))
    tracks, clusters, tags = (generator.fragment(name, 0) for name in (TRACKS, CLUSTERS, TAGS))
    energy = np.asarray(generator.fragment(TIMING, 0)["energy"], np.uint32)
    return setup.section.selection, (tracks, clusters, tags, energy)


def width(masses):
    low, high = np.quantile(masses[np.isfinite(masses)], (0.16, 0.84))
    return 0.5 * (high - low)


@pytest.mark.parametrize(("mass", "published"), [(1.0, 0.090), (4.15, 0.006)])
def test_widths_are_the_published_ones_at_both_ends(mass, published):
    """The two numbers that the errors of the tag are set from (besiii_babar_facts B10.6)."""
    selection, sources = simulated("b-lambda-psi", 3000, mass=mass)
    masses = Selector(selection).masses("lambda_psid", *sources)
    found = np.isfinite(masses).sum()
    assert width(masses) == pytest.approx(published, rel=4.0 * 1.1 / math.sqrt(found) + 0.03)
    assert abs(np.nanmedian(masses) - mass) < 0.2 * published


@pytest.mark.parametrize(("name", "signal"), [("lambda_psid", "b-lambda-psi"), ("p_psid", "b-p-psi")])
def test_signals_are_selected_and_others_are_not(name, signal):
    selection, sources = simulated(signal, mass=2.0)
    selector = Selector(selection)
    masses = selector.masses(name, *sources)
    assert np.isfinite(masses).mean() > 0.65
    assert np.nanmedian(masses) == pytest.approx(2.0, abs=0.02)
    (other,) = {"lambda_psid", "p_psid"} - {name}
    assert selector.select(other, *sources).mean() < 0.2
    tracks, clusters, tags, energy = sources
    none = {column: values[:0] for column, values in tags.items()} | {
        "offsets": np.zeros_like(tags["offsets"])
    }
    assert not selector.select(name, tracks, clusters, none, energy).any()


def test_the_other_b_changes_nothing(shared_data):
    """Its tracks and clusters are the tag's: as many Lambdas are selected as without it."""
    _, alone = simulated("b-lambda-psi", mass=2.0)
    selection, both = simulated(
        "b-lambda-psi", mass=2.0, other_b=str(shared_data / "events" / "babar_b0b0bar.hepmc3.gz")
    )
    selector = Selector(selection)
    passed = [selector.select("lambda_psid", *sources).mean() for sources in (alone, both)]
    assert len(both[0]["d0"]) > 3 * len(alone[0]["d0"])
    # Two samples of N events: 4 standard deviations of their difference.
    assert abs(passed[0] - passed[1]) < 4.0 * math.sqrt(2 * 0.25 / N)


def test_events_without_a_new_particle_are_never_selected(shared_data):
    file = str(shared_data / "events" / "babar_b0b0bar.hepmc3.gz")
    selection, sources = simulated("hepmc-signal", 100, file=file)
    assert len(sources[2]["px"]) == 0
    for name in ("lambda_psid", "p_psid"):
        assert not Selector(selection).select(name, *sources).any()


def test_a_score_selects():
    score = {"model": "support.toy_scores:total", "features": ["baryon_momentum"], "cut": 2.0}
    selection, sources = simulated("b-p-psi", mass=2.0, selection={"p_psid": {"score": score}})
    plain = Selector(Selection()).masses("p_psid", *sources)
    cut = Selector(selection).masses("p_psid", *sources)
    assert 0 < np.isfinite(cut).sum() < np.isfinite(plain).sum()
    kept = np.isfinite(cut)
    np.testing.assert_array_equal(cut[kept], plain[kept])
    tracks = sources[0]
    rows = tracks["offsets"][:-1][np.isfinite(plain)]
    p = 0.000299792458 * 1.5 / np.abs(tracks["omega"][rows]) * np.hypot(1.0, tracks["tan_lambda"][rows])
    np.testing.assert_array_equal(kept[np.isfinite(plain)], p >= 2.0)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"p_psid": {"missing_gev": (4.0, 1.0)}}, "missing_gev.*must rise"),
        ({"lambda_psid": {"efficiency": ((2.0, 1e-3), (1.0, 1e-3))}}, "masses rising"),
        ({"tag": {"probability": 1.5}}, "probability"),
        (
            {"p_psid": {"score": {"model": "a:b", "features": ("flight_significance",), "cut": 1.0}}},
            "'flight_significance' is no feature",
        ),
        (
            {"p_psid": {"score": {"model": "a.pkl", "features": ("clusters",), "cut": 1.0}}},
            "trust must be true",
        ),
    ],
)
def test_bad_configurations(table, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        validate(Selection, table, "selection")
    assert "\n" not in str(error.value)


def test_published_efficiencies():
    points = Selection().lambda_psid.efficiency
    np.testing.assert_allclose(log_linear(points, [1.0, 4.2]), [5.9e-4, 2.1e-4])


def test_sources_of_different_lengths_are_refused():
    tracks, clusters, tags = (source(name, [[], []]) for name in (TRACKS, CLUSTERS, TAGS))
    with pytest.raises(InputError, match="'tags' has pieces for 2 events of 3"):
        Selector(Selection()).select("p_psid", tracks, clusters, tags, np.full(3, ENERGY, np.uint32))


def test_a_worker_needs_no_compiler():
    code = "import sys, trigemu.experiments.babar.selection.selections; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=120)
