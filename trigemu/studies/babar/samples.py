"""Single events of BaBar through detector response, level 1 and level 3, as arrays that validation works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.arrays import Bool
from trigemu.experiments.babar.clock import SAMPLE_NS
from trigemu.experiments.babar.records import Level1
from trigemu.experiments.babar.sources import (
    CLUSTERS,
    DCH,
    EMC,
    IFR,
    L3_CLUSTERS,
    L3_TRACKS,
    TAGS,
    TIMING,
    TRACKS,
)
from trigemu.measure import samples
from trigemu.measure.inputs import event_file
from trigemu.measure.samples import collect
from trigemu.physics.hepmc_events import read_events
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup

SEED = 1337
"""Seed of all samples, so that the table is the same everywhere."""

EVERY_NS = 50_000.0
"""Distance of events, as in scans of efficiency."""

PER_FRAME = 500
"""Events of a frame."""

LEVEL1_SOURCES = (TIMING, DCH, EMC, IFR)
"""What level 1 looks at."""

SOURCES = (*LEVEL1_SOURCES, L3_TRACKS, L3_CLUSTERS, TRACKS, CLUSTERS, TAGS)
"""All that level 1, level 3 and the selections look at."""

MENU = (
    {"name": "any", "when": "line_1"},
    {"name": "all", "when": "bgf_multi_hadron", "level": "hlt"},
)
"""Lines that make the trigger work out all bits; none is looked at."""

FILES = {
    "B0 B0bar": "babar_b0b0bar.hepmc3.gz",
    "B+ B-": "babar_bpbm.hepmc3.gz",
    "uds": "babar_udsc.hepmc3.gz",
    "ccbar": "babar_udsc.hepmc3.gz",
    "tautau": "babar_tautau.hepmc3.gz",
    "mumu": "babar_mumu.hepmc3.gz",
}
"""Sample -> event file."""

Sample = samples.Sample[Level1]
"""Events, and what level 1 and level 3 said."""


def setup_of(
    table: Mapping[str, Any],
    section: Mapping[str, Any] | None = None,
    menu: Sequence[Mapping[str, Any]] = MENU,
    per_frame: int = PER_FRAME,
) -> Setup[Any]:
    """Return the setup of a ``[[signal]]`` or ``[[babar.process]]`` table alone, events `EVERY_NS` apart.

    Parameters
    ----------
    table
        With ``signal`` or with ``process``.
    section
        The ``[babar]`` section; none for all defaults.
    menu
        Lines.
    per_frame
        Events of a frame.
    """
    section = {**(section or {}), "frame_samples": round(per_frame * EVERY_NS / SAMPLE_NS)}
    signals: list[Mapping[str, Any]] = []
    if "process" in table:
        section["process"] = [{**table, "rate_hz": 1e9 / EVERY_NS}]
    else:
        signals = [{**table, "every_ns": EVERY_NS}]
    data = {"experiment": "babar", "run": {"seed": SEED, "frames": 1}, "menu": {"line": list(menu)}}
    return build_setup({**data, "section": section, "signal": signals}, "validation")


def sample(table: Mapping[str, Any], events: int, section: Mapping[str, Any] | None = None) -> Sample:
    """Return at least ``events`` events of a table (see `setup_of`) and what is said of each."""
    return collect(
        setup_of(table, section, per_frame=min(events, PER_FRAME)), SOURCES, events, samples.Sample
    )


@dataclass(frozen=True, slots=True, eq=False)
class FileSample:
    """Events of a file.

    Attributes
    ----------
    events
        All of the file in its order.
    chosen
        bool[n], those that belong to the sample.
    """

    events: Sample
    chosen: Bool

    def share(self, passed: Bool) -> tuple[int, int]:
        """Return how many events of the sample passed (bool[n]), and of how many."""
        return int((passed & self.chosen).sum()), int(self.chosen.sum())


def file_sample(name: str, section: Mapping[str, Any] | None = None, most: int = 10_000) -> FileSample:
    """Return the events of one of `FILES`, each once.

    Parameters
    ----------
    name
        Key of `FILES`.
    section
        The ``[babar]`` section.
    most
        At most so many, from the first on.

    Raises
    ------
    trigemu.measure.inputs.MissingInputError
        The file is not at hand.
    """
    path = event_file(FILES[name])
    n = min(len(read_events(path)), most)
    # One frame holds them all, in the order of the file.
    setup = setup_of({"signal": "hepmc-signal", "file": str(path)}, section, per_frame=n)
    events = collect(setup, SOURCES, n, samples.Sample)
    return FileSample(
        events, np.arange(len(events)) < n if name not in _CHARM else charm(path, n) == _CHARM[name]
    )


_CHARM = {"uds": False, "ccbar": True}


@cache
def charm(path: Path, events: int) -> Bool:
    """Return bool[events]: charmed hadrons are among an event's primary particles."""
    rows, _ = read_events(path).primary_rows.take(np.arange(events))
    code = np.abs(rows.pdg)
    charmed = (code // 100 % 10 == 4) | (code // 1000 % 10 == 4)
    return np.bincount(rows.event[charmed], minlength=events) > 0
