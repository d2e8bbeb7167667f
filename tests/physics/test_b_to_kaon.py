"""B -> K X, and dark scalars and axion-like particles made so."""

from __future__ import annotations

import math

import pytest

from trigemu.physics import b_to_kaon, dark_scalar
from trigemu.physics.constants import B_PLUS, B_ZERO, K_STAR_PLUS, K_STAR_ZERO, KAON, mass


# signals_published D, closed form for B+ -> K+ S; the K* column there uses the lifetime of the B+.
@pytest.mark.parametrize(
    ("m", "value"),
    [(0.01, 0.443), (0.5, 0.445), (1, 0.450), (2, 0.473), (3, 0.511), (4, 0.534), (4.5, 0.447)],
)
def test_b_to_kaon(m, value):
    assert dark_scalar.branching_ratio(m, B_PLUS, KAON) == pytest.approx(value, rel=5e-3)


@pytest.mark.parametrize(
    ("m", "value"), [(0.01, 0.536), (0.5, 0.536), (1, 0.535), (2, 0.530), (3, 0.491), (4, 0.246)]
)
def test_b_to_kstar(m, value):
    found = dark_scalar.branching_ratio(m, B_ZERO, K_STAR_ZERO) * 490.7 / 453.1
    assert found == pytest.approx(value, rel=1e-2)


def test_half_the_scalar_matrix_element():
    # Without the half of <K| s_L b_R |B> these are four times larger.
    assert dark_scalar.branching_ratio(1e-3, B_PLUS, KAON) == pytest.approx(0.443, rel=5e-3)
    assert dark_scalar.branching_ratio(1e-3, B_ZERO, K_STAR_ZERO) == pytest.approx(0.494, rel=5e-3)
    assert dark_scalar.effective_coupling() == pytest.approx(1.51e-6, rel=5e-3)


@pytest.mark.parametrize(("parent", "kaon"), b_to_kaon.MODES)
def test_thresholds(parent, kaon):
    edge = mass(parent) - mass(kaon)
    assert b_to_kaon.branching_ratio(edge + 1e-9, parent, kaon) == 0.0
    near, far = (b_to_kaon.branching_ratio(edge - d, parent, kaon) for d in (1e-6, 1e-4))
    # The momentum to the first power for a K, to the third for a K*.
    power = 1.5 if kaon in (K_STAR_PLUS, K_STAR_ZERO) else 0.5
    assert far / near == pytest.approx(100**power, rel=1e-2)


def test_couplings_and_masses_that_are_none_are_refused():
    for coupling in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="at least 0"):
            b_to_kaon.sources(1.0, coupling)
    for m in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="above 0"):
            b_to_kaon.branching_ratio(m, B_PLUS, KAON)
