"""Toy helices: they meet the wires where the geometry has them, and give the inputs that the trigger builds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trigemu.collider.wire_patterns import Helices
from trigemu.experiments.belle2.cdc import geometry
from trigemu.experiments.belle2.neuro.inputs import InputBuilder
from trigemu.experiments.belle2.neuro.readers import load_network
from trigemu.experiments.belle2.records import EventTime, Segments, Tracks2D
from trigemu.studies.belle2.training import chamber, fit, networks, recipe
from trigemu.studies.belle2.training.detector import Smearing, measure
from trigemu.studies.belle2.training.inputs import build_inputs, choose_expert
from trigemu.studies.belle2.training.toys import cross, places, sample_helices


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


@pytest.mark.parametrize("layer", [0, 3, 8, 10, 11, 22, 23, 34, 35, 46, 47, 52, 55])
def test_a_track_through_a_wire_is_at_the_place_of_that_wire(layer: int) -> None:
    # A straight track from the axis through a point of a wire; its place is the wire's number plus offset.
    wires = np.arange(0, geometry.WIRES[layer], 7)
    z = np.linspace(geometry.BACKWARD[layer], geometry.FORWARD[layer], len(wires))
    x, y = geometry.wire_position(layer, wires, z)
    radius = np.hypot(x, y) / 10
    straight = Helices(np.arctan2(y, x), np.full(len(wires), 1e-12), np.zeros(len(wires)), z / 10 / radius)
    place = places(straight, np.array([layer]))[0][:, 0]
    off = (place - wires - geometry.OFFSET[layer]) / geometry.WIRES[layer]
    assert np.abs(off - np.round(off)).max() * geometry.WIRES[layer] < 1e-3


def test_helices_curve_as_the_trigger_believes() -> None:
    # Positive charge: azimuth falls with radius, phi = phi0 - asin(r omega / 2); z grows with the arc.
    tracks = Helices(np.array([0.3]), np.array([0.004]), np.array([2.0]), np.array([0.5]))
    place, z, _ = places(tracks, np.array([52]), chord=False)
    bend = np.arcsin(105.68 * 0.004 / 2)
    assert place[0, 0] * 2 * np.pi / 384 == pytest.approx(0.3 - bend, abs=1e-12)
    assert z[0, 0] == pytest.approx(2.0 + 2 / 0.004 * bend * 0.5, abs=1e-9)


def test_tracks_that_curl_do_not_reach_outer_layers() -> None:
    curl = Helices(np.zeros(1), np.array([2 / 90.0]), np.zeros(1), np.zeros(1))  # 90 cm across
    crossed = cross(curl)
    assert crossed.inside.tolist() == [[True] * 7 + [False] * 2]


@pytest.mark.parametrize("priority", [0, 1])
def test_the_nearest_wire_is_at_most_half_a_cell_away(priority: int) -> None:
    crossed = cross(sample_helices(rng(), 2000), priority)
    half = np.pi * chamber.RADIUS[chamber.LAYERS[priority]] / geometry.SEGMENTS
    assert (np.abs(crossed.distance) <= half * (1 + 1e-9)).all()
    assert ((crossed.wire % 1 == 0.5 * priority) | ~crossed.inside).all()


def test_ideal_toys_and_the_real_network_give_the_published_widths(shared_data) -> None:
    # belle2_published 1.3: 2.3 cm, 16.3 cm with sides exchanged; 20,000 tracks, so 1 % statistical.
    network = load_network(shared_data / "belle2" / "NeuroTrigger_BkgPh2_T10170_300k_fp.root")
    tracks = sample_helices(rng(7), 20_000)
    windows = network.experts[0].relevant_id.astype(float)
    for side, low, high in ((1, 2.1, 2.5), (-1, 15.5, 17.5)):
        seen = measure(rng(8), tracks, Smearing(), windows)
        inputs, present = build_inputs(replace(seen, side=side * seen.side), windows)
        mine = choose_expert(present) == 0
        outputs = fit.run_float(list(network.experts[0].layers), inputs[mine].astype(np.float32))
        width = np.quantile(np.abs(outputs[:, 0] * recipe.Z_SCALE - tracks.z0[mine]), 0.68)
        assert low < width < high


def test_toy_inputs_are_the_inputs_that_the_trigger_builds() -> None:
    # The same measurements as segments and 2D tracks, one event per track, through the package's input builder.
    smearing = replace(recipe.REALISTIC, background=0.0, start_ticks=0.0, start_early=0.0)
    tracks = sample_helices(rng(3), 400)
    absolute = replace(smearing, missing_axial=0.0)
    seen = measure(rng(4), tracks, absolute, recipe.WINDOWS)
    # All axial segments inside their windows, so that both count times from the same one.
    inputs, present = build_inputs(seen, recipe.WINDOWS)
    use = present[:, chamber.AXIAL].all(1) & (choose_expert(present) >= 0)
    assert use.sum() > 200
    inputs, present = inputs[use], present[use]
    here = present
    n, rows = int(use.sum()), here.sum(1)
    wire = seen.wire[use]
    side, second = seen.side[use], seen.second[use]
    left = rng(5).random(wire.shape) < 0.5
    number = np.where(second, np.where(left, wire - 0.5, wire + 0.5), wire).astype(int) % geometry.SEGMENTS
    position = np.where(second, np.where(left, 2, 1), 3)
    segments = Segments(
        np.concatenate([[0], np.cumsum(rows)]),
        (number + geometry.SEGMENT_FIRST[:9])[here].astype(np.int16),
        position[here].astype(np.uint8),
        np.where(side > 0, 2, np.where(side < 0, 1, 3)).astype(np.uint8)[here],
        (seen.time[use][here] + 50).astype(np.int16),
        np.zeros(here.sum(), np.int16),
        np.zeros(here.sum(), np.int16),
        np.zeros(here.sum(), np.uint16),
    )
    axial = here & np.isin(np.arange(9), chamber.AXIAL)
    index = np.cumsum(here.ravel()).reshape(here.shape) - 1
    tracks2d = Tracks2D(
        np.arange(n + 1),
        seen.phi0[use],
        seen.omega[use],
        np.zeros((n, 2), np.int16),
        np.zeros(n, np.int16),
        np.concatenate([[0], np.cumsum(axial.sum(1))]),
        index[axial].astype(np.int32),
        np.ones(axial.sum(), np.int8),
    )
    network = networks.as_network([fit.initial_layers(rng(), (27, 3, 2))] * 5, recipe.WINDOWS)
    nothing = EventTime(np.zeros(n, np.uint8), np.zeros(n, np.int32))
    built = InputBuilder(network, None).build(segments, tracks2d, nothing)
    assert (built.expert == choose_expert(present)).all()
    assert np.abs(built.scaled - inputs).max() < 2e-5  # the trigger computes in single precision


def test_smearing_does_what_it_says() -> None:
    # 20,000 tracks: binomial errors below 0.004, so 0.02 is five sigma and more.
    smearing = Smearing(undetermined=0.3, second=0.2, missing_axial=0.1, missing_stereo=0.05)
    tracks = sample_helices(rng(6), 20_000, theta=(60.0, 110.0), z=(-5.0, 5.0))
    seen = measure(rng(7), tracks, smearing, recipe.WINDOWS)
    assert (seen.side == 0).mean() == pytest.approx(0.3, abs=0.02)
    assert seen.second.mean() == pytest.approx(0.2, abs=0.02)
    assert seen.present[:, chamber.AXIAL].mean() == pytest.approx(0.9, abs=0.02)
    assert seen.present[:, chamber.STEREO].mean() == pytest.approx(0.95, abs=0.02)
    assert (np.where(seen.present, seen.time, np.inf).min(1) == 0).all()


def test_the_toy_2d_track_lies_on_the_grid_near_the_true_one() -> None:
    # The experiment's own simulation: 0.0166 rad (belle2_published 1.2).
    tracks = sample_helices(rng(8), 5000)
    seen = measure(rng(9), tracks, Smearing(find_2d=True), recipe.WINDOWS)
    cells = np.degrees(seen.phi0) / 1.125
    assert np.abs(cells - np.round(cells)).max() < 1e-6
    assert 0.004 < np.quantile(np.abs(seen.phi0 - tracks.phi0), 0.68) < 0.02


def test_samples_are_made_again_from_the_seed() -> None:
    small = recipe.Recipe(seed=5, tracks=2000)
    one, two = (recipe.make_sample(small, 3) for _ in range(2))
    assert np.array_equal(one.inputs, two.inputs)
    assert np.array_equal(one.targets, two.targets)
    assert not one.inputs[:, 9:12].any()  # expert 3 lacks superlayer 3
    assert not np.array_equal(recipe.make_sample(replace(small, seed=6), 3).inputs[:50], one.inputs[:50])
