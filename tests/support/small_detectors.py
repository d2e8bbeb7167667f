"""A detector like BESIII for tests of the general response."""

from __future__ import annotations

import math

import numpy as np

from trigemu.collider.response.config import Background, Cells, Photons, Showers, Tracking
from trigemu.collider.response.detector import Detector, Tdc
from trigemu.collider.response.layers import DriftChamber, half_way
from trigemu.collider.response.rings import Envelope, Rings, in_order
from trigemu.physics.particles import from_columns

FIELD_T = 1.0
TDC = Tdc(t0=6272.0, count_ns=0.09375)  # larger counts are later, unlike Belle II's

# Six of BESIII's eleven superlayers (geometry of pybes3): radii and z of the ends in mm, wires, turn and offset in
# cells.  Stereo wires turn by fractions of a cell, axial layers begin at odd places, gaps lie between superlayers.
_SUPERLAYERS = (
    ((127.2, 138.75, 150.1, 161.6), (414, 420, 426, 432), (64, 72, 80, 80), -4.5, (5.0, 4.5, 5.0, 4.5)),
    (
        (197.0, 213.0, 229.55, 245.55),
        (546, 546, 636, 636),
        (76, 76, 88, 88),
        0.0,
        (0.749, 0.249, 0.788, 0.288),
    ),
    ((326.9, 342.65, 358.75, 374.55), (891, 891, 976, 976), (128, 128, 140, 140), 0.0, (0.5, 0.0, 0.5, 0.0)),
    ((399.75, 415.2, 431.2, 447.6), (1087, 1090, 1093, 1096), (160,) * 4, 6.0, (-5.5, -6.0, -5.5, -6.0)),
    ((464.15, 480.2, 496.85, 513.7), (1099, 1102, 1105, 1108), (176,) * 4, -6.5, (7.0, 6.5, 7.0, 6.5)),
    ((666.8, 682.85, 699.15, 715.7), (1138, 1141, 1144, 1147), (256,) * 4, 0.0, (0.787, 0.287, 0.787, 0.287)),
)


def small_chamber() -> DriftChamber:
    """Return 24 layers in six superlayers."""
    radius, z, wires, turn, offset, superlayer, inner, outer = ([] for _ in range(8))
    for number, (radii, ends, cells, twist, offsets) in enumerate(_SUPERLAYERS):
        own = half_way(np.array(radii), 8.0, 8.0)
        for column, values in (
            *((radius, radii), (z, ends), (wires, cells), (offset, offsets)),
            *((turn, (twist,) * 4), (superlayer, (number,) * 4), (inner, own[0]), (outer, own[1])),
        ):
            column.extend(values)
    return DriftChamber(
        radius=np.array(radius),
        backward=-np.array(z, float),
        forward=np.array(z, float),
        wires=np.array(wires),
        offset=np.array(offset),
        turn=np.array(turn),
        superlayer=np.array(superlayer),
        inner=np.array(inner),
        outer=np.array(outer),
    )


SURFACE = Envelope(940.0, -1385.0, 1385.0)


def small_detector(field_t: float = FIELD_T) -> Detector:
    """Return the detector without a vertex detector."""
    return Detector(field_t, small_chamber(), TDC, SURFACE, (math.radians(21.0), math.radians(159.0)))


def small_rings() -> Rings:
    """Return 6240 crystals as BESIII's: east endcap from the beam outwards, barrel, west endcap from the beam."""
    endcap = np.array([64, 64, 80, 80, 96, 96])
    barrel = 2.0 * np.arctan(
        np.exp(-np.linspace(*(-math.log(math.tan(math.radians(a) / 2)) for a in (34.3, 145.7)), 45))
    )
    east = np.radians(np.linspace(19.87, 32.7, 7))
    lower = np.concatenate([east[:-1], barrel[:-1], math.pi - east[1:]])
    upper = np.concatenate([east[1:], barrel[1:], math.pi - east[:-1]])
    crystals = np.concatenate([endcap, np.full(44, 120), endcap])
    begin = np.concatenate([np.full(6, 0.05), np.full(44, 0.1), np.full(6, -0.02)]) / crystals
    return Rings(np.stack([lower, upper], axis=1), crystals, in_order(crystals), begin)


CELLS = Cells(
    resolution_mm=0.0,
    efficiency=1.0,
    clusters_per_mm=1e6,
    drift_mm_ns=0.03,
    linear_mm=6.0,
    edge_ns_mm2=8.0,
    propagation_mm_ns=250.0,
    half_turns=3,
)
"""Cells that see everything."""

TRACKING = Tracking(
    efficiency=1.0,
    pt_half_gev=0.06,
    pt_width_gev=0.01,
    layers_half=6.0,
    layers_width=1.5,
    d0_scale_mm=600.0,
    vertex_radius_mm=100.0,
    vertex_efficiency=0.0,
    pt_slope=0.003,
    pt_constant=0.004,
    d0_mm=0.1,
    d0_scattering_mm_gev=0.05,
    z0_mm=0.5,
    z0_scattering_mm_gev=0.1,
    chamber_d0_mm=0.3,
    chamber_z0_mm=2.0,
    angle_rad=0.001,
    angle_scattering_gev=0.001,
    time_ns=2.0,
)

PHOTONS = Photons(
    efficiency=1.0,
    threshold_gev=0.02,
    stochastic=0.023,
    constant=0.01,
    angle_stochastic_rad=0.005,
    angle_constant_rad=0.001,
    time_ns=1.0,
    acceptance_deg=((21.0, 32.0), (34.3, 145.7), (148.0, 159.0)),
    merge_rad=0.06,
    mip_gev=0.16,
    mip_width_gev=0.01,
    hadron_interaction=0.5,
    hadron_visible=0.6,
)

QUIET = Background(
    wire_rate_khz=(0.0,) * 6,
    wire_window=(6272, 14805),
    bunch_fraction=0.0,
    clusters=0.0,
    cluster_gev=0.04,
    cluster_window_ns=100.0,
)
"""No background; the window is the 800 ns after the collision."""

SHOWERS = Showers(
    barrel_radius_mm=SURFACE.radius,
    forward_z_mm=SURFACE.z_forward,
    backward_z_mm=-SURFACE.z_backward,
    crystal_mm=280.0,
    resolution_quarter=0.0,
    resolution_constant=0.0,
    leakage=0.0,
)
"""Showers without fluctuations or leakage."""

MASS = {11: 0.000511, 13: 0.10566, 22: 0.0, 211: 0.1395704}


def guns(pdg, p, theta, phi, *, charge=0, start=(0.0, 0.0, 0.0), mass=None, time=0.0):
    """Return one particle an event; angles in rad, arguments broadcast."""
    p, theta, phi, x, y, z = (np.array(a, float).ravel() for a in np.broadcast_arrays(p, theta, phi, *start))
    n = len(p)
    return from_columns(
        offsets=np.arange(n + 1),
        pdg=np.full(n, pdg, np.int32),
        charge=np.full(n, charge, np.int8),
        mass=np.full(n, MASS[abs(pdg)] if mass is None else mass),
        px=p * np.sin(theta) * np.cos(phi),
        py=p * np.sin(theta) * np.sin(phi),
        pz=p * np.cos(theta),
        x=x,
        y=y,
        z=z,
        time_ns=np.full(n, float(time)),
        mother=np.zeros(n, np.int32),
    )
