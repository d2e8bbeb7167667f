"""The neural z trigger's networks as data, and the package's own file format for them.

A network is a list of *experts*, multilayer perceptrons with the activation tanh(x / 2) on every layer, the last
one included; each expert is for tracks in which certain superlayers have a hit (belle2_facts 5.2).

The file is a plain ``.npz`` (no pickles) with one array per attribute of `Expert`, experts along the first axis:

======================  ==============  =====================================================================
``nodes``               int32[e, k]     nodes per layer, inputs first; 0 fills the rows of shorter networks
``weights``             float32[w]      expert after expert, layer after layer, node after node: the weights of
                                        the node's inputs in order, then its bias
``output_scale``        float32[e, 4]   z at output -1 and +1 in cm, theta at output -1 and +1 in rad
``relevant_id``         float32[e, 18]  lowest and highest relative segment id of superlayers 0-8, in segments
``pattern``             int32[e]        bit s: superlayer s has a hit
``pattern_mask``        int32[e]        bit s: superlayer s is compared with ``pattern``
``t_max``               int32[e]        ticks at which drift times are cut, and what they are divided by
======================  ==============  =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trigemu.arrays import F32
from trigemu.drafts import draft_of
from trigemu.errors import InputError
from trigemu.files import MIB, read_archive, read_array

SUPERLAYERS = 9
INPUTS = 3 * SUPERLAYERS
OUTPUTS = 2
MAX_NODES = 4096
MAX_EXPERTS = 127
NARROWEST, FARTHEST_ID = 1e-3, 1e4
"""Narrowest window of relative segment ids, and how far from a track it may reach; a superlayer has 384 segments."""

LARGEST_SCALE = 1e6
"""Largest z (cm) or theta at the outputs -1 and +1."""

STEREO_MASK = 170
"""Superlayers 1, 3, 5 and 7: whose hits decide the expert (belle2_facts 5.2)."""

DEFAULT_PATTERNS = (511, 383, 479, 503, 509)
"""Experts: all stereo superlayers have a hit, or 7, 5, 3 or 1 has none (belle2_facts 5.2)."""

DEFAULT_SCALE = (-100.0, 100.0, float(np.radians(10)), float(np.radians(170)))
"""z in cm and theta in rad at outputs -1 and +1 (belle2_facts 5.2)."""

DEFAULT_WINDOWS = (
    (-1.5, 1.5),
    (-9.5, 0.5),
    (-1.5, 1.5),
    (-0.5, 8.5),
    (-1.5, 1.5),
    (-9.5, 0.5),
    (-1.5, 1.5),
    (-0.5, 10.5),
    (-2.5, 2.5),
)
"""Relative ids that count, per superlayer (belle2_facts 5.1, windows of the experiment's weights of 2018)."""

LARGEST = 16 * MIB
"""Bytes of a file of networks; those of the experiment have some ten thousand weights."""

_KEYS = ("nodes", "weights", "output_scale", "relevant_id", "pattern", "pattern_mask", "t_max")


@dataclass(frozen=True, slots=True, eq=False)
class Expert:
    """One multilayer perceptron and what its inputs and outputs mean.

    Attributes
    ----------
    layers
        Per layer float32[out, in + 1]: the weights of a node's inputs, then its bias.
    output_scale
        float32[4]: z in cm at outputs -1 and +1, theta in rad at outputs -1 and +1.
    relevant_id
        float32[9, 2]: lowest and highest relative segment id per superlayer.
    pattern, pattern_mask
        The expert is for tracks whose superlayers with a hit, as bits, agree with ``pattern`` in ``pattern_mask``.
    t_max
        Ticks at which drift times are cut, and what they are divided by.
    """

    layers: tuple[F32, ...]
    output_scale: F32
    relevant_id: F32
    pattern: int = 511
    pattern_mask: int = STEREO_MASK
    t_max: int = 256

    @property
    def nodes(self) -> tuple[int, ...]:
        """Nodes per layer, inputs first."""
        return (self.layers[0].shape[1] - 1, *(layer.shape[0] for layer in self.layers))

    @property
    def weights(self) -> F32:
        """float32[w], all weights in the order of files."""
        return np.concatenate([layer.ravel() for layer in self.layers])


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Experts in the order in which they are asked; checked when made.

    Raises
    ------
    trigemu.errors.InputError
        If there is no expert, or one has wrong shapes, weights that are not finite, windows that are empty or a
        scale that is not rising.
    """

    experts: tuple[Expert, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.experts) <= MAX_EXPERTS:
            raise InputError(f"network: has {len(self.experts)} experts, allowed are 1 to {MAX_EXPERTS}")
        for number, expert in enumerate(self.experts):
            _check(expert, f"network, expert {number}")


def make_expert(nodes: ArrayLike, weights: ArrayLike, where: str = "network", **attributes: Any) -> Expert:
    """Return an expert made of its node numbers and one flat array of weights.

    Parameters
    ----------
    nodes
        Nodes per layer, inputs first.
    weights
        Layer after layer, node after node: the weights of the node's inputs, then its bias.
    where
        What error messages begin with.
    attributes
        Further fields of `Expert`; scale and windows default to `DEFAULT_SCALE` and `DEFAULT_WINDOWS`.

    Raises
    ------
    trigemu.errors.InputError
        If the nodes are not two or more positive numbers or do not fit the number of weights.
    """
    sizes = [int(n) for n in np.asarray(nodes).ravel()]
    flat = np.asarray(weights, np.float32).ravel()
    if len(sizes) < 2 or not all(0 < n <= MAX_NODES for n in sizes):
        raise InputError(
            f"{where}: nodes per layer are {sizes}, allowed are two or more numbers from 1 to {MAX_NODES}"
        )
    shapes = [(n, m + 1) for m, n in pairwise(sizes)]
    wanted = sum(n * m for n, m in shapes)
    if len(flat) != wanted:
        raise InputError(f"{where}: has {len(flat)} weights, {'-'.join(map(str, sizes))} needs {wanted}")
    ends = np.cumsum([n * m for n, m in shapes])
    layers = [_frozen(part, shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
    scale = np.asarray(attributes.pop("output_scale", DEFAULT_SCALE), np.float32)
    windows = np.asarray(attributes.pop("relevant_id", DEFAULT_WINDOWS), np.float32)
    if windows.size == 2 * SUPERLAYERS:
        windows = windows.reshape(SUPERLAYERS, 2)
    return Expert(tuple(layers), _frozen(scale), _frozen(windows), **attributes)


def _frozen(array: F32, shape: tuple[int, ...] | None = None) -> F32:
    copy = np.array(array, np.float32, order="C").reshape(shape or array.shape)
    copy.flags.writeable = False
    return copy


def _check(expert: Expert, where: str) -> None:
    if not expert.layers:
        raise InputError(f"{where}: has no layers")
    for number, layer in enumerate(expert.layers):
        if layer.ndim != 2 or 0 in layer.shape or layer.dtype != np.float32:
            raise InputError(
                f"{where}, layer {number}: weights are {layer.dtype}{list(layer.shape)}, "
                "must be float32[out, in + 1]"
            )
        if number and layer.shape[1] != expert.layers[number - 1].shape[0] + 1:
            raise InputError(
                f"{where}, layer {number}: takes {layer.shape[1] - 1} inputs, the layer before has "
                f"{expert.layers[number - 1].shape[0]} nodes"
            )
        if not np.isfinite(layer).all():
            raise InputError(f"{where}, layer {number}: has weights that are not finite numbers")
    if (expert.nodes[0], expert.nodes[-1]) != (INPUTS, OUTPUTS):
        raise InputError(
            f"{where}: takes {expert.nodes[0]} inputs and has {expert.nodes[-1]} outputs, must take {INPUTS} "
            f"and have {OUTPUTS} (z and theta)"
        )
    scale, windows = expert.output_scale, expert.relevant_id
    if scale.shape != (4,) or not (np.abs(scale) <= LARGEST_SCALE).all() or (scale[::2] >= scale[1::2]).any():
        raise InputError(
            f"{where}: output scale {scale.tolist()} must be z, z, theta, theta, each pair rising, none beyond "
            f"{LARGEST_SCALE:g}"
        )
    if windows.shape != (SUPERLAYERS, 2) or not np.isfinite(windows).all():
        raise InputError(f"{where}: relevant ids must be {SUPERLAYERS} pairs of finite numbers")
    if np.abs(windows).max() > FARTHEST_ID or (windows[:, 1] - windows[:, 0] < NARROWEST).any():
        raise InputError(
            f"{where}: a window of relevant ids is empty, narrower than {NARROWEST} or beyond {FARTHEST_ID:g}: its "
            "first number must be the smaller one"
        )
    if not 0 < expert.t_max < 1 << 15:
        raise InputError(f"{where}: t_max is {expert.t_max}, allowed are 1 to 32767 ticks")
    for name in ("pattern", "pattern_mask"):
        if not 0 <= getattr(expert, name) < 1 << SUPERLAYERS:
            raise InputError(f"{where}: {name} is {getattr(expert, name)}, allowed are 0 to 511")


def save_npz(path: str | Path, network: Network) -> None:
    """Write a network as the module's docstring describes it."""
    experts = network.experts
    depth = max(len(expert.nodes) for expert in experts)
    path = Path(path)
    with draft_of(path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")) as draft:
        np.savez_compressed(
            draft,
            nodes=np.array([(*e.nodes, *[0] * (depth - len(e.nodes))) for e in experts], np.int32),
            weights=np.concatenate([e.weights for e in experts]),
            output_scale=np.stack([e.output_scale for e in experts]),
            relevant_id=np.stack([e.relevant_id.ravel() for e in experts]),
            pattern=np.array([e.pattern for e in experts], np.int32),
            pattern_mask=np.array([e.pattern_mask for e in experts], np.int32),
            t_max=np.array([e.t_max for e in experts], np.int32),
        )


def load_npz(path: str | Path) -> Network:
    """Read a network as the module's docstring describes it.

    Raises
    ------
    trigemu.errors.InputError
        If the file cannot be read, lacks an array, or holds a network that is not allowed.
    """
    try:
        with read_archive(path, LARGEST, str(path)) as archive:
            arrays = {key: read_array(archive, key) for key in _KEYS if f"{key}.npy" in archive.namelist()}
    except InputError:
        raise
    except Exception as error:
        # Damaged archives give errors of many kinds, from zip files to array headers.
        raise InputError(
            f"{path}: is not a readable .npz file of a network (one array per attribute, no pickles)"
        ) from error
    missing = [key for key in _KEYS if key not in arrays]
    if missing:
        raise InputError(f"{path}: lacks the array {missing[0]}, a network has {', '.join(_KEYS)}")
    return from_arrays(arrays, str(path))


def from_arrays(arrays: dict[str, NDArray[Any]], where: str) -> Network:
    """Return a network made of the arrays of a file.

    Raises
    ------
    trigemu.errors.InputError
        If an array has the wrong length, dimension or kind, or the network is not allowed.
    """
    nodes = arrays["nodes"]
    if nodes.ndim != 2 or nodes.dtype.kind not in "iu":
        raise InputError(
            f"{where}: nodes is {nodes.dtype}{list(nodes.shape)}, must be integers[experts, layers]"
        )
    for key, width in (
        ("output_scale", 4),
        ("relevant_id", 18),
        ("pattern", 0),
        ("pattern_mask", 0),
        ("t_max", 0),
    ):
        array, wanted = arrays[key], (len(nodes), width) if width else (len(nodes),)
        if array.shape != wanted or array.dtype.kind not in ("fiu" if width else "iu"):
            raise InputError(
                f"{where}: {key} is {array.dtype}{list(array.shape)}, must be {list(wanted)} numbers"
            )
    weights = arrays["weights"]
    if weights.ndim != 1 or weights.dtype.kind != "f":
        raise InputError(f"{where}: weights is {weights.dtype}{list(weights.shape)}, must be float32[w]")
    experts, start = [], 0
    for number, row in enumerate(nodes):
        sizes = row[row != 0]
        count = int(((sizes[:-1].astype(np.int64) + 1) * sizes[1:]).sum())
        part = weights[start:] if number == len(nodes) - 1 else weights[start : start + count]
        start += count
        experts.append(
            make_expert(
                sizes,
                part,
                f"{where}, expert {number}",
                output_scale=arrays["output_scale"][number],
                relevant_id=arrays["relevant_id"][number],
                **{key: int(arrays[key][number]) for key in ("pattern", "pattern_mask", "t_max")},
            )
        )
    try:
        return Network(tuple(experts))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
