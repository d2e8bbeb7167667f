"""The 27 inputs of the neural trigger from toy measurements, in floating point (belle2_facts 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64
from trigemu.studies.belle2.training import chamber

T_MAX = 256.0
"""Ticks at which drift times saturate."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the track finders know of each superlayer; [n, 9] unless stated.

    Attributes
    ----------
    wire
        float64, segment units: the priority wire.
    time
        float64, ticks since the event time.
    side
        float64: +1 left, -1 right, 0 undetermined.
    second
        bool, seen through the second priority layer.
    present
        bool.
    phi0, omega
        float64[n], the 2D track.
    """

    wire: F64
    time: F64
    side: F64
    second: NDArray[np.bool_]
    present: NDArray[np.bool_]
    phi0: F64
    omega: F64


def build_inputs(seen: Measured, windows: F64) -> tuple[F64, NDArray[np.bool_]]:
    """Return the scaled inputs and which superlayers count.

    Parameters
    ----------
    seen
        Measurements of n tracks.
    windows
        float64[9, 2]: relative ids that count.

    Returns
    -------
    inputs, present
        float64[n, 27] (per superlayer id, time, angle) and bool[n, 9].
    """
    radius = chamber.RADIUS[np.where(seen.second, *chamber.LAYERS[::-1])]
    half = radius * seen.omega[:, None] / 2
    alpha = np.where(np.abs(half) < 1, np.arcsin(np.clip(half, -1, 1)), np.pi / 2)
    relative = seen.wire - (seen.phi0[:, None] - alpha) * chamber.UNIT
    relative -= chamber.SEGMENTS * np.round((relative - windows.mean(1)) / chamber.SEGMENTS)
    present = seen.present & (relative >= windows[:, 0]) & (relative <= windows[:, 1])
    width = windows[:, 1] - windows[:, 0]
    scale = 2.0 ** np.floor(np.log2(2 / width))
    out = np.empty((len(seen.phi0), 9, 3))
    out[:, :, 0] = (relative - windows.mean(1)) * scale
    out[:, :, 1] = np.clip(seen.time, 0, T_MAX) / T_MAX * seen.side
    out[:, :, 2] = alpha / 2
    out[~present] = 0
    return out.reshape(-1, 27), present


def choose_expert(present: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return int64[n]: 0 for all stereo superlayers, 1-4 without 7, 5, 3, 1, else -1 (belle2_facts 5.2)."""
    missing = ~present[:, chamber.STEREO[::-1]]
    return np.where(missing.sum(1) == 0, 0, np.where(missing.sum(1) == 1, missing.argmax(1) + 1, -1))
