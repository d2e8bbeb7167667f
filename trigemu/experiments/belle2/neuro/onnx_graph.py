"""Reading the layers of a plain multilayer perceptron out of an ONNX graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F32
from trigemu.errors import InputError
from trigemu.files import MIB, read_regular

LARGEST = 16 * MIB
"""Bytes of a model; one with the experiment's layers has some ten thousand weights."""

ALLOWED = "Gemm, or MatMul and Add, then Tanh, with or without a factor 1/2 before it"


def read_layers(path: str | Path) -> list[F32]:
    """Return float32[out, in + 1] per layer, so that each layer's activation is tanh(x / 2).

    Raises
    ------
    trigemu.errors.InputError
        If onnx is missing, the file cannot be read, or its graph is no chain of dense layers with Tanh.
    """
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise InputError(f"{path}: reading .onnx networks needs onnx (pip install 'trigemu[nn]')") from error
    try:
        # Weights in other files are not followed.
        graph = onnx.load_model_from_string(read_regular(path, LARGEST, str(path))).graph
        constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        nodes = [(n.op_type, list(n.input), list(n.output), _attributes(n, onnx)) for n in graph.node]
        inputs = [value.name for value in graph.input if value.name not in constants]
        outputs = [value.name for value in graph.output]
    except InputError:
        raise
    except Exception as error:
        # protobuf and onnx meet damaged files with errors of many kinds.
        reason = " ".join(str(error).split())[:80]
        raise InputError(f"{path}: is not a readable ONNX model ({reason})") from error
    kinds = sorted({str(values.dtype) for values in constants.values() if values.ndim} - {"float32"})
    if kinds:
        raise InputError(f"{path}: its weights are {kinds[0]}, a model in float32 is wanted")
    if len(inputs) != 1 or len(outputs) != 1:
        raise InputError(
            f"{path}: has {len(inputs)} inputs and {len(outputs)} outputs, must have one of each"
        )
    return _Chain(str(path), constants).follow(nodes, inputs[0], outputs[0])


def _attributes(node: Any, onnx: Any) -> dict[str, Any]:
    if node.op_type == "Constant":
        return {}
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


class _Chain:
    """The layers met so far while a graph is followed from its input to its output."""

    def __init__(self, where: str, constants: dict[str, NDArray[Any]]) -> None:
        self.where = where
        self.constants = constants
        self.layers: list[F32] = []
        self.weight: NDArray[np.float64] | None = None
        self.bias: NDArray[np.float64] | None = None

    def follow(
        self, nodes: list[tuple[str, list[str], list[str], dict[str, Any]]], value: str, end: str
    ) -> list[F32]:
        for kind, inputs, outputs, attributes in nodes:
            if kind == "Constant":
                continue
            if value not in inputs:
                raise InputError(
                    f"{self.where}: {kind} does not take what comes before it, must be a chain: {ALLOWED}"
                )
            step = getattr(self, f"_{kind.lower()}", None)
            if step is None:
                raise InputError(f"{self.where}: has the operation {kind}, allowed are {ALLOWED}")
            others = [name for name in inputs if name != value]
            if any(name not in self.constants for name in others):
                raise InputError(f"{self.where}: {kind} takes weights that are not constants of the file")
            step(
                [np.asarray(self.constants[name], np.float64) for name in others],
                inputs.index(value),
                attributes,
            )
            value = outputs[0]
        if value != end or self.weight is not None or not self.layers:
            raise InputError(f"{self.where}: does not end with Tanh, must be {ALLOWED}")
        return self.layers

    def _begin(self, weight: NDArray[np.float64], bias: NDArray[np.float64] | None) -> None:
        if self.weight is not None:
            raise InputError(
                f"{self.where}: has two dense layers without Tanh between them, must be {ALLOWED}"
            )
        if weight.ndim != 2:
            raise InputError(f"{self.where}: has weights with {weight.ndim} dimensions, must be 2")
        self.weight, self.bias = weight, np.zeros(len(weight)) if bias is None else bias.ravel()
        if self.bias.shape != (len(weight),):
            raise InputError(f"{self.where}: has {self.bias.size} biases for {len(weight)} nodes")

    def _gemm(self, others: list[NDArray[np.float64]], place: int, attributes: dict[str, Any]) -> None:
        if place or attributes.get("transA", 0) or not others:
            raise InputError(f"{self.where}: has a Gemm whose inputs are not its first matrix, row by row")
        weight = others[0] if attributes.get("transB", 0) else others[0].T
        bias = others[1] * attributes.get("beta", 1.0) if len(others) > 1 else None
        self._begin(weight * attributes.get("alpha", 1.0), bias)

    def _matmul(self, others: list[NDArray[np.float64]], place: int, _: dict[str, Any]) -> None:
        if place or not others:
            raise InputError(f"{self.where}: has a MatMul whose inputs are not its first matrix")
        self._begin(others[0].T, None)

    def _add(self, others: list[NDArray[np.float64]], _: int, __: dict[str, Any]) -> None:
        if (
            self.weight is None
            or self.bias is None
            or not others
            or others[0].size not in (1, len(self.bias))
        ):
            raise InputError(f"{self.where}: has an Add that is not the bias of a dense layer")
        self.bias = self.bias + others[0].ravel()

    def _scale(self, factor: NDArray[np.float64]) -> None:
        if self.weight is None or self.bias is None or factor.size != 1:
            raise InputError(
                f"{self.where}: has a factor that is not one number between a dense layer and Tanh"
            )
        self.weight, self.bias = self.weight * factor.item(), self.bias * factor.item()

    def _mul(self, others: list[NDArray[np.float64]], _: int, __: dict[str, Any]) -> None:
        self._scale(others[0] if others else np.empty(0))

    def _div(self, others: list[NDArray[np.float64]], place: int, _: dict[str, Any]) -> None:
        if place or not others or (others[0] == 0).any():
            raise InputError(f"{self.where}: has a Div that does not divide by one number other than zero")
        self._scale(1.0 / others[0])

    def _tanh(self, _: list[NDArray[np.float64]], __: int, ___: dict[str, Any]) -> None:
        if self.weight is None or self.bias is None:
            raise InputError(f"{self.where}: has a Tanh that no dense layer comes before, must be {ALLOWED}")
        # tanh(v) is tanh(x / 2) of x = 2 v.
        self.layers.append((2.0 * np.column_stack([self.weight, self.bias])).astype(np.float32))
        self.weight = self.bias = None
