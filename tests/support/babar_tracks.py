"""Wire hits of single tracks in a perfect drift chamber of BaBar."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from support.small_detectors import CELLS, QUIET, guns, small_detector

from trigemu.collider.response.detector import Tdc
from trigemu.collider.response.hits import chamber_hits
from trigemu.collider.wire_patterns import Helices
from trigemu.experiments.babar.clock import COLLISION_TICK, COUNT_NS, COUNTS_PER_TICK
from trigemu.experiments.babar.dct.geometry import FIELD_T, chamber
from trigemu.physics.constants import gev_per_mm

BEGIN = COLLISION_TICK * COUNTS_PER_TICK
DETECTOR = replace(
    small_detector(), field_t=FIELD_T, chamber=chamber(), tdc=Tdc(t0=float(BEGIN), count_ns=COUNT_NS)
)
DRIFT = CELLS.model_copy(
    # The table of the segment finder's configuration within 7 ns; no time along the wire.
    update={"drift_mm_ns": 0.025, "linear_mm": 3.73, "edge_ns_mm2": 4.38, "propagation_mm_ns": 1e5}
)


@dataclass(frozen=True)
class Tracks:
    """One track in each crossing: its ``helix``, ``phase`` (counts after the beginning of the collision's sample), and
    ``hits``, the columns of source ``dch``.
    """

    helix: Helices
    phase: np.ndarray
    hits: dict


def single_tracks(pt, count, seed=7):
    """Return pions of a transverse momentum (GeV), of both charges, from the collision point at any phase.

    Their polar angles let them reach all superlayers if they are fast enough.
    """
    random = np.random.default_rng(seed)
    charge = np.repeat([-1, 1], count // 2)
    theta, phi = np.arccos(random.uniform(-0.6, 0.75, count)), random.uniform(-np.pi, np.pi, count)
    phase = random.integers(0, 2 * COUNTS_PER_TICK, count)
    quiet = QUIET.model_copy(update={"wire_rate_khz": (0.0,) * 10})
    channels, times, counts = [], [], []
    for sign in (-1, 1):
        own = charge == sign
        momentum = (pt / np.sin(theta))[own]
        particles = guns(211, momentum, theta[own], phi[own], charge=sign)
        hits = chamber_hits(particles, DETECTOR, DRIFT, quiet, 1, 0)
        counts.append(np.diff(hits["offsets"]))
        channels.append(hits["channel"])
        times.append(hits["tdc"] + np.repeat(phase[own], counts[-1]))
    columns = {
        "channel": np.concatenate(channels),
        "time": np.concatenate(times).astype(np.int16),
        "offsets": np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
    }
    helix = Helices(phi, charge * gev_per_mm(FIELD_T) / pt, np.zeros(count), 1 / np.tan(theta))
    return Tracks(helix, phase, columns)
