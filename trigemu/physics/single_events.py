"""What a file, or a table made in Python, says of its events one by one: numbers and weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError
from trigemu.physics.event_file import EventFile
from trigemu.physics.event_weights import NO_WEIGHT, chosen
from trigemu.physics.hepmc_ascii import event_numbers
from trigemu.physics.particles import Particles

LARGEST_TABLE = 50_000_000
"""Particles of a table made in Python at most: 5 GB."""

LARGEST = {"weight": 1e300, "mass": 1e6, "momentum": 1e6, "point": 1e9}
"""Column -> largest absolute value: GeV, mm and ns that no experiment has."""


@dataclass(frozen=True, slots=True, eq=False)
class FileEvents:
    """All events of a file.

    Attributes
    ----------
    events
        How many.
    weight
        float64[n], the weights as they are written; None where all count 1.
    number
        int64[n], the numbers that the file gives them; None where it gives none.
    """

    events: int
    weight: F64 | None
    number: I64 | None

    @classmethod
    def of(cls, file: EventFile, weight: str, numbered: str | None) -> FileEvents:
        """Return what a file says.

        Parameters
        ----------
        file
            The file.
        weight
            Name of the weight; empty: its default one, `NO_WEIGHT`: none.
        numbered
            Path of a HepMC3 file, whose events have numbers; None for other formats.

        Raises
        ------
        InputError
            There is no such weight, or all are 0.
        """
        # Names and finite numbers are checked there.
        chosen(file.name, file.weights, file.weight_names, weight, len(file))
        none = not file.weights or (weight == NO_WEIGHT and NO_WEIGHT not in file.weights)
        own = None if none else file.weights[weight] if weight else next(iter(file.weights.values()))
        numbers = event_numbers(Path(numbered)) if numbered is not None else []
        known = len(numbers) == len(file)
        return cls(len(file), own, np.array(numbers, np.int64) if known else None)


def scaled(events: FileEvents) -> F64:
    """Return what each event counts in a run, float64[n]: its weight over the largest; if some are negative, its sign.

    Sums of a run tell negative weights from others only where all have one size (`trigemu.measure.weighted`).
    """
    if events.weight is None:
        return np.ones(events.events)
    if (events.weight < 0.0).any():
        return np.asarray(np.sign(events.weight))
    largest = float(np.abs(events.weight).max(initial=0.0))
    return events.weight / largest if largest > 0.0 else np.ones(events.events)


def checked_particles(given: Particles) -> Particles:
    """Return events made in Python, if they are a table that generators could have made.

    Raises
    ------
    InputError
        A column has another length or type, a number is not finite, events do not rise, or there is no event.
    """
    n, m = len(given.weight), len(given.event)
    if not 0 < n < 2**32 or m > LARGEST_TABLE:
        raise InputError(f"particles: {n} events with {m} particles; at least one event is wanted")
    shapes = {"pdg": (m,), "charge": (m,), "mother": (m,), "mass": (m,), "momentum": (m, 4), "point": (m, 4)}
    for name, shape in shapes.items():
        column = getattr(given, name)
        if not isinstance(column, np.ndarray) or column.shape != shape or column.dtype.kind not in "iuf":
            raise InputError(
                f"particles: {name} must be numbers of the shape {list(shape)}, as `Particles` says"
            )
    for name, most in LARGEST.items():
        size = float(np.abs(getattr(given, name)).max(initial=0.0))
        # Not a number is not below anything.
        if not size <= most:
            raise InputError(f"particles: {name} holds {size:g}, numbers up to {most:g} are allowed")
    if m and (given.event[0] < 0 or given.event[-1] >= n or (np.diff(given.event) < 0).any()):
        raise InputError(f"particles: event must rise from 0 to at most {n - 1}, a row's event each")
    if m and (given.mass < 0.0).any():
        raise InputError("particles: mass holds what is negative")
    if not given.weight.any():
        raise InputError("particles: all weights are 0")
    return given
