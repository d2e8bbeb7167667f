"""Single events of BESIII through detector response and level 1, as arrays that validation works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trigemu.arrays import I64
from trigemu.experiments.besiii.records import Level1
from trigemu.experiments.besiii.sources import CLUSTERS, EMC, MDC, TIMING, TOF, TRACKS
from trigemu.measure import samples
from trigemu.measure.samples import collect
from trigemu.setup.build import build_setup

SEED = 1337
"""Seed of all samples, so that the table is the same everywhere."""

EVERY_NS = 50_000.0
"""Distance of events, as in scans of efficiency."""

SOURCES = (TIMING, MDC, TOF, EMC, TRACKS, CLUSTERS)
"""All that level 1 and the event filter look at."""

BARREL_COSINE, BARREL_PT = 0.8, 0.2
"""Tracks of the barrel: |cos theta| below, transverse momentum (GeV) above."""

MENU = {"line": [{"name": "any", "when": "nclus_1"}, {"name": "all", "when": "ef_other", "level": "hlt"}]}
"""Lines that make the trigger work out all bits; none is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample(samples.Sample[Level1]):
    """Events, and what level 1 and the event filter said."""

    @property
    def barrel_tracks(self) -> I64:
        """int64[n], charged particles in the barrel that come from the collision point (within 10 mm)."""
        p = self.particles
        pt = np.hypot(p.px, p.py)
        barrel = (p.charge != 0) & (pt > BARREL_PT) & (np.hypot(p.x, p.y) < 10.0)
        barrel &= np.abs(p.pz) < BARREL_COSINE * np.hypot(pt, p.pz)
        return np.bincount(p.event, barrel, len(self)).astype(np.int64)


def sample(
    table: Mapping[str, Any], events: int, section: Mapping[str, Any] | None = None, **keys: Any
) -> Sample:
    """Return at least ``events`` events of a ``[[signal]]`` or ``[[besiii.process]]`` table and what is said of each.

    Parameters
    ----------
    table
        With ``signal`` or with ``process``; events are far apart, so none sees another.
    events
        How many (whole frames are made).
    section
        The ``[besiii]`` section; none for all defaults.
    keys
        Other keys of the run configuration.
    """
    ticks = round(min(events, 1000) * EVERY_NS / 24.0)
    section = {**(section or {}), "frame_ticks": ticks}
    signals: list[Mapping[str, Any]] = []
    if "process" in table:
        section["process"] = [{**table, "rate_hz": 1e9 / EVERY_NS}]
    else:
        signals = [{**table, "every_ns": EVERY_NS}]
    data = {"experiment": "besiii", "run": {"seed": SEED, "frames": 1}, "menu": MENU, "section": section}
    setup = build_setup({**data, "signal": signals, **keys}, "validation")
    return collect(setup, SOURCES, events, Sample)
