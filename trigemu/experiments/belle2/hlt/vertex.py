"""Displaced vertices in the software trigger: the leading tracks of both charges meet away from the beams."""

from __future__ import annotations

import numpy as np

from trigemu.arrays import Bool
from trigemu.collider.response.vertices import Helices, chi2_limit, meet
from trigemu.experiments.belle2.hlt.config import Vertex
from trigemu.experiments.belle2.hlt.objects import Objects
from trigemu.physics import angles


def displaced(objects: Objects, config: Vertex) -> Bool:
    """Return bool[n]: the leading tracks of both charges, wherever they come from, meet away from the beams."""
    out = np.zeros(len(objects.counts["tracks"]), bool)
    rows = [objects.leaders[side] for side in ("negative_any", "positive_any")]
    events = np.flatnonzero((rows[0] >= 0) & (rows[1] >= 0))
    a, b = (Helices.of(objects.tracks, row[events]) for row in rows)
    limit = chi2_limit(config.probability)
    found = meet(a, b, config.sigma_xy_mm, config.sigma_z_mm, limit)
    radius = np.hypot(found.x, found.y)
    theta = np.degrees(np.arctan2(radius, found.z))
    pa, pb = (objects.track_lab[row[events]] for row in rows)
    tolerance = config.back_to_back_deg
    opposite = (np.abs(angles.theta(pa) + angles.theta(pb) - 180.0) < tolerance) & (
        180.0 - angles.dphi(pa, pb) < tolerance
    )
    out[events] = (
        (found.chi2 < limit)
        & (radius > config.radius_mm[0])
        & (radius < config.radius_mm[1])
        & (theta > config.theta_deg[0])
        & (theta < config.theta_deg[1])
        & ~opposite
    )
    return out
