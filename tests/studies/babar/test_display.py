"""Pictures of crossings: they show what level 1 found, and the command that writes them."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.experiments.babar.dct.geometry import CELLS, CHANNEL_FIRST, OFFSET, RADIUS, WIRES, pivot_rows
from trigemu.measure.crossings import chosen
from trigemu.studies.babar import display, pictures
from trigemu.studies.babar.samples import setup_of

MUONS = {"signal": "muon-gun", "pt": 1.0, "theta": 80.0}


@pytest.fixture(scope="module")
def crossings():
    """Crossings of 2006 with one muon of 1 GeV each."""
    return display.crossings_of(setup_of(MUONS, per_frame=20))


def label(axes, start):
    return [c for c in axes.collections if str(c.get_label()).startswith(start)]


def test_wires_and_segments_lie_on_their_layers():
    first = CHANNEL_FIRST[:-1]
    x, y = display.wire_places(first)
    np.testing.assert_allclose(np.hypot(x, y), RADIUS)
    np.testing.assert_allclose(np.arctan2(y, x), 2 * np.pi * OFFSET / WIRES, atol=1e-12)
    rows = pivot_rows(2)
    x, y = display.segment_places(np.arange(10), 32 * np.ones(10, int), 2)
    np.testing.assert_allclose(np.hypot(x, y), RADIUS[rows])
    np.testing.assert_allclose(np.arctan2(y, x), 2 * np.pi * (1 + OFFSET[rows]) / CELLS)


def test_across_the_beams(crossings):
    wedges = 0
    for crossing in crossings:
        found = crossing.found
        axes = display.across_figure(crossing).axes[0]
        (wires,) = label(axes, "wire hit")
        hits = crossing.frame["dch"]["offsets"]
        assert len(wires.get_offsets()) == hits[crossing.number + 1] - hits[crossing.number] > 30
        segments = np.diff(found.segments.offsets)[crossing.number]
        assert sum(len(c.get_offsets()) for c in axes.collections if c is not wires) == segments > 5
        bins = sum(
            bin(int(np.bitwise_or.reduce(maps[crossing.number]))).count("1")
            for maps in (
                found.tracks.a,
                found.tracks.b,
                found.tracks.aprime,
                found.emt.m,
                found.emt.g,
                found.emt.e,
            )
        )
        assert len(axes.patches) == bins
        wedges += bins
    assert wedges > 40


def test_the_bin_of_a_long_track_is_where_it_ends(crossings):
    seen = 0
    for crossing in crossings:
        bins = display.bins_of(crossing.found.tracks.a, crossing, 16)
        (wires,) = label(display.across_figure(crossing).axes[0], "wire hit")
        x, y = np.asarray(wires.get_offsets()).T
        outer = np.hypot(x, y) > RADIUS[36] - 1
        azimuth = np.degrees(np.arctan2(y, x))[outer] % 360.0
        for k in bins:
            away = np.abs((azimuth - 22.5 * (k + 0.5) + 180.0) % 360.0 - 180.0)
            assert away.min() < 22.5
            seen += 1
    assert seen >= 18


def test_towers(crossings):
    for crossing in crossings[:5]:
        energy = display.tower_energies(crossing)
        mine = crossing.rows(crossing.found.emt.offsets)
        assert energy.sum() == pytest.approx(1e-4 * crossing.found.emt.energy[mine].sum())
        axes = display.towers_figure(crossing).axes[0]
        assert [len(c.get_paths()) for c in axes.collections] == [280, np.count_nonzero(energy)]
        bins = sum(len(display.bins_of(getattr(crossing.found.emt, k), crossing, 20)) for k in "mge")
        assert len(axes.patches) == bins


def test_along_the_beams(crossings):
    for crossing in crossings[:5]:
        tracks = crossing.found.z_tracks
        mine = crossing.rows(tracks.offsets)
        axes = display.along_figure(crossing).axes[0]
        # Besides the tracks: two labels and the middle of the wires.
        assert len(axes.lines) == mine.stop - mine.start + 3


def test_crossings_that_are_not_there(crossings):
    with pytest.raises(InputError, match=r"frame 0 has no crossing 10000; it has 0-\d+"):
        chosen(crossings, 0, 10_000)


def test_an_event_for_the_page():
    crossing = pictures.first_crossing(setup_of(MUONS, per_frame=10), 1)
    assert crossing.found.tracks.a[crossing.number].any()
    with pytest.raises(InputError, match="no crossing with long tracks in 9 bins"):
        pictures.first_crossing(setup_of(MUONS, per_frame=2), 9)


def test_command_writes_pictures(tmp_path, configs):
    done = CliRunner().invoke(
        cli,
        [
            *("display", str(configs / "babar.toml"), "--event", "1"),
            *("--set", "babar.frame_samples=20000", "--out", str(tmp_path / "d")),
        ],
    )
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "d").iterdir()}
    assert {
        f"{name}.{suffix}" for name in ("across", "towers", "along") for suffix in ("png", "svg")
    } <= names
