"""Training with PyTorch (extra ``train``): multilayer perceptrons with tanh(x / 2) on every layer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from trigemu.activity import doing
from trigemu.arrays import F32
from trigemu.errors import InputError
from trigemu.studies.belle2.training.recipe import Sample

if TYPE_CHECKING:
    import torch

Layers = list[F32]
"""Per layer float32[out, in + 1]: weights, then the bias."""

GAIN = 2.0
"""tanh(x / 2) has half the slope of tanh, so that weights start twice as large."""


def load_torch() -> Any:
    """Return PyTorch, set to one thread and to the same numbers every time.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise InputError(
            "training networks needs PyTorch, which is not installed (pip install 'trigemu[train]')"
        ) from error
    torch.set_num_threads(1)
    return torch


def initial_layers(rng: np.random.Generator, nodes: tuple[int, ...]) -> Layers:
    """Return random layers to start from (Glorot and Bengio, AISTATS 2010, with the gain of tanh(x / 2))."""
    layers = []
    for inputs, outputs in pairwise(nodes):
        limit = GAIN * np.sqrt(6 / (inputs + outputs))
        weights = rng.uniform(-limit, limit, (outputs, inputs))
        layers.append(np.hstack([weights, np.zeros((outputs, 1))]).astype(np.float32))
    return layers


def run_float(layers: Layers, inputs: F32) -> F32:
    """Return the outputs float32[n, 2] of layers for float32[n, 27] inputs."""
    for layer in layers:
        inputs = np.tanh((inputs @ layer[:, :-1].T + layer[:, -1]) / 2)
    return inputs


def fit(
    layers: Layers,
    draw: Callable[[int], Sample],
    steps: int,
    *,
    rate: float,
    knee: float,
    decay: float = 1e-6,
) -> Layers:
    """Return layers after training.

    Parameters
    ----------
    layers
        Where to start.
    draw
        Gives the tracks of step 0, 1, ...
    steps
        How many.
    rate
        Largest learning rate of Adam; it rises and falls over the steps (Smith's one cycle, arXiv:1708.07120).
    knee
        Where the loss turns from quadratic to linear (Huber), in units of the outputs.
    decay
        Weight decay (the experiment's: 1e-6, belle2_facts 5.2).
    """
    torch = load_torch()
    weights = [torch.tensor(layer, requires_grad=True) for layer in layers]
    optimiser = torch.optim.Adam(weights, rate, weight_decay=decay, foreach=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1)
    with doing("training steps") as task:
        for step in range(steps):
            task.step(step, steps)
            sample = draw(step)
            outputs = _forward(torch, weights, torch.from_numpy(sample.inputs))
            loss = torch.nn.functional.huber_loss(outputs, torch.from_numpy(sample.targets), delta=knee)
            optimiser.zero_grad()
            (loss / knee).backward()
            optimiser.step()
            schedule.step()
    return [weight.detach().numpy() for weight in weights]


def _forward(module: Any, weights: list[torch.Tensor], values: torch.Tensor) -> torch.Tensor:
    for weight in weights:
        values = module.tanh(module.nn.functional.linear(values, weight[:, :-1], weight[:, -1]) / 2)
    return values


def epochs_of(sample: Sample, batch: int, rng: np.random.Generator) -> Callable[[int], Sample]:
    """Return a function that gives batches, epoch after epoch in new order."""
    per_epoch = max(len(sample) // batch, 1)
    order = [rng.permutation(len(sample))]

    def draw(step: int) -> Sample:
        place = step % per_epoch
        if step and place == 0:
            order[0] = rng.permutation(len(sample))
        rows = order[0][place * batch : (place + 1) * batch]
        return Sample(sample.inputs[rows], sample.targets[rows])

    return draw
