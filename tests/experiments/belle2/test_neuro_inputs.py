"""The neural trigger's inputs, against plain Python and the conformance tracks; the whole block on those tracks."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.belle2_neuro import inputs_of, layer_of
from support.belle2_neuro_events import conformance, frame

from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.plane import make_plane
from trigemu.experiments.belle2.neuro.config import Neuro, Precision
from trigemu.experiments.belle2.neuro.inputs import OPTIONS, InputBuilder
from trigemu.experiments.belle2.neuro.network import DEFAULT_PATTERNS, DEFAULT_WINDOWS, Network, make_expert
from trigemu.experiments.belle2.neuro.readers import network_from_weights
from trigemu.experiments.belle2.neuro.trigger import NeuroTrigger
from trigemu.experiments.belle2.neuro.words import hardware_words
from trigemu.experiments.belle2.records import Segments, Tracks2D

SEGMENT_COLUMNS = [field.name for field in fields(Segments)][1:]


def make_network(windows=DEFAULT_WINDOWS, t_max=256, shrink=0.0):
    weights = np.random.default_rng(1).normal(0, 1, 28 * 12 + 13 * 2)
    # Experts with windows of their own: what is relevant depends on who is asked.
    low, high = np.array(windows).T
    return Network(
        tuple(
            make_expert(
                [27, 12, 2],
                weights,
                pattern=pattern,
                t_max=t_max,
                relevant_id=np.stack([low + shrink * k, high - shrink * k / 2], axis=-1),
            )
            for k, pattern in enumerate(DEFAULT_PATTERNS)
        )
    )


def expected_inputs(segments, tracks, time, network, precision, option, fallback):
    """Yield the reference's answer for every track."""
    for event in range(len(segments.offsets) - 1):
        rows = range(segments.offsets[event], segments.offsets[event + 1])
        stereo = [row for row in rows if layer_of(segments.segment[row]) % 2]
        # The binned event time is 10 ns early, in ns of 2 per tick; whole ticks of that.
        ticks = math.trunc((2 * int(time.ticks[event]) - 10) / 2) if time.found[event] else None
        for t in range(tracks.offsets[event], tracks.offsets[event + 1]):
            related = range(tracks.rel_offsets[t], tracks.rel_offsets[t + 1])
            axial = [int(tracks.rel_segment[k]) for k in related if tracks.rel_weight[k] >= 0]
            axial = [row for row in axial if layer_of(segments.segment[row]) % 2 == 0]
            track = float(tracks.phi0[t]), float(tracks.omega[t])
            yield inputs_of(track, segments, axial, stereo, ticks, network, precision, option, fallback)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    option=st.sampled_from(OPTIONS),
    precision=st.sampled_from(
        [
            None,
            Precision(),
            Precision(angle=9, scale=5, reference=3, node=8),
            Precision(angle=16, scale=12, node=16),
        ]
    ),
    fallback=st.booleans(),
    shrink=st.sampled_from([0.0, 0.1]),
    t_max=st.sampled_from([256, 200]),
)
def test_inputs_are_those_of_the_reference(seed, option, precision, fallback, shrink, t_max):
    network = make_network(shrink=shrink, t_max=t_max)
    arguments = frame(seed, events=4, tracks_per_event=2, segments_per_event=40, empty=True)
    built = InputBuilder(network, precision, option, fallback).build(*arguments)
    reference = list(expected_inputs(*arguments, network, precision, option, fallback))
    assert [r[0] for r in reference] == built.expert.tolist()
    assert [r[1] for r in reference] == built.valid.tolist()
    np.testing.assert_array_equal(built.segment, [r[2] for r in reference])
    np.testing.assert_array_equal(built.scaled, [r[3] for r in reference])
    if precision is not None:
        np.testing.assert_array_equal(built.raw, np.trunc(built.scaled * 2.0**precision.node))


def test_random_tracks_meet_every_expert_and_none():
    built = InputBuilder(make_network(), Precision()).build(*frame(2, 300, 4, 60))
    assert set(built.expert.tolist()) == {-1, 0, 1, 2, 3, 4}
    assert set(built.valid.tolist()) == {0, 1}


def test_an_instance_remembers_nothing_that_matters():
    frames = [frame(seed, 20, 4, 60) for seed in range(4)]
    used = InputBuilder(make_network(), Precision())
    for arguments in frames:
        fresh = InputBuilder(make_network(), Precision()).build(*arguments)
        np.testing.assert_array_equal(used.build(*arguments).raw, fresh.raw)


@pytest.mark.parametrize("tracks", [0, 3])
def test_empty_frames(tracks):
    built = InputBuilder(make_network(), Precision()).build(*frame(2, 0, tracks, 10))
    assert built.expert.shape == (0,)
    decided = NeuroTrigger(Neuro(), make_network()).decide(*frame(2, 5, 0, 10))
    assert decided.found.shape == (0,)
    assert decided.raw.shape == (0, 2)


def test_tracks_without_any_segments():
    segments, tracks, time = frame(2, 3, 2, 10)
    bare = Segments(np.zeros(4, np.int64), *(getattr(segments, key)[:0] for key in SEGMENT_COLUMNS))
    alone = replace(
        tracks,
        rel_offsets=np.zeros(7, np.int64),
        rel_segment=tracks.rel_segment[:0],
        rel_weight=tracks.rel_weight[:0],
    )
    for fallback in (False, True):
        built = InputBuilder(make_network(), Precision(), fallback=fallback).build(bare, alone, time)
        assert built.expert.tolist() == [-1 + fallback] * 6
        assert (built.segment == -1).all()
        assert not built.valid.any()
        assert not built.scaled.any()
        assert not built.raw.any()


def test_tracks_without_expert_pass_no_cut():
    decided = NeuroTrigger(Neuro(), make_network()).decide(*frame(2, 200, 4, 40))
    lost = decided.found == 0
    assert lost.any()
    assert (decided.expert[lost] == -1).all()
    assert not (np.abs(decided.z_cm[lost]) < 1e9).any()
    asked = NeuroTrigger(Neuro(incomplete="expert0"), make_network()).decide(*frame(2, 200, 4, 40))
    assert asked.found.all()
    assert (asked.expert[lost] == 0).all()


@pytest.mark.parametrize("arithmetic", ["float", "fix"])
def test_conformance_inputs(shared_data, arithmetic):
    folder = shared_data / "belle2" / "conformance"
    network = network_from_weights(np.load(folder / "neuro_weights.npz"), "ph2fp_")
    expected = np.load(folder / "cdc_neuro_tracks.npz")
    segments, tracks, time = conformance(folder, "v3")

    def column(name):
        return expected[f"v3_ph2fp_{arithmetic}_{name}"]

    builder = InputBuilder(network, Precision() if arithmetic == "fix" else None, "fastestpriority")
    built = builder.build(segments, tracks, time)
    np.testing.assert_array_equal(built.expert, np.where(column("found"), column("expert"), -1))
    np.testing.assert_array_equal(built.valid, column("valid"))
    first = np.repeat(segments.offsets[:-1], np.diff(tracks.offsets))
    for row, start, wanted in zip(built.segment, first, column("hit_ts_index"), strict=True):
        used = row[row >= 0] - start
        assert used.tolist() == wanted[: len(used)].tolist()
        assert (wanted[len(used) :] == -1).all()
    if arithmetic == "fix":
        np.testing.assert_array_equal(built.raw, column("input_raw"))
    else:
        np.testing.assert_array_equal(built.scaled, column("input"))


@pytest.mark.parametrize(("arithmetic", "prefix"), [("float", "float"), ("fixed", "fix")])
def test_conformance_outputs(shared_data, arithmetic, prefix):
    folder = shared_data / "belle2" / "conformance"
    network = network_from_weights(np.load(folder / "neuro_weights.npz"), "ph2fp_")
    expected = np.load(folder / "cdc_neuro_tracks.npz")
    config = Neuro(arithmetic=arithmetic, event_time="fastestpriority")
    decided = NeuroTrigger(config, network).decide(*conformance(folder, "v3"))
    name = f"v3_ph2fp_{prefix}_"
    np.testing.assert_array_equal(decided.found, expected[name + "found"])
    np.testing.assert_array_equal(np.isnan(decided.z_cm), np.isnan(expected[name + "z"]))
    np.testing.assert_allclose(decided.z_cm, expected[name + "z"], rtol=0, atol=2e-3)
    np.testing.assert_allclose(decided.cot_theta, expected[name + "cot_theta"], rtol=0, atol=5e-5)
    if arithmetic == "fixed":
        np.testing.assert_array_equal(decided.raw, expected[name + "raw_z_theta"])


@pytest.mark.parametrize(("arithmetic", "prefix"), [("float", "float"), ("fixed", "fix")])
def test_conformance_words(shared_data, arithmetic, prefix):
    folder = shared_data / "belle2" / "conformance"
    network = network_from_weights(np.load(folder / "neuro_weights.npz"), "ph2fp_")
    segments, tracks, time = conformance(folder, "v3")
    config = Neuro(arithmetic=arithmetic, event_time="fastestpriority")
    words = hardware_words(tracks, NeuroTrigger(config, network).decide(segments, tracks, time))
    expected = np.load(folder / "cdc_neuro_tracks.npz")[f"v3_ph2fp_{prefix}_raw_phi_omega"]
    assert words.dtype == expected.dtype
    np.testing.assert_array_equal(words, expected)


def word_of(phi0):
    """Return an azimuth's integer: the quadrants of the simulation, one question after the other."""
    quarter = math.pi / 4
    subtracted = 40  # what is left where no quadrant claims the azimuth
    if -quarter < phi0 < quarter:
        subtracted = 280
    elif phi0 > 3 * quarter or phi0 < -3 * quarter:
        subtracted = 120
    elif -3 * quarter < phi0 < -quarter:
        subtracted = 200
    return round(phi0 * 160 / math.pi) - subtracted


def words_at(phi0):
    """Return the integers of azimuths that all have a neural track."""
    n = len(phi0)
    tracks = Tracks2D(
        np.array([0, n]),
        np.array(phi0),
        np.zeros(n),
        np.zeros((n, 2), np.int16),
        np.ones(n, np.int16),
        np.zeros(n + 1, np.int64),
        np.zeros(0, np.int32),
        np.zeros(0, np.int8),
    )
    decided = NeuroTrigger(Neuro(incomplete="expert0"), make_network()).decide(*frame(2, 0, 0, 0))
    return hardware_words(tracks, replace(decided, found=np.ones(n, np.uint8)))[:, 0].tolist()


def test_words_on_the_edges_of_quadrants_and_beside():
    edges = [math.radians(angle) for angle in (45, 135, -135, -45)]
    assert words_at(edges) == [0, 80, -160, -80]
    # One step of a float further on either side it is the quadrant's own again.
    assert words_at([math.nextafter(edge, math.inf) for edge in edges]) == [0, 0, -320, -320]
    assert words_at([math.nextafter(edge, -math.inf) for edge in edges]) == [-240, 80, -240, -240]


def test_words_of_every_azimuth_of_the_finder():
    columns = make_plane(Cdc()).phi0
    assert len(columns) == 320
    assert words_at(columns) == [word_of(phi0) for phi0 in columns.tolist()]


def test_words_count_from_the_edges_of_quadrants():
    segments, tracks, time = frame(2, 200, 4, 60)
    decided = NeuroTrigger(Neuro(incomplete="expert0"), make_network()).decide(segments, tracks, time)
    phi, omega = hardware_words(tracks, decided).T
    assert phi.tolist() == [word_of(phi0) for phi0 in tracks.phi0.tolist()]
    np.testing.assert_array_equal(np.sign(omega), np.sign(tracks.omega))
    assert np.abs(omega).max() <= 34
    none = NeuroTrigger(Neuro(), make_network()).decide(segments, tracks, time)
    lost = none.found == 0
    assert lost.any()
    assert not hardware_words(tracks, none)[lost].any()
