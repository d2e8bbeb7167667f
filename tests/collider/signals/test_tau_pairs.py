"""tau -> pi pi pi N: what can be seen of it is within the edges of kinematics; the other tau is a tau's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats
from support.colliders import HEAD_ON, OFFERED, make_sampler
from support.four_vectors import mass, momentum_in, summed

from trigemu.collider.signals.collision import Sampled
from trigemu.physics import angles
from trigemu.physics.constants import HEAVY_NEUTRINO

M_TAU, M_PI = 1.77693, 0.1395704


def sample(n: int, frame: int = 0, seed: int = 3, **keys: Any) -> Sampled:
    return make_sampler(OFFERED[HEAD_ON.name]["tau-hnl"].model(**keys), seed, 0).sample(frame, n)


def test_a_tau_becomes_three_pions_and_something_heavy() -> None:
    n, m = 4000, 0.7
    made = sample(n, mass=m)
    p = made.particles
    lepton = np.abs(p.pdg) == HEAVY_NEUTRINO
    assert np.array_equal(p.event[lepton], np.arange(n))
    sign = np.sign(p.pdg[lepton])
    assert 0.45 < np.mean(sign > 0) < 0.55
    pions = (np.abs(p.pdg) == 211) & (p.mother == 15 * sign[p.event])
    assert (np.bincount(p.event[pions], minlength=n) == 3).all()
    assert np.array_equal(np.bincount(p.event[pions], p.charge[pions], minlength=n), -sign)
    assert mass(summed(p, pions | lepton)) == pytest.approx(M_TAU, abs=1e-6)
    assert mass(p.momentum[lepton]) == pytest.approx(m, abs=1e-6)
    # The other one is of the other charge and comes to the same mass, neutrinos included; radiation is primary.
    others = ~(pions | lepton) & (p.mother != 0)
    assert mass(summed(p, others)) == pytest.approx(M_TAU, abs=1e-6)
    assert np.array_equal(np.bincount(p.event[others], p.charge[others], minlength=n), sign)
    # All four come from where the tau decays, 0.087 mm of proper length away.
    first = np.flatnonzero(pions)[::3]
    assert np.array_equal(p.point[first], p.point[lepton])
    straight = sample(n, mass=m, beam_spot_mm=(0.0, 0.0, 0.0)).particles
    momentum = np.linalg.norm(summed(straight, pions | lepton)[:, :3], axis=1)
    length = np.linalg.norm(straight.point[lepton, :3], axis=1)
    assert stats.kstest(length * M_TAU / momentum / 0.08704, "expon").pvalue > 1e-3
    theta = angles.theta(p.momentum)
    low, high = HEAD_ON.acceptance.tracker_degrees
    outside = (p.charge != 0) & ((theta < low) | (theta > high))
    assert np.array_equal(made.accepted == 0, np.bincount(p.event[outside], minlength=n) > 0)
    few = sample(40, mass=m).particles
    assert np.array_equal(few.momentum, p.momentum[: len(few)])
    assert not np.isin(sample(40, frame=1, mass=m).particles.momentum[:, 2], p.momentum[:, 2]).any()
    assert not np.isin(sample(40, seed=4, mass=m).particles.momentum[:, 2], p.momentum[:, 2]).any()


@pytest.mark.parametrize("m", [0.1, 0.7, 1.3])
def test_edges_of_the_pions(m: float) -> None:
    """Mass and energy of the three pions: E* = (M^2 + h^2 - m^2) / 2 M, then a boost to half of the energy."""
    n = 8000
    p = sample(n, mass=m, isr=False).particles
    lepton = np.abs(p.pdg) == HEAVY_NEUTRINO
    sign = np.sign(p.pdg[lepton])
    pions = (np.abs(p.pdg) == 211) & (p.mother == 15 * sign[p.event])
    hadrons = summed(p, pions)
    h = mass(hadrons)
    assert h.min() > 3 * M_PI
    assert h.max() < M_TAU - m
    star = 0.5 * (M_TAU**2 + h**2 - m * m) / M_TAU
    momentum = np.sqrt(star**2 - h**2)
    assert momentum_in(summed(p, pions | lepton), hadrons) == pytest.approx(momentum, abs=1e-5)
    gamma = 0.5 * HEAD_ON.sqrt_s / M_TAU
    energy = HEAD_ON.beams.to_cm(hadrons)[:, 3]
    reach = math.sqrt(gamma**2 - 1.0) * momentum
    assert np.abs(energy - gamma * star).max() < reach.max()
    # Isotropic: uniform between the edges that belong to each event's own mass.
    assert stats.kstest((energy - gamma * star) / reach, stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_the_other_tau() -> None:
    n = 4000
    one = sample(n, tag="1-prong").particles
    assert (np.bincount(one.event[one.charge != 0], minlength=n) == 4).all()
    any_way = sample(n).particles
    prongs = np.bincount(any_way.event[any_way.charge != 0], minlength=n)
    assert set(prongs) == {4, 6}
    # signals_facts 0: 0.8524 of 0.9979.
    assert stats.binomtest(int((prongs == 4).sum()), n, 0.8524 / 0.9979).pvalue > 1e-4


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"mass": 1.31}, "less than or equal to 1.3"),
        ({"mass": -0.1}, "greater than or equal to 0"),
        ({"tag": "3-prong"}, "1-prong"),
        ({"lepton": 11}, "Extra inputs"),
    ],
)
def test_bad_tables_are_one_sentence(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        OFFERED[HEAD_ON.name]["tau-hnl"].model(**keys)
    assert len(caught.value.errors()) == 1
