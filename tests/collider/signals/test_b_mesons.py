"""B -> K S: kinematics, lifetimes, the other B from a file."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from support.colliders import MODELS, make_sampler

from trigemu.collider.signals.b_models import BtoKS
from trigemu.errors import InputError
from trigemu.experiments.belle2.signals import SIGNALS
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.hepmc_events import read_events

S_CODE = 9900035
EIGHT = [spec.model for spec in SIGNALS if issubclass(spec.model, BtoKS)]


def four(particles, rows):
    p = np.stack([particles.px, particles.py, particles.pz], axis=1)[rows]
    return np.concatenate([p, np.sqrt((p**2).sum(axis=1) + particles.mass[rows] ** 2)[:, None]], axis=1)


def mass(p):
    return np.sqrt(np.maximum(p[:, 3] ** 2 - (p[:, :3] ** 2).sum(axis=1), 0.0))


def summed(particles, rows):
    out = np.zeros((particles.events, 4))
    np.add.at(out, particles.event[rows], four(particles, rows))
    return out


@pytest.mark.parametrize("model", EIGHT, ids=lambda m: m.model_fields["signal"].default)
def test_eight_channels(model):
    table = model()
    made = make_sampler(table, 3, 0).sample(0, 400)
    p = made.particles
    daughters = p.mother == S_CODE
    assert (np.bincount(p.event[daughters]) == 2).all()
    assert (np.abs(p.pdg[daughters]) == table.final).all()
    assert mass(summed(p, daughters)) == pytest.approx(table.mass, abs=1e-6)
    assert mass(summed(p, p.pdg != 0)) == pytest.approx(table.heavy, abs=1e-6)
    charge = np.bincount(p.event, p.charge)
    assert set(charge) == ({-1, 1} if table.parent == 521 else {0})
    rest = np.unique(np.abs(p.pdg[~daughters]))
    assert list(rest) == ([321] if table.parent == 521 else [211, 321])
    # Strangeness follows the B: B+ and B0 give K+.
    kaons = p.pdg[~daughters & (np.abs(p.pdg) == 321)]
    assert 0.4 < np.mean(kaons > 0) < 0.6
    few = make_sampler(table, 3, 0).sample(0, 5).particles
    assert np.array_equal(few.px, p.px[: len(few.px)])


# signals_published D: momentum of S where the B rests.
@pytest.mark.parametrize(
    ("model", "m", "momentum"),
    [
        (MODELS["b-ks-ee"], 0.025, 2.617),
        (MODELS["b-ks-mumu"], 0.3, 2.608),
        (MODELS["b-ks-mumu"], 1.0, 2.520),
        (MODELS["b-ks-mumu"], 2.0, 2.230),
        (MODELS["b-ks-mumu"], 3.0, 1.742),
        (MODELS["b-ks-kk"], 4.0, 1.036),
        (MODELS["b-ks-pipi"], 4.5, 0.558),
    ],
)
def test_momentum_of_s(model, m, momentum):
    made = make_sampler(model(mass=m), 3, 0).sample(0, 200).particles
    b, scalar = summed(made, made.pdg != 0), summed(made, made.mother == S_CODE)
    energy = (b[:, 3] * scalar[:, 3] - (b[:, :3] * scalar[:, :3]).sum(axis=1)) / 5.27941
    assert np.sqrt(energy**2 - m * m) == pytest.approx(momentum, abs=6e-4)


def test_b_mesons_from_the_upsilon():
    n = 20_000
    made = make_sampler(MODELS["b-ks-mumu"](), 3, 0).sample(0, n).particles
    b = SUPERKEKB.to_cm(summed(made, made.pdg != 0))
    momentum = np.sqrt((b[:, :3] ** 2).sum(axis=1))
    # signals_facts 5.3: 0.3298 GeV, with the mean mass of B+ and B0 and other last digits of the beam energy.
    want = math.sqrt(0.25 * SUPERKEKB.sqrt_s**2 - 5.27941**2)
    assert momentum == pytest.approx(want, abs=1e-6)
    assert want == pytest.approx(0.3298, rel=0.02)
    c = b[:, 2] / momentum
    # Density 3/4 (1 - c^2).
    assert stats.kstest(c, lambda x: 0.25 * (2 + 3 * x - x**3)).pvalue > 1e-3


def k_star_density(m, scalar):
    """P-wave width, m Gamma(m) / ((m^2 - m0^2)^2 + (m0 Gamma(m))^2), times the momentum beside S cubed."""

    def momentum(total, one, two):
        return math.sqrt(max((total**2 - (one + two) ** 2) * (total**2 - (one - two) ** 2), 0)) / (2 * total)

    pole, kaon, pion = 0.89556, 0.493677, 0.1395704
    width = 0.0471 * (momentum(m, kaon, pion) / momentum(pole, kaon, pion)) ** 3 * pole / m
    shape = m * width / ((m * m - pole * pole) ** 2 + (pole * width) ** 2)
    return shape * momentum(5.27972, m, scalar) ** 3 if m + scalar < 5.27972 else 0.0


@pytest.mark.parametrize("scalar", [0.5, 3.0, 4.37])
def test_line_shape_of_the_k_star(scalar):
    n = 30_000
    made = make_sampler(MODELS["b-kstar-mumu"](mass=scalar), 3, 0).sample(0, n).particles
    m = mass(summed(made, np.abs(made.mother) == 313))
    least, most = 0.493677 + 0.1395704 + 1e-3, min(1.2, 5.27972 - scalar - 1e-4)
    assert least <= m.min()
    assert m.max() <= most + 1e-6
    grid = np.linspace(least, most, 3000)
    below = np.cumsum([k_star_density(v, scalar) for v in grid])
    assert stats.kstest(m, lambda v: np.interp(v, grid, below / below[-1])).pvalue > 1e-3
    if scalar == 0.5:
        # Another calculation: 0.003 below 0.75 GeV, 0.186 above 0.95 (with a constant width 0.022 and 0.110).
        assert np.mean(m < 0.75) == pytest.approx(0.003, abs=0.0015)
        assert np.mean(m > 0.95) == pytest.approx(0.186, abs=0.012)


@pytest.mark.parametrize("ctau", [0.05, 10.0, 1000.0])
def test_lifetime(ctau):
    n = 8000
    made = make_sampler(MODELS["b-ks-mumu"](mass=2.0, ctau=ctau, beam_spot_mm=(0, 0, 0)), 3, 0).sample(0, n)
    p = made.particles
    kaon = ~(p.mother == S_CODE)
    first = np.flatnonzero(p.mother == S_CODE)[::2]
    scalar = summed(p, p.mother == S_CODE)
    away = np.stack([v[first] - v[kaon] for v in (p.x, p.y, p.z)], axis=1)
    flight = np.sqrt((away**2).sum(axis=1))
    momentum = np.sqrt((scalar[:, :3] ** 2).sum(axis=1))
    proper = flight * 2.0 / momentum
    assert stats.kstest(proper / ctau, "expon").pvalue > 1e-3
    # It flies straight, at its own speed.
    assert (away * scalar[:, :3]).sum(axis=1) == pytest.approx(flight * momentum, rel=1e-6)
    time = p.time_ns[first] - p.time_ns[kaon]
    assert time * SPEED_OF_LIGHT * momentum / scalar[:, 3] == pytest.approx(flight, rel=1e-6)
    assert made.radius == pytest.approx(np.hypot(away[:, 0], away[:, 1]), rel=1e-5, abs=1e-6)
    # The B too: c tau 0.4907 mm.
    b = summed(p, p.pdg != 0)
    path = np.sqrt(p.x[kaon] ** 2 + p.y[kaon] ** 2 + p.z[kaon] ** 2)
    proper = path * 5.27941 / np.sqrt((b[:, :3] ** 2).sum(axis=1))
    assert stats.kstest(proper / 0.4907, "expon").pvalue > 1e-3


def test_acceptance():
    table = MODELS["b-ks-mumu"](mass=1.0, ctau=500.0, radius_max=300.0)
    made = make_sampler(table, 3, 0).sample(0, 3000)
    p = made.particles
    rows = np.flatnonzero(p.mother == S_CODE)
    theta = np.degrees(np.arctan2(np.hypot(p.px, p.py), p.pz))[rows].reshape(-1, 2)
    inside = ((theta >= 17) & (theta <= 150)).all(axis=1) & (np.hypot(p.x, p.y)[rows[::2]] < 300)
    assert np.array_equal(made.accepted, inside)
    assert 0.1 < inside.mean() < 0.9


def test_kstar():
    n = 20_000
    made = make_sampler(MODELS["b-kstar-mumu"](mass=1.0), 3, 0).sample(0, n).particles
    star = made.mother != S_CODE
    kstar, b = summed(made, star), summed(made, made.pdg != 0)
    m = mass(kstar)
    assert np.median(m) == pytest.approx(0.8956, abs=0.01)
    kaon = summed(made, np.abs(made.pdg) == 321)

    def dot(a, c):
        return a[:, 3] * c[:, 3] - (a[:, :3] * c[:, :3]).sum(axis=1)

    # Helicity angle of the kaon by invariants; longitudinal: 3/2 cos^2.
    e_kaon, e_b = dot(kaon, kstar) / m, dot(b, kstar) / m
    k, q = np.sqrt(e_kaon**2 - 0.493677**2), np.sqrt(e_b**2 - 5.27972**2)
    c = -(e_kaon * e_b - dot(kaon, b)) / (k * q)
    assert stats.kstest(c, lambda x: 0.5 * (x**3 + 1)).pvalue > 1e-3


@pytest.mark.parametrize(
    ("model", "name", "code"),
    [(MODELS["b-ks-mumu"], "belle2_bpbm", 521), (MODELS["b-kstar-pipi"], "belle2_b0b0bar", 511)],
)
def test_other_b(shared_data, model, name, code):
    path = shared_data / "events" / f"{name}.hepmc3.gz"
    n = 2000
    made = make_sampler(model(other_b=str(path), mass=1.0), 3, 0).sample(0, n)
    p = made.particles
    total = summed(p, p.pdg != 0)
    assert np.abs(total - SUPERKEKB.total).max() < 1e-5
    assert not np.bincount(p.event, p.charge).any()
    # What is left of the file's B has half of its multiplicity: three standard deviations and 1 %.
    file = read_events(path)
    per_event = np.diff(file.final.offsets)
    mean, sigma = per_event.mean() / 2, per_event.std()
    own = 3 if code == 521 else 4
    assert len(p.pdg) / n - own == pytest.approx(mean, abs=3 * sigma / math.sqrt(n) + 0.01 * mean)
    # The signal B is one of the file's: its momentum is there.
    signal = np.zeros((n, 4))
    k = 1 if code == 521 else 2
    rows = np.flatnonzero(
        (p.mother == S_CODE) | np.isin(np.arange(len(p.pdg)) - p.offsets[p.event], range(k))
    )
    np.add.at(signal, p.event[rows], four(p, rows))
    momenta = {round(float(v), 5) for v in file.primaries.momentum[:, 2]}
    assert all(round(float(v), 5) in momenta for v in signal[:50, 2])


def test_other_b_of_the_wrong_kind(shared_data):
    for name in ("belle2_b0b0bar", "belle2_mumu"):
        path = shared_data / "events" / f"{name}.hepmc3.gz"
        with pytest.raises(
            InputError, match="is not of B pairs: every event must be two mesons of PDG code 521"
        ):
            make_sampler(MODELS["b-ks-mumu"](other_b=str(path)), 1, 0)


def test_generated_elsewhere(shared_data):
    # The same signal by Pythia: momenta of muons and flight of S agree.
    path = shared_data / "events" / "belle2_bksmumu_m0p5_ctau10.hepmc3.gz"
    table = MODELS["hepmc-signal"](file=str(path), displaced=S_CODE, order="file")
    theirs = make_sampler(table, 3, 0).sample(0, 3000)
    ours = make_sampler(MODELS["b-ks-mumu"](mass=0.5, ctau=10.0), 3, 0).sample(0, 6000)
    assert stats.ks_2samp(theirs.radius, ours.radius).pvalue > 1e-3
    momenta = []
    for made in (theirs, ours):
        p = made.particles
        muon = four(p, np.flatnonzero(p.mother == S_CODE))
        momenta.append((muon[:, 3], np.degrees(np.arctan2(np.hypot(muon[:, 0], muon[:, 1]), muon[:, 2]))))
    for their, our in zip(*momenta, strict=True):
        assert stats.ks_2samp(their[::2], our[::2]).pvalue > 1e-3
