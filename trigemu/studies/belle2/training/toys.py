"""Toy helices from the beam axis through the real wires (recipe: belle2_facts 5.6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.collider import wire_patterns
from trigemu.collider.wire_patterns import Helices
from trigemu.experiments.belle2.cdc import geometry
from trigemu.studies.belle2.training import chamber

DRIFT_VELOCITY = 4.0e-3
"""cm/ns (belle2_facts, section 2)."""
TICK_NS = 1.965


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Nearest priority wire of each superlayer; all [n, 9].

    Attributes
    ----------
    wire
        float64, segment units (whole for first, half-whole for second priority).
    distance
        float64 cm, signed: positive where the track passes at larger azimuth ("left").
    inside
        bool, the track crosses the layer between the endplates.
    """

    wire: F64
    distance: F64
    inside: NDArray[np.bool_]


def sample_helices(
    rng: np.random.Generator,
    number: int,
    pt: tuple[float, float] = (0.5, 5.0),
    theta: tuple[float, float] = (35.0, 125.0),
    z: tuple[float, float] = (-20.0, 20.0),
) -> Helices:
    """Throw helices flat in azimuth, 1/pT (GeV), theta (degrees) and z (cm), of either charge."""
    curvature = rng.uniform(1 / pt[1], 1 / pt[0], number) * chamber.CURVATURE
    charge = rng.choice((-1.0, 1.0), number)
    angle = np.radians(rng.uniform(*theta, number))
    phi0 = rng.uniform(-np.pi, np.pi, number)
    return Helices(phi0, charge * curvature, rng.uniform(*z, number), 1 / np.tan(angle))


def places(tracks: Helices, layers: I64, chord: bool = True, radial: float = 0.0) -> tuple[F64, F64, F64]:
    """Where tracks cross layers of wires.

    Parameters
    ----------
    tracks
        n helices.
    layers
        int64[k].
    chord
        Straight stereo wires, which come nearer to the axis between their ends; otherwise wires at fixed radius
        (the simple toy).
    radial
        How far outside the layer to look, cm.

    Returns
    -------
    place, z, across
        float64[n, k]: azimuth in segment units counted from the place of wires of number 0 and offset 0; z in cm;
        cm per segment unit across the track.  NaN where a track does not reach the layer.
    """
    return wire_patterns.places(chamber.WIRES, tracks, layers, "chord" if chord else "linear", radial)


def cross(tracks: Helices, priority: int = 0, chord: bool = True) -> Crossings:
    """Return the priority wires nearest to the tracks: of the first (0) or the second (1) priority layers."""
    layers = chamber.LAYERS[priority]
    place, z, across = places(tracks, layers, chord)
    inside = np.isfinite(place) & (z > chamber.BACKWARD[layers]) & (z < chamber.FORWARD[layers])
    place = np.where(np.isfinite(place), place, 0.0)
    shift = geometry.OFFSET[layers]
    wire = np.round(place - shift) + shift
    return Crossings(wire, (place - wire) * across, inside)


def drift_ticks(distance: F64) -> F64:
    """Whole ticks that the drift takes, at constant velocity."""
    return np.floor(np.abs(distance) / DRIFT_VELOCITY / TICK_NS)
