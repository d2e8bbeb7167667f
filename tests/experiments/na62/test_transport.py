"""Straight lines and one kick."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.na62_response import follow

from trigemu.experiments.na62.detector.geometry import MNP33_KICK_GEV, MNP33_Z, NEWCHOD, STRAW
from trigemu.experiments.na62.detector.transport import LIGHT_MM_NS, cross_planes
from trigemu.physics.particles import Particles, from_columns


def one(
    charge: int, mass: float, start: tuple[float, ...], p: tuple[float, ...], time_ns: float = 0.0
) -> Particles:
    def column(value: float) -> np.ndarray:
        return np.array([float(value)])

    return from_columns(
        np.array([0, 1]),
        np.array([13], np.int32),
        np.array([charge], np.int8),
        column(mass),
        *(column(v) for v in (*p, *start, time_ns)),
        np.zeros(1, np.int32),
    )


@settings(deadline=None)
@given(
    st.sampled_from([-1, 0, 1]),
    st.floats(0, 1),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.floats(23_000, 210_000)),
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(3, 300)),
    st.floats(210_001, 260_000),
)
def test_crossings_are_those_of_vectors(
    charge: int, mass: float, start: tuple[float, ...], p: tuple[float, ...], z: float
) -> None:
    got = cross_planes(one(charge, mass, start, p, 5.0), np.array([z]))
    x, y, flight = follow(np.array(start), np.array(p), charge, mass, z)
    assert got.x[0, 0] == pytest.approx(x, abs=1e-6)
    assert got.y[0, 0] == pytest.approx(y, abs=1e-6)
    aligned = 5.0 + flight - (z - NEWCHOD.z) / LIGHT_MM_NS
    assert got.time_ns[0, 0] == pytest.approx(aligned, abs=1e-6)


def test_light_along_the_axis_is_everywhere_at_its_event_s_time() -> None:
    z = 105_000.0
    track = one(1, 0.0, (0, 0, z), (0, 0, 1e6), (z - NEWCHOD.z) / LIGHT_MM_NS)
    planes = np.array([STRAW[0].z, NEWCHOD.z, 246_800.0])
    assert cross_planes(track, planes).time_ns[0] == pytest.approx(0.0, abs=1e-6)


def test_positive_particles_are_kicked_to_negative_x() -> None:
    planes = np.array([MNP33_Z, MNP33_Z + 1000.0])
    for charge in (-1, 1):
        crossings = cross_planes(one(charge, 0.1, (0, 0, 110_000), (0, 0, 20.0)), planes)
        slope = (crossings.x[0, 1] - crossings.x[0, 0]) / 1000.0
        expected = -charge * MNP33_KICK_GEV / np.sqrt(20.0**2 - MNP33_KICK_GEV**2)
        assert slope == pytest.approx(expected, rel=1e-9)


def test_the_beam_goes_through_the_holes_of_the_straw_chambers() -> None:
    # 75 GeV, slope 1.2e-3, x = 114 mm at the magnet (L1 STRAW algorithm); holes are 63.8 mm wide at half
    # width.
    z = 110_000.0
    beam = one(1, 0.1396, (114 - 1.2e-3 * (MNP33_Z - z), 0, z), (75 * 1.2e-3, 0, 75.0))
    crossings = cross_planes(beam, np.array([ring.z for ring in STRAW]))
    for x, ring in zip(crossings.x[0], STRAW, strict=True):
        assert abs(x - ring.x) < 20.0


def test_a_particle_made_behind_a_plane_or_flying_backwards_misses_it() -> None:
    assert cross_planes(one(1, 0.1, (0, 0, 150_000), (0, 0, 20)), np.array([140_000.0])).x[0, 0] > 1e8
    assert cross_planes(one(1, 0.1, (0, 0, 150_000), (0, 0, -20)), np.array([160_000.0])).x[0, 0] > 1e8


def test_a_kick_larger_than_the_momentum_throws_the_particle_out() -> None:
    assert cross_planes(one(1, 0.1, (0, 0, 150_000), (0, 0, 0.2)), np.array([NEWCHOD.z])).x[0, 0] > 1e8
