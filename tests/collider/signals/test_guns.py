from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from support.colliders import MODELS, make_sampler

from trigemu.experiments.belle2.signals import SIGNALS

GUNS = [spec.model for spec in SIGNALS if spec.name.endswith("-gun")]


@pytest.mark.parametrize("model", GUNS, ids=lambda m: m.model_fields["signal"].default)
def test_one_particle(model):
    made = make_sampler(model(p=0.8, theta=60.0, z=20.0), 1, 0).sample(2, 2000)
    p = made.particles
    assert np.array_equal(p.offsets, np.arange(2001))
    momentum = np.sqrt(p.px**2 + p.py**2 + p.pz**2)
    assert momentum == pytest.approx(0.8)
    assert p.pz / momentum == pytest.approx(0.5)
    assert p.z == pytest.approx(20.0)
    for column in (p.x, p.y, p.time_ns):
        assert not column.any()
    assert (np.abs(p.pdg) == model.pdg).all()
    assert made.accepted.all()
    phi = np.arctan2(p.py, p.px)
    assert stats.kstest(phi, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    if model.pdg == 22:
        assert not p.charge.any()
    else:
        assert set(p.charge) == {-1, 1}
        assert 0.45 < np.mean(p.charge > 0) < 0.55
        # Leptons of positive code are negative.
        assert np.array_equal(np.sign(p.pdg), -p.charge if model.pdg in (11, 13) else p.charge)


def test_ranges():
    model = MODELS["muon-gun"](p=0.5, p_max=2.0, theta=30, theta_max=120, z=-50, z_max=50, phi=90, charge=-1)
    p = make_sampler(model, 1, 0).sample(0, 5000).particles
    momentum = np.sqrt(p.px**2 + p.py**2 + p.pz**2)
    low, high = np.cos(np.radians([120, 30]))
    for values, start, end in ((momentum, 0.5, 2.0), (p.pz / momentum, low, high), (p.z, -50, 50)):
        assert stats.kstest(values, stats.uniform(start, end - start).cdf).pvalue > 1e-3
    assert np.abs(p.px).max() < 1e-12
    assert (p.charge == -1).all()
    assert (p.pdg == 13).all()


def test_transverse_momentum():
    made = make_sampler(MODELS["pion-gun"](pt=0.3, pt_max=0.5, theta=20, theta_max=160), 1, 0).sample(0, 5000)
    p = made.particles
    assert stats.kstest(np.hypot(p.px, p.py), stats.uniform(0.3, 0.2).cdf).pvalue > 1e-3
    theta = np.degrees(np.arctan2(np.hypot(p.px, p.py), p.pz))
    assert np.array_equal(made.accepted, (theta >= 17) & (theta <= 150))
    assert 0 < made.accepted.mean() < 1


@pytest.mark.parametrize(
    ("theta", "accepted"), [(12, 0), (13, 1), (31.8, 0), (33, 1), (128, 1), (129.5, 0), (131, 1), (156, 0)]
)
def test_photons_are_accepted_in_the_calorimeter(theta, accepted):
    made = make_sampler(MODELS["photon-gun"](p=1.0, theta=theta), 1, 0).sample(0, 3)
    assert (made.accepted == accepted).all()
