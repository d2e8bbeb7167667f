"""Recoil masses: what is missing against the tracks and photons that were measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.response.helix import gev_per_mm
from trigemu.frames.columns import Array
from trigemu.physics.beams import Beams


def track_momenta(tracks: Mapping[str, Array], mass: float, field_t: float) -> F64:
    """Return float64[k, 4] (px, py, pz, E in GeV) of measured tracks at their perigees.

    Parameters
    ----------
    tracks
        Columns of source ``tracks``.
    mass
        Mass in GeV that all of them are taken to have.
    field_t
        The solenoid's field in T.
    """
    pt = gev_per_mm(field_t) / np.maximum(np.abs(tracks["omega"].astype(np.float64)), 1e-12)
    phi, tan = tracks["phi0"].astype(np.float64), tracks["tan_lambda"].astype(np.float64)
    energy = np.sqrt(pt * pt * (1.0 + tan * tan) + mass * mass)
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * tan, energy], axis=1)


def photon_momenta(clusters: Mapping[str, Array]) -> F64:
    """Return float64[k, 4] (px, py, pz, E in GeV) of clusters taken as photons from the collision point."""
    energy, theta, phi = (clusters[name].astype(np.float64) for name in ("energy", "theta", "phi"))
    sine = np.sin(theta)
    return np.stack(
        [energy * sine * np.cos(phi), energy * sine * np.sin(phi), energy * np.cos(theta), energy], axis=1
    )


def recoil_mass2(momenta: F64, beams: Beams) -> F64:
    """Return float64[n], squared recoil mass in GeV^2 (errors can make it negative).

    Parameters
    ----------
    momenta
        float64[n, 4], sum of what was measured in each event (laboratory; GeV).
    beams
        The beams; their energy spread is no part of the calculation, as nobody knows an event's beam energy.
    """
    missing = beams.total - momenta
    return np.asarray(missing[:, 3] ** 2 - (missing[:, :3] ** 2).sum(axis=1))


def recoil_mass(momenta: F64, beams: Beams) -> F64:
    """Return float64[n], recoil mass in GeV, negative where its square is."""
    squared = recoil_mass2(momenta, beams)
    return np.asarray(np.sign(squared) * np.sqrt(np.abs(squared)))
