"""What the z trigger tells of tracks: ideal segments of helices, and those that the segment finder makes of hits."""

from __future__ import annotations

import numpy as np
import pytest
from support.babar_segments import Tracks, positions, segments_of
from support.babar_tracks import single_tracks

from trigemu.experiments.babar.clock import TICKS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.dct import geometry
from trigemu.experiments.babar.dct.segments import SegmentFinder
from trigemu.experiments.babar.zpd.config import Zpd
from trigemu.experiments.babar.zpd.tracks import ZFinder

CONFIG = Zpd(enabled=True)
SMEAR_MM = 0.6
COUNT = 3000


def drawn(pt, count=COUNT, seed=1, z0_cm=1.0, flat_cm=None, slope=(-0.8, 1.5)):
    """Return one track in each crossing; ``pt``: GeV, one or from and to."""
    rng = np.random.default_rng(seed)
    z0 = (
        rng.normal(0, 10 * z0_cm, count)
        if flat_cm is None
        else rng.uniform(-10 * flat_cm, 10 * flat_cm, count)
    )
    low, high = (pt, pt) if isinstance(pt, float) else pt
    return Tracks(
        np.arange(count),
        rng.choice([-1, 1], count),
        rng.uniform(low, high, count),
        rng.uniform(-np.pi, np.pi, count),
        rng.uniform(*slope, count),
        z0,
    )


class Found:
    """What the finder makes of tracks: rows with the crossing of each, and maps."""

    def __init__(self, tracks, config=CONFIG, seed=2, **changes):
        self.tracks = tracks
        self.segments = segments_of(
            tracks, len(tracks.pt), np.random.default_rng(seed), smear_mm=SMEAR_MM, **changes
        )
        finder = ZFinder(config)
        self.rows = finder.find(self.segments)
        self.event = np.repeat(np.arange(len(tracks.pt)), np.diff(self.rows.offsets))
        self.maps = dict(zip(("z", "zt", "zprime", "zk"), finder.maps(self.rows), strict=True))

    @property
    def z0_off(self):
        return self.rows.z0 - self.tracks.z0[self.event] / 10

    @property
    def long(self):
        return self.segments.superlayer[self.rows.seed] == 9

    def rate(self, name, which=slice(None)):
        return self.maps[name].any(axis=1)[which].mean()


def test_resolution_is_that_of_the_segments():
    """The error of z0 is the covariance of straight least squares, without the package's tables; 3 standard errors."""
    found = Found(drawn((0.8, 3.0), slope=(-0.3, 0.6)))
    radius = geometry.RADIUS[geometry.pivot_rows(2)]
    turn = 2 * np.pi * geometry.TWIST[geometry.pivot_rows(2)] / geometry.CELLS / 2764.0
    # Azimuth: one number, curvature (radius), and z on stereo wires.
    columns = np.stack([np.ones(10), radius / 1000, -turn * radius, -turn * 10], axis=1)
    inverse = np.linalg.inv(columns.T @ (columns * (radius**2)[:, None]))
    # Smeared, and rounded to the fine unit of each superlayer.
    error = np.hypot(SMEAR_MM, 0.57 / np.sqrt(12)) * np.sqrt(inverse[3, 3])
    assert 1.6 < error < 2.2
    off = found.z0_off[found.rows.missing == 0]
    assert len(off) > 1.9 * COUNT
    # Rounded to a cm.  Both seeds of a track are one measurement.
    np.testing.assert_allclose(
        np.std(off), np.hypot(error, 1 / np.sqrt(12)), rtol=3 / np.sqrt(2 * COUNT) + 0.02
    )
    assert abs(np.mean(off)) < 3 * error / np.sqrt(COUNT) + 0.05
    assert (found.rows.z0_error[found.rows.missing == 0] == 2).mean() > 0.95


@pytest.mark.parametrize("pt", [0.25, 0.35, 0.6, 2.0])
def test_curvature_dip_and_z0_have_no_bias(pt):
    found = Found(drawn(pt))
    rows, tracks, event = found.rows, found.tracks, found.event
    good = rows.missing == 0
    curvature = (rows.curvature * tracks.charge[event])[good]
    slope = (rows.tan_lambda - tracks.tan[event])[good]
    assert abs(np.mean(curvature) - 18.5 / pt) < 0.55
    assert np.std(curvature) < 0.6
    assert abs(np.mean(slope)) < 0.006
    assert np.std(slope) < 0.05
    assert abs(np.mean(found.z0_off[good])) < 0.2
    assert np.std(found.z0_off[good]) < 2.2


def test_tracks_of_the_collision_that_reach_superlayer_7_are_found():
    """More than 95 % above 250 MeV with all segments (99 % or more here), both from A7 and from A10 above 350 MeV."""
    found = Found(drawn((0.25, 2.0), slope=(-1.9, 3.2)))
    _, inside = positions(found.tracks)
    reaches = inside[:, 6]
    assert 1000 < reaches.sum() < COUNT
    assert found.rate("z", reaches) > 0.99
    assert found.rate("zt", reaches) > 0.99
    both = inside[:, 9] & (found.tracks.pt > 0.35)
    assert (np.bincount(found.event, minlength=COUNT)[both] == 2).mean() > 0.99
    # With one superlayer missing here and there.
    some = Found(drawn((0.25, 2.0)), efficiency=0.97)
    assert some.rate("z") > 0.95


def test_tracks_from_anywhere_along_the_beam_are_rejected():
    """Flat in z0 over 40 cm either way: a window of 10 cm leaves a quarter (binomial, 4 standard errors)."""
    found = Found(drawn((0.25, 2.0), flat_cm=40.0))
    share = found.rate("zt")
    assert abs(share - 19 / 80) < 0.01 + 4 * np.sqrt(0.25 * 0.75 / COUNT)
    near = np.abs(found.tracks.z0) < 60.0
    assert found.rate("zt", near) > 0.97
    assert found.rate("zt", np.abs(found.tracks.z0) > 160.0) < 0.01


def test_momentum_and_charge_of_the_decisions():
    """Z from 200 MeV, Z' from 800 MeV, Zk from 200 MeV for negative and 800 MeV for positive tracks (G4.9)."""
    for pt, z, zprime in (
        (0.185, False, False),
        (0.215, True, False),
        (0.72, True, False),
        (0.9, True, True),
    ):
        found = Found(drawn(pt, count=400))
        positive = found.tracks.charge > 0
        for name, which, expected in (
            ("z", slice(None), z),
            ("zt", slice(None), z),
            ("zprime", slice(None), zprime),
            ("zk", positive, zprime),
            ("zk", ~positive, z),
        ):
            assert (found.rate(name, which) > 0.95) if expected else (found.rate(name, which) < 0.03)


def test_bits_of_the_example_of_the_source():
    """babar_geometry_facts 4.1, bits 0-3: pT above 0.8, 0.2, 0.2, 0.3 GeV; z0 any, within 15, 10, 6 cm."""
    rows = ((23, 4.0, (-128, 127)), (93, 3.0, (-15, 15)), (93, 3.0, (-10, 10)), (62, 3.0, (-6, 6)))
    example = {}
    for name, (curvature, slope, z0) in zip(("z", "zt", "zprime", "zk"), rows, strict=True):
        cuts = {
            "curvature": (-curvature, curvature),
            "tan_lambda": (-4.0 if slope == 4.0 else -2.0, slope),
            "z0_cm": z0,
            "z0_error_cm": 15,
            "missing": 1,
        }
        example[name] = {"a7": cuts, "a10": cuts}
    found = Found(
        drawn((0.16, 2.0), flat_cm=40.0, slope=(-1.6, 2.9)), Zpd(enabled=True, **example), efficiency=0.95
    )
    own = found.rows
    common = (own.z0_error < 15) & (own.missing <= 1)
    bits = [
        common
        & (np.abs(own.curvature) < 23)
        & (np.abs(own.tan_lambda) < 4.0)
        & (np.abs(own.z0 + 0.5) < 127.5),
        common
        & (np.abs(own.curvature) < 93)
        & (own.tan_lambda > -2)
        & (own.tan_lambda < 3)
        & (np.abs(own.z0) < 15),
        common
        & (np.abs(own.curvature) < 93)
        & (own.tan_lambda > -2)
        & (own.tan_lambda < 3)
        & (np.abs(own.z0) < 10),
        common
        & (np.abs(own.curvature) < 62)
        & (own.tan_lambda > -2)
        & (own.tan_lambda < 3)
        & (np.abs(own.z0) < 6),
    ]
    passed = sum(bit.astype(int) << k for k, bit in enumerate(bits))
    np.testing.assert_array_equal(own.passed, passed)
    assert {*passed.tolist()} >= {0, 1, 2, 3, 6, 7, 14, 15}


def test_bins_and_ticks_are_those_of_the_seed():
    found = Found(drawn(3.0, count=500))
    phi0 = found.tracks.phi0[found.event] % (2 * np.pi) / (2 * np.pi) * 16
    # A straight track's seed is where it begins, but for 28 mrad of bending at superlayer 10.
    off = (found.rows.bin + 0.5 - phi0 + 8) % 16 - 8
    assert np.abs(off).max() < 0.7
    assert (found.rows.tick == 20).all()
    z = found.maps["z"]
    assert not z[:, np.arange(TICKS) != 20].any()
    assert np.bitwise_count(z[:, 20]).max() <= 2
    zprime = found.maps["zprime"][:, 20]
    assert np.bitwise_count(zprime).max() == 2
    assert not (zprime & ~z[:, 20]).any()


@pytest.fixture(scope="module")
def of_hits():
    """Momentum -> rows and maps of pions in a perfect chamber, of hits through the segment finder."""
    dct = Babar.of("2006").dct
    out = {}
    for pt in (0.3, 0.9):
        tracks = single_tracks(pt, 600)
        finder = ZFinder(CONFIG, dct.tsf.pivot_layer)
        rows = finder.find(SegmentFinder(dct.tsf).find(tracks.hits))
        out[pt] = tracks, rows, finder.maps(rows)
    return out


@pytest.mark.parametrize("pt", [0.3, 0.9])
def test_resolution_with_segments_of_hits(of_hits, pt):
    """A few cm; 4.3 cm is recalled (besiii_babar_published RB-5: 3 to 6 cm)."""
    tracks, rows, (z, zt, zprime, _) = of_hits[pt]
    good = rows.missing <= 1
    core = np.quantile(np.abs(rows.z0[good]), 0.683)
    assert 2.0 < core < 6.0
    assert z.any(axis=1).mean() > 0.95
    assert zt.any(axis=1).mean() > 0.94
    assert zprime.any(axis=1).mean() > 0.95 if pt > 0.8 else not zprime.any()
    event = np.repeat(np.arange(len(tracks.phase)), np.diff(rows.offsets))
    curvature = (rows.curvature * np.sign(tracks.helix.omega[event]))[good]
    assert abs(np.median(curvature) - 18.5 / pt) < 1.0


def test_tracks_of_hits_are_seldom_found_more_than_once_from_a_superlayer(of_hits):
    """Seeds side by side: without the choice of the best, half as many again."""
    _, rows, _ = of_hits[0.9]
    assert 1.7 < len(rows.seed) / 600 < 2.3
