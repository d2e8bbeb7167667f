"""Toy of what the trigger makes of a track: 2D track from axial wires, missing, wrong and undetermined segments.

Nothing here is a simulation of the chamber: it only brings the networks' inputs near what real ones look like
(belle2_published 1.1 lists presence, zero times and saturated times in collisions).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.wire_patterns import Helices
from trigemu.studies.belle2.training import chamber
from trigemu.studies.belle2.training.inputs import Measured
from trigemu.studies.belle2.training.toys import DRIFT_VELOCITY, TICK_NS, cross

PHI_STEP = np.radians(2.25) / 2
"""rad: half a cell of the Hough plane; centres of clusters lie on this grid (belle2_facts, section 4)."""
OMEGA_STEP = 2 * chamber.CURVATURE / 0.3 / 34 / 2
"""1/cm: half a cell in curvature."""


@dataclass(frozen=True, slots=True)
class Smearing:
    """How a toy chamber differs from the ideal one.

    Attributes
    ----------
    drift_ticks
        Sigma of a drift time.
    undetermined
        Probability that a segment's left/right is not known, per superlayer or one for all.
    near_ticks
        Drift time at which close passages have their side known in a share 1 - 1/e, per superlayer or one for all.
    wrong_side
        Probability that a known left/right is wrong.
    second
        Probability that a segment is seen through its second priority layer.
    neighbour
        Probability that a track in the outer third of its cell is seen through the next wire instead.
    missing_axial, missing_stereo
        Probability that a superlayer has no segment.
    background
        Probability that a segment is not the track's: random wire in the window, random time and side.
    axial_start
        Count times from the fastest axial segment (what the trigger does), not from the fastest of all.
    start_ticks, start_early
        Sigma of the event time, and the mean of an exponential by which it comes early, in ticks.
    phi, omega
        Sigma by which the 2D track misses beyond what wires and grid do, rad and 1/cm.
    find_2d
        Make the 2D track from the axial wires; otherwise it is the true one.
    """

    drift_ticks: float = 0.0
    undetermined: float | F64 = 0.0
    near_ticks: float | F64 = 0.0
    wrong_side: float = 0.0
    second: float | F64 = 0.0
    neighbour: float = 0.0
    missing_axial: float = 0.0
    missing_stereo: float = 0.0
    background: float = 0.0
    start_ticks: float = 0.0
    start_early: float = 0.0
    phi: float = 0.0
    omega: float = 0.0
    find_2d: bool = False
    axial_start: bool = False


def measure(
    rng: np.random.Generator, tracks: Helices, smearing: Smearing, windows: F64, *, chord: bool = True
) -> Measured:
    """Return what the trigger sees of toy tracks.

    Times count from the fastest priority wire of the track (the default of the experiment's training).
    """
    shape = (len(tracks), chamber.SUPERLAYERS)
    first, other = cross(tracks, 0, chord), cross(tracks, 1, chord)
    second = rng.random(shape) < smearing.second
    wire = np.where(second, other.wire, first.wire)
    distance = np.where(second, other.distance, first.distance)
    pitch = 2 * np.pi * chamber.RADIUS[chamber.LAYERS[0]] / chamber.SEGMENTS
    swap = (np.abs(distance) > pitch / 3) & (rng.random(shape) < smearing.neighbour)
    step = np.where(swap, np.sign(distance), 0.0)
    wire, distance = wire + step, distance - step * pitch
    time = np.abs(distance) / DRIFT_VELOCITY / TICK_NS + rng.normal(0, 1, shape) * smearing.drift_ticks
    side = np.where(distance > 0, 1.0, -1.0)
    side = np.where(rng.random(shape) < smearing.wrong_side, -side, side)
    present = np.where(second, other.inside, first.inside)
    lost = np.where(np.isin(np.arange(9), chamber.AXIAL), smearing.missing_axial, smearing.missing_stereo)
    present &= rng.random(shape) >= lost
    seen = Measured(wire, np.floor(time), side, second, present, tracks.phi0, tracks.omega)
    if smearing.find_2d:
        seen = find_2d(seen)
    n = len(tracks)
    seen = replace(
        seen,
        phi0=seen.phi0 + rng.normal(0, 1, n) * smearing.phi,
        omega=seen.omega + rng.normal(0, 1, n) * smearing.omega,
    )
    seen = add_background(rng, seen, smearing.background, windows)
    near = np.exp(-((seen.time / np.maximum(smearing.near_ticks, 1e-6)) ** 2))
    unknown = rng.random(shape) < smearing.undetermined + (1 - np.asarray(smearing.undetermined)) * near
    side = np.where(unknown, 0.0, seen.side)
    early = seen.present & (~smearing.axial_start | np.isin(np.arange(9), chamber.AXIAL))
    start = np.where(early, seen.time, np.inf).min(1)
    start = np.where(np.isfinite(start), start, 0.0)
    start = start + rng.normal(0, 1, len(start)) * smearing.start_ticks
    start = start - rng.exponential(1, len(start)) * smearing.start_early
    return replace(seen, side=side, time=np.floor(seen.time - start[:, None]))


def find_2d(seen: Measured) -> Measured:
    """Give toy tracks the 2D track that their axial wires suggest, on the grid of the Hough plane."""
    axial = chamber.AXIAL
    weight = seen.present[:, axial].astype(float)
    radius = chamber.RADIUS[np.where(seen.second[:, axial], *chamber.LAYERS[::-1, axial])]
    bend = np.arcsin(np.clip(radius * seen.omega[:, None] / 2, -1, 1))
    unit = chamber.UNIT[axial]
    # What the wires say beyond the true track: azimuth residuals, fitted by a straight line in the radius.
    residual = seen.wire[:, axial] / unit - (seen.phi0[:, None] - bend)
    residual -= 2 * np.pi * np.round(residual / (2 * np.pi))
    sums = [(weight * radius**k).sum(1) for k in range(3)]
    up = [(weight * residual * radius**k).sum(1) for k in range(2)]
    determinant = sums[0] * sums[2] - sums[1] ** 2
    good = determinant > 1e-6
    determinant = np.where(good, determinant, 1.0)
    phi0 = np.where(good, (sums[2] * up[0] - sums[1] * up[1]) / determinant, 0.0)
    slope = np.where(good, (sums[0] * up[1] - sums[1] * up[0]) / determinant, 0.0)
    phi0, omega = seen.phi0 + phi0, seen.omega - 2 * slope
    return replace(
        seen, phi0=np.round(phi0 / PHI_STEP) * PHI_STEP, omega=np.round(omega / OMEGA_STEP) * OMEGA_STEP
    )


def add_background(rng: np.random.Generator, seen: Measured, share: float, windows: F64) -> Measured:
    """Replace a share of the segments by ones of other origin, inside the windows of relative ids."""
    shape = seen.wire.shape
    swap = rng.random(shape) < share
    alpha = np.arcsin(np.clip(chamber.RADIUS[chamber.LAYERS[0]] * seen.omega[:, None] / 2, -1, 1))
    reference = (seen.phi0[:, None] - alpha) * chamber.UNIT
    wire = np.round(reference + rng.uniform(windows[:, 0], windows[:, 1], shape))
    time = np.floor(rng.uniform(0, 300, shape))
    side = rng.choice((-1.0, 1.0), shape)
    return replace(
        seen,
        wire=np.where(swap, wire, seen.wire),
        time=np.where(swap, time, seen.time),
        side=np.where(swap, side, seen.side),
        second=seen.second & ~swap,
    )
