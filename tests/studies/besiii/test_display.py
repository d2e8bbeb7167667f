"""Pictures of crossings: they show what the trigger found, and the command that writes them."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.experiments.besiii.emc import geometry as emc
from trigemu.experiments.besiii.mdc import geometry as mdc
from trigemu.experiments.besiii.sources import EMC, MDC
from trigemu.setup.build import build_setup
from trigemu.studies.besiii import display, pictures
from trigemu.studies.besiii.detector import threshold_counts


@pytest.fixture(scope="module")
def crossings():
    """Crossings with one muon of 1 GeV each."""
    data = {
        "experiment": "besiii",
        "run": {"frames": 1, "seed": 1},
        "menu": {"line": [{"name": "any", "when": "channel_1"}]},
        "section": {"frame_ticks": 50_000},
        "signal": [{"signal": "muon-gun", "p": 1.0, "theta": 80.0, "every_ns": 50_000.0}],
    }
    return display.crossings_of(build_setup(data))


def label(axes, start):
    return [c for c in axes.collections if str(c.get_label()).startswith(start)]


def test_chamber_shows_hits_and_track_cells(crossings):
    seen = 0
    for crossing in crossings[:10]:
        axes = display.chamber_figure(crossing).axes[0]
        hits = crossing.frame[MDC]["offsets"]
        (wires,) = label(axes, "wire hit")
        assert len(wires.get_offsets()) == hits[crossing.number + 1] - hits[crossing.number] > 30
        squares = sum(held[crossing.number].sum() for held in crossing.instant.segments.values())
        found = [c for c in axes.collections if c is not wires]
        assert sum(len(c.get_offsets()) for c in found) == squares
        cells = crossing.instant.long[crossing.number].sum() + crossing.instant.short[crossing.number].sum()
        wedges = [p for p in axes.patches if p.width == pytest.approx(40.0) or p.width == pytest.approx(30.0)]
        assert len(wedges) == cells
        seen += cells
    assert seen >= 15


def test_wires_lie_between_their_ends():
    """The middle of a chord: as far from the axis as its angle says, half-way in azimuth."""
    layers = np.arange(mdc.LAYERS)
    x, y = display.wire_middle(layers, np.zeros(mdc.LAYERS, np.int64))
    axial = mdc.TWIST == 0
    np.testing.assert_allclose(np.hypot(x, y)[axial], mdc.RADIUS[axial])
    assert np.all(np.hypot(x, y)[~axial] < mdc.RADIUS[~axial])
    cell = 2 * np.pi / mdc.WIRES
    east = (mdc.EAST_OFFSET * cell, mdc.RADIUS)
    west = ((mdc.EAST_OFFSET + mdc.TWIST) * cell, mdc.RADIUS)
    ends = [(r * np.cos(phi), r * np.sin(phi)) for phi, r in (east, west)]
    np.testing.assert_allclose(x, 0.5 * (ends[0][0] + ends[1][0]), atol=1e-9)
    np.testing.assert_allclose(y, 0.5 * (ends[0][1] + ends[1][1]), atol=1e-9)


def test_track_cells_are_where_the_track_passes(crossings):
    seen = 0
    for crossing in crossings:
        cells = np.flatnonzero(crossing.instant.short[crossing.number])
        hits = crossing.own(crossing.frame[MDC])
        channel = hits["channel"].astype(np.int64)
        layer = np.searchsorted(mdc.CHANNEL_FIRST, channel, side="right") - 1
        there = channel[layer == display.PIVOT_LAYERS[5]] - mdc.CHANNEL_FIRST[display.PIVOT_LAYERS[5]]
        # Of 128 wires two or three are hit; a short track stands on hits of three of four layers around its cell.
        assert len(there) < 10
        for cell in cells:
            assert np.abs((cell - there + 64) % 128 - 64).min() <= 2
            seen += 1
    assert seen >= 20


def test_cells_do_not_overlap_and_fill_their_rings():
    boxes = display.cell_boxes(8)
    assert len(boxes) == emc.CELLS
    for row in range(13):
        mine = boxes[boxes[:, 2] == row]
        mine = mine[np.argsort(mine[:, 0])]
        np.testing.assert_allclose(mine[1:, 0], mine[:-1, 0] + mine[:-1, 1])
        assert mine[0, 0] == 0.0
        assert mine[:, 1].sum() == pytest.approx(360.0)
    # Cell 0 of the hardware is place 8 of 32.
    assert boxes[emc.EAST_FIRST, 0] == pytest.approx(90.0)


def test_calorimeter_shows_energies_and_cells(crossings):
    fired = 0
    for crossing in crossings[:10]:
        own = crossing.own(crossing.frame[EMC])
        energy = display.cell_energies(crossing)
        assert energy.sum() == pytest.approx((own["value"] * display.GEV_PER_COUNT[own["range"]]).sum())
        axes = display.calorimeter_figure(crossing).axes[0]
        assert len(axes.collections[0].get_paths()) == emc.CELLS
        assert len(axes.collections[1].get_paths()) == np.count_nonzero(energy > display.SHOWN_GEV)
        mine = crossing.rows(crossing.found.emc.offsets)
        (cells,) = label(axes, "fired")
        assert len(cells.get_offsets()) == mine.stop - mine.start
        fired += mine.stop - mine.start
    assert fired >= 8


def test_crossings_that_are_not_there(crossings):
    setup = crossings[0].setup
    with pytest.raises(InputError, match=r"frame 0 has no crossing 10000; it has 0-\d+"):
        display.crossing_of(setup, 0, 10_000)


def test_command_writes_pictures(tmp_path, configs):
    done = CliRunner().invoke(
        cli,
        [
            "display",
            str(configs / "besiii.toml"),
            "--event",
            "3",
            "--set",
            "besiii.frame_ticks=1000000",
            "--out",
            str(tmp_path / "d"),
        ],
    )
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "d").iterdir())
    assert {"chamber.png", "chamber.svg", "calorimeter.png", "calorimeter.svg"} <= set(names)


def test_real_event_has_the_hardwares_cells(shared_data):
    from trigemu.setup.build import load_setup

    setup = load_setup("besiii-raw", [f"input.path={shared_data / 'besiii' / 'run91668.raw'}"])
    crossing = display.crossing_of(setup, 0, pictures.RAW_EVENT)
    hardware = crossing.hardware
    assert hardware is not None
    assert hardware.long.any()
    known = np.load(shared_data / "besiii" / "real_run91668.npz")
    np.testing.assert_array_equal(hardware.long, known["ltrk_cells"][pictures.RAW_EVENT])
    np.testing.assert_array_equal(hardware.positions, known["tof_inner"][pictures.RAW_EVENT])
    np.testing.assert_array_equal(hardware.barrel, known["tc_barrel"][pictures.RAW_EVENT].any(axis=0))
    axes = display.calorimeter_figure(crossing).axes[0]
    (marks,) = label(axes, "fired in hardware")
    assert len(marks.get_offsets()) == len(display.fired_cells(hardware)) > 0


def test_thresholds_in_counts():
    from trigemu.experiments.besiii.config import section_of

    assert threshold_counts(1.1) == section_of().emc.betot_h == 294


def test_saturation_takes_from_hard_photons():
    true, seen = pictures.visible({"saturation": False}, 200)
    _, clipped = pictures.visible({"saturation_gev": 0.8, "saturation_spread": 0.0}, 200)
    hard, soft = true > 2.0, true < 0.7
    assert (clipped / seen)[hard].mean() < 0.9
    assert (clipped / seen)[soft].mean() > 0.99
