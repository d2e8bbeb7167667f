"""What offline reconstruction would give the software trigger: tracks and clusters of a fast simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import I16, I64, Bool
from trigemu.collider.response.clusters import find_clusters
from trigemu.collider.response.config import Background, Cells, Photons, Tracking
from trigemu.collider.response.detector import Detector
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.tracking import FIT, find_tracks
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles

Columns = dict[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Offline:
    """What reconstruction finds of the m particles of n events.

    Attributes
    ----------
    tracks
        float32[k] ``d0``, ``phi0``, ``omega``, ``z0``, ``tan_lambda``, ``time``, ``energy`` (of the cluster, 0
        without); uint8[k] ``hits``, ``first_layer``, ``last_layer`` of the chamber (`tracking.NO_LAYER` without hits);
        int8[k] ``charge``; int16[k] ``cluster``, its number inside the event (-1 without); int64[n + 1] ``offsets``.
        In the order of the particles.
    clusters
        float32[k] ``energy``, ``theta``, ``phi``, ``time``; int16[k] ``track``, int64[n + 1] ``offsets``.
    found
        bool[m], particles that have a track, in the tracks' order.
    cluster
        int64[m], number of each particle's cluster inside its event, -1 without.
    """

    tracks: Columns
    clusters: Columns
    found: Bool
    cluster: I64


def _numbers(found: Bool, offsets: I64, event: I64) -> tuple[I64, I64]:
    # Offsets of the tracks, and each particle's track number inside its event (-1 without).
    before = np.concatenate([[0], np.cumsum(found)])
    cuts = before[offsets]
    number = np.where(found, before[:-1] - cuts[event], -1)
    return cuts.astype(np.int64), number.astype(np.int64)


def _number16(number: I64) -> I16:
    """Return numbers inside events as 16 bits; beyond them there is no partner (-1)."""
    return np.where(number < 1 << 15, number, -1).astype(np.int16)


def tracks_and_clusters(
    particles: Particles,
    detector: Detector,
    cells: Cells,
    tracking: Tracking,
    photons: Photons,
    background: Background,
    seed: int,
    frame: int,
    fit: int = FIT,
) -> Offline:
    """Return tracks and clusters of a frame's events, and which particles they are of.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    detector
        Field, drift chamber, vertex detector, calorimeter.
    cells, tracking
        Efficiency of a drift cell; finding and fitting of tracks.
    photons, background
        Resolution of the calorimeter; beam background.
    seed, frame, fit
        Address of the random numbers; ``fit``: see `find_tracks`.
    """
    event = np.repeat(np.arange(particles.events), np.diff(particles.offsets))
    helices = perigees(particles, detector.field_t)
    found, fitted, hits = find_tracks(
        particles, helices, detector, tracking, cells.efficiency, seed, frame, fit
    )
    offsets, number = _numbers(found, particles.offsets, event)
    cut, clusters, track, cluster = find_clusters(
        particles, helices, number, detector.surface, photons, background, seed, frame
    )
    fits, in_chamber, mine = fitted[found].astype(np.float32), hits[found], cluster[found]
    energy = np.zeros(len(mine))
    matched = mine >= 0
    energy[matched] = clusters[(cut[:-1][event[found]] + mine)[matched], 0]
    columns: Columns = {
        name: np.ascontiguousarray(fits[:, k])
        for k, name in enumerate(("d0", "phi0", "omega", "z0", "tan_lambda", "time"))
    }
    columns["energy"] = energy.astype(np.float32)
    for k, name in enumerate(("hits", "first_layer", "last_layer")):
        columns[name] = np.ascontiguousarray(in_chamber[:, k])
    columns["charge"] = np.sign(fits[:, 2]).astype(np.int8)
    columns["cluster"] = _number16(mine)
    columns["offsets"] = offsets
    names = ("energy", "theta", "phi", "time")
    rows: Columns = {
        name: np.ascontiguousarray(c, np.float32) for name, c in zip(names, clusters.T, strict=True)
    }
    rows["track"], rows["offsets"] = _number16(track), cut
    return Offline(columns, rows, found, cluster)
