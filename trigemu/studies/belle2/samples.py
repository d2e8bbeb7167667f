"""Single events of Belle II through detector response and level 1, as arrays that validation works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.belle2.level1 import Level1
from trigemu.experiments.belle2.sources import CDC, ECL, KLM, TIMING
from trigemu.measure import samples
from trigemu.measure.samples import collect
from trigemu.physics.beams import SUPERKEKB
from trigemu.setup.build import build_setup

SEED = 1337
"""Seed of all samples, so that the table is the same everywhere."""

EVERY_NS = 10_000.0
"""Distance of events: about one a turn, as in scans of efficiency."""

LEVEL1_SOURCES = (TIMING, CDC, ECL, KLM)
"""Sources that level 1 looks at."""

QUIET: Mapping[str, Any] = {
    "response": {
        "background": {"wire_rate_khz": (0.0,) * 9, "bunch_fraction": 0.0},
        "klm": {"noise_hits": 0.0},
    },
    "ecl": {"response": {"background_cells": 0.0}},
}
"""A ``[belle2]`` section without beam background."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample(samples.Sample[Level1]):
    """Events of one signal, and what level 1 said."""

    @property
    def z_cm(self) -> F64:
        """float64[n], where the first particle starts."""
        return 0.1 * self.particles.z[self.particles.offsets[:-1]]

    @property
    def cm_energy(self) -> F64:
        """Its energy in the centre of mass, GeV."""
        return np.asarray(SUPERKEKB.to_cm(self.first)[:, 3])

    @property
    def track_event(self) -> I64:
        """int64[m], event of each 2D track."""
        counts = np.concatenate([np.diff(level.tracks.offsets) for level in self.levels])
        return np.repeat(np.arange(len(self)), counts)

    @property
    def phi0(self) -> F64:
        """float64[m], azimuth of the 2D tracks, rad."""
        return np.concatenate([level.tracks.phi0 for level in self.levels])

    @property
    def omega(self) -> F64:
        """float64[m], their curvature, 1/cm."""
        return np.concatenate([level.tracks.omega for level in self.levels])

    @property
    def z(self) -> F64:
        """float64[m], their z in cm; NaN where no network matched."""
        return np.concatenate([level.neuro.z_cm for level in self.levels]).astype(np.float64)

    @property
    def expert(self) -> I64:
        """int64[m], which network."""
        return np.concatenate([level.neuro.expert for level in self.levels]).astype(np.int64)

    def counted(self, stem: str, least: int = 1) -> Bool:
        """Return bool[n] for a one-hot count of 1, 2, 3, more: at least so many."""
        return self.bits(*(f"{stem}_{k}" for k in range(least - 1, 4)))


def sample(table: Mapping[str, Any], events: int, section: Mapping[str, Any] | None = None) -> Sample:
    """Return at least ``events`` events of a ``[[signal]]`` table and what level 1 says of each.

    Parameters
    ----------
    table
        The signal; events come one per turn, so none sees another.
    events
        How many (whole frames are made).
    section
        The ``[belle2]`` section; none for all defaults.
    """
    setup = build_setup(
        {
            "experiment": "belle2",
            "run": {"seed": SEED, "frames": 1},
            "menu": {"line": [{"name": "any", "when": "ecl_active"}]},
            "section": {**(section or {}), "frame_revolutions": min(events, 1024)},
            "signal": [{**table, "every_ns": EVERY_NS}],
        },
        "validation",
    )
    return collect(setup, LEVEL1_SOURCES, events, Sample)


def nearest_track(events: Sample) -> I64:
    """Return int64[n], row of the 2D track that is nearest in azimuth to the first particle; -1 without any."""
    away = np.abs(turn(events.phi0 - events.phi[events.track_event]))
    order = np.lexsort((away, events.track_event))
    owner, first = np.unique(events.track_event[order], return_index=True)
    rows = np.full(len(events), -1)
    rows[owner] = order[first]
    return rows


def turn(angle: F64) -> F64:
    """Return angles folded to [-pi, pi)."""
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)
