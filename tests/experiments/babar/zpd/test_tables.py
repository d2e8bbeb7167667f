"""The tables of the z trigger against the geometry that they are made of."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from support.babar_segments import Tracks, positions

from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct import geometry
from trigemu.experiments.babar.zpd.bands import make_bands, make_matrix
from trigemu.experiments.babar.zpd.codes import OMEGA_UNIT, SEEDS, STEREO
from trigemu.experiments.babar.zpd.config import DECISIONS, Zpd
from trigemu.experiments.babar.zpd.cuts import make_possible
from trigemu.experiments.babar.zpd.fits import make_fits
from trigemu.experiments.babar.zpd.tables import make_places, make_tables

CONFIG = Zpd(enabled=True)
ROWS = geometry.pivot_rows(2)


@pytest.fixture(scope="module")
def tables():
    return make_tables(CONFIG, 2)


def sample(count, z0_mm, seed=1):
    """Return tracks all over the matrix, with bins of curvature and dip, and positions; all reach superlayer 7."""
    rng = np.random.default_rng(seed)
    curvature, slope = rng.uniform(-126, 126, count), rng.uniform(-2.0, 3.0, count)
    tracks = Tracks(
        np.arange(count),
        np.sign(curvature).astype(np.int64),
        18.5 / np.abs(curvature),
        rng.uniform(-np.pi, np.pi, count),
        slope,
        rng.uniform(-z0_mm, z0_mm, count),
    )
    place, inside = positions(tracks)
    bins = np.floor((curvature + 128) / 4).astype(int), np.floor((slope + 2) * 12.8).astype(int)
    return tracks, curvature, slope, bins, place, inside


def differences(place, seed):
    """Return differences in azimuth from the seed in its fine units."""
    azimuth = (place + geometry.OFFSET[ROWS]) / geometry.CELLS
    turn = azimuth - azimuth[:, [seed]]
    return (turn - np.rint(turn)) * geometry.CELLS[seed] * geometry.FINE


@pytest.mark.parametrize("which", [0, 1])
def test_cells_take_all_tracks_from_the_collision_region(which):
    bands = make_bands(CONFIG, 2)
    _, _, _, (curvature, dip), place, inside = sample(4000, 200.0)
    difference = differences(place, SEEDS[which])
    middle = np.abs(curvature * 4 - 126) * OMEGA_UNIT * 0.5
    looked = 0
    for superlayer in range(10):
        # Tracks of bins whose middle does not reach a superlayer are given up there.
        reached = middle * max(geometry.RADIUS[ROWS[[superlayer, SEEDS[which]]]]) < 0.99
        own = (
            inside[:, superlayer]
            & inside[:, SEEDS[which]]
            & reached
            & (np.abs(difference[:, superlayer]) < 500)
        )
        if superlayer in STEREO:
            band = bands.stereo[which, STEREO.index(superlayer), curvature, dip][own]
        else:
            band = bands.axial[which, superlayer // 3, curvature][own]
        d = difference[own, superlayer]
        assert (band[:, 0] <= d).all()
        assert (d <= band[:, 1]).all()
        # Not by much more than the cell and what comes on top: far away there is none.
        assert (band[:, 1] - band[:, 0]).max() < 520
        looked += own.sum()
    assert looked > 10_000


def test_an_axial_band_is_a_bin_of_curvature_and_twice_the_tolerance():
    exact = make_bands(CONFIG.model_copy(update={"tolerance_mm": 0.0}), 2).axial[1, 0].astype(float)
    radius = geometry.RADIUS[ROWS]
    edges = np.arange(-128, 129, 4) * OMEGA_UNIT / 2
    unit = 2 * np.pi / (32 * 256)
    reached = np.abs(edges * radius[9]) < 1
    d = (
        np.arcsin(np.where(reached, edges * radius[9], 0))
        - np.arcsin(np.where(reached, edges * radius[0], 0))
    ) / unit
    full = reached[1:] & reached[:-1] & (np.abs(d[1:]) < 500) & (np.abs(d[:-1]) < 500)
    assert full.sum() > 25
    np.testing.assert_array_equal(exact[full, 0], np.ceil(d[:-1][full] - 1e-9))
    np.testing.assert_array_equal(exact[full, 1], np.floor(d[1:][full] + 1e-9))
    wider = make_bands(CONFIG, 2).axial[1, 0][full] - exact[full]
    more = 2.1 * np.hypot(1 / radius[0], 1 / radius[9]) / unit
    assert np.abs(wider - [-more, more]).max() <= 1.0


def test_stereo_bands_grow_with_the_collision_region():
    bands = [
        make_bands(CONFIG.model_copy(update={"z0_range_cm": z0}), 2).stereo[1, :, 32, 26]
        for z0 in (0.0, 20.0)
    ]
    grown = (bands[1][:, 1] - bands[1][:, 0]) - (bands[0][:, 1] - bands[0][:, 0])
    angle = np.abs(geometry.stereo_angles()[ROWS[list(STEREO)]])
    unit = 2 * np.pi / (32 * 256)
    expected = 400.0 * np.tan(angle) / geometry.RADIUS[ROWS[list(STEREO)]] / unit
    np.testing.assert_allclose(grown, expected, atol=2.5)


def test_how_far_bins_reach_holds_all_their_differences(tables):
    matrix = make_matrix(make_bands(CONFIG, 2))
    for which, cells in enumerate((208, 256)):
        for curvature in range(64):
            steps = np.flatnonzero((matrix.stereo[which] >> np.uint64(curvature) & np.uint64(1)).any(axis=0))
            low, high = matrix.reach[which, curvature]
            if not len(steps):
                assert low > high
                continue
            # Both positions may be rounded away from one another, in either unit.
            assert low <= (steps[0] * 4 - 512 - 1) * 256 / cells - 1
            assert high >= (steps[-1] * 4 - 512 + 3 + 1) * 256 / cells + 1


def test_expected_differences_and_changes_are_those_of_tracks(tables):
    """Where the change is linear: a quarter of a fine unit is 0.15 mm, against a resolution of 0.7 mm."""
    for which, seed in enumerate(SEEDS):
        _, curvature, slope, (bin_, dip), place, inside = sample(4000, 100.0, seed=2)
        z0_cm = sample(4000, 100.0, seed=2)[0].z0 / 10
        rows = tables.fits.rows[which, bin_, dip // 4].astype(float)[..., :10]
        middle = tables.fits.slope[dip // 4] / 256
        got = (
            rows[:, 0] / 8
            + rows[:, 1] / 64 * (curvature - (4 * bin_ - 126))[:, None]
            + rows[:, 2] / 256 * (32 * slope - middle)[:, None]
            + rows[:, 3] / 512 * z0_cm[:, None]
        )
        good = inside & inside[:, [seed]] & (np.abs(curvature) < 60)[:, None]
        off = np.abs(got - differences(place, seed))[good]
        assert len(off) > 5000
        assert np.sqrt(np.mean(off**2)) < 0.25
        assert off.max() < 2.0
        assert not rows[:, :, seed].any()


def test_determinants_of_the_fit_fit_63_bits(tables):
    for resolution in (0.1, 2.0):
        fits = make_fits(CONFIG.model_copy(update={"resolution_mm": resolution}), 2)
        weight = fits.weight.astype(np.int64)
        squares = (fits.rows[..., 1:, :].astype(np.int64) ** 2 * weight).sum(axis=-1) * weight.sum() >> 13
        # Hadamard: a determinant is at most the product of the diagonal.
        assert squares.astype(float).prod(axis=-1).max() < 2.0**62
        assert 0 < fits.variance.min() <= fits.variance.max() < 1 << 14
        np.testing.assert_array_equal(weight[:10], [2, 3, 4, 5, 7, 8, 10, 12, 14, 16])


def test_places_are_azimuths():
    places = make_places(2)
    for which, seed in enumerate(SEEDS):
        for superlayer in range(10):
            phi = np.arange(32 * geometry.CELLS[superlayer])
            place = (
                phi * int(places.factor[which, superlayer]) + int(places.offset[which, superlayer])
            ) >> 16
            exact = (phi + 16) / geometry.CELLS[superlayer] * geometry.CELLS[seed]
            assert np.abs(place - exact).max() < 0.57
    own = np.arange(32 * 256)
    np.testing.assert_array_equal((own * int(places.factor[1, 9]) + int(places.offset[1, 9])) >> 16, own + 16)


def test_how_many_superlayers_a_track_reaches():
    possible = make_possible()
    assert possible.shape == (129, 256)
    straight = np.array([possible[0, 128 + round(32 * slope)] for slope in (0.0, 1.0, -1.0)])
    np.testing.assert_array_equal(straight, 10)
    # A straight track leaves through the forward end plate beyond the radius 1749 mm / tan(lambda).
    third = geometry.RADIUS[2::4]
    for slope in (2.5, 3.0, 3.5):
        assert possible[0, 128 + round(32 * slope)] == (third * slope < 1749.0).sum()
    # babar_geometry_facts G1.37: 140 MeV to the end of superlayer 7, 168 to 176 MeV to superlayer 10.
    assert [int(possible[round(18.5 / pt), 128]) for pt in (0.146, 0.17, 0.176)] == [7, 9, 10]
    # Until tracks turn back near a superlayer, less momentum reaches no more of them.
    assert (possible[1:100] >= possible[2:101]).all()


def test_tables_are_made_once_and_never_change(tables):
    assert make_tables(Zpd(enabled=True), 2) is tables
    assert make_tables(CONFIG, 3) is not tables
    with pytest.raises(ValueError, match="read-only"):
        tables.matrix.dips[0] = 0


def test_keys_of_a_decision_leave_the_others_as_they_are():
    section = Babar.of("2006", zpd={"zk": {"a7": {"z0_cm": [-6, 7]}}}).zpd
    assert section.zk.a7.z0_cm == (-6, 7)
    assert section.zk.a7.curvature == section.zk.a10.curvature == (-93, 23)
    assert section.zk.a10.z0_cm == (-10, 10)
    usual = Babar.of("2006").zpd
    assert [getattr(usual, name) for name in DECISIONS[:3]] == [
        getattr(section, name) for name in DECISIONS[:3]
    ]
    assert usual == Zpd(enabled=True)
    assert [getattr(usual, name).azimuth_bins for name in DECISIONS] == [16, 16, 16, 16]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zk": {"a7": {"z0_cm": [7, 7]}}}, "is from 7 to 7; the second number must be larger"),
        ({"tan_lambda": [1.0, 1.5]}, "is from 1.0 to 1.5; the second number must be larger by 1 or more"),
        ({"z": {"azimuth_bins": 5}}, "azimuth_bins"),
        ({"z": {"a9": {}}}, "a9"),
        ({"seed_weight": 0}, "seed_weight"),
        ({"z": 3}, "z"),
    ],
)
def test_bad_settings_are_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        Babar.of("2006", zpd=changes)
