"""Flattening of Bhabha events in polar angle: closed forms, and events that follow the Born density."""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference import babar_l3 as slow
from scipy import integrate, stats
from support.babar_l3_events import BEAM, ENERGY, as_stored, bits, online, pair

from trigemu.experiments.babar.l3.config import L3
from trigemu.experiments.babar.l3.flat import born_shape, draws, kept_share, pair_cosine
from trigemu.experiments.babar.l3.quantities import Finder
from trigemu.experiments.babar.l3.software import Level3
from trigemu.physics.constants import ALPHA, PB_PER_GEV2
from trigemu.physics.pairs import born

FROM = L3().bhabha.flat_from
S = (2 * BEAM) ** 2
UNIT_NB = math.pi * ALPHA**2 / (2 * S) * PB_PER_GEV2 / 1e3
EDGE = 0.894
"""Both electrons are in the calorimeter (besiii_babar_facts B2.8)."""


def test_the_shape_is_born_s():
    nb, _ = integrate.quad(lambda c: UNIT_NB * float(born_shape(c)), 0.0, EDGE)
    assert nb == pytest.approx(born("bhabha", S, -EDGE, EDGE) / 1e3, rel=1e-6)


def test_what_is_left():
    """About 10 nb (besiii_babar_facts B7.12; RB-4i), the same in each interval beyond ``flat_from``."""

    def density(c):
        return UNIT_NB * float(born_shape(c) * kept_share(np.asarray(c), FROM))

    nb, _ = integrate.quad(density, 0.0, EDGE, points=[FROM])
    assert nb == pytest.approx(10.0, rel=0.05)
    flat = [density(c) for c in (FROM, 0.6, 0.7, 0.8, 0.89)]
    np.testing.assert_allclose(flat, flat[0])
    # No density from 90 degrees on can be more than Born's there.
    assert UNIT_NB * float(born_shape(0.0)) * EDGE == pytest.approx(4.7, rel=0.01)
    # 10 Hz at 3e33 in 2001 with a prescale of 3 (B7.12): 3e33 / (cm2 s) is 3 Hz / nb.
    assert 3.0 * nb / 3 == pytest.approx(10.0, rel=0.05)


def born_pairs(n, seed):
    """Return Bhabha events with c of the electron from the Born density in -EDGE to EDGE, and these c."""
    rng = np.random.default_rng(seed)
    grid = np.linspace(-EDGE, EDGE, 20_001)
    weight = ((3 + grid**2) / (1 - grid)) ** 2
    total = np.concatenate([[0], np.cumsum(0.5 * (weight[1:] + weight[:-1]))])
    c = np.interp(rng.random(n) * total[-1], total, grid)
    phi = rng.uniform(-170, 170, n)
    return [pair(BEAM, 0.97, math.degrees(math.acos(x)), f) for x, f in zip(c, phi, strict=True)], np.abs(c)


def test_events_become_flat():
    """4000 events: numbers kept in intervals of |c| fit the closed form; chi2 with p > 1e-3 at a fixed seed."""
    events, c = born_pairs(4000, 3)
    names = bits(Level3(L3()), events)
    assert all("l3_bhabha_two_prong" in each for each in names)
    kept = np.array(["l3out_bhabha_flat" in each for each in names])
    assert kept[c < FROM].all()
    edges = np.linspace(FROM, EDGE, 6)
    counts = np.histogram(c[kept], edges)[0]
    assert stats.chisquare(counts).pvalue > 1e-3
    share = born("bhabha", S, -FROM, FROM) / 1e3 + UNIT_NB * float(born_shape(FROM)) * (EDGE - FROM)
    share /= born("bhabha", S, -EDGE, EDGE) / 1e3
    assert stats.binomtest(int(kept.sum()), len(kept), share).pvalue > 1e-3


def test_draws_are_uniform_and_those_of_the_twin():
    events, c = born_pairs(1000, 4)
    legs = Finder(L3(), offline=False).find(*online(events), np.full(1000, BEAM)).prongs
    numbers = draws(legs)
    assert stats.kstest(numbers, "uniform").pvalue > 1e-3
    np.testing.assert_allclose(pair_cosine(legs), c, atol=1e-5)
    for k in range(20):
        expected = slow.level3(*as_stored(events[k]), ENERGY, 0, L3())[1]
        assert numbers[k] == expected[0]
        assert kept_share(pair_cosine(legs)[k : k + 1], FROM)[0] == pytest.approx(expected[1], rel=1e-6)


def test_draws_know_nothing_but_the_event():
    """An event is kept or not whoever comes with it, and the smallest change of an angle draws anew."""
    events, _ = born_pairs(200, 5)
    level3 = Level3(L3())
    together = [each & {"l3out_bhabha_flat"} for each in bits(level3, events)]
    assert together == [bits(level3, [event])[0] & {"l3out_bhabha_flat"} for event in events]
    tracks, clusters = online(events)
    moved = {**tracks, "phi0": np.nextafter(tracks["phi0"], np.float32(9))}
    find = Finder(L3(), offline=False).find
    old, new = (draws(find(t, clusters, np.full(200, BEAM)).prongs) for t in (tracks, moved))
    assert abs(np.corrcoef(old, new)[0, 1]) < 0.25
