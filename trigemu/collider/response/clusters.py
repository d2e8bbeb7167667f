"""Calorimeter clusters as offline reconstruction and the software trigger see them.

A fast simulation with one deposit per particle: photons and electrons leave all their energy, muons that of a
minimum-ionising particle, hadrons that and, if they interact, a part of their kinetic energy.  Deposits closer than a
crystal or two merge.  Beam background adds soft clusters.

What happens to a particle in the crystals (fluctuations, hadronic interactions) comes from the same random numbers
as in the response of the calorimeter trigger (`ecl.showers`): trigger and offline see the same shower.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.collider.purposes import ColliderPurpose
from trigemu.collider.response.helix import LIGHT_MM_NS, arc_at_z, crossing, flight_ns, position
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.yoke import CALORIMETER_RADIUS, starts_within
from trigemu.jit import inlined, kernel
from trigemu.physics.particles import Particles
from trigemu.physics.rng import Int, normal2, poisson, uniform2

Address = tuple[Int, Int, int, int]

CALORIMETER_Z = (-1020.0, 1960.0)
"""Recalled: z of the faces of the endcap calorimeters in mm."""

ENERGY, THETA, PHI, TIME = range(4)
"""Columns of the clusters that `find_clusters` returns."""

_PHOTON, _ELECTRON, _MUON, _K_LONG, _NEUTRON, _PROTON = 22, 11, 13, 130, 2112, 2212

_SHOWER = int(ColliderPurpose.SHOWER)
_DEPOSIT = int(ColliderPurpose.PHOTON)
_TRACK = int(ColliderPurpose.TRACK_CLUSTER)
_BACKGROUND = int(ColliderPurpose.CLUSTER_BACKGROUND)
_COUNT = int(ColliderPurpose.CLUSTER_BACKGROUND_COUNT)


def settings(config: Response) -> tuple[float, ...]:
    """Return the numbers of a configuration that the kernels take, in their order."""
    p, b = config.photons, config.background
    return (
        p.efficiency,
        p.threshold_gev,
        p.stochastic,
        p.constant,
        p.angle_stochastic_rad,
        p.angle_constant_rad,
        p.time_ns,
        math.cos(p.merge_rad),
        p.mip_gev,
        p.mip_width_gev,
        p.hadron_interaction,
        p.hadron_visible,
        b.clusters,
        b.cluster_gev,
        b.cluster_window_ns,
    )


@inlined
def energy_resolution(energy: float, stochastic: float, constant: float) -> float:
    """Return the relative standard deviation of a photon's energy (GeV)."""
    return math.hypot(stochastic / math.sqrt(energy), constant)


@inlined
def face_arc(track: F64) -> float:
    """Return the arc at which a particle reaches the calorimeter; nan if it does not, or starts beyond its face."""
    if not starts_within(track, CALORIMETER_RADIUS):
        return math.nan
    out = crossing(track[0], track[2], track[5], CALORIMETER_RADIUS, 0)
    end = arc_at_z(track[3], track[4], CALORIMETER_Z[1] if track[4] > 0.0 else CALORIMETER_Z[0])
    if not math.isnan(out) and out <= end:
        return out
    return math.nan if math.isinf(end) or end < track[5] else end


@inlined
def _inside(theta: float, edges: F64) -> bool:
    covered = False
    for k in range(len(edges)):
        covered |= edges[k, 0] <= theta <= edges[k, 1]
    return covered


@inlined
def _deposit(pdg: int, neutral: bool, total: float, mass: float, s: tuple[float, ...], u: F64) -> float:
    # Energy (GeV) that a particle leaves; u: conversion in front, interaction, its visible part, a normal number.
    kind = abs(pdg)
    if kind == _PHOTON:
        return total if u[0] < s[0] else 0.0
    if kind == _ELECTRON:
        return total
    kinetic = total - mass
    loss = 0.0
    if not neutral:
        # -ln(N^2) of a normal number N follows Moyal's approximation to Landau's distribution.
        loss = min(max(s[8] - s[9] * math.log(max(u[3] * u[3], 1e-4)), 0.0), kinetic)
    elif kind not in (_K_LONG, _NEUTRON):
        return 0.0
    if kind != _MUON and u[1] < s[10]:
        extra = 2.0 * mass if pdg in (-_PROTON, -_NEUTRON) else 0.0  # antinucleons annihilate
        loss += u[2] * s[11] * (kinetic - loss + extra)
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
    s: tuple[float, ...],
    address: Address,
) -> tuple[float, float, float, float]:
    seed, frame, event, block = address
    _, b = normal2(seed, frame, _DEPOSIT, event, block)
    c, d = normal2(seed, frame, _DEPOSIT, event, block + 1)
    x, y, z = point
    theta, phi = math.atan2(math.hypot(x, y), z), math.atan2(y, x)
    measured = energy * (1.0 + energy_resolution(energy, s[2], s[3]) * fluctuation)
    spread = math.hypot(s[4] / math.sqrt(energy), s[5])
    theta = abs(theta + spread * b)
    phi += spread * c / max(math.sin(theta), 0.05)
    phi -= 2.0 * math.pi * math.floor((phi + math.pi) / (2.0 * math.pi))
    nominal = math.sqrt(x * x + y * y + z * z) / LIGHT_MM_NS
    return measured, theta, phi, time - nominal + s[6] * d / math.sqrt(energy)


@kernel
def _find(
    offsets: I64,
    tracks: F64,
    pdg: NDArray[np.int32],
    mass: F64,
    pt: F64,
    time: F64,
    number: I64,
    edges: F64,
    s: tuple[float, ...],
    seed: Int,
    frame: Int,
    cut: I64,
    cluster: I64,
    out: F64,
    matched: I64,
) -> int:
    n = 0
    u = np.empty(4)
    for event in range(len(offsets) - 1):
        cut[event] = n
        begin = n
        for i in range(offsets[event], offsets[event + 1]):
            cluster[i] = -1
            track, block = tracks[i], (i - offsets[event]) * 4
            arc = face_arc(track)
            if math.isnan(arc):
                continue
            point = position(track[0], track[1], track[2], track[3], track[4], arc)
            if not _inside(math.atan2(math.hypot(point[0], point[1]), point[2]), edges):
                continue
            u[0], _ = uniform2(seed, frame, _TRACK, event, block)
            _, u[1] = uniform2(seed, frame, _SHOWER, event, block + 1)
            u[2], _ = uniform2(seed, frame, _SHOWER, event, block + 2)
            u[3], _ = normal2(seed, frame, _SHOWER, event, block)
            momentum = pt[i] * math.sqrt(1.0 + track[4] * track[4])
            total = math.sqrt(momentum * momentum + mass[i] * mass[i])
            energy = _deposit(pdg[i], track[2] == 0.0, total, mass[i], s, u)
            if energy < 0.5 * s[1]:
                continue
            kind = abs(pdg[i])
            gauss = u[3]
            if kind not in (_PHOTON, _ELECTRON):  # theirs is used up by the ionisation
                gauss, _ = normal2(seed, frame, _TRACK, event, block + 1)
            when = time[i] + flight_ns(arc - track[5], pt[i], track[4], mass[i])
            measured = _smeared(energy, gauss, point, when, s, (seed, frame, event, block))
            if measured[0] >= s[1]:
                n, cluster[i] = _add(measured, number[i], begin, s[7], out, matched, n)
        count = poisson(seed, frame, _COUNT, event, s[12]) if s[12] > 0.0 else 0
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
            soft = s[1] - s[13] * math.log(1.0 - a)
            noise = (soft, theta, math.pi * (2.0 * c - 1.0), s[14] * (2.0 * d - 1.0))
            n, _ = _add(noise, -1, begin, s[7], out, matched, n)
    cut[len(offsets) - 1] = n
    return n


def find_clusters(
    particles: Particles, tracks: F64, number: I64, config: Response, seed: int, frame: int
) -> tuple[I64, F64, I64, I64]:
    """Return the clusters of a frame's events.

    Parameters
    ----------
    particles, tracks
        The events of the frame, and their `helix.perigees`.
    number
        int64[m], number of each particle's track inside its event, -1 without.
    config
        Detector response.
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
    mean = config.background.clusters
    room = len(p.x) + int(2.0 * mean * p.events) + 1024
    offsets, cluster = np.empty(p.events + 1, np.int64), np.empty(len(p.x), np.int64)
    pt = np.maximum(np.hypot(p.px, p.py), 1e-9)
    edges = np.radians(np.array(config.photons.acceptance_deg, np.float64))
    numbers = settings(config)
    while True:
        out, matched = np.empty((room, 4)), np.empty(room, np.int64)
        n = _find(
            p.offsets,
            tracks,
            p.pdg,
            p.mass,
            pt,
            p.time_ns,
            number,
            edges,
            numbers,
            np.uint64(seed),
            frame,
            offsets,
            cluster,
            out,
            matched,
        )
        if n <= room:
            return offsets, out[:n], matched[:n], cluster
        room = n
