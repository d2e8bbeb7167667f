"""Networks from files, what is refused, and the report of what quantisation costs."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Neuro, Precision
from trigemu.experiments.belle2.neuro.inference import FloatingPoint
from trigemu.experiments.belle2.neuro.network import (
    DEFAULT_PATTERNS,
    DEFAULT_SCALE,
    Expert,
    Network,
    load_npz,
    make_expert,
    save_npz,
)
from trigemu.experiments.belle2.neuro.quantise import SIGNAL_CM, half_width, quantisation_report
from trigemu.experiments.belle2.neuro.readers import load_network, load_onnx, load_root, network_from_weights
from trigemu.experiments.belle2.neuro.trigger import network_of

COUNT = 28 * 9 + 10 * 2


def some_expert(seed=1, nodes=(27, 9, 2), **attributes):
    count = sum((m + 1) * n for m, n in pairwise(nodes))
    return make_expert(nodes, np.random.default_rng(seed).normal(0, 1, count), **attributes)


def test_npz_round_trip_with_experts_of_different_depth(tmp_path):
    path = tmp_path / "net.npz"
    network = Network(
        (some_expert(1, t_max=200), some_expert(2, (27, 8, 5, 2), pattern=383, pattern_mask=168))
    )
    save_npz(path, network)
    again = load_network(path)
    for a, b in zip(network.experts, again.experts, strict=True):
        assert a.nodes == b.nodes
        assert (a.pattern, a.pattern_mask, a.t_max) == (b.pattern, b.pattern_mask, b.t_max)
        np.testing.assert_array_equal(a.weights, b.weights)
        np.testing.assert_array_equal(a.output_scale, b.output_scale)
        np.testing.assert_array_equal(a.relevant_id, b.relevant_id)
    assert not again.experts[0].layers[0].flags.writeable


def test_weights_are_node_after_node_with_the_bias_last():
    expert = make_expert([27, 9, 2], np.arange(COUNT))
    assert expert.layers[0][1].tolist() == list(range(28, 56))
    assert expert.layers[1][0, -1] == 28 * 9 + 9
    np.testing.assert_array_equal(expert.weights, np.arange(COUNT))


@pytest.mark.parametrize(
    ("nodes", "weights", "attributes", "says"),
    [
        ([27, 9, 2], np.zeros(COUNT - 1), {}, "needs 272"),
        ([27, 9, 2], np.full(COUNT, np.nan), {}, "not finite"),
        ([27, 9, 2], np.full(COUNT, np.inf), {}, "not finite"),
        ([27], np.zeros(0), {}, "two or more"),
        ([27, 0, 2], np.zeros(0), {}, "from 1 to"),
        ([26, 9, 2], np.zeros(27 * 9 + 20), {}, "takes 26 inputs"),
        ([27, 9, 3], np.zeros(28 * 9 + 30), {}, "3 outputs"),
        ([27, 9, 2], np.zeros(COUNT), {"output_scale": [100, -100, 0, 3]}, "rising"),
        ([27, 9, 2], np.zeros(COUNT), {"output_scale": [-100, 100, 0]}, "rising"),
        ([27, 9, 2], np.zeros(COUNT), {"relevant_id": np.zeros((9, 2))}, "empty"),
        ([27, 9, 2], np.zeros(COUNT), {"relevant_id": np.zeros(17)}, "9 pairs"),
        ([27, 9, 2], np.zeros(COUNT), {"t_max": 0}, "t_max"),
        ([27, 9, 2], np.zeros(COUNT), {"pattern": 512}, "0 to 511"),
    ],
)
def test_networks_that_are_refused(nodes, weights, attributes, says):
    with pytest.raises(InputError, match=says) as error:
        Network((make_expert(nodes, weights, **attributes),))
    assert "\n" not in str(error.value)


def test_no_experts_and_layers_that_do_not_fit():
    with pytest.raises(InputError, match="0 experts"):
        Network(())
    good = some_expert()
    with pytest.raises(InputError, match="layer before"):
        Network((Expert((good.layers[0], good.layers[1][:, 1:]), good.output_scale, good.relevant_id),))
    with pytest.raises(InputError, match="no layers"):
        Network((Expert((), good.output_scale, good.relevant_id),))


def saved(tmp_path, **changes):
    path = tmp_path / "net.npz"
    save_npz(path, Network((some_expert(1), some_expert(2))))
    arrays = dict(np.load(path))
    for key, value in changes.items():
        if value is None:
            del arrays[key]
        else:
            arrays[key] = value
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weights": None}, "lacks the array weights"),
        ({"weights": np.zeros(7, np.float32)}, "needs 272"),
        ({"weights": np.zeros(3 * COUNT, np.float32)}, "needs 272"),
        ({"weights": np.zeros(2 * COUNT, np.int32)}, "float32"),
        ({"weights": np.full(2 * COUNT, np.nan, np.float32)}, "not finite"),
        ({"nodes": np.zeros((2, 3))}, "must be integers"),
        ({"nodes": np.zeros((2, 3), np.int32)}, "two or more"),
        ({"nodes": np.full((2, 3), -1)}, "from 1 to"),
        ({"nodes": np.full((2, 3), 10**9)}, "from 1 to"),
        ({"nodes": np.zeros((0, 3), np.int32)}, "must be"),
        ({"pattern": np.zeros(3, np.int32)}, "must be"),
        ({"t_max": np.array(["a", "b"])}, "must be"),
    ],
)
def test_npz_files_that_are_refused(tmp_path, changes, says):
    with pytest.raises(InputError, match=says) as error:
        load_npz(saved(tmp_path, **changes))
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("keep", [0, 10, 300, -30])
@pytest.mark.parametrize("suffix", [".npz", ".root", ".onnx"])
def test_truncated_files(tmp_path, keep, suffix):
    whole = saved(tmp_path).read_bytes()
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole[:keep])
    with pytest.raises(InputError) as error:
        load_network(path)
    assert str(path) in str(error.value)


def test_other_suffixes_and_missing_files(tmp_path):
    with pytest.raises(InputError, match=r"\.npz, \.root or \.onnx"):
        load_network(tmp_path / "net.h5")
    with pytest.raises(InputError, match="no such file"):
        load_network(tmp_path / "net.npz")
    with pytest.raises(InputError, match="no such file"):
        network_of(Neuro(network=str(tmp_path / "gone.npz")))


@pytest.mark.parametrize(
    ("library", "suffix", "extra"), [("uproot", ".root", "root"), ("onnx", ".onnx", "nn")]
)
def test_a_missing_library_is_named(tmp_path, monkeypatch, library, suffix, extra):
    monkeypatch.setitem(sys.modules, library, None)
    path = tmp_path / f"net{suffix}"
    path.write_bytes(b"x")
    with pytest.raises(InputError, match=rf"{library}.*trigemu\[{extra}\]"):
        load_network(path)


def test_the_trigger_imports_no_reader_library():
    import subprocess

    code = (
        "import sys, trigemu.experiments.belle2.neuro.trigger\n"
        "print(*[m for m in ('uproot', 'onnx', 'torch', 'numba', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_experiments_root_file(shared_data):
    pytest.importorskip("uproot", reason="the experiment's files are read with uproot (extra: root)")
    folder = shared_data / "belle2"
    network = load_root(folder / "NeuroTrigger_BkgPh2_T10170_300k_fp.root")
    wanted = network_from_weights(np.load(folder / "conformance" / "neuro_weights.npz"), "ph2fp_")
    assert [e.nodes for e in network.experts] == [(27, 81, 2)] * 5
    assert tuple(e.pattern for e in network.experts) == DEFAULT_PATTERNS
    for a, b in zip(network.experts, wanted.experts, strict=True):
        np.testing.assert_array_equal(a.weights, b.weights)
        np.testing.assert_array_equal(a.relevant_id, b.relevant_id)
        np.testing.assert_array_equal(a.output_scale, b.output_scale)


def test_a_cut_root_file(shared_data, tmp_path):
    pytest.importorskip("uproot", reason="the experiment's files are read with uproot (extra: root)")
    path = tmp_path / "cut.root"
    whole = (shared_data / "belle2" / "NeuroTrigger_BkgPh2_T10170_300k_fp.root").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="not a readable ROOT file"):
        load_root(path)


def onnx_model(path, layers, *, how="gemm", half=True, extra=None, wide=None):
    """Write a model of float32[out, in + 1] layers whose activations are tanh(x / 2)."""
    onnx = pytest.importorskip("onnx", reason="models are written with onnx (extra: nn)")
    from onnx import TensorProto, helper, numpy_helper

    nodes, tensors, value = [], [], "x"

    def constant(name, array):
        kind = np.float64 if name[0] == wide else np.float32
        tensors.append(numpy_helper.from_array(np.asarray(array, kind), name))
        return name

    def node(kind, others, **attributes):
        nonlocal value
        inputs = [value, *others] if isinstance(others, list) else others
        nodes.append(helper.make_node(kind, inputs, [f"v{len(nodes)}"], **attributes))
        value = f"v{len(nodes) - 1}"

    for k, layer in enumerate(layers):
        factor = 1.0 if half else 0.5
        weight, bias = factor * layer[:, :-1], factor * layer[:, -1]
        if how == "gemm":
            node("Gemm", [constant(f"w{k}", weight), constant(f"b{k}", bias)], transB=1)
        elif how == "gemm2":
            others = [constant(f"w{k}", 0.25 * weight.T), constant(f"b{k}", 2 * bias)]
            node("Gemm", others, alpha=4.0, beta=0.5)
        else:
            node("MatMul", [constant(f"w{k}", weight.T)])
            node("Add", [constant(f"b{k}", bias)])
        if half:
            node(*(("Mul", [constant(f"h{k}", 0.5)]) if k else ("Div", [constant(f"h{k}", 2.0)])))
        node(extra or "Tanh", [])
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 27])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [None, 2])],
        tensors,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path


@pytest.mark.parametrize("how", ["gemm", "gemm2", "matmul"])
@pytest.mark.parametrize("half", [True, False])
def test_onnx_weights_come_out_as_they_were(tmp_path, how, half):
    expert = some_expert(3, (27, 7, 5, 2))
    network = load_network(onnx_model(tmp_path / "net.onnx", expert.layers, how=how, half=half))
    assert len(network.experts) == 1
    np.testing.assert_array_equal(network.experts[0].weights, expert.weights)
    np.testing.assert_array_equal(network.experts[0].output_scale, np.array(DEFAULT_SCALE, np.float32))


@pytest.mark.parametrize("wide", ["w", "b"])
def test_onnx_models_in_double_precision_are_refused(tmp_path, wide):
    path = onnx_model(tmp_path / "net.onnx", some_expert(3, (27, 7, 2)).layers, wide=wide)
    with pytest.raises(InputError, match="weights are float64, a model in float32 is wanted"):
        load_network(path)


@pytest.mark.parametrize("how", ["gemm", "matmul"])
def test_onnxruntime_says_the_same(tmp_path, how):
    path = onnx_model(tmp_path / "net.onnx", some_expert(4, (27, 81, 2)).layers, how=how)
    runtime = pytest.importorskip("onnxruntime", reason="the models' reference is onnxruntime")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    scaled = np.random.default_rng(5).uniform(-1, 1, (50, 27)).astype(np.float32)
    (expected,) = session.run(None, {"x": scaled})
    ours = FloatingPoint(load_network(path)).run(scaled, np.zeros(50, np.int8))
    low, high = DEFAULT_SCALE[:2]
    # Single precision in another order of sums.
    np.testing.assert_allclose(ours.z_cm, (expected[:, 0] + 1) * (high - low) / 2 + low, atol=2e-3)


def test_one_onnx_model_per_expert(tmp_path):
    experts = [some_expert(k) for k in range(5)]
    paths = [onnx_model(tmp_path / f"{k}.onnx", expert.layers) for k, expert in enumerate(experts)]
    network = load_onnx(paths)
    assert tuple(e.pattern for e in network.experts) == DEFAULT_PATTERNS
    np.testing.assert_array_equal(network.experts[4].weights, experts[4].weights)
    with pytest.raises(InputError, match="6 ONNX files"):
        load_onnx([*paths, paths[0]])


@pytest.mark.parametrize("extra", ["Relu", "Sigmoid"])
def test_other_onnx_graphs_are_refused(tmp_path, extra):
    path = onnx_model(tmp_path / "net.onnx", some_expert().layers, extra=extra)
    with pytest.raises(InputError, match=f"has the operation {extra}, allowed are Gemm"):
        load_network(path)


def test_onnx_layers_without_activation_and_of_wrong_shape_are_refused(tmp_path):
    layers = some_expert().layers
    with pytest.raises(InputError, match="has the operation Identity"):
        load_network(onnx_model(tmp_path / "a.onnx", layers, extra="Identity"))
    with pytest.raises(InputError, match="outputs"):
        load_network(onnx_model(tmp_path / "b.onnx", layers[:1]))


def test_arrays_of_the_experiment_lack_one():
    with pytest.raises(InputError, match="ph2fp_nnodes"):
        network_from_weights({}, "ph2fp_")


def test_precision_must_fit():
    for bad in ({"node": 4, "weight": 4, "table": 9}, {"angle": 4, "scale": 3, "reference": 8}, {"node": 21}):
        with pytest.raises(ValueError, match=r"more bits|less than or equal"):
            Precision(**bad)


def test_report_of_what_quantisation_costs():
    network = Network((some_expert(1), some_expert(2)))
    rng = np.random.default_rng(8)
    inputs = rng.uniform(-0.5, 0.5, (4000, 27)).astype(np.float32)
    expert = rng.integers(-1, 2, 4000).astype(np.int8)
    truth = rng.uniform(-60, 60, 4000)
    bits = [Precision(), Precision(node=8, weight=6, table=6), Precision(node=5, weight=3, table=3)]
    report = quantisation_report(network, bits, inputs, expert, truth)
    first, fine, middle, coarse = report.costs
    asked = expert >= 0
    assert report.tracks == asked.sum()
    assert report.background == (np.abs(truth[asked]) > 20).sum()
    assert report.signal == tuple((np.abs(truth[asked]) < z).sum() for z in SIGNAL_CM)
    assert (first.precision, first.rms_cm, first.largest_cm) == (None, 0.0, 0.0)
    assert 0 < fine.rms_cm < 0.5 < middle.rms_cm < coarse.rms_cm
    assert fine.largest_cm >= fine.rms_cm
    assert fine.half_width_cm == pytest.approx(first.half_width_cm, rel=0.05)
    assert fine.efficiency == pytest.approx(first.efficiency, abs=0.05)
    assert all(0 <= value <= 1 for cost in report.costs for value in (*cost.efficiency, cost.background))


def test_half_width_of_a_normal_distribution():
    # 200000 draws: the statistical error is 0.0033, a deviation of 0.015 has p < 1e-5.
    assert half_width(np.random.default_rng(9).normal(0, 1, 200_000)) == pytest.approx(0.9945, abs=0.015)
    assert np.isnan(half_width(np.zeros(0)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"inputs": np.zeros((3, 26), np.float32)}, "must be"),
        ({"inputs": np.full((3, 27), np.nan, np.float32)}, "finite"),
        ({"expert": np.full(3, 5, np.int8)}, "expert 5"),
        ({"true_z_cm": np.zeros(2)}, "must be"),
    ],
)
def test_reports_of_other_arrays_are_refused(change, says):
    good = {"inputs": np.zeros((3, 27), np.float32), "expert": np.zeros(3, np.int8), "true_z_cm": np.zeros(3)}
    with pytest.raises(InputError, match=says):
        quantisation_report(Network((some_expert(),)), [], **{**good, **change})


def test_a_network_file_is_what_the_configuration_names(tmp_path):
    path = saved(tmp_path)
    assert len(network_of(Neuro(network=str(path))).experts) == 2
    assert isinstance(path, Path)
