"""e+e- -> photon Upsilon_D with three visible A': kinematics, branching, flight, tables."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate, stats
from support.colliders import HEAD_ON, OFFERED, make_sampler
from support.four_vectors import cosine_in, mass, summed

from trigemu.collider.signals.collision import Sampled
from trigemu.collider.signals.darkonium import shares
from trigemu.physics import angles
from trigemu.physics.constants import A_PRIME
from trigemu.physics.darkphoton import pion_form_factor
from trigemu.physics.vectors import momentum_of_two

MASSES = {11: 0.000510999, 13: 0.1056583755, 211: 0.1395704}


def sample(n: int, frame: int = 0, seed: int = 3, **keys: Any) -> Sampled:
    return make_sampler(OFFERED[HEAD_ON.name]["darkonium"].model(**keys), seed, 0).sample(frame, n)


def pairs(made: Sampled) -> np.ndarray:
    """Return rows of the daughters of A': int64[n, 3, 2], negative ones first."""
    p = made.particles
    return np.flatnonzero(p.mother == A_PRIME).reshape(p.events, 3, 2)


def test_three_pairs_have_their_masses() -> None:
    n, m, a = 6000, 4.0, 0.8
    made = sample(n, mass=m, aprime_mass=a, isr=False)
    p, rows = made.particles, pairs(made)
    assert np.array_equal(p.charge[rows], np.broadcast_to([-1, 1], rows.shape))
    assert np.array_equal(np.abs(p.pdg[rows[..., 0]]), np.abs(p.pdg[rows[..., 1]]))
    assert mass(p.momentum) == pytest.approx(p.mass, abs=1e-6)
    aprime = p.momentum[rows].sum(axis=2)
    assert mass(aprime.reshape(-1, 4)) == pytest.approx(a, abs=1e-6)
    upsilon = aprime.sum(axis=1)
    assert mass(upsilon) == pytest.approx(m, abs=1e-6)
    photon = HEAD_ON.beams.to_cm(p.momentum[p.pdg == 22])
    s = HEAD_ON.sqrt_s**2
    assert photon[:, 3] == pytest.approx((s - m * m) / (2 * HEAD_ON.sqrt_s), rel=1e-9)
    # The photon's angle: (1 + c^2 + d) / (1 - c^2) between 10 and 170 degrees (signals_facts 2).
    d, edge = 4 * s * m * m / (s - m * m) ** 2, math.cos(math.radians(10))

    def below(c: Any) -> Any:
        return -c + (1 + d / 2) * np.log((1 + c) / (1 - c))

    c = photon[:, 2] / photon[:, 3]
    total = below(edge) - below(-edge)
    assert stats.kstest(c, lambda x: (below(x) - below(-edge)) / total).pvalue > 1e-3
    # Three A' fill the Dalitz plot evenly: the mass of two goes as the product of the two momenta.
    grid = np.linspace(2 * a, m - a, 2001)
    density = momentum_of_two(m, grid, a) * momentum_of_two(grid, a, a)
    flat = integrate.cumulative_trapezoid(density, grid, initial=0.0)
    for i, j in itertools.combinations(range(3), 2):
        two = mass(aprime[:, i] + aprime[:, j])
        assert stats.kstest(np.interp(two, grid, flat / flat[-1]), "uniform").pvalue > 1e-3
    # And decay to all sides.
    for k in range(3):
        cosine = cosine_in(aprime[:, k], p.momentum[rows[:, k, 0]], upsilon)
        assert stats.kstest(cosine, stats.uniform(-1, 2).cdf).pvalue > 1e-3


@pytest.mark.parametrize("a", [0.15, 0.5, 0.77, 2.0])
def test_pairs_come_in_proportion_to_widths(a: float) -> None:
    n = 3000
    # Over that of massless leptons: signals_facts 1.4; two pions by their form factor.
    widths = [
        math.sqrt(1 - 4 * (v / a) ** 2) * (1 + 2 * (v / a) ** 2) if a > 2 * v else 0.0
        for v in (MASSES[11], MASSES[13])
    ]
    pions = abs(pion_form_factor(a)) ** 2 if a > 2 * MASSES[211] else 0.0
    widths.append(0.25 * max(1 - 4 * (MASSES[211] / a) ** 2, 0.0) ** 1.5 * pions)
    want = np.array(widths) / sum(widths)
    table = OFFERED[HEAD_ON.name]["darkonium"].model(mass=7.0, aprime_mass=a)
    assert shares(table) == pytest.approx(want, rel=1e-9)
    made = sample(n, mass=7.0, aprime_mass=a)
    codes = np.abs(made.particles.pdg[pairs(made)[..., 0]])
    counts = [int((codes == code).sum()) for code in MASSES]
    assert sum(counts) == 3 * n
    open_ones = want > 0
    assert not np.array(counts)[~open_ones].any()
    if open_ones.sum() > 1:
        assert stats.chisquare(np.array(counts)[open_ones], 3 * n * want[open_ones]).pvalue > 1e-4
    # Each for itself: all three alike as often as three independent ones.
    alike = int((codes == codes[:, :1]).all(axis=1).sum())
    assert stats.binomtest(alike, n, float((want**3).sum())).pvalue > 1e-4


@pytest.mark.parametrize(("final", "code"), [("ee", 11), ("mumu", 13), ("pipi", 211)])
def test_one_kind_of_pair(final: str, code: int) -> None:
    made = sample(200, final=final)
    assert set(np.abs(made.particles.pdg[pairs(made)]).ravel()) == {code}


def test_each_aprime_flies_for_itself() -> None:
    n, a, ctau = 4000, 0.5, 20.0
    made = sample(n, aprime_mass=a, ctau=ctau, beam_spot_mm=(0.1, 0.1, 9.0), radius_max=150.0)
    p, rows = made.particles, pairs(made)
    assert np.array_equal(p.point[rows[..., 0]], p.point[rows[..., 1]])
    # All events have a photon of the collision before them.
    start = p.point[p.offsets[:-1]]
    assert (p.pdg[p.offsets[:-1]] == 22).all()
    away = p.point[rows[..., 0]] - start[:, None]
    momentum = p.momentum[rows].sum(axis=2)[..., :3]
    length, size = np.linalg.norm(away[..., :3], axis=2), np.linalg.norm(momentum, axis=2)
    assert (away[..., :3] * momentum).sum(axis=2) == pytest.approx(length * size, rel=1e-6)
    for k in range(3):
        assert stats.kstest((length * a / size)[:, k] / ctau, "expon").pvalue > 1e-3
    assert made.radius == pytest.approx(np.hypot(away[..., 0], away[..., 1]).max(axis=1), rel=1e-5)
    theta = angles.theta(p.momentum[rows].reshape(-1, 4)).reshape(n, 6)
    low, high = HEAD_ON.acceptance.tracker_degrees
    there = p.point[rows[..., 0]]
    inside = ((theta >= low) & (theta <= high)).all(axis=1)
    inside &= (np.hypot(there[..., 0], there[..., 1]) < 150.0).all(axis=1)
    assert np.array_equal(made.accepted, inside)
    assert 0.05 < inside.mean() < 0.6
    assert not sample(20).radius.any()


def test_events_are_their_own() -> None:
    p = sample(60, frame=2, ctau=5.0).particles
    few = sample(9, frame=2, ctau=5.0).particles
    for column in ("pdg", "momentum", "point", "mother"):
        assert np.array_equal(getattr(few, column), getattr(p, column)[: len(few)])
    for other in (sample(60, frame=3, ctau=5.0), sample(60, frame=2, seed=4, ctau=5.0)):
        assert not np.isin(other.particles.momentum[:, 2], p.momentum[:, 2]).any()
    # With the radiation of the beams, and at both ends of masses.
    for keys in ({"mass": 0.05, "aprime_mass": 0.00105}, {"mass": 9.5, "aprime_mass": 3.16}):
        made = sample(50, **keys).particles
        assert np.abs(summed(made) - HEAD_ON.beams.total).max() < 1e-7


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"aprime_mass": 1.0}, r"aprime_mass must be between 0 and 1 GeV, a third of mass, not 1 "),
        ({"aprime_mass": 0.2, "final": "mumu"}, r"between 0\.211317 and 1 GeV, a third of mass, not 0\.2 "),
        ({"aprime_mass": 0.001}, "greater than 0.0010219"),
        ({"aprime_mass": 3.6, "mass": 12.0}, "less than or equal to 3.5"),
        ({"mass": 10.5}, r"mass must be below 10\.47\d+ GeV with minimum_energy = 0\.1, not 10\.5"),
        ({"mass": 0.0}, "greater than 0"),
        ({"final": "kk"}, "'any', 'ee', 'mumu' or 'pipi'"),
        ({"ctau": -1.0}, "greater than or equal to 0"),
        ({"ctau": math.nan}, "ctau"),
    ],
)
def test_bad_tables_are_one_sentence(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        OFFERED[HEAD_ON.name]["darkonium"].model(**keys)
    assert len(caught.value.errors()) == 1
    assert "\n" not in caught.value.errors()[0]["msg"]
