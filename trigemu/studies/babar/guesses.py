"""How the efficiencies of BaBar's lines move when what is a guess in the settings is varied.

With settings of the trigger the same digis are decided again, so differences have no statistical error to speak of;
with those of the response the same events are made again with the same random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trigemu.arrays import U32
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.level1 import Chain
from trigemu.experiments.babar.sources import DCH, EMC, IFR, TIMING
from trigemu.measure.inputs import cache_by_folder
from trigemu.measure.validate import Measured, fraction
from trigemu.studies.babar.detector import KINDS, LINES, file_events
from trigemu.studies.babar.samples import file_sample

ALL_LINES = {**LINES, "2BM&2M": (12,)}
"""Lines of the table: those of the published one, and one that asks for matched tracks."""

SHOWN = ("BB", "ccbar", "uds")
"""Kinds of events in the table."""


def _drift(factor: float) -> Mapping[str, Any]:
    """Return the drift relation of the segment finder's tables with all times longer by a factor."""
    pairs = Babar.of("2001").dct.tsf.drift
    return {"dct": {"tsf": {"drift": [(distance, factor * time) for distance, time in pairs]}}}


VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "as it is": {},
    "B back to back from 5 bins (6)": {"glt": {"back_to_back": {"b": 5}}},
    "B back to back from 7 bins": {"glt": {"back_to_back": {"b": 7}}},
    "M back to back from 6 bins (7)": {"glt": {"back_to_back": {"m": 6}}},
    "M back to back from 8 bins": {"glt": {"back_to_back": {"m": 8}}},
    "EM back to back from 6 bins (7)": {"glt": {"back_to_back": {"em": 6}}},
    "EM back to back from 8 bins": {"glt": {"back_to_back": {"em": 8}}},
    "runs of bits count 1 (1 for two)": {"glt": {"counting": "runs"}},
    "each bit counts 1": {"glt": {"counting": "bits"}},
    "match widened by 0 bins (1)": {"glt": {"match": {"widen": 0}}},
    "match widened by 2 bins": {"glt": {"match": {"widen": 2}}},
    "links within 3 supercells (5 and 3)": {"dct": {"blt": {"windows": (3,) * 9}}},
    "links within 5 supercells": {"dct": {"blt": {"windows": (5,) * 9}}},
    "links within 7 and 5 supercells": {"dct": {"blt": {"windows": (7, 5, 7, 7, 5, 7, 7, 5, 7)}}},
    "no superlayer may be missing (1)": {"dct": {"blt": {"missing": 0}}},
    "two superlayers may be missing": {"dct": {"blt": {"missing": 2}}},
    "segments of four layers only (any)": {"dct": {"blt": {"minimum_weight": 3}}},
    "segments last 1 tick for links (3)": {"dct": {"blt": {"hold": 1}}},
    "segments last 5 ticks for links": {"dct": {"blt": {"hold": 5}}},
    "drift times 10 % shorter in the tables": _drift(0.9),
    "drift times 10 % longer in the tables": _drift(1.1),
    "maps last 1 tick (2)": {"glt": {"hold": {"tracks": 1, "aprime": 1, "emt": 1, "ift": 1}}},
    "maps last 4 ticks": {"glt": {"hold": {"tracks": 4, "aprime": 4, "emt": 4, "ift": 4}}},
    "clusters last 4 ticks (2)": {"emt": {"hold_ticks": 4}},
    "one segment confirms an A' (2)": {"dct": {"ptd": {"confirm": (1, 1)}}},
    "A' of all segments (three good layers)": {"dct": {"ptd": {"minimum_weight": 1}}},
    "hadrons show up to 30 % of their energy (60)": {"response": {"emc": {"hadron_fraction": 0.3}}},
    "cells are 95 % efficient (98)": {"response": {"dch": {"efficiency": 0.95}}},
    "no background in the chamber": {"response": {"background": {"wire_rate_khz": (0.0,) * 10}}},
}
"""What is varied (the default in brackets) -> the ``[babar]`` section of 2001."""


@cache_by_folder
def lines(name: str, variant: str) -> U32:
    """Return uint32[n], the lines that fire in the events of a file (`samples.FILES`) with a variant of 2001."""
    if "response" in VARIANTS[variant]:
        section = {"conditions": "2001", **VARIANTS[variant]}
        return file_sample(name, section).events.words[:, 0].astype(np.uint32)
    frames = file_events(name, "2001").events.frames
    chain = Chain(Babar.of("2001", **VARIANTS[variant]))
    words = [
        chain.run(
            frame[DCH], frame[EMC], frame[IFR], np.asarray(frame[TIMING]["random"], np.uint8)
        ).decision.lines
        for frame in frames
    ]
    return np.concatenate(words)


def line(kind: str, name: str, variant: str) -> Measured:
    """Return the efficiency (%) of one of `ALL_LINES` for a kind of event with a variant."""
    mask = np.uint32(sum(1 << (slot - 1) for slot in ALL_LINES[name]))
    passed = total = 0
    for file in KINDS[kind]:
        found, of = file_events(file, "2001").share((lines(file, variant) & mask) != 0)
        passed, total = passed + found, total + of
    return fraction(passed, total, 100.0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A variant and how far it moves lines.

    Attributes
    ----------
    variant
        Key of `VARIANTS`.
    percent
        Line -> efficiency (%) in the order of `SHOWN`, or for all but the first variant the difference to it.
    """

    variant: str
    percent: Mapping[str, Sequence[float]]


def table(kinds: Sequence[str] = SHOWN) -> list[Moved]:
    """Return the efficiencies of all lines, and by how much each variant changes them.

    Raises
    ------
    trigemu.measure.inputs.MissingInputError
        An event file is not at hand.
    """
    found: list[Moved] = []
    for variant in VARIANTS:
        values = {name: [line(kind, name, variant)[0] for kind in kinds] for name in ALL_LINES}
        if found:
            first = found[0].percent
            values = {
                name: [value - old for value, old in zip(own, first[name], strict=True)]
                for name, own in values.items()
            }
        found.append(Moved(variant, values))
    return found


def markdown(rows: Sequence[Moved], least: float = 0.5, most: int = 4) -> str:
    """Return the table for a page: variants down, beside each the lines that it moves, the most moved first.

    A line has its differences for the kinds of events; lines that none of these moves by ``least`` are left out, and
    all after the first ``most``.
    """
    text = ["| varied | lines that move |", "|---|---|"]
    for row in rows[1:]:
        far = {name: max(map(abs, values)) for name, values in row.percent.items()}
        names = sorted((name for name in far if far[name] >= least), key=lambda name: -far[name])[:most]
        moved = [f"{name} " + " / ".join(f"{value:+.1f}" for value in row.percent[name]) for name in names]
        text.append(f"| {row.variant} | {'; '.join(moved) or '–'} |")
    return "\n".join(text) + "\n"
