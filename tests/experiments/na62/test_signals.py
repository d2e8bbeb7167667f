from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from trigemu.errors import InputError
from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.experiments.na62.signals.catalogue import SIGNALS
from trigemu.physics import bremsstrahlung as brem
from trigemu.physics import darkphoton

AprimeMuMu, AprimeEE = (spec.model for spec in SIGNALS[:2])

P_MIN = 1e-3


def source(model, seed=1, number=0, path=None):
    return SignalSource(model, path, seed, number)


def test_pure_function_of_seed_frame_and_index():
    model = AprimeMuMu(mass=0.3, production="all")
    whole, p, z = source(model).sample(5, 20)
    again, p2, _ = source(model).sample(5, 20)
    part, p3, z3 = source(model).sample(5, 12, first=8)
    assert np.array_equal(whole.px, again.px)
    assert np.array_equal(p, p2)
    assert np.array_equal(whole.py[16:], part.py)
    assert np.array_equal(p[8:], p3)
    assert np.array_equal(z[8:], z3)
    for other in (source(model, seed=2), source(model, number=1)):
        assert not np.any(other.sample(5, 20)[1] == p)
    assert not np.any(source(model).sample(6, 20)[1] == p)


@pytest.mark.parametrize(
    "model", [AprimeMuMu(mass=0.25, production="all"), AprimeEE(mass=0.05, production="mesons")]
)
def test_kinematics_geometry_and_time(model):
    n = 2000
    tracks, momentum, vertex_z = source(model).sample(1, n)
    minus, plus = tracks.select(slice(0, None, 2)), tracks.select(slice(1, None, 2))
    px, py, pz = minus.px + plus.px, minus.py + plus.py, minus.pz + plus.pz
    e = minus.energy + plus.energy
    p = np.sqrt(px**2 + py**2 + pz**2)
    assert p == pytest.approx(momentum, rel=1e-6)
    assert np.sqrt(e**2 - p**2) == pytest.approx(model.mass, rel=1e-3)
    assert momentum.min() > model.p_min
    assert np.array_equal(minus.event, np.arange(n))
    assert set(minus.charge) == {-1}
    assert set(plus.pdg) == {-model.lepton}
    # The A' comes from the point in the dump, and the time is that of its flight.
    z = minus.z
    assert z == pytest.approx(vertex_z, rel=1e-6)
    assert z.min() >= 105_000
    assert z.max() <= 180_000
    assert minus.x - px / pz * (z - 23_070) == pytest.approx(0.0, abs=1e-6)
    assert minus.y - py / pz * (z - 23_070) == pytest.approx(-22.0, abs=1e-6)
    path = np.hypot(np.hypot(minus.x, minus.y + 22.0), z - 23_070)
    expected = path / (299.792458 * p / e) - (238_131.5 - 23_070) / 299.792458
    assert minus.time_ns == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(minus.time_ns, plus.time_ns)


def _expected_momentum_cdf(model):
    z = np.linspace(model.z_min, model.z_max, 4001)
    p = np.sqrt((400 * z) ** 2 - model.mass**2)
    density = brem.z_spectrum(z, model.mass, pt2_high=model.pt_max**2, cutoff=model.cutoff)
    if model.epsilon is None:
        density = density / p
    else:
        length = darkphoton.ctau(model.mass, model.epsilon) * p / model.mass
        density = density * (np.exp(-81_930 / length) - np.exp(-156_930 / length))
    density[p < model.p_min] = 0.0
    cumulative = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return lambda x: np.interp(x, p, cumulative / cumulative[-1])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"epsilon": 1e-6},
        {"epsilon": 2e-6, "pt_max": 0.5},
        {"cutoff": 1.0, "z_min": 0.3},
        {"p_min": 133.0},
    ],
)
def test_momentum_is_production_times_decay_probability(options):
    model = AprimeMuMu(mass=0.4, **options)
    _, momentum, _ = source(model, seed=3).sample(0, 20_000)
    assert stats.kstest(momentum.astype(float), _expected_momentum_cdf(model)).pvalue > P_MIN


def test_transverse_momentum_of_bremsstrahlung():
    """In a narrow slice of z the distribution of pT^2 is the splitting function."""
    model = AprimeMuMu(mass=0.4, z_min=0.5, z_max=0.501)
    tracks, _, _ = source(model, seed=4).sample(0, 20_000)
    pt2 = (tracks.px[::2] + tracks.px[1::2]) ** 2 + (tracks.py[::2] + tracks.py[1::2]) ** 2
    total = brem.splitting_integral(0.5005, 0.4, 0.0, 1.0)
    cdf = np.vectorize(lambda x: brem.splitting_integral(0.5005, 0.4, 0.0, x) / total)
    assert stats.kstest(pt2, cdf).pvalue > P_MIN


def test_vertices():
    _, _, z = source(AprimeMuMu(mass=0.4), seed=5).sample(0, 20_000)
    assert stats.kstest(z.astype(float), stats.uniform(105_000, 75_000).cdf).pvalue > P_MIN
    short = AprimeMuMu(mass=0.4, epsilon=1.5e-6, z_min=0.5, z_max=0.501)
    length = darkphoton.ctau(0.4, 1.5e-6) * 200.2 / 0.4
    _, _, z = source(short, seed=6).sample(0, 20_000)
    law = stats.truncexpon(75_000 / length, loc=105_000, scale=length)
    assert stats.kstest(z.astype(float), law.cdf).pvalue > P_MIN


def test_mixture_follows_the_rates():
    """With both sources, slow A' (below the z range of bremsstrahlung) come from mesons alone."""
    n = 20_000
    options = {"mass": 0.4, "p_min": 20.0}
    both = source(AprimeMuMu(production="all", **options), seed=7).producer
    alone = [source(AprimeMuMu(production=kind, **options), seed=7) for kind in ("brem", "mesons")]
    _, p, _ = source(AprimeMuMu(production="all", **options), seed=8).sample(0, n)
    # Weights are upper bounds; the efficiency of acceptance turns them into rates.
    rates = []
    for one in alone:
        momentum = one.sample(0, n)[1]
        rates.append((one.accepted_weight(n), np.mean(momentum < 40.0)))
    expected = sum(r * f for r, f in rates) / sum(r for r, _ in rates)
    assert both.cells.weight.sum() == pytest.approx(sum(one.producer.cells.weight.sum() for one in alone))
    assert np.mean(p < 40.0) == pytest.approx(expected, abs=0.015)


def test_hepmc_mesons(shared_data):
    path = str(shared_data / "events" / "na62_p400_cu_inclusive.hepmc3.gz")
    n = 20_000
    _, from_file, _ = source(AprimeMuMu(mass=0.3, production="eta"), path=path).sample(0, n)
    _, from_formula, _ = source(AprimeMuMu(mass=0.3, production="eta")).sample(0, n)
    assert np.median(from_file) == pytest.approx(np.median(from_formula), rel=0.1)
    with pytest.raises(InputError, match="no A' of mass"):
        _ = source(AprimeMuMu(mass=0.4, production="phi", p_min=399.0), path=path).producer


def test_nothing_reaches_the_volume():
    with pytest.raises(InputError, match="lower epsilon"):
        source(AprimeMuMu(mass=0.9, epsilon=1e-2)).sample(0, 1)


@pytest.mark.parametrize(
    ("model", "table", "message"),
    [
        (AprimeMuMu, {"mass": 0.2}, "twice the lepton"),
        (AprimeEE, {"mass": 0.001}, "twice the lepton"),
        (AprimeEE, {"mass": 1.2}, "extrapolate"),
        (AprimeEE, {"mass": 0.14, "production": "pi0"}, "below 0.134977"),
        (AprimeMuMu, {"mass": 0.7, "production": "omega"}, "below"),
        (AprimeMuMu, {"mass": 0.4, "z_min": 0.9, "z_max": 0.1}, "z_min must be below"),
        (AprimeMuMu, {"mass": 0.4, "rate_hz": -1}, "greater than or equal to 0"),
        (AprimeMuMu, {"mass": math.nan}, "finite number"),
        (AprimeMuMu, {"mass": 0.4, "colour": 1}, "Extra inputs"),
    ],
)
def test_bad_models(model, table, message):
    with pytest.raises(ValidationError, match=message):
        model(**table)


def test_signals_are_listed_with_their_models():
    names = ["aprime-mumu", "aprime-ee", "hnl", "scalar", "alp", "hepmc-signal"]
    assert [spec.name for spec in SIGNALS] == names
    assert [(spec.model.lepton, spec.model(mass=0.3).signal) for spec in SIGNALS[:2]] == [
        (13, "aprime-mumu"),
        (11, "aprime-ee"),
    ]
    assert AprimeEE(mass=1.2, extrapolate=True).signal == "aprime-ee"
