"""Which conditions belong to a run."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Epoch:
    """A time with conditions of its own.

    Attributes
    ----------
    name
        Of its conditions (`trigemu.experiments.besiii.config.EPOCHS`).
    first_run
        Its first run.
    """

    name: str
    first_run: int


@cache
def epochs() -> tuple[Epoch, ...]:
    """Return all epochs in order of time."""
    text = resources.files(__package__).joinpath("epochs.toml").read_text("utf-8")
    return tuple(Epoch(**table) for table in tomllib.loads(text)["epoch"])


def epoch_of_run(run: int) -> Epoch:
    """Return the epoch that a run belongs to."""
    return [epoch for epoch in epochs() if epoch.first_run <= max(run, 0)][-1]
