"""Calorimeter clusters as offline reconstruction and the software trigger see them.

A fast simulation with one deposit per particle: photons and electrons leave all their energy, muons that of a
minimum-ionising particle, hadrons that and, if they interact, a part of their kinetic energy.  Deposits closer than a
crystal or two merge.  Beam background adds soft clusters.

What happens to a particle in the crystals (fluctuations, hadronic interactions) comes from the same random numbers
as in the crystals' response (`showers`): trigger and offline see the same shower.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trigemu.arrays import F64, I32, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.config import Background, Photons
from trigemu.collider.response.helix import (
    LIGHT_MM_NS,
    Track,
    arc_at_z,
    crossing,
    flight_ns,
    position,
    starts_within,
    track_at,
)
from trigemu.collider.response.rings import Envelope
from trigemu.frames.columns import grown
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, poisson, uniform2

Address = tuple[Int, Int, int, int]

ENERGY, THETA, PHI, TIME = range(4)
"""Columns of the clusters that `find_clusters` returns."""

_PHOTON, _ELECTRON, _MUON, _K_LONG, _NEUTRON, _PROTON = 22, 11, 13, 130, 2112, 2212

_SHOWER = int(ColliderPurpose.SHOWER)
_DEPOSIT = int(ColliderPurpose.PHOTON)
_TRACK = int(ColliderPurpose.TRACK_CLUSTER)
_BACKGROUND = int(ColliderPurpose.CLUSTER_BACKGROUND)
_COUNT = int(ColliderPurpose.CLUSTER_BACKGROUND_COUNT)


class PhotonNumbers(NamedTuple):
    """What kernels need of `Photons` and of the clusters in `Background` (same names; angles as cosine)."""

    efficiency: float
    threshold_gev: float
    stochastic: float
    quarter: float
    constant: float
    angle_stochastic_rad: float
    angle_constant_rad: float
    time_ns: float
    merge_cosine: float
    mip_gev: float
    mip_width_gev: float
    hadron_interaction: float
    hadron_visible: float
    clusters: float
    cluster_gev: float
    cluster_window_ns: float


def settings(photons: Photons, background: Background) -> PhotonNumbers:
    """Return the numbers that the kernels take."""
    p, b = photons, background
    return PhotonNumbers(
        efficiency=p.efficiency,
        threshold_gev=p.threshold_gev,
        stochastic=p.stochastic,
        quarter=p.quarter,
        constant=p.constant,
        angle_stochastic_rad=p.angle_stochastic_rad,
        angle_constant_rad=p.angle_constant_rad,
        time_ns=p.time_ns,
        merge_cosine=math.cos(p.merge_rad),
        mip_gev=p.mip_gev,
        mip_width_gev=p.mip_width_gev,
        hadron_interaction=p.hadron_interaction,
        hadron_visible=p.hadron_visible,
        clusters=b.clusters,
        cluster_gev=b.cluster_gev,
        cluster_window_ns=b.cluster_window_ns,
    )


@inlined
def energy_resolution(energy: float, stochastic: float, constant: float, quarter: float = 0.0) -> float:
    """Return the relative standard deviation of a photon's energy (GeV)."""
    root = math.sqrt(energy)
    sigma = math.hypot(stochastic / root, constant)
    return math.hypot(sigma, quarter / math.sqrt(root)) if quarter > 0.0 else sigma


@inlined
def face_arc(track: Track, surface: Envelope) -> float:
    """Return the arc at which a particle reaches the calorimeter; nan if it does not, or starts beyond its face."""
    if not starts_within(track, surface.radius):
        return math.nan
    out = crossing(track.d0, track.omega, track.start, surface.radius, 0)
    plane = surface.z_forward if track.tan_lambda > 0.0 else surface.z_backward
    end = arc_at_z(track.z0, track.tan_lambda, plane)
    if not math.isnan(out) and out <= end:
        return out
    return math.nan if math.isinf(end) or end < track.start else end


@inlined
def _inside(theta: float, edges: F64) -> bool:
    covered = False
    for k in range(len(edges)):
        covered |= edges[k, 0] <= theta <= edges[k, 1]
    return covered


@inlined
def _deposit(pdg: int, neutral: bool, total: float, mass: float, s: PhotonNumbers, u: F64) -> float:
    # Energy (GeV) that a particle leaves; u: conversion in front, interaction, its visible part, a normal number.
    kind = abs(pdg)
    if kind == _PHOTON:
        return total if u[0] < s.efficiency else 0.0
    if kind == _ELECTRON:
        return total
    kinetic = total - mass
    loss = 0.0
    if not neutral:
        # -ln(N^2) of a normal number N follows Moyal's approximation to Landau's distribution.
        loss = min(max(s.mip_gev - s.mip_width_gev * math.log(max(u[3] * u[3], 1e-4)), 0.0), kinetic)
    elif kind not in (_K_LONG, _NEUTRON):
        return 0.0
    if kind != _MUON and u[1] < s.hadron_interaction:
        extra = 2.0 * mass if pdg in (-_PROTON, -_NEUTRON) else 0.0  # antinucleons annihilate
        loss += u[2] * s.hadron_visible * (kinetic - loss + extra)
    return loss


@inlined
def _add(
    cluster: tuple[float, float, float, float],
    track: int,
    begin: int,
    merge: float,
    out: F64,
    matched: I64,
    n: int,
) -> tuple[int, int]:
    # Put a deposit into an old cluster of the event (rows from `begin`) or a new one; returns rows, and which.
    energy, theta, phi, _ = cluster
    for k in range(begin, min(n, len(out))):
        cosine = math.cos(theta) * math.cos(out[k, 1])
        cosine += math.sin(theta) * math.sin(out[k, 1]) * math.cos(phi - out[k, 2])
        if cosine > merge:
            if energy > out[k, 0]:  # the larger deposit says where and when
                out[k, 1], out[k, 2], out[k, 3] = theta, phi, cluster[3]
                matched[k] = track if track >= 0 else matched[k]
            elif matched[k] < 0:
                matched[k] = track
            out[k, 0] += energy
            return n, k - begin
    if n < len(out):
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = cluster
        matched[n] = track
    return n + 1, n - begin


@inlined
def _smeared(
    energy: float,
    fluctuation: float,
    point: tuple[float, float, float],
    time: float,
    s: PhotonNumbers,
    address: Address,
) -> tuple[float, float, float, float]:
    seed, frame, event, block = address
    _, b = normal2(seed, frame, _DEPOSIT, event, block)
    c, d = normal2(seed, frame, _DEPOSIT, event, block + 1)
    x, y, z = point
    theta, phi = math.atan2(math.hypot(x, y), z), math.atan2(y, x)
    measured = energy * (1.0 + energy_resolution(energy, s.stochastic, s.constant, s.quarter) * fluctuation)
    spread = math.hypot(s.angle_stochastic_rad / math.sqrt(energy), s.angle_constant_rad)
    theta = abs(theta + spread * b)
    phi += spread * c / max(math.sin(theta), 0.05)
    phi -= 2.0 * math.pi * math.floor((phi + math.pi) / (2.0 * math.pi))
    nominal = math.sqrt(x * x + y * y + z * z) / LIGHT_MM_NS
    return measured, theta, phi, time - nominal + s.time_ns * d / math.sqrt(energy)


@inlined
def _background(
    begin: int,
    edges: F64,
    s: PhotonNumbers,
    seed: Int,
    frame: Int,
    event: int,
    out: F64,
    matched: I64,
    n: int,
) -> int:
    # Add soft clusters, flat in the polar angles that are covered; return the new number of rows.
    count = poisson(seed, frame, _COUNT, event, s.clusters) if s.clusters > 0.0 else 0
    width = 0.0
    for k in range(len(edges)):
        width += edges[k, 1] - edges[k, 0]
    for k in range(count):
        a, b = uniform2(seed, frame, _BACKGROUND, event, 2 * k)
        c, d = uniform2(seed, frame, _BACKGROUND, event, 2 * k + 1)
        theta = b * width
        for j in range(len(edges)):
            if theta <= edges[j, 1] - edges[j, 0] or j == len(edges) - 1:
                theta += edges[j, 0]
                break
            theta -= edges[j, 1] - edges[j, 0]
        soft = s.threshold_gev - s.cluster_gev * math.log(1.0 - a)
        noise = (soft, theta, math.pi * (2.0 * c - 1.0), s.cluster_window_ns * (2.0 * d - 1.0))
        n, _ = _add(noise, -1, begin, s.merge_cosine, out, matched, n)
    return n


@kernel
def _find(
    offsets: I64,
    tracks: F64,
    pdg: I32,
    mass: F64,
    pt: F64,
    time: F64,
    number: I64,
    faces: tuple[float, ...],
    edges: F64,
    numbers: tuple[float, ...],
    seed: Int,
    frame: Int,
    cut: I64,
    cluster: I64,
    out: F64,
    matched: I64,
) -> int:
    n = 0
    surface, s = Envelope(*faces), PhotonNumbers(*numbers)
    u = np.empty(4)
    for event in range(len(offsets) - 1):
        cut[event] = n
        begin = n
        for i in range(offsets[event], offsets[event + 1]):
            cluster[i] = -1
            track, block = track_at(tracks, i), (i - offsets[event]) * 4
            arc = face_arc(track, surface)
            if math.isnan(arc):
                continue
            point = position(track.d0, track.phi0, track.omega, track.z0, track.tan_lambda, arc)
            if not _inside(math.atan2(math.hypot(point[0], point[1]), point[2]), edges):
                continue
            u[0], _ = uniform2(seed, frame, _TRACK, event, block)
            _, u[1] = uniform2(seed, frame, _SHOWER, event, block + 1)
            u[2], _ = uniform2(seed, frame, _SHOWER, event, block + 2)
            u[3], _ = normal2(seed, frame, _SHOWER, event, block)
            momentum = pt[i] * math.sqrt(1.0 + track.tan_lambda * track.tan_lambda)
            total = math.sqrt(momentum * momentum + mass[i] * mass[i])
            energy = _deposit(pdg[i], track.omega == 0.0, total, mass[i], s, u)
            if energy < 0.5 * s.threshold_gev:
                continue
            kind = abs(pdg[i])
            gauss = u[3]
            if kind not in (_PHOTON, _ELECTRON):  # theirs is used up by the ionisation
                gauss, _ = normal2(seed, frame, _TRACK, event, block + 1)
            when = time[i] + flight_ns(arc - track.start, pt[i], track.tan_lambda, mass[i])
            measured = _smeared(energy, gauss, point, when, s, (seed, frame, event, block))
            if measured[0] >= s.threshold_gev:
                n, cluster[i] = _add(measured, number[i], begin, s.merge_cosine, out, matched, n)
        n = _background(begin, edges, s, seed, frame, event, out, matched, n)
    cut[len(offsets) - 1] = n
    return n


def find_clusters(
    particles: Particles,
    tracks: F64,
    number: I64,
    surface: Envelope,
    photons: Photons,
    background: Background,
    seed: int,
    frame: int,
) -> tuple[I64, F64, I64, I64]:
    """Return the clusters of a frame's events.

    Parameters
    ----------
    particles, tracks
        The events of the frame, and their `helix.perigees`.
    number
        int64[m], number of each particle's track inside its event, -1 without.
    surface, photons, background
        Front faces of the calorimeter; its resolution; beam background.
    seed, frame
        Address of the random numbers.

    Returns
    -------
    offsets
        int64[n + 1], of the clusters.
    clusters
        float64[k, 4]: energy (GeV), theta, phi (rad, of the line from the collision point), time (ns after what
        light needs from there).
    track
        int64[k], number of the track inside the event, -1 without.
    cluster
        int64[m], number of each particle's cluster inside its event, -1 without.
    """
    p = particles
    offsets, cluster = np.empty(p.events + 1, np.int64), np.empty(len(p.x), np.int64)
    arguments = (
        p.offsets,
        tracks,
        p.pdg,
        p.mass,
        np.maximum(np.hypot(p.px, p.py), 1e-9),
        p.time_ns,
        number,
        tuple(surface),
        np.radians(np.array(photons.acceptance_deg, np.float64)),
        tuple(settings(photons, background)),
        np.uint64(seed),
        frame,
        offsets,
        cluster,
    )

    def fill(rows: int) -> tuple[int, tuple[F64, I64]]:
        out, matched = np.empty((rows, 4)), np.empty(rows, np.int64)
        return _find(*arguments, out, matched), (out, matched)

    n, (out, matched) = grown(fill, len(p.x) + int(2.0 * background.clusters * p.events) + 1024)
    return offsets, out[:n], matched[:n], cluster
