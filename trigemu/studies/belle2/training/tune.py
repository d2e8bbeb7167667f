"""Training for real collisions: first on toys that look like them, then on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trigemu.studies.belle2.training.fit import Layers, fit, initial_layers
from trigemu.studies.belle2.training.real import RealTracks, toys_alike
from trigemu.studies.belle2.training.recipe import Sample


@dataclass(frozen=True, slots=True)
class RealRecipe:
    """How networks for real collisions are trained.

    Attributes
    ----------
    hidden
        Nodes of the hidden layers of one member.
    members
        Networks trained alike from other random numbers and merged into one: the mean before the last activation.
    toys
        Toy tracks that look like the training rows.
    steps, rate
        Batches of toys, and the largest learning rate.
    tune_steps, tune_rate
        Batches, half of real rows and half of toys, that follow.
    forget
        Probability that a real segment's drift time is hidden in a batch.
    """

    seed: int = 1
    hidden: tuple[int, ...] = (81, 40)
    members: int = 3
    toys: int = 200_000
    batch: int = 1024
    steps: int = 4000
    rate: float = 4e-3
    tune_steps: int = 1000
    tune_batch: int = 128
    tune_rate: float = 1e-3
    forget: float = 0.05
    knee: float = 0.05


def merge(members: list[Layers]) -> Layers:
    """Return one network whose last sums are the mean of the members' last sums."""
    merged = [np.concatenate([m[0] for m in members])]
    for depth in range(1, len(members[0])):
        layers = [m[depth] for m in members]
        if depth == len(members[0]) - 1:
            mean = [layer / len(members) for layer in layers]
            weights = np.hstack([layer[:, :-1] for layer in mean])
            bias = np.sum([layer[:, -1] for layer in mean], axis=0)
            merged.append(np.column_stack([weights, bias]).astype(np.float32))
            continue
        rows, columns = layers[0].shape
        block = np.zeros((rows * len(layers), (columns - 1) * len(layers) + 1), np.float32)
        for k, layer in enumerate(layers):
            block[k * rows : (k + 1) * rows, k * (columns - 1) : (k + 1) * (columns - 1)] = layer[:, :-1]
            block[k * rows : (k + 1) * rows, -1] = layer[:, -1]
        merged.append(block)
    return merged


def train_on(rows: RealTracks, recipe: RealRecipe) -> Layers:
    """Return a network trained on toys that look like real rows, then on both."""
    members = []
    for member in range(recipe.members):
        rng = np.random.Generator(np.random.Philox([recipe.seed, member]))
        toys = toys_alike(rng, rows, recipe.toys)
        layers = initial_layers(rng, (27, *recipe.hidden, 2))
        layers = fit(layers, _toys(rng, toys, recipe), recipe.steps, rate=recipe.rate, knee=recipe.knee)
        draw = _mixed(rng, toys, rows, recipe)
        members.append(fit(layers, draw, recipe.tune_steps, rate=recipe.tune_rate, knee=recipe.knee))
    return merge(members)


def _toys(rng: np.random.Generator, toys: Sample, recipe: RealRecipe) -> Callable[[int], Sample]:
    def draw(step: int) -> Sample:
        del step
        rows = rng.integers(len(toys), size=recipe.batch)
        return Sample(toys.inputs[rows], toys.targets[rows])

    return draw


def _mixed(
    rng: np.random.Generator, toys: Sample, real: RealTracks, recipe: RealRecipe
) -> Callable[[int], Sample]:
    def draw(step: int) -> Sample:
        del step
        some, other = (rng.integers(len(s), size=recipe.tune_batch) for s in (real, toys))
        inputs = real.inputs[some]
        inputs[:, 1::3][rng.random((len(some), 9)) < recipe.forget] = 0
        return Sample(
            np.concatenate([inputs, toys.inputs[other]]),
            np.concatenate([real.offline[some], toys.targets[other]]),
        )

    return draw
