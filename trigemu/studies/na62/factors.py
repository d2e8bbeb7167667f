"""What NA62's offline selections keep of triggered decays, per mass, beside the flat guess that stood for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from trigemu.errors import InputError
from trigemu.measure.cutflow import CutFlow
from trigemu.measure.efficiency import efficiency, find_signal
from trigemu.measure.offline import Config, as_setup
from trigemu.measure.statistics import ONE_SIGMA
from trigemu.measure.validate import Measured
from trigemu.setup.build import load_setup
from trigemu.setup.offline import SELECTED

SEED = 62
FACTOR_EVENTS = 4_000

GUESSES = {"mumu": 0.7, "ee": 0.5}
"""Selected over accepted and triggered, flat in mass: guesses, for there is no public number."""

TRIGGER = "H2"
"""The line that selections follow."""


@dataclass(frozen=True, slots=True)
class SelectionFactor:
    """Selected over accepted and triggered events of a signal.

    Attributes
    ----------
    value, low, high
        Counted, with the ends of its Clopper-Pearson interval.
    guess
        The flat number that stood for it (`GUESSES`).
    selection, line
        The offline selection, and the trigger line before it.
    """

    value: float
    low: float
    high: float
    guess: float
    selection: str
    line: str


def selection_factor(
    signal: str,
    mass: float,
    *,
    config: Config = "na62-dump",
    line: str = TRIGGER,
    events: int = FACTOR_EVENTS,
    seed: int = SEED,
    cl: float = ONE_SIGMA,
    **parameters: float,
) -> SelectionFactor:
    """Return the selection factor of a signal at a mass, counted on simulated events.

    Parameters
    ----------
    signal
        A signal that has an offline selection (``aprime-mumu``, for instance).
    mass
        Its mass in GeV.
    config
        A setup, a TOML file or the name of a shipped configuration: detector, menu, cuts, and the values of the
        signal's other parameters.
    line
        The trigger line.
    events
        Events generated.
    seed
        Seed of the scan.
    cl
        Confidence level of the interval.
    parameters
        More parameters of the signal (``epsilon``, for instance).

    Raises
    ------
    InputError
        There is no such signal or line, or the signal has no offline selection.
    """
    setup = as_setup(config)
    name = find_signal(setup, signal).offline
    if not name:
        raise InputError(f"signal {signal} has no offline selection")
    grid = {"mass": mass, **parameters}
    table = efficiency(setup, signal, grid, events=events, seed=seed, cl=cl, lines=line, selection=name)
    flow = cast(CutFlow, table.flow)
    (row,) = flow.step(SELECTED)
    return SelectionFactor(
        row.of_triggered,
        row.of_triggered_low,
        row.of_triggered_high,
        GUESSES.get(name, math.nan),
        name,
        line,
    )


def factor(signal: str, mass: float, production: str = "brem") -> Measured:
    """Return the selection factor with its errors downwards and upwards."""
    setup = load_setup(
        "na62-dump", [f"signal=[{{signal = '{signal}', mass = {mass}, production = '{production}'}}]"]
    )
    got = selection_factor(signal, mass, config=setup)
    return got.value, got.value - got.low, got.high - got.value
