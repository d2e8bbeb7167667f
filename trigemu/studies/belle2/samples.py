"""Single events of Belle II through detector response and level 1, as arrays that validation works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.belle2.bits import BITS
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.level1 import Level1
from trigemu.experiments.belle2.sources import CDC, ECL, KLM, TIMING
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.frames.frame import TimeFrame
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

_PLACES = {name: i for i, names in enumerate(BITS) if names for name in names.split("|")}


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Events of one signal, and what level 1 said.

    Attributes
    ----------
    first
        float64[n, 4]: momentum (px, py, pz, E) in the laboratory of the first particle of each event, GeV.
    z_cm
        float64[n], where it starts.
    charge
        int64[n].
    accepted
        bool[n], the signal's own acceptance.
    words
        uint64[n, words], trigger bits.
    track_event
        int64[m], event of each 2D track.
    phi0, omega, z, expert
        float64[m] rad, 1/cm and cm (NaN where no network matched), int64[m].
    levels
        Everything level 1 worked out, frame by frame.
    """

    first: F64
    z_cm: F64
    charge: I64
    accepted: Bool
    words: NDArray[np.uint64]
    track_event: I64
    phi0: F64
    omega: F64
    z: F64
    expert: I64
    levels: tuple[Level1, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def pt(self) -> F64:
        """Transverse momentum, GeV."""
        return np.asarray(np.hypot(self.first[:, 0], self.first[:, 1]))

    @property
    def p(self) -> F64:
        """Momentum, GeV."""
        return np.asarray(np.sqrt(np.sum(self.first[:, :3] ** 2, axis=1)))

    @property
    def theta(self) -> F64:
        """Polar angle, degrees."""
        return np.asarray(np.degrees(np.arctan2(self.pt, self.first[:, 2])))

    @property
    def phi(self) -> F64:
        """Azimuth, rad."""
        return np.asarray(np.arctan2(self.first[:, 1], self.first[:, 0]))

    @property
    def cm_energy(self) -> F64:
        """Energy in the centre of mass, GeV."""
        return np.asarray(SUPERKEKB.to_cm(self.first)[:, 3])

    def bits(self, *names: str) -> Bool:
        """Return bool[n]: any of these bits is set."""
        found = np.zeros(len(self), bool)
        for name in names:
            place = _PLACES[name]
            found |= (self.words[:, place // 64] >> np.uint64(place % 64) & np.uint64(1)).astype(bool)
        return found

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
    generator, trigger = Belle2Generator(setup, LEVEL1_SOURCES), Belle2Trigger(setup)
    parts: list[tuple[Any, ...]] = []
    levels: list[Level1] = []
    done = number = 0
    while done < events:
        fragments = {source: generator.fragment(source, number) for source in LEVEL1_SOURCES}
        level = trigger.level1(TimeFrame(0, number, fragments))
        made = generator.events(number)
        rows, p = made.particles.offsets[:-1], made.particles
        energy = np.sqrt(p.px**2 + p.py**2 + p.pz**2 + p.mass**2)
        parts.append(
            (
                np.stack([p.px, p.py, p.pz, energy], axis=1)[rows],
                0.1 * p.z[rows],
                p.charge[rows].astype(np.int64),
                made.accepted.astype(bool),
                level.words,
                done + np.repeat(np.arange(len(rows)), np.diff(level.tracks.offsets)),
                level.tracks.phi0,
                level.tracks.omega,
                level.neuro.z_cm.astype(np.float64),
                level.neuro.expert.astype(np.int64),
            )
        )
        levels.append(level)
        done, number = done + len(rows), number + 1
    columns: dict[str, Any] = {
        entry.name: np.concatenate(column)
        for entry, column in zip(fields(Sample), zip(*parts, strict=True), strict=False)
    }
    return Sample(**columns, levels=tuple(levels))


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
