"""Speed of Belle II's neural z trigger: inference against onnxruntime, and the whole block per event.

``python bench/bench_belle2_neuro.py`` prints the table; ``pytest bench/bench_belle2_neuro.py`` times the same with
pytest-benchmark.  One core, a 27-81-2 network with five experts; onnxruntime gets the first expert in single precision
and one thread.  Times are the shortest of many short runs in processor time (neighbours on the machine do not count),
ratios are of one process.
"""

from __future__ import annotations

import sys
import time as clock
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from trigemu._kernels.belle2_mlp import level
from trigemu.experiments.belle2.neuro.config import Neuro, Precision
from trigemu.experiments.belle2.neuro.inference import FixedPoint, FloatingPoint
from trigemu.experiments.belle2.neuro.network import DEFAULT_PATTERNS, Network, make_expert
from trigemu.experiments.belle2.neuro.trigger import NeuroTrigger

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.belle2_neuro_events import frame

SEED = 5
TRACKS = 2000
EVENTS, TRACKS_PER_EVENT, SEGMENTS_PER_EVENT = 256, 8, 60
LEVELS = {0: "any width", 1: "baseline", 2: "AVX2", 3: "AVX-512", 4: "AVX-512 VNNI"}


def network(nodes=(27, 81, 2)):
    """Return a network with weights of the size that trained ones have."""
    rng = np.random.default_rng(SEED)
    weights = sum((m + 1) * n for m, n in pairwise(nodes))
    return Network(
        tuple(make_expert(nodes, rng.standard_t(3, weights), pattern=pattern) for pattern in DEFAULT_PATTERNS)
    )


def rows(number=TRACKS):
    """Return inputs and experts, most of them the first."""
    rng = np.random.default_rng(SEED)
    expert = np.where(rng.random(number) < 0.75, 0, rng.integers(1, 5, number)).astype(np.int8)
    return rng.integers(-4096, 4097, (number, 27)).astype(np.int16), expert


def onnx_session(expert):
    """Return an onnxruntime session of one expert on one thread."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    tensors, nodes, value = [], [], "x"
    for k, layer in enumerate(expert.layers):
        # tanh(x / 2): the half goes into the weights.
        tensors.append(numpy_helper.from_array(0.5 * layer[:, :-1], f"w{k}"))
        tensors.append(numpy_helper.from_array(0.5 * layer[:, -1], f"b{k}"))
        nodes.append(helper.make_node("Gemm", [value, f"w{k}", f"b{k}"], [f"s{k}"], transB=1))
        nodes.append(helper.make_node("Tanh", [f"s{k}"], [f"y{k}"]))
        value = f"y{k}"
    graph = helper.make_graph(
        nodes,
        "expert",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 27])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [None, 2])],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def shortest(function, per, repeat=400):
    """Return the shortest processor time of one call divided by ``per``, in ns."""
    best = float("inf")
    for _ in range(repeat):
        start = clock.process_time_ns()
        function()
        best = min(best, clock.process_time_ns() - start)
    return best / per


def single_call(function, calls=100):
    """Return the shortest mean time of a few calls one after the other, in ns."""

    def several():
        for _ in range(calls):
            function()

    return shortest(several, calls)


def test_batch(benchmark):
    net, (inputs, expert) = FixedPoint(network()), rows()
    benchmark(net.run, inputs, expert)


def test_single(benchmark):
    net, (inputs, _) = FixedPoint(network()).single, rows(1)
    benchmark(net, inputs[0], 0)


def test_onnxruntime_batch(benchmark):
    pytest.importorskip("onnxruntime")
    session, (inputs, _) = onnx_session(network().experts[0]), rows()
    benchmark(session.run, None, {"x": (inputs / 4096).astype(np.float32)})


def test_block(benchmark):
    trigger = NeuroTrigger(Neuro(), network())
    benchmark(trigger.decide, *frame(SEED, EVENTS, TRACKS_PER_EVENT, SEGMENTS_PER_EVENT))


def main():
    """Print the table."""
    for nodes in ((27, 81, 2), (27, 127, 2), (27, 60, 40, 20, 2)):
        net, (inputs, expert) = network(nodes), rows()
        fixed, scaled = FixedPoint(net, Precision()), (inputs / 4096).astype(np.float32)
        first = np.zeros_like(expert)
        print(f"{'-'.join(map(str, nodes))}, {TRACKS} tracks in a batch, ns per track:")
        for number in range(level() + 1):
            fixed.single.use(number)
            mixed = shortest(lambda f=fixed, x=inputs, e=expert: f.run(x, e), TRACKS)
            same = shortest(lambda f=fixed, x=inputs, e=first: f.run(x, e), TRACKS)
            print(f"  {LEVELS[number]:<13}{mixed:9.1f}  (one expert {same:.1f})")
        floating = FloatingPoint(net)
        print(
            f"  {'float':<13}{shortest(lambda f=floating, x=scaled, e=expert: f.run(x, e), TRACKS, 50):9.1f}"
        )
        row = inputs[0].copy()
        single = single_call(lambda f=fixed.single, x=row: f(x, 0))
        print(f"  single call {single:.0f} ns")
        try:
            session = onnx_session(net.experts[0])
        except ImportError:
            print("  (onnxruntime is not installed)")
            continue
        batch = shortest(lambda s=session, x=scaled: s.run(None, {"x": x}), TRACKS)
        one = scaled[:1].copy()
        call = single_call(lambda s=session, x=one: s.run(None, {"x": x}))
        print(f"  onnxruntime, float, 1 thread: batch {batch:.1f} ns, single call {call:.0f} ns")
        print(f"  ratio: batch {batch / same:.2f}, single call {call / single:.1f}")
    arguments = frame(SEED, EVENTS, TRACKS_PER_EVENT, SEGMENTS_PER_EVENT)
    for arithmetic in ("fixed", "float"):
        trigger = NeuroTrigger(Neuro(arithmetic=arithmetic), network())
        time = shortest(lambda t=trigger: t.decide(*arguments), EVENTS) / 1e3
        print(
            f"whole block, {arithmetic}: {time:.2f} us per event "
            f"({TRACKS_PER_EVENT} tracks, {SEGMENTS_PER_EVENT} segments)"
        )


if __name__ == "__main__":
    main()
