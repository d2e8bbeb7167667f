"""Polarisation and line shapes of a tau's hadrons, against amplitudes by traces and numbers of other calculations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from reference import dirac, tau_decays
from scipy import stats
from scipy.integrate import quad

from trigemu.physics import tau
from trigemu.physics.addressed import Draws
from trigemu.physics.constants import HEAVY_NEUTRINO, MUON, OMEGA, PI0, PION, mass
from trigemu.physics.particles import merge
from trigemu.physics.three_pions import A1, three_pions
from trigemu.physics.vectors import boost, isotropic, polarised, two_body_decay

MODES = [name for name, _ in tau._MODES]
PI, NEUTRAL = mass(PION), mass(PI0)


@pytest.fixture
def decay(monkeypatch):
    """Return decays of one mode, at rest or moving, events in order."""

    def run(mode, n, momentum=None):
        number = MODES.index(mode)
        monkeypatch.setattr(tau, "pick_modes", lambda u, prongs: np.full(len(u), number))
        p = np.zeros((n, 4)) if momentum is None else momentum
        p[:, 3] = np.sqrt((p[:, :3] ** 2).sum(axis=1) + tau.TAU_MASS**2)
        index = np.arange(n)
        return merge(tau.decay(p, np.ones(n, int), np.zeros((n, 4)), index, index, Draws(1, 2, 40), 3), n)

    return run


def square(p):
    return p[:, 3] ** 2 - (p[:, :3] ** 2).sum(axis=1)


def of(made, pdg):
    """Return momenta of a code of which every event has one."""
    rows = made.pdg == pdg
    assert np.array_equal(made.event[rows], np.arange(made.events))
    return made.momentum[rows]


def hadrons(made, rest):
    return rest - of(made, 16)


def test_cosines_of_polarised_decays():
    u = (np.arange(20_000) + 0.5) / 20_000
    for excess in (-1.0, -0.6, 0.0, 0.4, 3.0, 150.0):
        cosine = np.sort(polarised(u, np.full(len(u), excess)))

        def below(c, e=excess):
            return ((c + 1) + e * (c**3 + 1) / 3) / (2 + 2 * e / 3)

        assert np.abs(below(cosine) - u).max() < 1e-4


def test_muons_of_taus_have_their_mass(decay):
    n = 60_000
    energy = of(decay("mu", n), 13)[:, 3]
    most = 0.5 * (tau.TAU_MASS + mass(MUON) ** 2 / tau.TAU_MASS)
    x0 = mass(MUON) / most

    def density(x):
        return math.sqrt(x * x - x0 * x0) * (3 * x - 2 * x * x - x0 * x0)

    grid = np.linspace(x0, 1, 200)
    area = [quad(density, a, b)[0] for a, b in itertools.pairwise(grid)]
    below = np.concatenate([[0], np.cumsum(area)]) / sum(area)
    assert stats.kstest(energy / most, lambda x: np.interp(x, grid, below)).pvalue > 1e-3
    # Another calculation: mean x 0.708, 0.052 below 0.3 GeV, 0.012 below 0.2 GeV.  Massless: 0.702, 0.060, 0.017.
    assert np.mean(energy / most) == pytest.approx(0.708, abs=0.002)
    assert np.mean(energy < 0.3) == pytest.approx(0.052, abs=0.003)
    assert np.mean(energy < 0.2) == pytest.approx(0.012, abs=0.0015)


def test_two_pions_are_those_of_a_polarised_rho(decay):
    n = 60_000
    rest = np.random.default_rng(3).normal(0, 3, (n, 4))
    made = decay("rho", n, rest)
    total, pion = hadrons(made, rest), of(made, -211)
    velocity = -total[:, :3] / total[:, 3:]
    here, seen = boost(pion, velocity)[:, :3], boost(rest, velocity)[:, :3]
    cosine = (here * seen).sum(axis=1) / np.sqrt((here**2).sum(axis=1) * (seen**2).sum(axis=1))
    excess = tau.TAU_MASS**2 / square(total) - 1
    # Cumulative of 1 + e c^2 of each event's own e: uniform.
    below = ((cosine + 1) + excess * (cosine**3 + 1) / 3) / (2 + 2 * excess / 3)
    assert stats.kstest(below, "uniform").pvalue > 1e-3
    # Traces: 2 (P J)(k J) - (P k) J^2 goes as 1 + e c^2.
    ratios = []
    for i in range(12):
        q1, k, p = pion[i], of(made, 16)[i], rest[i]
        q1, q2, k, p = (dirac.four(v) for v in (q1, total[i] - q1, k, p))
        value = tau_decays.squared(p, k, tau_decays.transverse(q1 + q2, q1 - q2))
        m = math.sqrt(square(total[i : i + 1])[0])
        momentum2 = (here[i] ** 2).sum()
        neutrino = (tau.TAU_MASS**2 - m * m) / (2 * m)
        ratios.append(value / (momentum2 * neutrino * m * (1 + excess[i] * cosine[i] ** 2)))
    assert ratios == pytest.approx([ratios[0]] * 12, rel=1e-6)


def test_energies_of_pions_from_the_rho(decay):
    # Another calculation: 0.042 below 0.2 GeV, 0.240 below 0.3 GeV in the tau's frame; isotropic: 0.020, 0.143.
    energy = of(decay("rho", 60_000), -211)[:, 3]
    assert np.mean(energy < 0.2) == pytest.approx(0.042, abs=0.003)
    assert np.mean(energy < 0.3) == pytest.approx(0.240, abs=0.006)


@pytest.mark.parametrize(("mode", "neutral"), [("a1-one", True), ("a1-three", False)])
def test_mass_of_three_pions(decay, mode, neutral):
    n = 60_000
    made = decay(mode, n)
    rest = np.zeros((n, 4))
    rest[:, 3] = tau.TAU_MASS
    m = np.sqrt(square(hadrons(made, rest)))
    # Another calculation: 0.009 below 0.8 GeV, 0.186 below 1.0 GeV (without the running width: 0.121, 0.290).
    assert np.mean(m < 0.8) == pytest.approx(0.009, abs=0.0015)
    assert np.mean(m < 1.0) == pytest.approx(0.186, abs=0.01)
    model = three_pions(tau.TAU_MASS, neutral=neutral)
    grid = np.linspace(m.min(), m.max(), 4000)
    below = np.cumsum(model.density(grid))
    assert stats.kstest(m, lambda x: np.interp(x, grid, below / below[-1])).pvalue > 1e-3
    if neutral:
        # The charged pion's mean energy: 0.461 GeV (0.430 with the constant width).
        assert of(made, -211)[:, 3].mean() == pytest.approx(0.461, abs=0.004)


def pions(rng, m, alike, third, n):
    """Return three pions where they rest, flat in s1 and s2, the rest of phase space isotropic."""
    low, high = (alike + third) ** 2, (m - alike) ** 2
    s1 = rng.uniform(low, high, 4 * n)
    model = three_pions(tau.TAU_MASS, neutral=alike < third)
    below, above = model.limits(np.full(4 * n, m), s1)
    # Uniform in the Dalitz plot.
    keep = rng.uniform(0, (above - below).max(), 4 * n) < above - below
    s1, below, above = s1[keep][:n], below[keep][:n], above[keep][:n]
    n = len(s1)
    rest = np.zeros((n, 4))
    rest[:, 3] = m
    pair, first = two_body_decay(rest, m, np.sqrt(s1), alike, isotropic(rng.uniform(size=(n, 2))))
    second, last = two_body_decay(pair, np.sqrt(s1), alike, third, isotropic(rng.uniform(size=(n, 2))))
    return first, second, last


def test_current_of_three_pions():
    rng = np.random.default_rng(5)
    for neutral, alike, third in ((True, NEUTRAL, PI), (False, PI, PI)):
        model = three_pions(tau.TAU_MASS, neutral=neutral)
        for m in (0.6, 1.0, 1.5):
            one, two, three = (p[:3] for p in pions(rng, m, alike, third, 10))
            s1, s2 = square(two + three), square(one + three)
            x, z = model.current(np.full(3, m), s1, s2)
            for i in range(3):
                a, b, c = (dirac.four(v[i]) for v in (one, two, three))
                current = tau_decays.three_pion_current(a, b, c)
                assert abs(dirac.dot(a + b + c, current)) < 1e-9
                assert abs(x[i]) ** 2 + abs(z[i]) ** 2 == pytest.approx(
                    -dirac.dot(current, current.conj()).real
                )
                along_third = -dirac.dot(current, np.array([0, *c[1:]])) / np.linalg.norm(c[1:])
                assert z[i] == pytest.approx(along_third)


@pytest.mark.parametrize(
    ("neutral", "m", "heavy"),
    [
        (True, 0.7, 0.0),
        (True, 1.3, 0.0),
        (False, 1.1, 0.0),
        (False, 1.6, 0.0),
        (False, 0.6, 0.5),
        (False, 0.45, 1.3),
    ],
)
def test_three_pions_follow_the_amplitude(neutral, m, heavy):
    """Weighted phase space against what is drawn: both invariant masses, and angles to the tau's direction."""
    rng, n = np.random.default_rng(7), 3000
    alike, third = (NEUTRAL, PI) if neutral else (PI, PI)
    model = three_pions(tau.TAU_MASS, neutral=neutral, heavy=heavy)
    # Energy of the neutrino where the pions rest.
    energy = (tau.TAU_MASS**2 - m * m - heavy**2) / (2 * m)
    momentum = math.sqrt(energy**2 - heavy**2)
    k, p = np.array([energy, 0, 0, momentum]), np.array([m + energy, 0, 0, momentum])
    tensor = dirac.METRIC @ tau_decays.tau_tensor(p, k) @ dirac.METRIC
    flat = pions(rng, m, alike, third, n)
    weight = np.empty(len(flat[0]))
    for i in range(len(weight)):
        current = tau_decays.three_pion_current(*(dirac.four(v[i]) for v in flat))
        weight[i] = (current.conj() @ tensor @ current).real
    index = np.arange(20_000)
    mass3 = np.full(len(index), m)
    s1, s2 = model.points(Draws(1, 0, 40).step(3), index, mass3)
    drawn = model.momenta(Draws(1, 0, 40).step(4), index, mass3, s1, s2)
    assert sum(drawn) == pytest.approx(np.tile([0, 0, 0, m], (len(index), 1)), abs=1e-9)
    assert square(drawn[1] + drawn[2]) == pytest.approx(s1, abs=1e-9)
    for value in (
        lambda one, two, three: square(two + three),
        lambda one, two, three: square(one + two),
        lambda one, two, three: three[:, 2] / np.sqrt((three[:, :3] ** 2).sum(axis=1)),
        lambda one, two, three: one[:, 3],
        lambda one, two, three: (
            (np.cross(one[:, :3], three[:, :3])[:, 2] ** 2)
            / (np.cross(one[:, :3], three[:, :3]) ** 2).sum(axis=1)
        ),
    ):
        wanted, seen = value(*flat), value(*drawn)
        edges = np.quantile(seen, np.linspace(0, 1, 9))
        edges[0], edges[-1] = -np.inf, np.inf
        share = np.histogram(wanted, edges, weights=weight)[0] / weight.sum()
        noise = np.histogram(wanted, edges, weights=weight**2)[0] / weight.sum() ** 2
        variance = noise + 1 / 8 / len(index)
        # Eight bins: p of this sum below 1e-4 beyond 33.
        assert ((share - 1 / 8) ** 2 / variance).sum() < 33


@pytest.mark.parametrize("heavy", [0.2, 0.9, 1.3])
def test_mass_of_three_pions_beside_a_heavy_neutrino(heavy):
    """What the neutrino's mass changes, by the rate of tau -> (hadron of spin 1) N (signals_facts 1.6)."""

    def rate(m, neutrino):
        x, y = (neutrino / tau.TAU_MASS) ** 2, (m / tau.TAU_MASS) ** 2
        kallen = 1 + x * x + y * y - 2 * (x + y + x * y)
        return ((1 - x) ** 2 + y * (1 + x - 2 * y)) * np.sqrt(kallen)

    model, usual = (three_pions(tau.TAU_MASS, neutral=False, heavy=v) for v in (heavy, 0.0))
    grid = np.linspace(3 * PI + 1e-3, tau.TAU_MASS - heavy - 1e-3, 3000)
    want = usual.density(grid) * rate(grid, heavy) / rate(grid, 0.0)
    found = model.density(grid)
    assert found / found.sum() == pytest.approx(want / want.sum(), rel=1e-9)
    n = 20_000
    p = np.zeros((n, 4))
    p[:, 3] = tau.TAU_MASS
    index = np.arange(n)
    parts = tau.decay_to_heavy(p, np.ones(n, int), np.zeros((n, 4)), index, Draws(1, 2, 40), 3, heavy)
    made = merge(parts, n)
    lepton = of(made, HEAVY_NEUTRINO)
    assert square(lepton) == pytest.approx(heavy**2, abs=1e-9)
    m = np.sqrt(square(p - lepton))
    below = np.cumsum(found)
    assert stats.kstest(m, lambda x: np.interp(x, grid, below / below[-1])).pvalue > 1e-3
    # Isotropic where the tau rests.
    cosine = lepton[:, 2] / np.linalg.norm(lepton[:, :3], axis=1)
    assert stats.kstest(cosine, stats.uniform(-1, 2).cdf).pvalue > 1e-3


@pytest.mark.parametrize(("neutral", "heavy"), [(True, 0.0), (False, 0.0), (False, 1.0), (False, 1.3)])
def test_no_point_exceeds_the_bound(neutral, heavy):
    model = three_pions(tau.TAU_MASS, neutral=neutral, heavy=heavy)
    u = Draws(9, 1, 40).uniform(np.arange(50_000))
    m = model.masses(u[:, 0])
    s1 = (model._alike + model._third) ** 2 + Draws(9, 2, 40).uniform(np.arange(50_000))[:, 0] * (
        (m - model._alike) ** 2 - (model._alike + model._third) ** 2
    )
    below, above = model.limits(m, s1)
    weight = model._weight(m, s1, below + u[:, 1] * (above - below))
    assert (weight < np.interp(m, model._mass, model._bound)).all()


def test_width_of_the_a1_follows_its_phase_space():
    # The parametrisation of Kuehn and Santamaria, which they give for their own masses of rho and rho'.
    def published(s):
        if s < (0.773 + 0.1396) ** 2:
            y = s - 9 * 0.1396**2
            return 4.1 * y**3 * (1 - 3.3 * y + 5.8 * y * y)
        return s * (1.623 + 10.38 / s - 9.32 / s**2 + 0.65 / s**3)

    m = np.array([0.8, 0.9, 1.0, 1.1, 1.4, 1.6])
    ours = three_pions(tau.TAU_MASS, neutral=False).phase_space(np.append(m, A1[0]))
    theirs = np.array([published(v * v) for v in np.append(m, A1[0])])
    assert (ours / ours[-1])[:-1] == pytest.approx((theirs / theirs[-1])[:-1], rel=0.15, abs=0.01)


def test_omega_and_pion(decay):
    n = 40_000
    rest = np.zeros((n, 4))
    rest[:, 3] = tau.TAU_MASS
    made = decay("omega-pi", n)
    total = hadrons(made, rest)
    minus = made.momentum[made.pdg == -211].reshape(n, 2, 4)
    alone = minus[:, 0]  # the pion beside the omega comes first
    omega = total - alone
    assert square(omega) == pytest.approx(mass(OMEGA) ** 2, abs=1e-9)
    m = np.sqrt(square(total))
    # P wave: nothing at threshold.
    assert np.mean(m < 0.98) < 0.001
    velocity = -total[:, :3] / total[:, 3:]
    here, seen = boost(alone, velocity)[:, :3], boost(rest, velocity)[:, :3]
    cosine = (here * seen).sum(axis=1) / np.sqrt((here**2).sum(axis=1) * (seen**2).sum(axis=1))
    half = 0.5 * (tau.TAU_MASS**2 / m**2 - 1)
    below = ((1 + half) * (cosine + 1) - half * (cosine**3 + 1) / 3) / (2 * (1 + half) - 2 * half / 3)
    assert stats.kstest(below, "uniform").pvalue > 1e-3
    ratios = []
    for i in range(6):
        p, k, w, q = (dirac.four(v[i]) for v in (rest, of(made, 16), omega, alone))
        value = tau_decays.omega_pion_squared(p, k, w, q)
        neutrino = (tau.TAU_MASS**2 - m[i] ** 2) / (2 * m[i])
        shape = m[i] ** 3 * neutrino * (here[i] ** 2).sum() * (1 + half[i] * (1 - cosine[i] ** 2))
        ratios.append(value / shape)
    assert ratios == pytest.approx([ratios[0]] * 6, rel=1e-6)


def test_dalitz_plot_of_the_omega(decay):
    """abs(p+ x p-)^2: phase space weighted against what is drawn, in the energy of the pi0."""
    n = 40_000
    made = decay("omega-pi", n)
    minus = made.momentum[made.pdg == -211].reshape(n, 2, 4)[:, 1]
    plus, photons = of(made, 211), made.momentum[made.pdg == 22].reshape(n, 2, 4)
    omega = minus + plus + photons.sum(axis=1)
    velocity = -omega[:, :3] / omega[:, 3:]
    neutral = boost(photons.sum(axis=1), velocity)[:, 3]
    positive = boost(plus, velocity)[:, 3]
    rng, m = np.random.default_rng(4), mass(OMEGA)
    e0, ep = rng.uniform(NEUTRAL, 0.4, 400_000), rng.uniform(PI, 0.4, 400_000)
    em = m - e0 - ep
    p0, pp, pm = (np.sqrt(np.maximum(e * e - x * x, 0)) for e, x in ((e0, NEUTRAL), (ep, PI), (em, PI)))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = (p0**2 - pp**2 - pm**2) / (2 * pp * pm)
        weight = np.where((em > PI) & (np.abs(cosine) < 1), (pp * pm) ** 2 * (1 - cosine**2), 0.0)
    for wanted, seen in ((e0, neutral), (ep, positive)):
        edges = np.quantile(seen, np.linspace(0, 1, 9))
        edges[0], edges[-1] = -1.0, 9.0
        share = np.histogram(wanted, edges, weights=weight)[0] / weight.sum()
        noise = np.histogram(wanted, edges, weights=weight**2)[0] / weight.sum() ** 2
        assert ((share - 1 / 8) ** 2 / (noise + 1 / 8 / n)).sum() < 33


def test_three_prongs_without_neutral_pions():
    # Both without K0: 0.0902 of 0.1455.
    ratios = dict(tau._MODES)
    assert ratios["a1-three"] == 0.0902
    assert ratios["a1-three"] + ratios["omega-pi"] == pytest.approx(0.1455)
    u = (np.arange(100_000) + 0.5) / 100_000
    assert np.mean(tau.pick_modes(u, "3") == MODES.index("a1-three")) == pytest.approx(
        0.0902 / 0.1455, abs=1e-4
    )


@pytest.mark.parametrize("mode", MODES)
def test_decays_do_not_know_the_frame(decay, mode):
    """A moving tau's visible energy, seen from its own frame, is that of one at rest."""
    n = 6000
    moving = np.random.default_rng(3).normal(0, 3, (n, 4))
    made = decay(mode, n, moving)
    back = boost(made.momentum, (-moving[:, :3] / moving[:, 3:])[made.event])[:, 3]
    still = decay(mode, n)
    charged = still.charge != 0
    assert np.array_equal(charged, made.charge != 0)
    # Axes differ by a rotation only where nothing but directions is drawn: same numbers, same energies.
    if mode in ("e", "mu", "pi"):
        assert back[charged] == pytest.approx(still.momentum[charged, 3], abs=1e-6)
    else:
        assert stats.ks_2samp(back[charged], still.momentum[charged, 3], method="asymp").pvalue > 1e-3
