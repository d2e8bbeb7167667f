"""What an experiment declares, and its generator knows, where each event of a file is taken once (``input.once``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from trigemu.arrays import F64, I64
from trigemu.setup.data import merged

HEPMC, LHE = "hepmc", "lhe"
"""Formats of event files."""


@dataclass(frozen=True, slots=True)
class EachEvent:
    """How a run takes each event of a file once (``input.once``).

    Attributes
    ----------
    quiet
        Values of the experiment's section with which nothing else is generated; tables are merged into the configured
        ones.
    per_frame
        Events of a frame.
    signals
        Format of a file (`HEPMC`, `LHE`) -> the signal of the experiment whose events come from such a file.
    unseen
        A sentence on what of a file never reaches a detector; said where no event sets a trigger bit ("": nothing).
    """

    quiet: Mapping[str, Any]
    per_frame: int
    signals: Mapping[str, str]
    unseen: str = ""

    def configuration(
        self, data: Mapping[str, Any], kind: str, file: str, events: int, reading: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return a configuration whose run takes each event of a file once.

        Parameters
        ----------
        data
            The configuration to start from.
        kind, file
            Format and path of the file.
        events
            How many it holds.
        reading
            Keys of the ``[[signal]]`` table that say how it is read.
        """
        run = {key: value for key, value in data["run"].items() if key != "duration_s"}
        return {
            **data,
            "section": merged(data.get("section", {}), self.quiet),
            "signal": [{"file": file, **reading, "signal": self.signals[kind]}],
            "run": {**run, "frames": -(-events // self.per_frame)},
            "input": {**data["input"], "events": events},
        }


@runtime_checkable
class TakesEachEvent(Protocol):
    """What a generator has besides where it takes each event of a file once: what the file says of all of them."""

    def event_numbers(self) -> I64 | None:
        """Return the numbers that the file itself gives its events, int64[n]; None where it has none."""
        ...

    def event_weights(self) -> F64 | None:
        """Return their weights as the file has them, float64[n]; None where all count 1."""
        ...
