"""The shaper's table and the units of the trigger's signal."""

from __future__ import annotations

import math

import pytest

from trigemu.experiments.besiii.emc.pulse import (
    GAIN_WEIGHTS,
    GEV,
    MV,
    ONE,
    PEAK,
    SAMPLE_NS,
    height_of_mv,
    pulse,
    weight_of_mev,
)


def test_shape_peaks_at_4_us_and_is_at_half_height_at_2_08_us():
    """Vector C11 of the facts, within one sample."""
    table = pulse()
    assert table.argmax() == PEAK == 4000 // SAMPLE_NS
    assert table[PEAK] == ONE
    assert int((table >= ONE / 2).argmax()) * SAMPLE_NS == pytest.approx(2080, abs=SAMPLE_NS)


@pytest.mark.parametrize(
    ("part", "us"), [(0.02, 0.65), (0.05, 0.86), (0.10, 1.09), (0.20, 1.40), (0.50, 2.08)]
)
def test_walk(part, us):
    """When a part of the height is crossed: besiii_babar_facts A5.5."""
    assert int((pulse() >= part * ONE).argmax()) * SAMPLE_NS / 1000 == pytest.approx(us, abs=0.05)


def test_table_is_the_same_with_any_mathematical_library():
    """No entry lies so near a half that another rounding of exp could turn it."""
    exact = [(k / 80.0) ** 4 * math.exp(4.0 - k / 20.0) * ONE for k in range(len(pulse()))]
    assert all(abs(v % 1.0 - 0.5) > 1e-6 for v in exact)
    assert pulse().tolist() == [round(v) for v in exact]


def test_table_rises_to_the_peak_and_falls_after():
    table = pulse().tolist()
    assert table[: PEAK + 1] == sorted(table[: PEAK + 1])
    assert table[PEAK:] == sorted(table[PEAK:], reverse=True)


def test_units():
    """A count of the three ranges is 0.061, 0.488 and 1.953 MeV; 70 and 130 mV are 72 and 133 MeV."""
    assert [1e3 * w * GEV for w in GAIN_WEIGHTS] == pytest.approx([0.061, 0.488, 1.953], abs=5e-4)
    for mv, mev in ((70.0, 72.0), (130.0, 133.0)):
        assert 1e3 * height_of_mv(mv) / ONE * GEV == pytest.approx(mev, abs=0.5)
        assert height_of_mv(mv) / ONE * MV == pytest.approx(mv)
    assert weight_of_mev(80.0) == 2621
    assert 1e3 * 2621 * GEV < 80.0 < 1e3 * 2622 * GEV
