"""BESIII as the response sees it: field, drift chamber and its clock, crystals and their gaps."""

from __future__ import annotations

import math
from functools import cache

from trigemu.collider.response.detector import Detector, Tdc
from trigemu.collider.response.rings import Rings
from trigemu.experiments.besiii.clock import MDC_COUNTS_PER_TICK, TICK_NS
from trigemu.experiments.besiii.emc.geometry import BARREL_RINGS, ENDCAP_RINGS, FRONT, crystal_rings
from trigemu.experiments.besiii.mdc.geometry import chamber
from trigemu.experiments.besiii.response.config import Response

MDC_COUNT_NS = TICK_NS / MDC_COUNTS_PER_TICK


def detector(config: Response) -> Detector:
    """Return the detector; its TDC counts from the beginning of the read-out window."""
    return Detector(
        field_t=config.field_t,
        chamber=chamber(),
        tdc=Tdc(t0=config.timing.mdc_ns / MDC_COUNT_NS, count_ns=MDC_COUNT_NS),
        surface=FRONT,
    )


@cache
def rings(gaps: bool) -> Rings:
    """Return the rings of crystals, with the gaps between barrel and endcaps or (half of each) without."""
    found = crystal_rings()
    if gaps:
        return found
    edges = found.edges.copy()
    last = len(ENDCAP_RINGS) - 1
    middle = 0.5 * (edges[last, 1] + edges[last + 1, 0])
    edges[last, 1] = edges[last + 1, 0] = middle
    west = last + 1 + BARREL_RINGS
    edges[west - 1, 1] = edges[west, 0] = math.pi - middle
    return Rings(edges, found.crystals, found.first, found.begin)
