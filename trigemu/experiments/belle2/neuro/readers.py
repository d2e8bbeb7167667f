"""Networks from files: the package's own .npz, the experiment's .root, and .onnx."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.network import (
    DEFAULT_PATTERNS,
    Network,
    from_arrays,
    load_npz,
    make_expert,
)
from trigemu.experiments.belle2.neuro.onnx_graph import read_layers

ROOT_KEY = "MLPs"
"""What the experiment calls the list of networks in its file (belle2_facts 13)."""


def load_network(path: str | Path) -> Network:
    """Read a network; the file's suffix says how.

    Parameters
    ----------
    path
        ``.npz`` (see `trigemu.experiments.belle2.neuro.network`), ``.root`` (the experiment's own), or ``.onnx`` (see
        `load_onnx`).

    Raises
    ------
    trigemu.errors.InputError
        If the suffix is another one, the file cannot be read, a library for it is missing, or the network is not
        allowed.
    """
    readers: dict[str, Callable[[Path], Network]] = {
        ".npz": load_npz,
        ".root": load_root,
        ".onnx": lambda p: load_onnx([p]),
    }
    path = Path(path)
    if path.suffix not in readers:
        raise InputError(
            f"{path}: networks are read from .npz, .root or .onnx files, not from {path.suffix!r}"
        )
    if not path.is_file():
        raise InputError(f"{path}: there is no such file of a network")
    return readers[path.suffix](path)


def load_root(path: str | Path) -> Network:
    """Read the experiment's ROOT file of networks (needs the extra ``root``).

    Raises
    ------
    trigemu.errors.InputError
        If uproot is missing, the file cannot be read, or it holds no networks that are allowed.
    """
    try:
        import uproot
    except ImportError as error:
        raise InputError(
            f"{path}: reading .root networks needs uproot (pip install 'trigemu[root]')"
        ) from error
    try:
        with uproot.open(path) as file:
            members = [dict(item.all_members) for item in file[ROOT_KEY]]
    except Exception as error:
        # uproot meets truncated files with errors of many kinds.
        reason = " ".join(str(error).split())[:80]
        raise InputError(
            f"{path}: is not a readable ROOT file with a list {ROOT_KEY!r} of networks ({reason})"
        ) from error
    return _network(
        [_expert_of(member, f"{path}, expert {k}") for k, member in enumerate(members)], str(path)
    )


def _expert_of(members: Mapping[str, Any], where: str) -> Any:
    """Return one expert of the experiment's file; newer versions of the class put ``m_`` before names."""

    def member(name: str) -> Any:
        value = members.get(name, members.get(f"m_{name}"))
        if value is None:
            raise InputError(f"{where}: lacks the member {name!r} of a network")
        return value

    targets, hits = int(member("targetVars")), int(member("maxHitsPerSL"))
    if targets != 3 or hits != 1:
        raise InputError(
            f"{where}: has targets {targets} and {hits} hits per superlayer, must be 3 (z, theta) and 1"
        )
    return make_expert(
        np.array(member("nNodes"), np.int64),
        np.array(member("weights"), np.float32),
        where,
        output_scale=np.array(member("outputScale"), np.float32),
        relevant_id=np.array(member("relevantID"), np.float32),
        pattern=int(member("SLpattern")),
        pattern_mask=int(member("SLpatternMask")),
        t_max=int(member("tMax")),
    )


def load_onnx(paths: Sequence[str | Path]) -> Network:
    """Read one ONNX model per expert, in the order of experts (needs the extra ``nn``).

    A model is a chain of Gemm, or MatMul and Add, each followed by Tanh; the hidden layers and the output end in
    tanh(x / 2), so a factor of 1/2 before Tanh, as Mul or Div by a constant, belongs to the activation, and where it is
    not there the weights are doubled, which is exact.  Windows, scales and patterns are those of the package's network.

    Raises
    ------
    trigemu.errors.InputError
        If onnx is missing, a file cannot be read, its graph is anything else, or there are more files than patterns.
    """
    if not 0 < len(paths) <= len(DEFAULT_PATTERNS):
        raise InputError(
            f"{len(paths)} ONNX files for a network, allowed are 1 to {len(DEFAULT_PATTERNS)}, one per expert"
        )
    experts = []
    for pattern, path in zip(DEFAULT_PATTERNS, paths, strict=False):
        layers = read_layers(path)
        nodes = [layers[0].shape[1] - 1, *(len(layer) for layer in layers)]
        weights = np.concatenate([layer.ravel() for layer in layers])
        experts.append(make_expert(nodes, weights, str(path), pattern=pattern))
    return _network(experts, str(paths[0]))


def network_from_weights(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Network:
    """Return a network from arrays per expert as they come out of the experiment's objects.

    Parameters
    ----------
    arrays
        ``<prefix>nnodes``, ``weights`` [experts, w], ``output_scale``, ``relevant_id``, ``slpattern``,
        ``slpattern_mask`` and ``tmax``, experts along the first axis.
    prefix
        What the names begin with.

    Raises
    ------
    trigemu.errors.InputError
        If an array is missing or the network is not allowed.
    """
    names = {"nodes": "nnodes", "pattern": "slpattern", "pattern_mask": "slpattern_mask", "t_max": "tmax"}
    found = {}
    for name in ("nodes", "weights", "output_scale", "relevant_id", "pattern", "pattern_mask", "t_max"):
        key = prefix + names.get(name, name)
        if key not in arrays:
            raise InputError(f"network arrays: {key!r} is missing")
        found[name] = arrays[key]
    found["weights"] = found["weights"].ravel()
    return from_arrays(found, "network arrays")


def _network(experts: Sequence[Any], where: str) -> Network:
    try:
        return Network(tuple(experts))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
