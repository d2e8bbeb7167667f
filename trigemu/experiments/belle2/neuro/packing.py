"""Networks in fixed point: integer weights, the activation's table, and how the kernels want them in memory.

The arithmetic is that of the experiment's simulation (belle2_facts 5.3): weights rounded half away from zero, sums
exact (in 64 bits; a network whose sums could be larger is refused), their size shifted right to the address of a table
of tanh(x / 2), the sign restored afterwards; a sum of zero counts as positive, so it gives the table's first entry and
not zero.
"""

from __future__ import annotations

import numpy as np

from trigemu._kernels.belle2_mlp import COLUMNS, Fixed
from trigemu.arrays import F64, I16, I32, I64
from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.curve import activations, bend
from trigemu.experiments.belle2.neuro.network import Expert, Network

FEW = 4
"""Layers with up to this many nodes are summed node by node: there would be nothing to fill vectors with."""

LARGEST_SUM = 2**31 - 1
LARGEST_WEIGHT = 2**15 - 1
LARGEST_INPUT = 2**15 - 2
LARGEST_EXACT = 2**63 - 1
"""Largest size of a sum that the slow path holds."""

INPUT_RANGE = 2
"""Inputs of a network lie within -1 and 1 (windows, drift times and angles are scaled so); twice that must be safe."""

SHORT_NODE_BITS = 14
"""Activations of up to this many bits fit in 16-bit integers with their sign."""


def activation_table(precision: Precision) -> I32:
    """Return int32[last + 1], activations by table address; from ``last`` on they are 1, in units of 2^-node bits.

    Addresses are centred so that rounding errors are symmetric.
    """
    value = activations(precision)
    table = np.empty(len(value) + 1, np.int32)
    table[:-1] = np.floor(value + 0.5)
    table[-1] = 1 << precision.node
    return table


def fixed_weights(expert: Expert, precision: Precision, where: str = "network") -> list[I64]:
    """Return the layers' weights as int64[out, in + 1] in units of 2^-weight bits, rounded half away from zero.

    Raises
    ------
    InputError
        With a node's weights the sums of the arithmetic could leave 64 bits.
    """
    layers = []
    for number, layer in enumerate(expert.layers):
        scaled = layer.astype(np.float64) * (1 << precision.weight)
        most = (INPUT_RANGE if number == 0 else 1) << precision.node
        _check_sums(np.abs(scaled), most, precision, f"{where}, layer {number}")
        layers.append(np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int64))
    return layers


def _check_sums(size: F64, most: int, precision: Precision, where: str) -> None:
    """Refuse nodes (rows of weights' sizes, the bias last) whose sums do not fit for inputs up to ``most``."""
    # Half a unit per weight for rounding; what floating point loses of the sum is far less than what is left.
    sums = (size[:, :-1] + 0.5).sum(axis=1) * most + (size[:, -1] + 0.5) * (1 << precision.node)
    bad = ~(sums < 0.99 * LARGEST_EXACT)
    if bad.any():
        node = int(np.argmax(bad))
        largest = size[node].max() / (1 << precision.weight)
        raise InputError(
            f"{where}, node {node}: weights up to {largest:g} are more than sums of 64 bits hold with {precision.node} "
            f"bits after the point for nodes and {precision.weight} for weights: train with smaller weights"
        )


def exact_limit(layers: list[I64], precision: Precision) -> int:
    """Return the largest size of inputs with which no sum of the first layer can leave 64 bits."""
    size = np.abs(layers[0].astype(object))
    weights, bias = size[:, :-1].sum(axis=1), size[:, -1] * (1 << precision.node)
    return int(min((LARGEST_EXACT - b) // max(w, 1) for w, b in zip(weights, bias, strict=True)))


def input_limit(layers: list[I64], precision: Precision) -> int:
    """Return the largest size of inputs with which no sum of a network can leave 32 bits, -1 if there is none.

    Sums are bounded node by node: the weights' sizes times the largest input, plus the bias.
    """
    one = 1 << precision.node
    if precision.node > SHORT_NODE_BITS:
        return -1
    for number, layer in enumerate(layers):
        size = np.abs(layer.astype(object))
        weights, bias = size[:, :-1].sum(axis=1), size[:, -1] * one
        if number == 0:
            limit = min((LARGEST_SUM - b) // max(w, 1) for w, b in zip(weights, bias, strict=True))
        elif (weights * one + bias > LARGEST_SUM).any():
            return -1
        if layer.shape[1] + len(_repeats(layer[:, :-1])) + 32 > COLUMNS or len(layer) > COLUMNS - 32:
            return -1
    return int(max(-1, min(limit, LARGEST_INPUT)))


def pack(network: Network, precision: Precision) -> tuple[Fixed, int]:
    """Return a network ready to run in fixed point, and the largest size of inputs that it can take.

    Raises
    ------
    InputError
        It has weights that the arithmetic cannot hold.
    """
    largest = LARGEST_SUM
    first, shapes, wide, limits = [0], [], [], []
    repeated: list[int] = []
    parts: list[I16] = []
    biases: list[I32] = []
    for number, expert in enumerate(network.experts):
        layers = fixed_weights(expert, precision, f"network, expert {number}")
        largest = min(largest, exact_limit(layers, precision))
        limit = input_limit(layers, precision)
        for layer in layers:
            places = len(repeated), sum(map(len, parts)), sum(map(len, biases))
            shape = (0, 0, 0, 0)
            if limit >= 0:
                shape, sources, weights = _pack_layer(layer[:, :-1])
                repeated += sources
                parts.append(weights)
                biases.append(_padded(layer[:, -1] << precision.node).astype(np.int32))
            shapes.append((len(layer), layer.shape[1] - 1, *shape, *places))
            wide.append(layer.ravel())
        first.append(len(shapes))
        limits.append(limit)
    table = activation_table(precision)
    short = np.append(table, 0) if precision.node <= SHORT_NODE_BITS else np.zeros(1)
    shift = precision.node + precision.weight - precision.table
    offset, curve = bend(table, precision)
    fixed = Fixed(
        np.array(first, np.int32),
        np.array(shapes, np.int32),
        np.array([*repeated, 0], np.int32),
        np.concatenate([*biases, np.zeros(16, np.int32)]),
        _aligned(np.concatenate([*parts, np.zeros(32, np.int16)])),
        np.concatenate(wide),
        np.array(limits, np.int32),
        table,
        short.astype(np.int16),
        (shift, len(table) - 1, 1 << precision.node, offset),
        curve,
        np.stack([e.output_scale for e in network.experts]),
    )
    return fixed, largest


def _repeats(layer: I64) -> list[int]:
    """Return which columns come again because a weight of theirs does not fit in 16 bits."""
    times = np.abs(layer).max(axis=0) // LARGEST_WEIGHT
    exact = np.abs(layer).max(axis=0) % LARGEST_WEIGHT == 0
    again = times - (exact & (times > 0))
    return [int(column) for column, n in enumerate(again) for _ in range(int(min(n, COLUMNS)))]


def _pack_layer(layer: I64) -> tuple[tuple[int, int, int, int], list[int], I16]:
    """Split a layer's weights, without the bias, into 16-bit columns and order them for vectors.

    Returns columns, repeats, pairs and whether nodes are few; the repeated columns; and the weights (see ``mlp.h``).
    """
    sources = _repeats(layer)
    nodes, used = len(layer), layer.shape[1] + len(sources)
    columns = -(-used // 32) * 32
    split = np.zeros((nodes, columns), np.int64)
    rest = layer.copy()
    for place, column in enumerate([*range(layer.shape[1]), *sources]):
        part = np.clip(rest[:, column], -LARGEST_WEIGHT, LARGEST_WEIGHT)
        split[:, place] = part
        rest[:, column] -= part
    pairs, few = -(-used // 2), nodes <= FEW
    if few:
        return (columns, len(sources), pairs, 1), sources, split.astype(np.int16).ravel()
    padded = _padded(split)
    lanes = padded[:, : 2 * pairs].reshape(len(padded), pairs, 2).transpose(1, 0, 2)
    return (columns, len(sources), pairs, 0), sources, lanes.astype(np.int16).ravel()


def _padded(array: I64) -> I64:
    """Return an array with zeros up to a multiple of 16 along the first axis."""
    zeros = np.zeros((-len(array) % 16, *array.shape[1:]), np.int64)
    return np.concatenate([array, zeros])


def _aligned(array: I16) -> I16:
    """Return a copy that starts at a multiple of 64 bytes, so that no vector of weights crosses a cache line."""
    room = np.empty(len(array) + 32, np.int16)
    start = (-room.ctypes.data % 64) // 2
    room[start : start + len(array)] = array
    return room[start : start + len(array)]
