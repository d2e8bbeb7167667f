"""Models as functions: features float32[n, k] to whatever the model answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from trigemu.arrays import F32
from trigemu.decision.scores.config import Score
from trigemu.errors import InputError
from trigemu.plain import printable, short
from trigemu.setup.reference import resolve

Answer = Callable[[F32], Any]

METHODS = ("predict_proba", "decision_function", "predict")
"""Methods of a model that give a score: the first that it has."""

EXTRA = "pip install 'trigemu[scores]'"


def load_model(config: Score) -> Answer:
    """Return a model as a function.

    Raises
    ------
    InputError
        There is no such file or object, a library for it is missing, it cannot be read, or it is made for another
        number of features.
    """
    if config.kind == "object":
        return _answer(_object(config.model), config)
    if not os.path.isfile(config.model):
        raise InputError(f"{short(config.model, 200)}: there is no such file of a model")
    return _onnx(config) if config.kind == "onnx" else _answer(_pickled(config.model), config)


def reason(error: BaseException) -> str:
    """Return what a library's error says, on one short line."""
    return short(" ".join(f"{type(error).__name__}: {error}".split()), 120)


def _object(reference: str) -> Any:
    try:
        return resolve(reference)
    except Exception as error:
        # The module is the user's: it may fail in any way.
        raise InputError(f"model {short(reference)!r} cannot be loaded ({reason(error)})") from error


def _pickled(path: str) -> Any:
    try:
        import joblib
    except ImportError as error:
        raise InputError(
            f"{printable(path)}: reading a pickled model needs scikit-learn ({EXTRA})"
        ) from error
    try:
        return joblib.load(path)
    except ModuleNotFoundError as error:
        lacking = f"needs {error.name}, which is not installed"
        hint = f" ({EXTRA})" if error.name == "sklearn" else ""
        raise InputError(f"{printable(path)}: the model {lacking}{hint}") from error
    except Exception as error:
        # A pickle meets a bad file with errors of many kinds.
        raise InputError(f"{printable(path)}: is not a readable model ({reason(error)})") from error


def _answer(model: Any, config: Score) -> Answer:
    """Return what a loaded model answers with."""
    wanted = getattr(model, "n_features_in_", None)
    if wanted is not None and wanted != len(config.features):
        raise InputError(_wrong_number(config, wanted))
    for name in METHODS:
        method = getattr(model, name, None)
        if callable(method):
            return method  # type: ignore[no-any-return]
    if not callable(model):
        raise InputError(
            f"model {short(config.model)!r} is no function and has none of the methods {', '.join(METHODS)}"
        )
    return model  # type: ignore[no-any-return]


def _wrong_number(config: Score, wanted: object) -> str:
    return (
        f"model {short(config.model)!r} takes {short(wanted)} features, the configuration names "
        f"{len(config.features)}: {', '.join(config.features)}"
    )


_FLOATS = {"tensor(float)": np.float32, "tensor(double)": np.float64}


def _onnx(config: Score) -> Answer:
    path = printable(config.model)
    try:
        import onnxruntime
    except ImportError as error:
        raise InputError(f"{path}: running an ONNX model needs onnxruntime ({EXTRA})") from error
    options = onnxruntime.SessionOptions()
    # One thread: a score must not depend on how a sum is cut into parts.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(config.model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise InputError(f"{path}: is not a readable ONNX model ({reason(error)})") from error
    inputs = session.get_inputs()
    if len(inputs) != 1 or inputs[0].type not in _FLOATS or len(inputs[0].shape) != 2:
        found = ", ".join(f"{each.type}{list(each.shape)}" for each in inputs)
        raise InputError(f"{path}: must have one input, floats[n, features], not {short(found)}")
    wanted = inputs[0].shape[1]
    if isinstance(wanted, int) and wanted != len(config.features):
        raise InputError(_wrong_number(config, wanted))
    outputs = [each.name for each in session.get_outputs() if "float" in each.type or "double" in each.type]
    if not outputs:
        raise InputError(f"{path}: has no output of floats")
    name, dtype = inputs[0].name, _FLOATS[inputs[0].type]
    return lambda features: session.run(outputs[-1:], {name: features.astype(dtype)})[0]
