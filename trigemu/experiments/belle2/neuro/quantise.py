"""What fixed-point arithmetic costs a network: resolution, efficiency and rate against single precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.inference import FixedPoint, FloatingPoint
from trigemu.experiments.belle2.neuro.network import INPUTS, Network

SIGNAL_CM = (1.0, 2.0, 3.0, 4.0, 5.0)
"""Tracks with a true abs(z) below these count as signal."""

BACKGROUND_CM = 20.0
"""Tracks with a true abs(z) above this count as background."""

CUT_CM = 15.0
"""The trigger's cut on abs(z) (belle2_facts 5.4)."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of a report.

    Attributes
    ----------
    precision
        Fixed-point bits, None for single precision.
    half_width_cm
        Half of the interval from the 16th to the 84th percentile of z - true z, tracks of the largest
        signal region.
    rms_cm, largest_cm
        Root mean square and largest size of z(fixed) - z(float), all tracks.
    efficiency
        Fraction of the tracks of each region of `SIGNAL_CM` that pass the cut.
    background
        Fraction of background tracks that pass the cut.
    """

    precision: Precision | None
    half_width_cm: float
    rms_cm: float
    largest_cm: float
    efficiency: tuple[float, ...]
    background: float


@dataclass(frozen=True, slots=True)
class Report:
    """What quantisation costs on one sample: single precision first, then as asked; NaN where there are no tracks."""

    tracks: int
    signal: tuple[int, ...]
    background: int
    costs: tuple[Cost, ...]


def quantisation_report(
    network: Network,
    precisions: Sequence[Precision],
    inputs: NDArray[np.float32],
    expert: NDArray[np.int8],
    true_z_cm: NDArray[np.float64],
    cut_cm: float = CUT_CM,
) -> Report:
    """Compare a network in fixed point with itself in single precision.

    Only inputs and network are made coarse (node, weight and table bits); ``inputs`` are those of the single
    precision, cut to the node bits.

    Parameters
    ----------
    network
        The network.
    precisions
        Bit widths to compare.
    inputs
        float32[n, 27], scaled inputs.
    expert
        int8[n], which expert each track goes to, -1 for none (left out).
    true_z_cm
        float64[n].
    cut_cm
        Tracks with abs(z) below this pass.

    Raises
    ------
    trigemu.errors.InputError
        If the arrays do not fit together, hold numbers that are not finite or beyond what fixed point holds, or name
        experts that do not exist; or the network has weights that fixed point cannot hold.
    """
    n = len(inputs)
    if inputs.shape != (n, INPUTS) or expert.shape != (n,) or true_z_cm.shape != (n,):
        raise InputError(
            f"quantisation report: inputs {list(inputs.shape)}, experts {list(expert.shape)} and true z "
            f"{list(true_z_cm.shape)} must be [n, {INPUTS}], [n] and [n]"
        )
    if not (np.isfinite(inputs).all() and np.isfinite(true_z_cm).all()):
        raise InputError("quantisation report: inputs and true z must be finite numbers")
    if n and int(expert.max()) >= len(network.experts):
        raise InputError(
            f"quantisation report: expert {expert.max()} is none of the network's {len(network.experts)}"
        )
    asked = expert >= 0
    scaled = np.ascontiguousarray(inputs[asked], np.float32)
    chosen = np.ascontiguousarray(expert[asked], np.int8)
    truth = true_z_cm[asked]
    # First: a network that fixed point cannot hold costs nothing but a sentence.
    fixed = [FixedPoint(network, precision) for precision in precisions]
    reference = FloatingPoint(network).run(scaled, chosen).z_cm
    costs = [_cost(None, reference, reference, truth, cut_cm)]
    for precision, point in zip(precisions, fixed, strict=True):
        units = scaled.astype(np.float64) * (1 << precision.node)
        if len(units) and np.abs(units).max() >= 2.0**31:
            raise InputError(
                f"quantisation report: inputs up to {np.abs(scaled).max():g} are more than 32 bits hold, "
                f"{precision.node} of them after the point"
            )
        z = point.run(units.astype(np.int32), chosen).z_cm
        costs.append(_cost(precision, z, reference, truth, cut_cm))
    size = np.abs(truth)
    signal = tuple(int((size < region).sum()) for region in SIGNAL_CM)
    return Report(len(truth), signal, int((size > BACKGROUND_CM).sum()), tuple(costs))


def half_width(difference: NDArray[np.floating]) -> float:
    """Return half the length of the interval from the 16th to the 84th percentile, NaN of nothing."""
    if not len(difference):
        return float("nan")
    low, high = np.percentile(difference, [16, 84])
    return float(high - low) / 2


def _cost(
    precision: Precision | None,
    z: NDArray[np.float32],
    reference: NDArray[np.float32],
    truth: NDArray[np.float64],
    cut_cm: float,
) -> Cost:
    size, passed = np.abs(truth), np.abs(z) < cut_cm
    shift = z.astype(np.float64) - reference
    return Cost(
        precision,
        half_width((z - truth)[size < SIGNAL_CM[-1]]),
        float(np.sqrt(np.mean(shift**2))) if len(shift) else float("nan"),
        float(np.abs(shift).max(initial=0.0)),
        tuple(_fraction(passed[size < region]) for region in SIGNAL_CM),
        _fraction(passed[size > BACKGROUND_CM]),
    )


def _fraction(passed: NDArray[np.bool_]) -> float:
    return float(passed.mean()) if len(passed) else float("nan")
