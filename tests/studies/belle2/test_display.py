"""Pictures of crossings: they show what the trigger found, and the command that writes them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc.geometry import (
    AXIAL,
    CHANNELS,
    priority_wire,
    segment_superlayer,
    wire_position,
)
from trigemu.experiments.belle2.ecl.cells import CELLS, theta_phi
from trigemu.experiments.belle2.sources import CDC, ECL
from trigemu.setup.build import build_setup, load_setup
from trigemu.studies.belle2 import display, pictures


@pytest.fixture(scope="module")
def crossings():
    """Crossings with one muon of 2 GeV each and no beam background in the chamber."""
    base = pictures.gun_setup(30)
    data = pictures.signal_setup(
        base, pictures.find_signal(base, "muon-gun"), {"p": 2.0, "theta": 70.0}
    ).to_dict()
    data["section"]["response"]["background"]["wire_rate_khz"] = [0.0] * 9
    return display.crossings_of(build_setup(data))


def label(axes, start):
    return [c for c in axes.collections if str(c.get_label()).startswith(start)]


def points(collections):
    return sum(len(c.get_offsets()) for c in collections)


def test_chamber_shows_hits_segments_and_tracks(crossings):
    for crossing in crossings[:5]:
        axes = display.chamber_figure(crossing).axes[0]
        found = crossing.found
        hits = crossing.frame[CDC]["offsets"]
        assert points(label(axes, "wire hit")) == hits[crossing.number + 1] - hits[crossing.number] > 30
        own = crossing.rows(found.segments.offsets)
        assert points(label(axes, "axial") + label(axes, "stereo")) == own.stop - own.start >= 8
        superlayer = segment_superlayer(found.segments.segment[own])
        assert points(label(axes, "axial")) == np.isin(superlayer, AXIAL).sum()
        assert points(label(axes, "chosen")) == len(display.chosen_rows(crossing))
        tracks = crossing.rows(found.tracks.offsets)
        # Two circles per superlayer, then the tracks.
        assert len(axes.lines) == 18 + tracks.stop - tracks.start


def test_wires_of_segments_were_hit(crossings):
    for crossing in crossings:
        hits = crossing.frame[CDC]
        channel = set(hits["channel"][crossing.rows(hits["offsets"])].tolist())
        wires = display.pattern_channels(
            crossing.found.segments, crossing.rows(crossing.found.segments.offsets)
        )
        assert len(wires) > 20
        assert wires.min() >= 0
        assert wires.max() < CHANNELS
        assert set(wires.tolist()) <= channel


def test_tracks_pass_their_segments(crossings):
    """The drawn arc meets the priority wires that were chosen for it within the coarseness of the plane."""
    seen = 0
    for crossing in crossings:
        tracks, segments = crossing.found.tracks, crossing.found.segments
        own = crossing.rows(tracks.offsets)
        if own.stop - own.start != 1:
            continue
        rows = display.chosen_rows(crossing)
        assert 4 <= len(rows) <= 5
        x, y = wire_position(*priority_wire(segments.segment[rows], segments.position[rows]), 0.0)
        ax, ay = display.arc(tracks.phi0[own.start], tracks.omega[own.start] / 10.0, np.hypot(x, y))
        # Half a cell of 2.25 degrees at the outer radius is 22 mm, and as much from the curvature.
        assert np.hypot(ax - x, ay - y).max() < 60.0
        seen += 1
    assert seen > 20


def test_arc_turns_clockwise_for_positive_and_ends():
    x, y = display.arc(0.0, 1.0 / 500.0, np.array([0.0, 500.0, 1000.0, 1001.0]))
    np.testing.assert_allclose(x[:3], [0.0, 500.0 * np.cos(np.pi / 6), 0.0], atol=1e-9)
    np.testing.assert_allclose(y[:3], [0.0, -250.0, -1000.0], atol=1e-9)
    assert np.isnan(x[3])
    assert np.isnan(y[3])


def test_hough_plane_has_tracks_where_superlayers_meet(crossings):
    for crossing in crossings[:10]:
        tracks = crossing.found.tracks
        count = display.meeting_superlayers(crossing)
        assert count.shape == (160, 34)
        assert count.max() <= 5
        own = crossing.rows(tracks.offsets)
        # A cluster of one cell makes no track.
        assert ((count >= crossing.cdc.min_hits).sum() > 1) == (own.stop > own.start)
        for column, row in tracks.corner[own]:
            # The first square of a cluster holds one of its cells.
            square = count[np.arange(column, column + 2) % 160, row : row + 2]
            assert square.max() >= crossing.cdc.min_hits
    axes = display.hough_figure(crossings[0]).axes[0]
    assert len(axes.images) == 1
    assert points(label(axes, "track")) == np.diff(crossings[0].found.tracks.offsets)[0]


def test_cells_do_not_overlap_and_fill_their_rings():
    boxes = display.cell_boxes()
    theta, _ = theta_phi()
    for number in range(1, 18):
        mine = boxes[theta == number]
        mine = mine[np.argsort(mine[:, 0])]
        np.testing.assert_allclose(mine[1:, 0], mine[:-1, 0] + mine[:-1, 1])
        assert mine[0, 0] == pytest.approx(0.5)
        assert mine[:, 1].sum() == pytest.approx(36.0)


def test_calorimeter_shows_cells_and_clusters(crossings):
    shown = 0
    for crossing in crossings[:10]:
        hits = crossing.frame[ECL]
        own = crossing.rows(hits["offsets"])
        energy = display.cell_energies(crossing)
        assert energy.sum() == pytest.approx(hits["value"][own].sum() * 5.25e-3)
        axes = display.calorimeter_figure(crossing).axes[0]
        cells, lit, *_ = axes.collections
        assert len(cells.get_paths()) == CELLS
        assert len(lit.get_paths()) == len(np.unique(hits["channel"][own])) == np.count_nonzero(energy)
        found = crossing.found.ecl
        clusters = crossing.rows(found.offsets)
        assert [text.get_text() for text in axes.texts] == [f"{gev:.2f}" for gev in found.energy[clusters]]
        shown += len(axes.texts)
    assert shown > 0


def test_empty_crossing_is_drawn(crossings):
    """A crossing without a single hit has pictures as well."""
    frame = {
        CDC: {"channel": np.zeros(0, np.uint16), "offsets": np.zeros(2, np.int64)},
        ECL: {
            "channel": np.zeros(0, np.uint16),
            "value": np.zeros(0, np.uint16),
            "offsets": np.zeros(2, np.int64),
        },
    }
    none = np.zeros(0)
    cut = np.zeros(2, np.int64)
    segments = SimpleNamespace(
        offsets=cut,
        segment=none.astype(np.int16),
        pattern=none.astype(np.uint16),
        position=none.astype(np.uint8),
        left_right=none.astype(np.uint8),
    )
    tracks = SimpleNamespace(
        offsets=cut,
        phi0=none,
        omega=none,
        rel_offsets=np.zeros(1, np.int64),
        rel_segment=none.astype(np.int32),
        rel_weight=none.astype(np.int8),
    )
    ecl = SimpleNamespace(offsets=cut, cell=none.astype(np.int16), energy=none)
    found = SimpleNamespace(segments=segments, tracks=tracks, ecl=ecl)

    class Frame(dict):
        number = 7

    crossing = display.Crossing(crossings[0].setup, Frame(frame), found, 0)
    for figure in (display.chamber_figure, display.hough_figure, display.calorimeter_figure):
        assert "frame 7, crossing 0" in figure(crossing).axes[0].get_title(loc="left")


def test_turn_on_rises_and_has_exact_intervals():
    result = pictures.turn_on("pion-gun", "pt", (0.2, 0.5), pictures.TRACK[3], events=60)
    assert [curve[0] for curve in result.curves] == list(pictures.TRACK[3])
    for _, x, value, low, high in result.curves:
        assert x == [0.2, 0.5]
        assert value[0] < 0.2 < 0.8 < value[1]
        assert low[0] == 0.0
        assert 0.0 < high[0] < 0.2
        assert all(a <= b <= c for a, b, c in zip(low, value, high, strict=True))
    axes = pictures.turn_on_figure(result).axes[0]
    assert len(axes.containers) == len(result.curves)
    assert axes.get_xlabel() == "transverse momentum [GeV]"


def test_z_tells_near_from_far():
    samples = pictures.z_samples(events=200)
    near, far = samples.values()
    assert len(near) > 150
    assert np.mean(np.abs(near) < 20.0) > 0.9
    assert len(far) > 120
    assert np.mean(np.abs(far) < 20.0) < 0.3
    assert (far < 0.0).any()
    assert (far > 0.0).any()
    axes = pictures.z_figure(samples).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(samples)


def test_page_is_drawn_with_the_signals_it_names(tmp_path, monkeypatch):
    """All pictures of the page; guns with few events."""
    monkeypatch.setattr(pictures, "z_samples", lambda: {"one": np.array([1.0, 2.0])})
    turn_on = pictures.turn_on
    monkeypatch.setattr(pictures, "turn_on", lambda *a: turn_on(a[0], a[1], a[2][-1:], a[3], events=20))
    paths = pictures.draw_page(tmp_path / "made")
    assert len(paths) == len(set(paths)) == 7
    assert all(path.read_text().rstrip().endswith("</svg>") for path in paths)
    setup = load_setup("belle2")
    crossing = pictures.first_crossing(setup, *pictures.TRACKS_OF)
    own = crossing.rows(crossing.found.tracks.offsets)
    assert own.stop - own.start >= 3
    monkeypatch.setattr(pictures, "FRAMES", 1)
    with pytest.raises(InputError, match="hold no accepted event of 'electron-gun'"):
        pictures.first_crossing(setup, "electron-gun", 0)


def call(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def test_command_writes_the_pictures(tmp_path):
    out = tmp_path / "pictures"
    done = call("display", "belle2", "--event", 3, "--out", out)
    assert done.exit_code == 0, done.output
    names = [f"{name}.{suffix}" for name in ("chamber", "hough", "calorimeter") for suffix in ("png", "svg")]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert done.stdout.split() == [str(out / name) for name in names]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("na62-dump",), "only; this configuration is of na62"),
        (("belle2", "--event", 1_000_000), "frame 0 has no crossing 1000000; it has 0-"),
        (("belle2", "--frame", -1), "--frame"),
        (("belle2-no",), "belle2-no"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(tmp_path, arguments, sentence):
    out = tmp_path / "pictures"
    done = call("display", *arguments, "--out", out)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()
