"""The package's own networks: trained expert by expert, and how well they do on toys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trigemu.activity import doing
from trigemu.arrays import F32, F64
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.inference import FixedPoint
from trigemu.experiments.belle2.neuro.network import Network, make_expert
from trigemu.experiments.belle2.neuro.quantise import quantisation_report
from trigemu.studies.belle2.training import fit
from trigemu.studies.belle2.training.detector import Smearing
from trigemu.studies.belle2.training.recipe import (
    EXPERTS,
    PATTERNS,
    REALISTIC,
    WINDOWS,
    Z_SCALE,
    Recipe,
    Sample,
    make_sample,
    seen_by,
)
from trigemu.studies.belle2.training.toys import sample_helices

CHECK_SEED = 4711
CHECK_TRACKS = 20_000


def train_expert(recipe: Recipe, expert: int) -> fit.Layers:
    """Return the trained layers of one expert."""
    with doing("making tracks"):
        sample = make_sample(recipe, expert)
    rng = np.random.Generator(np.random.Philox([recipe.seed, EXPERTS + expert]))
    layers = fit.initial_layers(rng, (27, *recipe.hidden, 2))
    batch = min(recipe.batch, len(sample))
    steps = len(sample) // batch * recipe.epochs
    draw = fit.epochs_of(sample, batch, rng)
    return fit.fit(layers, draw, steps, rate=recipe.rate, knee=recipe.knee)


def as_network(experts: list[fit.Layers], windows: F64) -> Network:
    """Return a network of five experts (or of one set of layers five times)."""
    made = []
    for layers, pattern in zip(experts, PATTERNS, strict=True):
        nodes = [layers[0].shape[1] - 1, *(len(layer) for layer in layers)]
        weights = np.concatenate([layer.ravel() for layer in layers])
        made.append(make_expert(nodes, weights, relevant_id=windows, pattern=pattern))
    return Network(tuple(made))


def train_network(recipe: Recipe, progress: Callable[[int, int], None] | None = None) -> Network:
    """Return the five experts trained as the recipe says; ``progress`` is told how many are done, and of how many."""
    experts = []
    for expert in range(EXPERTS):
        if progress:
            progress(expert, EXPERTS)
        experts.append(train_expert(recipe, expert))
    if progress:
        progress(EXPERTS, EXPERTS)
    return as_network(experts, WINDOWS)


def run_fixed(network: Network, inputs: F32, expert: int, precision: Precision | None = None) -> F32:
    """Return the outputs (float32[n, 2], scaled) of one expert in fixed point; inputs are cut off as in hardware."""
    one = 1 << (precision or Precision()).node
    raw = np.trunc(inputs.astype(np.float64) * one).astype(np.int32)
    number = np.full(len(inputs), expert, np.int8)
    answers = FixedPoint(network, precision).run(raw, number).raw
    return (answers / one).astype(np.float32)


def run_fixed_layers(layers: fit.Layers, inputs: F32) -> F32:
    """Return the outputs of one set of layers in fixed point at the hardware's precision."""
    return run_fixed(as_network([layers] * EXPERTS, WINDOWS), inputs, 0)


@dataclass(frozen=True, slots=True)
class Widths:
    """How well one expert knows z on toys of one kind, in cm.

    Attributes
    ----------
    half_width_68, half_width_90
        Quantiles of abs(z - true z).
    largest_change
        Largest difference between fixed and floating point.
    """

    expert: int
    toys: str
    tracks: int
    half_width_68: float
    half_width_90: float
    largest_change: float


def ideal_sample(expert: int, *, smearing: Smearing | None = None, seed: int = CHECK_SEED) -> Sample:
    """Return fresh toys of belle2_facts 5.6: pT 0.5-5 GeV flat in 1/pT, theta 35-125 degrees, z flat in +-20 cm."""
    rng = np.random.Generator(np.random.Philox([seed, expert]))
    return seen_by(rng, sample_helices(rng, CHECK_TRACKS), smearing or Smearing(), expert)


def flip_sides(sample: Sample) -> Sample:
    """Return tracks with left and right exchanged."""
    inputs = sample.inputs.copy()
    inputs[:, 1::3] *= -1
    return Sample(inputs, sample.targets)


def z_errors(outputs: F32, sample: Sample) -> F64:
    """Return float64[n]: z - true z in cm."""
    return (outputs[:, 0].astype(np.float64) - sample.targets[:, 0]) * Z_SCALE


def check(network: Network) -> list[Widths]:
    """Return the widths of all experts, in fixed point, on toys of four kinds.

    ``network`` must have the windows `recipe.WINDOWS`.  The last column of `Widths` is what fixed point changes.
    """
    rows = []
    for number, expert in enumerate(network.experts):
        ideal = ideal_sample(number)
        kinds = {
            "ideal": ideal,
            "sides exchanged": flip_sides(ideal),
            "30 % undetermined": ideal_sample(number, smearing=Smearing(undetermined=0.3)),
            "realistic": ideal_sample(number, smearing=REALISTIC),
        }
        for name, sample in kinds.items():
            floats = z_errors(fit.run_float(list(expert.layers), sample.inputs), sample)
            fixed = z_errors(run_fixed(network, sample.inputs, number), sample)
            low, high = np.quantile(np.abs(fixed), (0.68, 0.9))
            change = np.abs(fixed - floats).max()
            rows.append(Widths(number, name, len(fixed), float(low), float(high), float(change)))
    return rows


def costs(network: Network, precisions: Sequence[Precision]) -> list[dict[str, float | str]]:
    """Return what fixed point costs the first expert on realistic toys: one row per precision, single precision first.

    Any network of the neural trigger will do: toys are seen through its own windows.

    Per row the bits after the point, half of the central 68 % of z - true z for tracks within 5 cm, the rms and the
    largest difference to single precision in cm, and the shares of tracks within 5 cm and beyond 20 cm that pass the
    trigger's cut on z.
    """
    rng = np.random.Generator(np.random.Philox([CHECK_SEED, EXPERTS]))
    tracks = sample_helices(rng, 2 * CHECK_TRACKS, z=(-60.0, 60.0))
    windows = np.asarray(network.experts[0].relevant_id, np.float64)
    sample = seen_by(rng, tracks, REALISTIC, 0, windows=windows)
    first = np.zeros(len(sample), np.int8)
    truth = sample.targets[:, 0].astype(np.float64) * Z_SCALE
    report = quantisation_report(network, [Precision(), *precisions], sample.inputs, first, truth)
    return [
        {
            "bits node,weight,table": _bits(cost.precision),
            "half_width_68": cost.half_width_cm,
            "rms_change": cost.rms_cm,
            "largest_change": cost.largest_cm,
            "near_pass": cost.efficiency[-1],
            "far_pass": cost.background,
        }
        for cost in report.costs
    ]


def _bits(precision: Precision | None) -> str:
    return "float" if precision is None else f"{precision.node},{precision.weight},{precision.table}"
