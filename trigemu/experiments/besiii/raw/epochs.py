"""Which conditions belong to a run, and which detectors were there then."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Epoch:
    """A time with one configuration of detectors.

    Attributes
    ----------
    name
        Of its conditions (`trigemu.experiments.besiii.config.EPOCHS`).
    first_run
        Its first run.
    inner_chamber
        Whether layers 0-7 of the drift chamber are there.
    mrpc
        Whether the endcaps have MRPC modules, else scintillator counters.
    """

    name: str
    first_run: int
    inner_chamber: bool
    mrpc: bool


@cache
def epochs() -> tuple[Epoch, ...]:
    """Return all epochs in order of time."""
    text = resources.files(__package__).joinpath("epochs.toml").read_text("utf-8")
    return tuple(Epoch(**table) for table in tomllib.loads(text)["epoch"])


def epoch_of_run(run: int) -> Epoch:
    """Return the epoch that a run belongs to."""
    return [epoch for epoch in epochs() if epoch.first_run <= max(run, 0)][-1]


def epoch_named(name: str) -> Epoch:
    """Return the epoch with these conditions."""
    return next(epoch for epoch in epochs() if epoch.name == name)
