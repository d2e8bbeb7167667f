"""What the event filter computes of each event: showers, tracks and how they balance (besiii_babar_facts A10.3-A10.4).

All in the laboratory: it moves by a hundredth of c against the centre of mass (beams cross at 22 mrad), which turns
back-to-back pairs by up to 1.3 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.reconstructed import Columns, check_pieces, events_of, leaders, picked, track_momenta
from trigemu.experiments.besiii.filter.config import Objects
from trigemu.physics.angles import acollinearity

FIELD_T = 1.0
"""Field of the solenoid (besiii_babar_facts A2.1)."""

GEV_PER_COUNT = 1e-4
"""Unit of ``energy`` in source ``timing``."""

SHOWERS, TRACKS = 3, 2
"""How many leading showers and tracks are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantities:
    """What is known of n events; angles in degrees, energies and momenta over the beam energy, times in ns.

    Attributes
    ----------
    beam
        float64[n], energy of a beam in the centre of mass, GeV.
    showers
        int64[n], how many there are.
    share, cosine, phi
        float64[n, 3], energy, cosine of the polar angle and azimuth (rad) of the highest three (energy 0, angles nan
        where there are fewer).
    acollinearity, acoplanarity
        float64[n], of the two highest showers (nan with fewer).
    total
        float64[n], energy of all showers.
    charged
        int64[n], tracks wherever they come from.
    tracks
        int64[n], those from the collision point.
    momentum
        float64[n, 2], of the two fastest tracks (0 where there are fewer).
    leg
        float64[n, 2], GeV in the calorimeter of those two.
    opposite
        bool[n], those two have opposite charges.
    track_acollinearity
        float64[n], of those two (nan with fewer).
    time
        float64[n], how far their times are apart (nan with fewer).
    balance
        float64[n], size of the sum of all tracks' momenta.
    """

    beam: F64
    showers: I64
    share: F64
    cosine: F64
    phi: F64
    acollinearity: F64
    acoplanarity: F64
    total: F64
    charged: I64
    tracks: I64
    momentum: F64
    leg: F64
    opposite: Bool
    track_acollinearity: F64
    time: F64
    balance: F64


def in_time(clusters: Columns, least_gev: float, window_ns: float) -> Bool:
    """Return bool[k], clusters above an energy and within a time of the collision."""
    energy, time = (np.asarray(clusters[name], np.float64) for name in ("energy", "time"))
    return np.asarray((energy > least_gev) & (np.abs(time) < window_ns))


def _showers(clusters: Columns, beam: F64, config: Objects) -> dict[str, NDArray[np.generic]]:
    n = len(beam)
    kept = in_time(clusters, config.shower_gev, config.shower_ns)
    event = events_of("clusters", clusters)[kept]
    energy, theta, phi = (np.asarray(clusters[k], np.float64)[kept] for k in ("energy", "theta", "phi"))
    rows = leaders(event, energy, n, SHOWERS)
    cosine, azimuth = picked(np.cos(theta), rows, np.nan), picked(phi, rows, np.nan)
    sine = np.sqrt(1.0 - cosine[:, :2] ** 2)
    ways = np.stack([sine * np.cos(azimuth[:, :2]), sine * np.sin(azimuth[:, :2]), cosine[:, :2]], axis=2)
    apart = np.abs(np.degrees(azimuth[:, 0] - azimuth[:, 1])) % 360.0
    return {
        "beam": beam,
        "showers": np.bincount(event, minlength=n),
        "share": picked(energy, rows, 0.0) / beam[:, None],
        "cosine": cosine,
        "phi": azimuth,
        "acollinearity": acollinearity(ways[:, 0], ways[:, 1]),
        "acoplanarity": np.abs(180.0 - apart),
        "total": np.bincount(event, energy, n) / beam,
    }


def _tracks(tracks: Columns, beam: F64, config: Objects) -> dict[str, NDArray[np.generic]]:
    n = len(beam)
    event = events_of("tracks", tracks)
    time, leg = (np.asarray(tracks[name], np.float64) for name in ("time", "energy"))
    massless = track_momenta(tracks, 0.0, FIELD_T)
    way, size = massless[:, :3], massless[:, 3]
    central = np.abs(np.asarray(tracks["d0"], np.float64)) < config.track_r_mm
    central &= np.abs(np.asarray(tracks["z0"], np.float64)) < config.track_z_mm
    rows = leaders(event, size, n, TRACKS)
    first, second = rows.T
    charge = picked(np.asarray(tracks["charge"], np.float64), rows, 0.0)
    padded = np.vstack([way, np.zeros(3)])
    sums = np.stack([np.bincount(event, way[:, axis], n) for axis in range(3)], axis=1)
    times = picked(time, rows, np.nan)
    return {
        "charged": np.bincount(event, minlength=n),
        "tracks": np.bincount(event[central], minlength=n),
        "momentum": picked(size, rows, 0.0) / beam[:, None],
        "leg": picked(leg, rows, 0.0),
        "opposite": charge[:, 0] * charge[:, 1] < 0,
        "track_acollinearity": acollinearity(padded[first], padded[second]),
        "time": np.abs(times[:, 0] - times[:, 1]),
        "balance": np.sqrt((sums * sums).sum(axis=1)) / beam,
    }


def quantities(tracks: Columns, clusters: Columns, energy: NDArray[np.uint16], config: Objects) -> Quantities:
    """Return what the filter knows of a frame's events.

    Parameters
    ----------
    tracks, clusters
        Columns of those sources.
    energy
        uint16[n], energy in the centre of mass of each event's run, 0.1 MeV.
    config
        What counts as a track or a shower.

    Raises
    ------
    InputError
        Sources have different numbers of events, columns different lengths, or offsets are none.
    """
    n = len(energy)
    for name, columns in (("tracks", tracks), ("clusters", clusters)):
        check_pieces(name, columns, n)
    beam = np.maximum(0.5 * GEV_PER_COUNT * energy.astype(np.float64), 0.5 * GEV_PER_COUNT)
    # Hostile floats give infinities and nan, which pass no cut.
    with np.errstate(over="ignore", invalid="ignore"):
        return Quantities(**_showers(clusters, beam, config), **_tracks(tracks, beam, config))  # type: ignore[arg-type]
