"""Cosmic muons and collisions with gas, at two colliders."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats
from support.colliders import CHARM, HEAD_ON

from trigemu.collider.collider import Collider
from trigemu.collider.signals.collision import PROCESS_STREAMS, Sampled
from trigemu.collider.signals.offered import machine_processes
from trigemu.setup.reference import resolve

LIGHT = 299.792458
GIVEN = {"cosmic_hz": 1000.0, "gas_hz": 2000.0, "counter_mm": 870.0}


def sample(collider: Collider, name: str, n: int, **keys: Any) -> Sampled:
    spec = {spec.name: spec for spec in machine_processes(collider, **GIVEN)}[name]
    made: Sampled = resolve(spec.sampler)(spec.model(**keys), collider, 3, PROCESS_STREAMS).sample(2, n)
    return made


@pytest.mark.parametrize("collider", [CHARM, HEAD_ON], ids=lambda c: c.name)
def test_their_rates_are_the_collider_s(collider: Collider) -> None:
    cosmic, gas = machine_processes(collider, **GIVEN)
    assert (cosmic.model().rate_hz, gas.model().rate_hz) == (1000.0, 2000.0)
    assert cosmic.model(rate_hz=3.0).rate_hz == 3.0
    for name in ("cosmic", "beamgas"):
        made = sample(collider, name, 50)
        assert not made.accepted.any()
        few = sample(collider, name, 10).particles
        assert np.array_equal(few.momentum, made.particles.momentum[: len(few)])


def test_cosmic_muons() -> None:
    n = 20_000
    p = sample(CHARM, "cosmic", n).particles
    assert np.diff(p.offsets).tolist() == [2] * n
    down, up = p.momentum[0::2], p.momentum[1::2]
    # The upper half is the same muon, reversed: opposite momentum and charge, the same line.
    assert np.array_equal(down[:, :3], -up[:, :3])
    assert np.array_equal(p.charge[0::2], -p.charge[1::2])
    assert np.array_equal(p.point[0::2, :3], p.point[1::2, :3])
    assert (down[:, 1] <= 0.0).all()
    size = np.linalg.norm(down[:, :3], axis=1)
    cosine = -down[:, 1] / size
    assert stats.kstest(cosine, lambda x: x**3).pvalue > 1e-4
    assert stats.kstest(size, lambda q: 1.0 - (4.5 / (4.0 + q)) ** 1.7).pvalue > 1e-4
    near = np.linalg.norm(p.point[0::2, :3], axis=1)
    assert stats.kstest(near / 800.0, lambda r: r**2).pvalue > 1e-4
    # The point is the one closest to the collision point.
    assert np.abs((p.point[0::2, :3] * down[:, :3]).sum(axis=1) / size).max() < 1e-6
    assert stats.binomtest(int((p.charge[0::2] > 0).sum()), n, 0.56).pvalue > 1e-4


def test_a_cosmic_muon_reaches_the_upper_counters_first() -> None:
    p = sample(CHARM, "cosmic", 500, time_ns=0.0, radius_mm=300.0).particles
    way = np.sqrt(870.0**2 - (p.point[:, :3] ** 2).sum(axis=1))
    beta = p.p / p.momentum[:, 3]
    arrival = p.point[:, 3] + way / (LIGHT * beta)
    lower, upper = arrival[0::2], arrival[1::2]
    assert upper == pytest.approx(-lower, abs=1e-9)
    assert (lower - upper).min() > 5.0


def test_hadrons_from_gas() -> None:
    n = 10_000
    p = sample(CHARM, "beamgas", n, protons=1.5, pions=2.0).particles
    counts = np.diff(p.offsets)
    assert counts.min() == 1
    protons = np.bincount(p.event, p.pdg == 2212, minlength=n)
    pions = np.bincount(p.event, np.abs(p.pdg) == 211, minlength=n)
    # Where there would be nothing there is a proton.
    assert pions.mean() == pytest.approx(2.0, abs=4 * np.sqrt(2.0 / n))
    assert protons.mean() == pytest.approx(1.5 + np.exp(-3.5), abs=4 * np.sqrt(1.6 / n))
    z = p.point[p.offsets[:-1], 2]
    assert stats.kstest(z, stats.uniform(-1000.0, 2000.0).cdf).pvalue > 1e-4
    assert p.p.mean() == pytest.approx(0.4, rel=0.03)
    # An event's particles go with its beam, half of the events with each.
    along = p.momentum[:, 2] / p.p
    assert np.abs(along).mean() > 0.6
    side = np.bincount(p.event, along, minlength=n) > 0
    assert 0.45 < side.mean() < 0.55


PEAKS = ((-200.0, 20.0, 0.3), (200.0, 10.0, 0.2))


def test_particles_from_the_wall_begin_in_peaks() -> None:
    n = 10_000
    keys: dict[str, Any] = {"z_peaks": PEAKS, "z_max": 800.0, "radius_mm": 25.0, "forward": 0.8}
    p = sample(CHARM, "beamgas", n, protons=1.0, **keys).particles
    first = p.offsets[:-1]
    x, y, z, _ = p.point[first].T
    spread = max(CHARM.spot_mm[:2])
    assert np.hypot(x, y) == pytest.approx(np.full(n, 25.0), abs=6.0 * spread + 1e-9)
    assert stats.kstest(np.arctan2(y, x) / (2 * np.pi) + 0.5, "uniform").pvalue > 1e-4

    def below(at: Any) -> Any:
        flat = 0.5 * stats.uniform(-800.0, 1600.0).cdf(at)
        return flat + sum(part * stats.norm(middle, width).cdf(at) for middle, width, part in PEAKS)

    assert stats.kstest(z, below).pvalue > 1e-4
    along = p.momentum[first, 2] / p.p[first]
    assert 0.6 < (along > 0).mean() < 0.8
    with pytest.raises(ValidationError, match="z_peaks: the parts of all peaks"):
        sample(CHARM, "beamgas", 1, z_peaks=((0.0, 1.0, 0.7), (9.0, 1.0, 0.4)))


def test_electrons_and_photons_come_beside_hadrons() -> None:
    n = 10_000
    plain = sample(CHARM, "beamgas", n).particles
    p = sample(CHARM, "beamgas", n, electrons=0.5, photons=1.5, shower_gev=0.3).particles
    for code, mean in ((11, 0.5), (22, 1.5)):
        mine = np.abs(p.pdg) == code
        counts = np.bincount(p.event, mine, minlength=n)
        assert counts.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
        assert p.p[mine].mean() == pytest.approx(0.3, rel=0.05)
    assert stats.binomtest(int((p.pdg == 11).sum()), int((np.abs(p.pdg) == 11).sum()), 0.5).pvalue > 1e-4
    # The hadrons are those that there are without them, but for the proton of an event that would be empty.
    both = [np.isin(np.abs(of.pdg), (211, 2212)) for of in (plain, p)]
    pions = [of.momentum[mine & (np.abs(of.pdg) == 211)] for of, mine in zip((plain, p), both, strict=True)]
    assert np.array_equal(*pions)
    assert both[1].sum() < both[0].sum()
