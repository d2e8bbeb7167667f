"""The neural trigger's inference: every fast path against plain Python integers, and the conformance vectors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.belle2_neuro import activation, fixed_row, float_row, unscaled

from trigemu._kernels.belle2_mlp import level
from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.inference import FixedPoint, FloatingPoint
from trigemu.experiments.belle2.neuro.network import Network, make_expert
from trigemu.experiments.belle2.neuro.packing import activation_table, fixed_weights, input_limit
from trigemu.experiments.belle2.neuro.readers import network_from_weights

WAYS = [(0, False), (1, False), (2, False), (3, False), (3, True), (4, False), (4, True)]


def make_network(seed, hidden, size, experts=2):
    rng = np.random.default_rng(seed)
    nodes = (27, *hidden, 2)
    count = sum((m + 1) * n for m, n in pairwise(nodes))
    return Network(
        tuple(make_expert(nodes, size * rng.standard_t(2, count), pattern=k) for k in range(experts))
    )


def run_all_ways(network, precision, rows, expert):
    """Return the raw outputs of every path that this processor has."""
    fixed = FixedPoint(network, precision)
    results = {}
    for number, curve in WAYS:
        if number <= level():
            fixed.single.use(number, curve)
            results[number, curve] = fixed.run(rows, expert).raw
    return results


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    hidden=st.lists(st.integers(1, 70), min_size=1, max_size=3),
    size=st.sampled_from([0.0, 0.01, 1.0, 8.0, 100.0]),
    node=st.integers(6, 16),
    weight=st.integers(4, 14),
    table=st.integers(4, 10),
    spread=st.sampled_from([1, 4096, 32767]),
    kind=st.sampled_from([np.int16, np.int32]),
)
def test_every_path_gives_the_integers_of_the_reference(
    seed, hidden, size, node, weight, table, spread, kind
):
    network = make_network(seed, hidden, size)
    precision = Precision(node=node, weight=weight, table=table)
    rng = np.random.default_rng(seed)
    rows = rng.integers(-spread - 1, spread + 1, (11, 27)).astype(kind)
    rows[0], rows[1], rows[2] = 0, spread, -spread - 1
    expert = rng.integers(-1, 2, 11).astype(np.int8)
    expected = [
        fixed_row(network.experts[e].layers, row, precision) if e >= 0 else [0, 0]
        for row, e in zip(rows, expert, strict=True)
    ]
    for way, raw in run_all_ways(network, precision, rows, expert).items():
        np.testing.assert_array_equal(raw, expected, err_msg=f"path {way}")


@pytest.mark.parametrize("hidden", [(81,), (127,), (16,), (17,), (96,), (97,), (200, 3), (64, 48, 32)])
def test_paths_agree_for_many_tracks_whatever_the_number_of_nodes(hidden):
    network = make_network(3, hidden, 1.5, experts=5)
    rng = np.random.default_rng(4)
    rows = rng.integers(-4096, 4097, (403, 27)).astype(np.int16)
    expert = rng.integers(-1, 5, 403).astype(np.int8)
    results = run_all_ways(network, Precision(), rows, expert)
    for way, raw in results.items():
        np.testing.assert_array_equal(raw, results[0, False], err_msg=f"path {way}")
    assert (np.abs(results[0, False][expert >= 0]) > 0).all()
    assert len(np.unique(results[0, False])) > 50


@pytest.mark.parametrize("number", [1, 2, 3, 5, 6, 7, 15, 16, 17, 23, 33])
def test_sizes_of_groups_that_do_and_do_not_fill_the_lanes(number):
    # Weights up to 300 are split over repeated columns; inputs beyond the limit leave their group.
    network = make_network(7, (21, 6, 5), 8.0)
    rng = np.random.default_rng(number)
    rows = rng.integers(-2000, 2001, (number, 27)).astype(np.int32)
    rows[number // 2] *= 1000
    expert = (rng.random(number) < 0.3).astype(np.int8)
    expected = [
        fixed_row(network.experts[e].layers, row, Precision()) for row, e in zip(rows, expert, strict=True)
    ]
    for way, raw in run_all_ways(network, Precision(), rows, expert).items():
        np.testing.assert_array_equal(raw, expected, err_msg=f"path {way}")


def test_a_batch_refuses_experts_that_there_are_not():
    fixed = FixedPoint(make_network(5, (8,), 1.0))
    for bad in (2, -2):
        with pytest.raises(IndexError):
            fixed.run(np.zeros((3, 27), np.int16), np.array([0, bad, 0], np.int8))


def test_inputs_that_could_overflow_go_the_exact_way():
    # 27 weights of 60 and inputs of 32767: sums leave 32 bits.
    weights = np.concatenate([np.full((81, 28), 60.0).ravel(), np.full((2, 82), 1.0).ravel()])
    weights[: 28 * 40] *= -1
    network = Network((make_expert([27, 81, 2], weights),))
    limit = input_limit(fixed_weights(network.experts[0], Precision()), Precision())
    assert 0 < limit < 2000
    rows = np.array([np.full(27, x) for x in (limit, -limit, limit + 1, -limit - 1, 32767, -32768)], np.int16)
    expected = [fixed_row(network.experts[0].layers, row, Precision()) for row in rows]
    for way, raw in run_all_ways(network, Precision(), rows, np.zeros(6, np.int8)).items():
        np.testing.assert_array_equal(raw, expected, err_msg=f"path {way}")


def test_a_network_that_cannot_be_proved_to_fit_has_no_limit():
    weights = np.full(28 * 81 + 82 * 2, 3000.0)
    network = Network((make_expert([27, 81, 2], weights),))
    assert input_limit(fixed_weights(network.experts[0], Precision()), Precision()) == -1
    rows = np.ones((3, 27), np.int16)
    expected = fixed_row(network.experts[0].layers, rows[0], Precision())
    for raw in run_all_ways(network, Precision(), rows, np.zeros(3, np.int8)).values():
        assert raw.tolist() == [expected] * 3


def test_a_sum_of_zero_counts_as_positive():
    network = Network((make_expert([27, 81, 2], np.zeros(28 * 81 + 82 * 2)),))
    for raw in run_all_ways(network, Precision(), np.zeros((5, 27), np.int16), np.zeros(5, np.int8)).values():
        assert raw.tolist() == [[1, 1]] * 5


@pytest.mark.parametrize(
    "precision",
    [
        Precision(),
        Precision(table=8),
        Precision(node=10),
        Precision(node=14),
        Precision(table=11),
        Precision(node=16),
    ],
)
def test_the_table_is_the_formula_and_its_curve_is_used_where_it_is_exact(precision):
    table = activation_table(precision)
    shift = precision.node + precision.weight - precision.table
    expected = [activation(address << shift, precision) for address in range(len(table))]
    np.testing.assert_array_equal(table, expected)
    fixed = FixedPoint(make_network(1, (5,), 1.0), precision)
    if level() >= 3 and precision == Precision():
        assert fixed.single.use(level())
    assert not fixed.single.use(1)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), hidden=st.lists(st.integers(1, 20), min_size=1, max_size=2))
def test_single_precision_adds_in_the_order_of_the_weights(seed, hidden):
    network = make_network(seed, hidden, 1.0)
    rng = np.random.default_rng(seed)
    rows, expert = rng.uniform(-1, 1, (4, 27)).astype(np.float32), np.array([0, 1, -1, 1], np.int8)
    out = FloatingPoint(network).run(rows, expert)
    for i, e in enumerate(expert):
        if e < 0:
            assert np.isnan([out.z_cm[i], out.cot_theta[i], out.theta[i]]).all()
            continue
        s = network.experts[e].output_scale
        z, theta = float_row(network.experts[e].layers, rows[i])
        assert out.z_cm[i] == unscaled(z, s[0], s[1])
        assert out.theta[i] == unscaled(theta, s[2], s[3])
        assert out.cot_theta[i] == pytest.approx(1 / np.tan(out.theta[i]), rel=2e-6, abs=2e-6)


def test_one_track_gives_what_a_batch_gives():
    network = make_network(5, (81,), 1.0, experts=5)
    fixed = FixedPoint(network)
    rng = np.random.default_rng(6)
    rows, expert = (
        rng.integers(-4096, 4097, (40, 27)).astype(np.int16),
        rng.integers(0, 5, 40).astype(np.int8),
    )
    rows.flags.writeable = False
    out = fixed.run(rows, expert)
    for i, e in enumerate(expert):
        assert fixed.single.raw(rows[i], int(e)) == tuple(out.raw[i])
        assert fixed.single(rows[i], e) == (out.z_cm[i], out.theta[i])
    half = np.float32(out.raw[:, 0] / np.float32(4096))
    np.testing.assert_array_equal(out.z_cm, ((half + 1.0) * 200 / 2 - 100).astype(np.float32))


@pytest.mark.parametrize("bad", [np.zeros(26, np.int16), np.zeros(27, np.int32), np.zeros(54, np.int16)[::2]])
def test_one_track_refuses_other_arrays(bad):
    single = FixedPoint(make_network(5, (8,), 1.0)).single
    with pytest.raises(TypeError, match="int16"):
        single(bad, 0)


@pytest.mark.parametrize("expert", [-1, 2])
def test_one_track_refuses_other_experts(expert):
    with pytest.raises(IndexError):
        FixedPoint(make_network(5, (8,), 1.0)).single.raw(np.zeros(27, np.int16), expert)


def test_nothing_to_do():
    network = make_network(5, (8,), 1.0)
    assert len(FixedPoint(network).run(np.zeros((0, 27), np.int32), np.zeros(0, np.int8)).raw) == 0
    assert len(FloatingPoint(network).run(np.zeros((0, 27), np.float32), np.zeros(0, np.int8)).z_cm) == 0


def test_conformance_vectors(shared_data):
    folder = shared_data / "belle2" / "conformance"
    vectors = np.load(folder / "neuro_mlp_vectors.npz")
    network = network_from_weights(np.load(folder / "neuro_weights.npz"), "ph2fp_")
    np.testing.assert_array_equal(activation_table(Precision()), vectors["tanh_lut"])
    rows, n = vectors["input_fix"], len(vectors["input_fix"])
    floating = FloatingPoint(network)
    for e in range(5):
        expert = np.full(n, e, np.int8)
        for way, raw in run_all_ways(network, Precision(), rows, expert).items():
            np.testing.assert_array_equal(raw, vectors["ph2fp_fixraw"][:, e], err_msg=f"path {way}")
        out = floating.run((rows / 4096).astype(np.float32), expert)
        np.testing.assert_allclose(out.z_cm, vectors["ph2fp_float"][:, e, 0], rtol=0, atol=2e-3)
        np.testing.assert_allclose(out.theta, vectors["ph2fp_float"][:, e, 1], rtol=0, atol=5e-5)


def test_large_weights_that_it_can_hold_are_exact():
    """Sums of nearly 64 bits are those of whole numbers of any size."""
    flat = np.zeros(28 * 2, np.float32)
    flat[0], flat[1], flat[28] = 2.0**33, -(2.0**33), 1.0
    fixed = FixedPoint(Network((make_expert([27, 2], flat),)), Precision())
    inputs = np.zeros((3, 27), np.int32)
    inputs[:, 0], inputs[:, 1] = [4096, 4095, 0], [4095, 4096, 0]
    assert fixed.run(inputs, np.zeros(3, np.int8)).raw[:, 0].tolist() == [4096, -4096, 1]
    with pytest.raises(InputError, match="more than sums with this network's weights hold"):
        fixed.run(np.full((1, 27), 2**30, np.int32), np.zeros(1, np.int8))
