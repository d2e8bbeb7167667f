"""The NumPy side of the benchmark does what the kernels do, bit for bit: the comparison is fair."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from trigemu.experiments.belle2.cdc import geometry as g
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.hough import HoughFinder
from trigemu.experiments.belle2.cdc.segments import SegmentFinder
from trigemu.experiments.belle2.cdc.tables import load_coe

BENCH = Path(__file__).resolve().parents[3] / "bench" / "numpy_belle2_cdc.py"


@pytest.fixture(scope="module")
def twin():
    path = list(sys.path)
    spec = importlib.util.spec_from_file_location("numpy_belle2_cdc", BENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


def test_segments_and_tracks(twin, shared_data):
    """On the experiment's 120 conformance crossings."""
    folder = shared_data / "belle2"
    with np.load(folder / "conformance" / "cdc_events.npz") as file:
        data = dict(file)
    columns = {
        "channel": g.wire_channel(data["hit_layer"], data["hit_wire"]),
        "tdc": data["hit_tdc"],
        "offsets": data["hit_offsets"].astype(np.int64),
    }
    paths = str(folder / "innerLUT_v3.0.coe"), str(folder / "outerLUT_v3.0.coe")
    segments = SegmentFinder(Cdc(tables=paths)).find(columns)
    rows = twin.segments(columns, load_coe(paths[0], 65536), load_coe(paths[1], 4096))
    event = np.repeat(np.arange(120), np.diff(segments.offsets))
    names = ("segment", "position", "left_right", "time", "fastest", "found", "pattern")
    np.testing.assert_array_equal(rows, [event, *(getattr(segments, name) for name in names)])
    tracks = HoughFinder(Cdc()).find(segments)
    found = [track for own in twin.tracks(rows, 120) for track in own]
    assert [track[:2] for track in found] == list(zip(tracks.phi0, tracks.omega, strict=True))
    assert [track[2] for track in found] == [tuple(corner) for corner in tracks.corner.tolist()]
    assert [track[3] for track in found] == tracks.squares.tolist()
    start = np.repeat(segments.offsets[:-1], np.diff(tracks.offsets))
    flat = [
        (row + first, weight) for track, first in zip(found, start, strict=True) for row, weight in track[4]
    ]
    assert flat == list(zip(tracks.rel_segment, tracks.rel_weight, strict=True))
