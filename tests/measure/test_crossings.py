"""Single events for studies and pictures: samples, one crossing of a frame, parts of drawings."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.measure.crossings import Crossing, chosen, write_pictures
from trigemu.measure.samples import Sample
from trigemu.physics.particles import make_particles
from trigemu.render.pictures.canvas import new_figure
from trigemu.render.pictures.detectors import circles, finish_across, unrolled, wedges


def test_rows_of_a_crossing():
    frame = SimpleNamespace(number=4)
    crossing = Crossing(None, frame, None, 1)
    columns = {"channel": np.array([5, 6, 7]), "offsets": np.array([0, 1, 3])}
    assert crossing.rows(columns["offsets"]) == slice(1, 3)
    assert {name: values.tolist() for name, values in crossing.own(columns).items()} == {"channel": [6, 7]}
    assert crossing.title == "frame 4, crossing 1"


def test_one_crossing_of_a_frame():
    assert chosen(["a", "b"], 3, 1) == "b"
    for event in (-1, 2):
        with pytest.raises(InputError, match=rf"^frame 3 has no crossing {event}; it has 0-1$"):
            chosen(["a", "b"], 3, event)
    with pytest.raises(InputError, match="it has none"):
        chosen([], 0, 0)


def test_pictures_are_written(tmp_path):
    figure, axes = new_figure()
    circles(axes, (1.0, 2.0))
    wedges(axes, np.array([0.0, 90.0]), 10.0, (1.0, 2.0), "cell", "red")
    wedges(axes, np.array([0.0]), 10.0, (1.0, 2.0), "", "red", outline=True)
    finish_across(axes, 3.0, "across")
    assert len(axes.lines) == 2
    assert [patch.width for patch in axes.patches] == [1.0] * 3
    assert axes.get_legend_handles_labels()[1] == ["cell"]
    boxes = np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 2.0, 1.0]])
    flat, axes = unrolled(boxes, np.array([0.5, 0.01, 2.0]), (0.1, 4.0), 0.05)
    assert [len(each.get_paths()) for each in axes.collections] == [3, 2]
    paths = write_pictures({"a": figure, "b": flat}, tmp_path / "new", ("svg",))
    assert [path.name for path in paths] == ["a.svg", "b.svg"]
    assert all(path.stat().st_size > 1000 for path in paths)


def test_first_particles_and_bits():
    momentum = np.array([[3.0, 0.0, 4.0, 5.0], [0.0, 0.0, 1.0, 1.0], [0.0, -2.0, 0.0, 2.5]])
    particles = make_particles(np.array([0, 0, 1]), np.array([-11, 22, 13], np.int32), 0.0, momentum)
    words = np.array([[1, 1 << 2], [0, 1]], np.uint64)
    names = ["a|b", *[""] * 63, "c", "", "d"]
    events = Sample(particles, np.array([True, False]), words, names, (), ())
    assert len(events) == 2
    np.testing.assert_array_equal(events.first, momentum[[0, 2]])
    assert events.charge.tolist() == [1, -1]
    np.testing.assert_allclose([events.p, events.pt, events.cosine], [[5, 2], [3, 2], [0.8, 0]], atol=1e-12)
    np.testing.assert_allclose(events.theta, [36.8699, 90.0], atol=1e-4)
    np.testing.assert_allclose(events.phi, [0.0, -np.pi / 2])
    for names, expected in (
        (("a",), [1, 0]),
        (("b",), [1, 0]),
        (("c",), [0, 1]),
        (("c", "d"), [1, 1]),
        ((), [0, 0]),
    ):
        assert events.bits(*names).astype(int).tolist() == expected
