"""What offline reconstruction would give the software trigger: tracks and clusters of a fast simulation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64
from trigemu.collider.response.clusters import find_clusters
from trigemu.collider.response.helix import perigees
from trigemu.collider.response.tracking import find_tracks
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.response.klm import simulate
from trigemu.frames.columns import Array
from trigemu.physics.particles import Particles


def _numbers(found: NDArray[np.bool_], particles: Particles) -> tuple[I64, I64]:
    # Offsets of the tracks, and each particle's track number inside its event (-1 without).
    before = np.concatenate([[0], np.cumsum(found)])
    offsets = before[particles.offsets]
    number = np.where(found, before[:-1] - offsets[particles.event], -1)
    return offsets.astype(np.int64), number.astype(np.int64)


def offline(
    particles: Particles, config: Response, seed: int, frame: int
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return tracks and clusters of a frame's events: the columns of sources ``tracks`` and ``clusters``.

    Parameters
    ----------
    particles
        The events of the frame, in order.
    config
        Detector response.
    seed, frame
        Address of the random numbers; KLM layers are those of `klm.klm_hits` at the same address.

    Returns
    -------
    tracks, clusters
        Columns and units as in `sources.SCHEMAS`; tracks in the order of the particles.  Tracks without hits in the
        chamber (silicon only) have first and last layer 255.
    """
    helices = perigees(particles)
    found, fitted, hits = find_tracks(particles, helices, config, seed, frame)
    offsets, number = _numbers(found, particles)
    klm_layers = simulate(particles, config, seed, frame)[1]
    cut, clusters, track, cluster = find_clusters(particles, helices, number, config, seed, frame)
    fits, chamber = fitted[found].astype(np.float32), hits[found]
    mine = cluster[found]
    first = cut[:-1][particles.event[found]]
    energy = np.zeros(len(mine))
    with_cluster = mine >= 0
    energy[with_cluster] = clusters[(first + mine)[with_cluster], 0]
    tracks = {
        "d0": fits[:, 0],
        "phi0": fits[:, 1],
        "omega": fits[:, 2],
        "z0": fits[:, 3],
        "tan_lambda": fits[:, 4],
        "time": fits[:, 5],
        "energy": energy.astype(np.float32),
        "hits": chamber[:, 0],
        "first_layer": chamber[:, 1],
        "last_layer": chamber[:, 2],
        "klm_layers": klm_layers[found],
        "charge": np.sign(fits[:, 2]).astype(np.int8),
        "cluster": mine.astype(np.int16),
    }
    columns = {name: np.ascontiguousarray(column) for name, column in tracks.items()}
    columns["offsets"] = offsets
    e, theta, phi, time = (np.ascontiguousarray(c, np.float32) for c in clusters.T)
    return columns, {
        "energy": e,
        "theta": theta,
        "phi": phi,
        "time": time,
        "track": track.astype(np.int16),
        "offsets": cut,
    }
