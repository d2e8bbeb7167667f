from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from trigemu.physics import bremsstrahlung as brem

SHAPE = {0.3: 0.673, 0.5: 0.493, 0.7: 0.371, 0.99: 0.256}
YIELDS = [
    (0.05, 7.7e-3, 7.8e-3),
    (0.10, 7.9e-3, 7.6e-3),
    (0.25, 8.9e-3, 6.7e-3),
    (0.30, 9.6e-3, 6.4e-3),
    (0.40, 1.24e-2, 5.65e-3),
    (0.50, 1.94e-2, 4.97e-3),
    (0.60, 3.9e-2, 4.4e-3),
]
"""Mass (GeV), A' per proton and eps^2 with and without the time-like factor (an independent calculation)."""


@pytest.mark.parametrize(("mass", "expected"), SHAPE.items())
def test_shape_against_mass_is_that_of_the_na62_table(mass, expected):
    limits = {"z_range": (0.04, 0.96), "pt2_low": 1e-3, "pt2_high": 1.0}
    assert brem.production(mass, **limits) / brem.production(0.02, **limits) == pytest.approx(
        expected, rel=0.02
    )


@pytest.mark.parametrize(("mass", "vmd", "plain"), YIELDS)
def test_yields(mass, vmd, plain):
    assert brem.production(mass) == pytest.approx(plain, rel=0.03)
    assert brem.production(mass, form_factor=True) == pytest.approx(vmd, rel=0.03)


@pytest.mark.parametrize(("mass", "expected"), [(0.25, 4.88e-3), (0.40, 4.22e-3), (0.50, 3.78e-3)])
def test_yields_in_the_narrower_z_range(mass, expected):
    assert brem.production(mass, z_range=(0.14, 0.86)) == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize(
    ("mass", "expected"), [(0.0, 0.985), (0.25, 1.33), (0.3, 1.53), (0.4, 2.23), (0.5, 3.90), (0.6, 9.0)]
)
def test_time_like_form_factor(mass, expected):
    assert brem.time_like_factor(mass) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("mass", [0.02, 0.4, 0.99])
@pytest.mark.parametrize("z", [0.1, 0.5, 0.9])
def test_integral_in_closed_form(mass, z):
    def integrand(u: float) -> float:
        return brem.splitting(z, math.exp(u), mass) * math.exp(u)

    numeric, _ = integrate.quad(integrand, math.log(1e-3), 0.0, epsrel=1e-11)
    assert brem.splitting_integral(z, mass, 1e-3, 1.0) == pytest.approx(numeric, rel=1e-9)


def test_splitting_is_the_published_form():
    """Term by term as in arXiv:1311.3870, at random points."""
    random = np.random.default_rng(1)
    for z, pt2, m in random.uniform((0.05, 1e-4, 0.01), (0.95, 1.0, 1.0), size=(50, 3)):
        mp = brem.PROTON_MASS
        h = pt2 + (1 - z) * m**2 + z**2 * mp**2
        plus = 1 + (1 - z) ** 2
        bracket = plus / z
        bracket -= 2 * z * (1 - z) * ((2 * mp**2 + m**2) / h - z**2 * 2 * mp**4 / h**2)
        bracket += 2 * z * (1 - z) * plus * mp**2 * m**2 / h**2
        bracket += 2 * z * (1 - z) ** 2 * m**4 / h**2
        expected = 1 / 137.036 / (2 * math.pi * h) * bracket
        assert brem.splitting(z, pt2, m) == pytest.approx(expected, rel=1e-12)


def test_cross_section_at_400_gev():
    s = 2 * brem.PROTON_MASS**2 + 2 * brem.PROTON_MASS * 400.0
    assert brem.sigma_pp(s) == pytest.approx(39.85, abs=0.02)  # mb, ALPINIST
    assert brem.sigma_ratio(0.0) == pytest.approx(1.0)


def test_off_shell_factor_lowers_the_yield_and_goes_away():
    z = np.linspace(0.1, 0.9, 9)
    plain = brem.z_spectrum(z, 0.4)
    assert brem.z_spectrum(z, 0.4, cutoff=1e4) == pytest.approx(plain, rel=1e-6)
    tight, loose = brem.z_spectrum(z, 0.4, cutoff=1.0), brem.z_spectrum(z, 0.4, cutoff=2.0)
    assert np.all(tight < loose)
    assert np.all(loose < plain)
    direct, _ = integrate.quad(
        lambda u: (
            brem.splitting(0.5, math.exp(u), 0.4)
            * brem.off_shell_factor(0.5, math.exp(u), 0.4, 1.5)
            * math.exp(u)
        ),
        -30.0,
        0.0,
        epsrel=1e-10,
        limit=200,
    )
    assert brem.z_spectrum(np.array([0.5]), 0.4, cutoff=1.5)[0] == pytest.approx(
        direct * brem.sigma_ratio(0.5), rel=1e-7
    )
