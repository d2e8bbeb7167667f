from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference.aprime import weighted_decays, weighted_momenta

from trigemu.physics import mesons, production
from trigemu.physics.alias import alias_table, pick
from trigemu.physics.constants import ETA, OMEGA, PHOTON, PI0
from trigemu.physics.decay import decay_probability
from trigemu.physics.decay_cells import source_cells, spectrum_cells
from trigemu.physics.draw import draw_momentum
from trigemu.physics.flight import Flight, flight_weight
from trigemu.physics.production import Producer, brem_cells, join
from trigemu.physics.purpose import Purpose

TEST = int(Purpose.TEST)
NEAR, FAR = 81_930.0, 156_930.0


def draw(producer, n, seed=1):
    return np.array([draw_momentum(seed, 0, TEST, i, *producer.tables) for i in range(n)])


@example([0.0, 5e-324])
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda w: sum(w) > 0))
@settings(deadline=None)
def test_alias_table_is_exact(weights):
    keep, other = alias_table(np.array(weights))
    n = len(weights)
    share = keep / n
    np.add.at(share, other, (1 - keep) / n)
    assert share == pytest.approx(np.array(weights) / sum(weights), abs=1e-12)


def test_pick_follows_the_table():
    keep, other = alias_table(np.array([1.0, 0.0, 3.0]))
    cells = np.array([pick(keep, other, u) for u in (np.arange(12000) + 0.5) / 12000])
    assert np.bincount(cells, minlength=3) == pytest.approx([3000, 0, 9000], abs=2)


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1e-3], [math.nan, 1.0], [math.inf]])
def test_bad_weights(weights):
    with pytest.raises(ValueError, match="weights must be"):
        alias_table(np.array(weights))


@given(st.floats(1.0, 400.0), st.floats(1.0, 400.0), st.floats(1e-2, 1e9))
@settings(deadline=None)
def test_largest_weight_in_a_range(a, b, ctau):
    flight = Flight(NEAR, FAR, 0.4, ctau)
    low, high = min(a, b), max(a, b)
    scan = flight.weight(np.linspace(low, high, 101))
    largest = float(flight.largest(np.array([low]), np.array([high]))[0])
    assert largest >= scan.max() * (1 - 1e-12)
    assert largest <= flight.weight(np.linspace(low, high, 20001)).max() * (1 + 1e-3) + 1e-300
    assert scan[0] == pytest.approx(decay_probability(NEAR, FAR, ctau * low / 0.4), rel=1e-9, abs=1e-300)
    assert scan[0] == pytest.approx(flight_weight(low, NEAR, FAR, ctau / 0.4), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("channel", "m", "ctau"),
    [
        ((ETA, PHOTON), 0.3, math.inf),
        ((OMEGA, PI0), 0.5, math.inf),
        ((PI0, PHOTON), 0.05, math.inf),
        ((ETA, PHOTON), 0.3, 50.0),
        ((ETA, PHOTON), 0.3, 25.0),
    ],
)
def test_mesons_against_the_weighted_reference(channel, m, ctau, monkeypatch):
    """Unweighted momenta have the distribution of weighted ones; the bounds cut nothing off."""
    flight, p_min, n = Flight(NEAR, FAR, m, ctau), 10.0, 8000
    monkeypatch.setattr(mesons, "CHANNELS", (channel,))
    cells = spectrum_cells(flight, p_min, (channel[0],), "sps")
    momenta = draw(Producer.build(flight, cells, p_min, 1.0, None), n)
    expected, weight = weighted_momenta(channel, m, flight, p_min, 400_000, seed=2)
    same_spectrum(momenta, expected, weight)
    # How often points are accepted says what the total is.
    total = sum(part.weight.sum() for part in cells) / momenta[:, 3].mean()
    ratio = mesons.production(m, "sps", (channel[0],))[channel[0]]
    assert total == pytest.approx(ratio * weight.mean(), rel=0.03)


def same_spectrum(momenta, expected, weight):
    size, n = np.sqrt(np.sum(momenta[:, :3] ** 2, axis=1)), len(momenta)
    edges = np.interp(
        np.linspace(0, 1, 13)[1:-1], np.cumsum(weight[np.argsort(expected)]) / weight.sum(), np.sort(expected)
    )
    bins = np.concatenate([[0.0], edges, [np.inf]])
    ours = np.histogram(size, bins)[0]
    theirs = np.histogram(expected, bins, weights=weight)[0] / weight.sum()
    noise = np.histogram(expected, bins, weights=weight**2)[0] / weight.sum() ** 2
    pull = (ours / n - theirs) / np.sqrt(theirs * (1 - theirs) / n + noise)
    assert np.sum(pull**2) < 34.5  # chi2 of 12 bins: p = 6e-4


@pytest.mark.parametrize("ctau", [math.inf, 200.0])
def test_a_chain_of_decays(ctau):
    """D_s -> tau nu, tau -> pi N: momenta and number are those of the weighted reference."""
    d_s, tau, pion, m = 1.968, 1.777, 0.1396, 0.5
    table = mesons.spectrum_table(OMEGA)
    flight, p_min, n = Flight(NEAR, FAR, m, ctau), 10.0, 8000
    cells = source_cells(flight, p_min, table, d_s, 0.0, 3e-4, (tau, pion))
    momenta = draw(Producer.build(flight, [cells], p_min, 1.0, None), n)
    steps = [(d_s, tau, 0.0), (tau, m, pion)]
    expected, weight = weighted_decays(table, steps, flight, p_min, 400_000, seed=2)
    same_spectrum(momenta, expected, weight)
    total = cells.weight.sum() / momenta[:, 3].mean()
    assert total == pytest.approx(3e-4 * weight.mean(), rel=0.03)


def test_decays_beyond_the_kinematic_limit():
    flight, table = Flight(NEAR, FAR, 1.7, math.inf), mesons.spectrum_table(OMEGA)
    for parent, companion, chain in (
        (1.6, 0.0, None),
        (1.968, 0.2, (1.777, 0.05)),
        (1.968, 0.0, (1.777, 0.1)),
    ):
        with pytest.raises(ValueError, match="does not decay to"):
            source_cells(flight, 10.0, table, parent, companion, 1.0, chain)


def test_brem_bounds_hold():
    """A point of no cell exceeds the cell's bound."""
    random = np.random.default_rng(3)
    brem = production.brem
    for m, cutoff, ctau in ((0.02, None, math.inf), (0.4, 1.0, 100.0), (0.9, None, 3.0)):
        flight = Flight(NEAR, FAR, m, ctau)
        cells = brem_cells(flight, 10.0, z_range=(0.04, 0.96), pt_max=1.0, form_factor=False, cutoff=cutoff)
        rows = random.integers(0, len(cells.bound), 20_000)
        z = random.uniform(cells.limits[rows, 0], cells.limits[rows, 1])
        a = brem.virtuality(z, m)
        span = np.log((a + 1.0) / a)
        h = a * np.exp(random.uniform(size=len(z)) * span)
        value = brem.splitting(z, h - a, m) * h * span * brem.sigma_ratio(z)
        if cutoff is not None:
            value *= brem.off_shell_factor(z, h - a, m, cutoff)
        value *= flight.weight(np.sqrt((400 * z) ** 2 - m**2))
        assert np.all(value <= cells.bound[rows])
        assert cells.weight.sum() >= brem.production(m, z_range=(0.04, 0.96), cutoff=cutoff) * value.min()


def test_azimuth_is_uniform_and_empty_cells_go():
    flight = Flight(NEAR, FAR, 0.4, math.inf)
    part = brem_cells(flight, 200.0, z_range=(0.1, 0.9), pt_max=1.0, form_factor=True, cutoff=None)
    assert (part.weight == 0).any()
    assert (join([part]).weight > 0).all()
    momenta = draw(Producer.build(flight, [part], 200.0, 1.0, None), 4000)
    assert np.sqrt(np.sum(momenta[:, :3] ** 2, axis=1)).min() >= 200.0
    phi = np.arctan2(momenta[:, 1], momenta[:, 0])
    assert np.histogram(phi, 8, (-math.pi, math.pi))[0] == pytest.approx(500, abs=4.5 * math.sqrt(500))
