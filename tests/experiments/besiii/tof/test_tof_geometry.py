"""The counters' geometry against the experiment's own, and the numbering of channels."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.sources import (
    BARS,
    ENDCAP_COUNTERS,
    FIRST_ENDCAP,
    FIRST_MRPC,
    LAYERS,
    MODULES,
    STRIPS,
    TOF_CHANNELS,
)
from trigemu.experiments.besiii.tof import geometry


@pytest.fixture(scope="module")
def corners(shared_data):
    """x, y, z of the eight corners in mm, by part of the detector: float64[3, counters, 8]."""
    with np.load(shared_data / "besiii" / "tof_geometry.npz") as file:
        points = 10.0 * np.stack([file[f"points_{axis}"] for axis in "xyz"])  # the file is in cm
        return {part: points[:, file["part"] == part] for part in range(5)}


@pytest.mark.parametrize("layer", range(LAYERS))
def test_barrel_bars_lie_where_the_experiment_has_them(corners, layer):
    x, y, z = corners[1][:, layer * BARS : (layer + 1) * BARS]
    phi = geometry.bar_azimuth(layer, np.arange(BARS))[:, None]
    along, across = x * np.cos(phi) + y * np.sin(phi), y * np.cos(phi) - x * np.sin(phi)
    inner, outer = geometry.LAYER_MM[layer]
    assert np.sort(along, axis=1) == pytest.approx(np.tile(np.repeat([inner, outer], 4), (BARS, 1)), abs=0.05)
    assert np.abs(z) == pytest.approx(np.full((BARS, 8), geometry.HALF_LENGTH_MM))
    # A bar fills its share of the circle but for the gap.
    room = 2.0 * np.tan(np.pi / BARS) * along - 2.0 * np.abs(across)
    assert room == pytest.approx(np.full((BARS, 8), geometry.BAR_GAP_MM), abs=0.4)


@pytest.mark.parametrize("side", [geometry.EAST, geometry.WEST])
def test_scintillator_endcaps_lie_where_the_experiment_has_them(corners, side):
    x, y, z = corners[2 * side]
    phi = geometry.counter_azimuth(np.arange(ENDCAP_COUNTERS))[:, None]
    along = x * np.cos(phi) + y * np.sin(phi)
    sign = 1.0 if side == geometry.EAST else -1.0
    assert np.unique(sign * z) == pytest.approx(geometry.ENDCAP_Z_MM)
    front = np.isclose(sign * z, geometry.ENDCAP_Z_MM[0])
    for values, pick in ((along.min(axis=1, where=front, initial=1e9), 0), (along.max(axis=1), 1)):
        assert values == pytest.approx(np.full(ENDCAP_COUNTERS, geometry.ENDCAP_RADII_MM[pick]), abs=0.1)


@pytest.mark.parametrize("side", [geometry.EAST, geometry.WEST])
def test_mrpc_strips_lie_where_the_experiment_has_them(corners, side):
    points = corners[3 + side].reshape(3, MODULES, STRIPS, 8)[:, ::-1, ::-1]
    module, strip = np.meshgrid(np.arange(MODULES), np.arange(STRIPS), indexing="ij")
    assert geometry.strip_position(side, module, strip) == pytest.approx(points.mean(axis=3), abs=0.05)
    edges = np.linalg.norm(points[:, :, :, [2, 4]] - points[:, :, :, [0]], axis=0)
    assert edges[..., 0] == pytest.approx(np.tile(geometry.STRIP_LENGTHS_MM, (MODULES, 1)), abs=0.05)
    assert edges[..., 1] == pytest.approx(np.full((MODULES, STRIPS), geometry.STRIP_WIDTH_MM), abs=0.05)


def test_every_channel_is_one_identifier():
    channels = np.arange(TOF_CHANNELS)
    ids = geometry.id_of_channel(channels)
    assert len(np.unique(ids)) == TOF_CHANNELS
    assert np.array_equal(geometry.channel_of_id(ids), channels)


def test_channels_count_through_ends_and_rings():
    assert np.array_equal(geometry.bar_channel([0, 0, 1], [0, 1, 87], [1, 0, 1]), [1, 2, FIRST_ENDCAP - 1])
    assert np.array_equal(geometry.counter_channel([0, 1], [3, 47]), [FIRST_ENDCAP + 3, FIRST_MRPC - 1])
    assert np.array_equal(
        geometry.strip_channel([0, 1], [1, 35], [2, 11], [1, 1]), [FIRST_MRPC + 29, TOF_CHANNELS - 1]
    )


@pytest.mark.parametrize(
    "identifier",
    [
        0x20 << 24 | 1 << 14 | 88 << 1,  # bar 88
        0x20 << 24 | 48 << 1,  # endcap counter 48
        0x20 << 24 | 3 << 14 | 36 << 5,  # module 36
        0x20 << 24 | 3 << 14 | 12 << 1,  # strip 12
        0x10 << 24 | 1 << 14,  # a drift chamber's
    ],
)
def test_identifiers_of_nothing_have_no_channel(identifier):
    assert geometry.channel_of_id(identifier) == -1


def test_ends_of_bars_and_sides_of_modules_are_those_of_real_showers(shared_data):
    """Bars are hit earlier at the end where the shower is; modules and strips lie in front of showers."""
    with np.load(shared_data / "besiii" / "real_run91668.npz") as file:
        channel = geometry.channel_of_id(file["tof_intId"])
        time = file["tof_timeChannel"].astype(np.int64)
        offsets = file["tof_offsets"]
    assert channel.min() >= 0

    def times(event, wanted):
        rows = slice(offsets[event], offsets[event + 1])
        return time[rows][channel[rows] == wanted]

    # Event 1: inner bar 30 with the shower at z = -1140 mm, inner bar 76 with one at +1140 mm.
    assert times(1, geometry.bar_channel(0, 30, 0)) > times(1, geometry.bar_channel(0, 30, 1))
    assert times(1, geometry.bar_channel(0, 76, 0)) < times(1, geometry.bar_channel(0, 76, 1))
    # Event 3: 1.5 GeV in the west at 87 degrees, 720 mm from the beam; event 9: 1.65 GeV in the east at 344 degrees,
    # 860 mm.  Both at |z| = 1520 mm.
    for event, side, module, strip, degrees, radius in (
        (3, 1, 7, 4, 87.0, 720.0),
        (9, 0, 34, 9, 344.0, 860.0),
    ):
        assert len(times(event, geometry.strip_channel(side, module, strip, 0))) == 1
        x, y, z = geometry.strip_position(side, module, strip)
        assert np.degrees(np.arctan2(y, x)) % 360.0 == pytest.approx(degrees, abs=2.0)
        assert np.hypot(x, y) * 1520.0 / abs(z) == pytest.approx(radius, abs=30.0)
