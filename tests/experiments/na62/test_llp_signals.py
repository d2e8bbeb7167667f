"""Heavy neutral leptons, dark scalars and axion-like particles from the dump: production, decays, acceptance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from reference.aprime import weighted_decays
from scipy import stats

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.experiments.na62.detector.acceptance import accept, accept_photons
from trigemu.experiments.na62.detector.geometry import LKR_Z
from trigemu.experiments.na62.signals.catalogue import SIGNALS
from trigemu.experiments.na62.signals.heavy_flavour_decays import HeavyFlavourSource
from trigemu.physics import dark_scalar, heavy_flavour, hnl
from trigemu.physics.constants import B_PLUS, D_PLUS, D_S, KAON, MUON, PION, TAU, mass
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.vectors import boost

MODELS = {spec.name: spec.model for spec in SIGNALS}
Hnl, Scalar, Alp = (MODELS[name] for name in ("hnl", "scalar", "alp"))

P_MIN = 1e-3
"""Least p-value; seeds are fixed."""


def source(model: Any, seed: int = 1, number: int = 0) -> HeavyFlavourSource:
    return HeavyFlavourSource(model, None, seed, number)


def sums(particles: Particles) -> F64:
    total = np.zeros((particles.events, 4))
    np.add.at(total, particles.event, particles.momentum)
    return total


def masses(four: F64) -> F64:
    return np.sqrt(np.maximum(four[:, 3] ** 2 - (four[:, :3] ** 2).sum(axis=1), 0.0))


TABLES = [
    Hnl(mass=1.0),
    Hnl(mass=0.3, channel="nu-mu-mu", umu2=0, utau2=1),
    Hnl(mass=1.5, channel="e-k", ue2=1, umu2=0, ctau=2e4, production="beauty"),
    Scalar(mass=1.2, theta=1e-5),
    Scalar(mass=3.0, channel="mumu"),
    Alp(mass=0.3, photon=1e-5),
    Alp(mass=0.4, channel="ee", ctau=1e5),
]


@pytest.mark.parametrize("model", TABLES)
def test_kinematics_geometry_and_time(model: Any) -> None:
    n = 2000
    tracks, momentum, vertex_z = source(model).sample(1, n)
    total = sums(tracks)
    p = np.linalg.norm(total[:, :3], axis=1)
    assert p == pytest.approx(momentum, rel=1e-6)
    assert masses(total) == pytest.approx(model.mass, rel=1e-6)
    # Squared masses of single particles lose digits at high energies.
    square = tracks.energy**2 - (tracks.momentum[:, :3] ** 2).sum(axis=1)
    assert square == pytest.approx(tracks.mass**2, abs=1e-9 * float(tracks.energy.max()) ** 2)
    assert momentum.min() > model.p_min
    charge = np.zeros(n)
    np.add.at(charge, tracks.event, tracks.charge)
    assert not charge.any()
    first = tracks.offsets[:-1]
    z = tracks.z[first]
    assert z == pytest.approx(vertex_z, rel=1e-6)
    assert 105_000 <= z.min() <= z.max() <= 180_000
    assert tracks.x[first] - total[:, 0] / total[:, 2] * (z - 23_070) == pytest.approx(0.0, abs=1e-6)
    path = np.linalg.norm(tracks.point[first, :3] - [0.0, -22.0, 23_070.0], axis=1)
    expected = path / (299.792458 * p / total[:, 3]) - (238_131.5 - 23_070) / 299.792458
    assert tracks.time_ns[first] == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(tracks.point, tracks.point[first][tracks.event])


def test_pure_function_of_seed_frame_and_index() -> None:
    whole, p, _ = source(TABLES[0]).sample(5, 20)
    part, q, _ = source(TABLES[0]).sample(5, 8, first=12)
    assert np.array_equal(p[12:], q)
    assert np.array_equal(whole.momentum[whole.event >= 12], part.momentum)
    assert not np.any(source(TABLES[0], seed=2).sample(5, 20)[1] == p)
    assert not np.any(source(TABLES[0], number=1).sample(5, 20)[1] == p)


def test_two_body_decays_are_isotropic_with_both_charges() -> None:
    n = 20_000
    tracks, _, _ = source(Hnl(mass=0.8, channel="mu-pi")).sample(0, n)
    total = sums(tracks)
    muon, pion = tracks.momentum[::2], tracks.momentum[1::2]
    assert set(np.unique(tracks.pdg)) == {-PION, -MUON, MUON, PION}
    assert np.array_equal(tracks.pdg[::2] > 0, tracks.pdg[1::2] > 0)
    assert stats.binomtest(int((tracks.pdg[::2] > 0).sum()), n).pvalue > P_MIN
    own = boost(muon, -total[:, :3] / total[:, 3:])[:, :3]
    size = np.linalg.norm(own, axis=1)
    star = (
        0.8**4 + (mass(MUON) ** 2 - mass(PION) ** 2) ** 2 - 2 * 0.64 * (mass(MUON) ** 2 + mass(PION) ** 2)
    ) ** 0.5
    assert size == pytest.approx(star / 1.6, rel=1e-6)
    assert stats.kstest(own[:, 2] / size, "uniform", (-1, 2)).pvalue > P_MIN
    assert stats.kstest(np.arctan2(own[:, 1], own[:, 0]), "uniform", (-math.pi, 2 * math.pi)).pvalue > P_MIN
    assert masses(muon + pion) == pytest.approx(0.8, rel=1e-6)


@pytest.mark.parametrize("ctau", [None, 500.0, 20_000.0])
def test_vertices_fall_exponentially(ctau: float | None) -> None:
    tracks, _, z = source(Scalar(mass=0.5, channel="pipi", ctau=ctau), seed=3).sample(0, 20_000)
    depth = z.astype(float) - 105_000
    if ctau is not None:
        # In units of the cumulative function for each momentum along z.
        rate = 0.5 / (ctau * sums(tracks)[:, 2])
        depth = 75_000 * np.expm1(-depth * rate) / np.expm1(-75_000 * rate)
    assert stats.kstest(depth, "uniform", (0, 75_000)).pvalue > P_MIN


def slow_momenta(model: Any, sources: list[Any], n: int) -> tuple[F64, F64]:
    """Return momenta and weights of a slow, obvious Monte Carlo of all sources."""
    flight = source(model).flight
    momenta, weights = [], []
    for seed, each in enumerate(sources):
        top = each.via or each.parent
        steps = [(mass(each.parent), model.mass, each.companion_mass)]
        if each.via:
            steps.insert(0, (mass(each.via), mass(each.parent), 0.0))
        table = heavy_flavour.spectrum_table(top)
        p, w = weighted_decays(table, steps, flight, model.p_min, n, seed)
        momenta.append(p)
        weights.append(w * each.per_proton)
    return np.concatenate(momenta), np.concatenate(weights)


@pytest.mark.parametrize(
    ("model", "parents"),
    [
        (Hnl(mass=1.0, production="charm"), {D_PLUS, D_S}),
        (Hnl(mass=0.5, umu2=0, utau2=1, ctau=1e4, production="tau"), {TAU}),
        (Hnl(mass=1.6, p_min=20.0, production="beauty"), {B_PLUS}),
        (Scalar(mass=1.5, theta=1e-5), {B_PLUS, 511}),
        (Alp(mass=3.0, ctau=3e4), {B_PLUS, 511}),
    ],
)
def test_momentum_is_production_times_decay_probability(model: Any, parents: set[int]) -> None:
    sources = model.sources
    assert {each.parent for each in sources} == parents
    p, w = slow_momenta(model, sources, 400_000)
    _, momentum, _ = source(model, seed=4).sample(0, 20_000)
    order = np.argsort(p)
    edges = np.interp(np.linspace(0, 1, 21), np.cumsum(w[order]) / w.sum(), p[order])
    edges[0], edges[-1] = 0.0, 1e3
    expected, square = (
        np.histogram(p, edges, weights=each)[0] / w.sum() ** k for k, each in ((1, w), (2, w**2))
    )
    found = np.histogram(momentum, edges)[0] / len(momentum)
    chi2 = ((found - expected) ** 2 / (expected / len(momentum) + square)).sum()
    assert stats.chi2.sf(chi2, 19) > P_MIN


@pytest.mark.parametrize("mixing", [{}, {"ue2": 0.5, "umu2": 0.2, "utau2": 0.3}])
def test_channels_come_by_their_widths(mixing: dict[str, float]) -> None:
    model = Hnl(mass=1.2, **mixing)
    n = 20_000
    tracks, _, _ = source(model, seed=2).sample(0, n)
    kinds = [
        tuple(sorted({int(abs(pdg)) for pdg in row})) for row in np.split(tracks.pdg, tracks.offsets[1:-1])
    ]
    widths = hnl.widths(1.2, model.pattern)
    names = {
        "mupi": (13, 211),
        "epi": (11, 211),
        "muK": (13, 321),
        "eK": (11, 321),
        "nuee": (11, 12),
        "numumu": (12, 13),
        "nuemu": (11, 12, 13),
    }
    shares = {names[name]: width for name, width in widths.items() if name in names}
    assert set(kinds) == set(shares)
    expected = np.array(list(shares.values())) / sum(shares.values()) * n
    counts = [kinds.count(kind) for kind in shares]
    assert stats.chisquare(counts, expected).pvalue > P_MIN


def test_scalars_decay_to_charged_pairs_alone() -> None:
    model = Scalar(mass=1.1)
    n = 20_000
    tracks, _, _ = source(model, seed=2).sample(0, n)
    widths = dark_scalar.widths(1.1, 1.0)
    shares = np.array([widths["mumu"], widths["pipi"] * 2 / 3, widths["KK"] / 2])
    counts = [int((tracks.pdg == pdg).sum()) for pdg in (MUON, PION, KAON)]
    # Electrons are fewer than one in 100,000.
    assert sum(counts) >= n - 3
    assert stats.chisquare(counts, shares / shares.sum() * sum(counts)).pvalue > P_MIN


@pytest.mark.parametrize(
    "model", [Scalar(mass=1.0, theta=1e-4), Alp(mass=0.3, photon=1e-5), Hnl(mass=0.4, ctau=1e3)]
)
def test_weighted_decays_tell_the_same(model: Any) -> None:
    shares = []
    for forward in (False, True):
        made, p, z = source(model.model_copy(update={"forward": forward}), seed=6).sample(0, 30_000)
        judge = accept_photons(made) if model.signal == "alp" else accept(made).accepted
        w = made.weight
        assert (w.min() == 1.0) == (not forward)
        for value in (judge, p > 40.0, z < 125_000):
            mean = np.average(value, weights=w)
            shares.append((mean, (w**2 * (value - mean) ** 2).sum() / w.sum() ** 2))
    for (a, va), (b, vb) in zip(shares[:3], shares[3:], strict=True):
        assert abs(a - b) <= 3.5 * math.sqrt(va + vb) + 1e-12


@pytest.mark.parametrize(
    "model",
    [
        Hnl(mass=0.4, channel="mu-pi", forward=True),
        Scalar(mass=0.5, channel="pipi", forward=True),
        Alp(mass=0.05, forward=True),
    ],
)
def test_acceptances_of_a_thousandth_have_errors_of_three_percent(model: Any) -> None:
    made, _, _ = source(model).sample(0, 20_000)
    judge = accept_photons(made) if model.signal == "alp" else accept(made).accepted
    mean = np.average(judge, weights=made.weight)
    assert mean < 2e-3
    error = math.sqrt((made.weight**2 * (judge - mean) ** 2).sum()) / made.weight.sum()
    assert error / mean < 0.03


def photons(*rows: tuple[float, float, float], pdg: int = 22) -> Particles:
    """Return photons of one event: energy, x and y where they cross the LKr; they fly along z."""
    n = len(rows)
    four, point = np.zeros((n, 4)), np.zeros((n, 4))
    for k, (energy, x, y) in enumerate(rows):
        four[k] = 0.0, 0.0, energy, energy
        point[k] = x, y, 150_000.0, 0.0
    return make_particles(np.zeros(n, np.int64), np.full(n, pdg, np.int32), 0.0, four, point)


@pytest.mark.parametrize(
    ("rows", "good"),
    [
        (((2.0, 300.0, 0.0), (1.5, -300.0, 0.0)), True),
        (((2.0, 300.0, 0.0), (0.9, -300.0, 0.0)), False),
        (((1.4, 300.0, 0.0), (1.5, -300.0, 0.0)), False),
        (((2.0, 300.0, 0.0), (1.5, 390.0, 0.0)), False),
        (((2.0, 300.0, 0.0), (1.5, 410.0, 0.0)), True),
        (((2.0, 140.0, 0.0), (1.5, -300.0, 0.0)), False),
        (((2.0, 300.0, 0.0), (1.5, -1140.0, 0.0)), False),
        (((2.0, 300.0, 0.0),), False),
        (((2.0, 300.0, 0.0), (1.5, -300.0, 0.0), (1.5, 0.0, 300.0)), False),
    ],
)
def test_which_photons_are_accepted(rows: Any, good: bool) -> None:
    assert accept_photons(photons(*rows)).tolist() == [good]
    assert accept_photons(photons(*rows, pdg=11)).tolist() == [False]
    assert LKR_Z > 240_000


@pytest.mark.parametrize(
    ("model", "table", "message"),
    [
        (Hnl, {"mass": 0.2, "channel": "mu-pi"}, "above 0.245229 GeV for channel 'mu-pi'"),
        (Hnl, {"mass": 0.001}, "above 0.001022 GeV for channel 'visible'"),
        (Hnl, {"mass": 2.0}, "less than or equal to 1.95"),
        (Hnl, {"mass": 1.0, "channel": "e-pi"}, "closed with these mixings: raise ue2 or umu2"),
        (Hnl, {"mass": 1.0, "umu2": 0}, "one of ue2, umu2 and utau2 must be above 0"),
        (Hnl, {"mass": 1.0, "production": "tau"}, "production 'tau' needs utau2 above 0"),
        (
            Hnl,
            {"mass": 0.5, "umu2": 0, "utau2": 1, "production": "charm"},
            "below 0.19142 GeV for production",
        ),
        (Hnl, {"mass": 1.7, "utau2": 1, "production": "tau"}, "below 1.63736 GeV for production 'tau'"),
        (Hnl, {"mass": 1.0, "coupling": 1e-6, "ctau": 1.0}, "either coupling or ctau"),
        (Scalar, {"mass": 0.2, "channel": "mumu"}, "above 0.211317"),
        (Scalar, {"mass": 2.5, "channel": "kk"}, "no width at 2 GeV and above"),
        (Scalar, {"mass": 1.0, "channel": "pipi", "hadrons": "leptons"}, "no width with hadrons = 'leptons'"),
        (Scalar, {"mass": 4.8}, "less than 4.78"),
        (Scalar, {"mass": 1.0, "theta": 1e-4, "ctau": 1.0}, "either theta or ctau"),
        (Alp, {"mass": 0.2, "channel": "mumu"}, "above 0.211317"),
        (Alp, {"mass": 0.3, "lepton": 1e-3}, "closed with these couplings: give photon or w"),
        (Alp, {"mass": 0.3, "channel": "ee", "photon": 1e-3}, "closed with these couplings: give lepton"),
        (Alp, {"mass": 0.3, "w": 1e-3, "ctau": 1.0}, "either w or ctau"),
    ],
)
def test_bad_models(model: Any, table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model(**table)


def test_nothing_decays_in_the_volume() -> None:
    with pytest.raises(InputError, match=r"no heavy neutral lepton .* lower coupling$"):
        source(Hnl(mass=1.9, coupling=1.0))
    with pytest.raises(InputError, match=r"no dark scalar .* raise ctau$"):
        source(Scalar(mass=1.9, ctau=1e-6))


def test_lifetimes_are_those_of_the_widths() -> None:
    assert Hnl(mass=1.0, coupling=1e-6).lifetime == pytest.approx(hnl.ctau(1.0, (0, 1e-6, 0)))
    majorana = Hnl(mass=1.0, coupling=1e-6, majorana=True)
    assert 2.0 * majorana.lifetime == pytest.approx(Hnl(mass=1.0, coupling=1e-6).lifetime)
    assert Scalar(mass=0.5, theta=1e-3).lifetime == pytest.approx(8.1e-6 / 1e-6, rel=1e-3)
    # signals_published A5: 3.97e-8 m for g = 1e-3 / GeV at 1 GeV.
    assert Alp(mass=1.0, photon=1e-3).lifetime == pytest.approx(3.97e-5, rel=2e-3)
    assert Alp(mass=1.0).lifetime == Hnl(mass=1.0).lifetime == Scalar(mass=1.0).lifetime == math.inf
