"""BaBar as the response sees it: field, drift chamber and its clock, front faces of the calorimeter."""

from __future__ import annotations

import math
from functools import lru_cache

from trigemu.collider.response.detector import Detector, Tdc
from trigemu.experiments.babar.clock import COLLISION_TICK, COUNT_NS, COUNTS_PER_TICK
from trigemu.experiments.babar.dct.geometry import FIELD_T, chamber
from trigemu.experiments.babar.emt.geometry import FRONT
from trigemu.experiments.babar.response.config import Response

COLLISION_COUNT = COLLISION_TICK * COUNTS_PER_TICK
"""Count at which the sample of the collision begins."""

VERTEX_DEG = (20.1, 150.2)
"""Polar angles of the vertex detector (besiii_babar_facts B2.2)."""


@lru_cache(maxsize=8)
def _detector(calibrated_ns: float) -> Detector:
    low, high = VERTEX_DEG
    return Detector(
        field_t=FIELD_T,
        chamber=chamber(),
        tdc=Tdc(t0=COLLISION_COUNT - calibrated_ns / COUNT_NS, count_ns=COUNT_NS),
        surface=FRONT,
        vertex_rad=(math.radians(low), math.radians(high)),
    )


def detector(config: Response) -> Detector:
    """Return the detector; its counts begin with the event's own axis."""
    return _detector(config.dch.calibrated_ns)
