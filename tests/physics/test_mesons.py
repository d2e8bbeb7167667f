from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from trigemu.physics import hepmc, mesons
from trigemu.physics.constants import BRANCHING, ETA, ETA_PRIME, OMEGA, PHI, PHOTON, PI0, RHO0, mass

TOTALS = [
    (0.05, 5.68),
    (0.10, 1.13),
    (0.25, 0.218),
    (0.30, 0.156),
    (0.40, 5.5e-2),
    (0.50, 9.6e-3),
    (0.60, 1.6e-3),
]
"""A' per proton and eps^2 from all mesons, SensCalc's yields (an independent calculation)."""

MEANS = {
    PI0: (13.8, 0.344),
    ETA: (24.0, 0.472),
    RHO0: (29.9, 0.509),
    OMEGA: (28.8, 0.506),
    ETA_PRIME: (31.7, 0.530),
    PHI: (27.5, 0.547),
}
"""Mean energy in the laboratory and mean pT (GeV) in Pythia."""


@pytest.mark.parametrize(("m", "total"), TOTALS)
def test_totals(m, total):
    assert sum(mesons.production(m).values()) == pytest.approx(total, rel=0.03)


def test_shares_of_species():
    at = mesons.production(0.25)
    assert at[PI0] == 0.0
    assert at[ETA] == pytest.approx(0.184, rel=0.01)
    assert at[OMEGA] == pytest.approx(0.032, rel=0.01)
    assert mesons.production(0.05)[PI0] == pytest.approx(5.27, rel=0.01)
    assert mesons.production(0.3, "dump", (ETA,)) == {ETA: pytest.approx(0.127 * 0.90 / 0.47, rel=0.01)}


def test_branching_ratios_at_the_ends():
    for parent, companion in mesons.CHANNELS:
        massless = BRANCHING[parent, companion] * (2 if companion == PHOTON else 1)
        assert mesons.branching_ratio(parent, companion, 0.0) == pytest.approx(massless)
        limit = mass(parent) - (0.0 if companion == PHOTON else mass(companion))
        assert mesons.branching_ratio(parent, companion, limit) == 0.0
        assert 0.0 < mesons.branching_ratio(parent, companion, 0.99 * limit) < 0.1 * massless


@pytest.mark.parametrize("pdg", mesons.SPECIES)
def test_moments_of_spectra(pdg):
    table = mesons.spectrum_table(pdg)
    xf, pt = table.cells[:, :2].mean(axis=1), table.cells[:, 2:].mean(axis=1)
    _, energy = mesons.lab_momentum(pdg, xf, pt)
    expected_energy, expected_pt = MEANS[pdg]
    assert table.weight.sum() == pytest.approx(1.0)
    assert np.sum(table.weight * energy) == pytest.approx(expected_energy, rel=0.045)
    assert np.sum(table.weight * pt) == pytest.approx(expected_pt, rel=0.02)


@pytest.mark.parametrize(
    ("pdg", "pt", "xf"), [(PI0, 0.344, 0.057), (ETA, 0.471, 0.096), (RHO0, 0.508, 0.112)]
)
def test_moments_of_the_closed_form(pdg, pt, xf):
    """The numbers that came with the fit, by direct integration."""

    def moment(f):
        def weighted(t, x):
            return f(t, x) * float(mesons.density(pdg, x, t))

        return integrate.dblquad(weighted, 0, 1, 0, 4, epsrel=1e-4)[0]

    norm = moment(lambda t, x: 1.0)
    assert moment(lambda t, x: t) / norm == pytest.approx(pt, rel=0.01)
    assert moment(lambda t, x: x) / norm == pytest.approx(xf, rel=0.02)


@pytest.mark.parametrize("pdg", mesons.SPECIES)
def test_forward_share_is_that_of_drawn_mesons(pdg):
    table, rng = mesons.spectrum_table(pdg), np.random.default_rng(5)
    x0, x1, t0, t1 = table.cells[rng.choice(len(table.weight), 200_000, p=table.weight)].T
    # Inside a cell by acceptance against its largest corner.
    xf, pt = rng.uniform(np.minimum(x0, x1), np.maximum(x0, x1)), rng.uniform(t0, t1)
    corners = [mesons.density(pdg, np.abs(x), t) for x in (x0, x1) for t in (t0, t1)]
    kept = rng.uniform(size=len(xf)) * 1.05 * np.max(corners, axis=0) < mesons.density(pdg, np.abs(xf), pt)
    pz, energy = mesons.lab_momentum(pdg, xf[kept], pt[kept])
    forward = (energy > 20.0) & (np.arctan2(pt[kept], pz) < 5e-3)
    # Cells are picked again for points that were not accepted, so the shares of cells are a little off: 3 %.
    assert forward.mean() == pytest.approx(mesons.forward_share(pdg, 20.0, 5e-3), rel=0.03)
    # A few slow ones fly backwards.
    assert 0.99 < mesons.forward_share(pdg, 0.0, 1.57) <= 1.0 + 1e-12
    assert mesons.forward_share(pdg, 401.0, 1.57) == 0.0


def test_laboratory_momentum_is_on_shell():
    xf, pt = np.array([-0.5, 0.0, 0.7]), np.array([0.3, 1.0, 0.1])
    pz, energy = mesons.lab_momentum(OMEGA, xf, pt)
    assert np.sqrt(energy**2 - pz**2 - pt**2) == pytest.approx(mass(OMEGA), rel=1e-9)
    assert float(mesons.GAMMA) == pytest.approx(14.617, abs=0.002)


def test_closed_form_looks_like_the_event_file(shared_data):
    sample = hepmc.read(shared_data / "events" / "na62_p400_cu_inclusive.hepmc3.gz", mesons.FROM_FILES)
    for pdg in (PI0, ETA, OMEGA):
        own = sample.select(sample.pdg == pdg)
        number = mesons.YIELDS["pythia"][mesons.SPECIES.index(pdg)]
        assert len(own) / sample.events == pytest.approx(number, rel=0.05)
        expected_energy, expected_pt = MEANS[pdg]
        assert own.energy.mean() == pytest.approx(expected_energy, rel=0.08)
        assert np.hypot(own.px, own.py).mean() == pytest.approx(expected_pt, rel=0.03)
