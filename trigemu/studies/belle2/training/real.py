"""Inputs of the neural trigger from real collisions: reading them, and toy tracks that look like them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trigemu.arrays import F32, F64, I64, Bool
from trigemu.collider.wire_patterns import Helices
from trigemu.errors import InputError
from trigemu.files import MIB, read_regular
from trigemu.studies.belle2.training import chamber
from trigemu.studies.belle2.training.detector import OMEGA_STEP, Smearing, measure
from trigemu.studies.belle2.training.inputs import build_inputs
from trigemu.studies.belle2.training.recipe import (
    REALISTIC,
    THETA_MIDDLE,
    THETA_SCALE,
    Z_SCALE,
    Sample,
    targets_of,
)

LARGEST = 256 * MIB
"""Bytes of a table: a million tracks."""

WINDOWS = np.array(
    [
        *((-1.5, 1.5), (-7.5, -0.5), (-1.5, 1.5), (0.5, 7.5), (-1.5, 1.5), (-8.5, 0.5)),
        *((-2.5, 1.5), (-0.5, 10.5), (-3.5, 2.5)),
    ]
)
"""Relative ids that count in the experiment's configuration (belle2_facts 5.1): largest inputs agree with them."""

EVENT_COLUMNS = ("Experiment", "Run", "Subrun", "Event")
TARGET_COLUMNS = ("RecoZ", "RecoTheta")
HARDWARE_COLUMNS = ("ScaleZ", "ScaleTheta")
INPUT_COLUMNS = tuple(f"SL{s}-{name}" for s in range(9) for name in ("relID", "driftT", "alpha"))

DETECTOR = Smearing(
    drift_ticks=12.0,
    undetermined=0.3,
    wrong_side=0.07,
    second=REALISTIC.second,
    background=0.13,
    start_ticks=10.0,
    start_early=18.0,
    find_2d=True,
)
"""Chosen by hand so that toy inputs spread as real ones do (residuals of axial and stereo ids, times)."""


@dataclass(frozen=True, slots=True, eq=False)
class RealTracks:
    """Rows of a file of real inputs.

    Attributes
    ----------
    event
        int64[n]: equal for rows of one event.
    inputs
        float32[n, 27], as the hardware scales them.
    offline, hardware
        float32[n, 2]: scaled z and theta of the offline track and of the hardware's network.
    """

    event: I64
    inputs: F32
    offline: F32
    hardware: F32

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.event)

    def rows(self, chosen: Bool) -> RealTracks:
        """Return some of the rows."""
        return RealTracks(
            self.event[chosen], self.inputs[chosen], self.offline[chosen], self.hardware[chosen]
        )


def read_real(path: Path) -> RealTracks:
    """Read a table with tab-separated columns, named in its first line.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or holds something that is not a finite number.
    """
    try:
        lines = read_regular(path, LARGEST, f"{path}:").decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not a readable table of neural-trigger inputs ({error})") from error
    names = lines[0].split("\t") if lines else []
    for name in (*EVENT_COLUMNS, *INPUT_COLUMNS, *TARGET_COLUMNS, *HARDWARE_COLUMNS):
        if name not in names:
            raise InputError(f"{path}: lacks the column {name}, the first line must name all columns")
    values = np.empty((len(lines) - 1, len(names)))
    for number, line in enumerate(lines[1:]):
        try:
            values[number] = [float(word) for word in line.split("\t")]
        except ValueError as error:
            raise InputError(f"{path}, line {number + 2}: must be {len(names)} numbers ({error})") from error
    if not len(values) or not np.isfinite(values).all():
        raise InputError(f"{path}: must have rows, and only finite numbers")
    if not values[:, [names.index(name) for name in INPUT_COLUMNS]].any(axis=1).all():
        raise InputError(
            f"{path}: has a row whose {len(INPUT_COLUMNS)} inputs are all 0, at least one must not be"
        )

    def columns(wanted: tuple[str, ...]) -> F64:
        return values[:, [names.index(name) for name in wanted]]

    event = np.unique(columns(EVENT_COLUMNS), axis=0, return_inverse=True)[1].ravel()
    return RealTracks(
        event.astype(np.int64),
        *(columns(c).astype(np.float32) for c in (INPUT_COLUMNS, TARGET_COLUMNS, HARDWARE_COLUMNS)),
    )


def curvature_of(inputs: F32) -> tuple[F64, Bool]:
    """Return the 2D tracks' curvature (float64[n], 1/cm) and which superlayers are present (bool[n, 9])."""
    parts = inputs.reshape(-1, 9, 3).astype(np.float64)
    present = (parts != 0).any(2)
    # Few segments are seen through their second priority layer: the median is of first ones.
    each = 2 * np.sin(2 * parts[:, :, 2]) / chamber.RADIUS[chamber.LAYERS[0]]
    curvature = np.nanmedian(np.where(present, each, np.nan), axis=1)
    return np.asarray(curvature, np.float64), present


def toys_alike(rng: np.random.Generator, rows: RealTracks, number: int) -> Sample:
    """Return toy tracks that repeat the offline z, theta, curvature and superlayers of real rows, smeared.

    Only phi and charge are free: the offline tracks give the shape of phase space, the wires all the rest.
    """
    curvature, present = curvature_of(rows.inputs)
    pick = rng.integers(len(rows), size=number)
    z = rows.offline[pick, 0] * Z_SCALE
    z = z + rng.normal(0, 1, number) * np.where(np.abs(z) > 2, 8.0, 0.3)
    theta = np.radians(rows.offline[pick, 1] * THETA_SCALE + THETA_MIDDLE) + rng.normal(0, 0.15, number)
    omega = curvature[pick] + rng.uniform(-1, 1, number) * OMEGA_STEP
    omega *= rng.choice((-1.0, 1.0), number)
    phi0 = rng.uniform(-np.pi, np.pi, number)
    tracks = Helices(phi0, omega, z, 1 / np.tan(np.clip(theta, 0.3, 2.8)))
    inputs, inside = build_inputs(measure(rng, tracks, DETECTOR, WINDOWS), WINDOWS)
    keep = np.repeat(inside & present[pick], 3, axis=1)
    return Sample(np.where(keep, inputs, 0).astype(np.float32), targets_of(tracks))
