"""Single events of BESIII through detector response and level 1, as arrays that validation works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64, Bool
from trigemu.experiments.besiii.bits import BITS
from trigemu.experiments.besiii.generator import BesiiiGenerator
from trigemu.experiments.besiii.records import Level1
from trigemu.experiments.besiii.sources import CLUSTERS, EMC, MDC, TIMING, TOF, TRACKS
from trigemu.experiments.besiii.trigger import BesiiiTrigger
from trigemu.frames.frame import TimeFrame
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

_PLACES = {name: i for i, names in enumerate(BITS) if names for name in names.split("|")}


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Events, and what level 1 and the event filter said.

    Attributes
    ----------
    first
        float64[n, 4]: momentum (px, py, pz, E) in the laboratory of the first particle of each event, GeV.
    accepted
        bool[n], the signal's own acceptance.
    barrel_tracks
        int64[n], charged particles in the barrel that come from the collision point (within 10 mm).
    words
        uint64[n, words], trigger bits.
    frames, levels
        The frames that were made and everything level 1 worked out of each.
    """

    first: F64
    accepted: Bool
    barrel_tracks: I64
    words: NDArray[np.uint64]
    frames: tuple[TimeFrame, ...] = field(repr=False)
    levels: tuple[Level1, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def p(self) -> F64:
        """Momentum of the first particle, GeV."""
        return np.asarray(np.sqrt(np.sum(self.first[:, :3] ** 2, axis=1)))

    @property
    def cosine(self) -> F64:
        """Cosine of its polar angle."""
        return np.asarray(self.first[:, 2] / np.maximum(self.p, 1e-12))

    def bits(self, *names: str) -> Bool:
        """Return bool[n]: any of these bits is set."""
        found = np.zeros(len(self), bool)
        for name in names:
            place = _PLACES[name]
            found |= (self.words[:, place // 64] >> np.uint64(place % 64) & np.uint64(1)).astype(bool)
        return found


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
    generator, trigger = BesiiiGenerator(setup, SOURCES), BesiiiTrigger(setup)
    parts: list[tuple[Any, ...]] = []
    frames, levels = [], []
    done = number = 0
    while done < events:
        frame = TimeFrame(0, number, {source: generator.fragment(source, number) for source in SOURCES})
        words = trigger.words(frame)
        made = generator.events(number)
        p = made.particles
        rows = p.offsets[:-1]
        energy = np.sqrt(p.px**2 + p.py**2 + p.pz**2 + p.mass**2)
        pt = np.hypot(p.px, p.py)
        barrel = (p.charge != 0) & (pt > BARREL_PT) & (np.hypot(p.x, p.y) < 10.0)
        barrel &= np.abs(p.pz) < BARREL_COSINE * np.hypot(pt, p.pz)
        counted = np.diff(np.concatenate([[0], np.cumsum(barrel)])[p.offsets])
        first = np.stack([p.px, p.py, p.pz, energy], axis=1)[rows]
        parts.append((first, made.accepted.astype(bool), counted, words.bits))
        frames.append(frame)
        if words.found is not None:
            levels.append(words.found)
        done, number = done + len(rows), number + 1
    first, accepted, tracks, words_ = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Sample(first, accepted, tracks, words_, tuple(frames), tuple(levels))
