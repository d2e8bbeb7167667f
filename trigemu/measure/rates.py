"""Rates of a menu's lines: before any prescale, and as recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trigemu.measure.statistics import UNKNOWN, Rate, rate
from trigemu.menu.schema import Prescale
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals


@dataclass(frozen=True, slots=True)
class LineRates:
    """Rates of one line.

    Attributes
    ----------
    before
        How often it fires: before every prescale, dead time, online selection and software trigger.
    after
        Recorded triggers that it kept, per live time.
    """

    before: Rate
    after: Rate


def line_rates(setup: Setup[Any], totals: RunTotals) -> list[LineRates]:
    """Return the rates of each line of the menu.

    Of a replay of accepted triggers nothing is known: what was not recorded is not there to be counted.
    """
    if totals.selected:
        return [LineRates(UNKNOWN, UNKNOWN) for _ in setup.menu.lines]
    rates = []
    for index, line in enumerate(setup.menu.lines):
        fired, accepted, kept = (
            int(counts[index]) for counts in (totals.fired, totals.accepted, totals.kept)
        )
        after = recorded(accepted, kept, line.scale, totals.live_s)
        rates.append(LineRates(before_prescale(fired, totals.observed_s), after))
    return rates


def before_prescale(fired: int, observed_s: float) -> Rate:
    """Return the rate of a line before prescale and dead time.

    Candidates are counted whether the trigger could take them or not, so the time is all that was looked at, live
    or dead, and the count is Poisson in every mode of prescale.  Recorded triggers times the prescale over live time
    would be another estimate, and a biased one: where candidates of several lines cluster (NA62's ``control``), or a
    counter makes a line regular, a candidate's chance to meet a dead time is not the dead fraction.
    """
    return rate(fired, observed_s)


def recorded(accepted: int, kept: int, scale: Prescale, live_s: float) -> Rate:
    """Return the rate of recorded triggers of a line.

    An ``event`` prescale leaves independent events independent: the variance is the count.  A counter removes no
    randomness from what it counts: of n candidates it makes one, so that its output N has the variance N / n, and
    1 / 12 for the part of a count that it holds back.  What happens behind it (dead time of others, selections) keeps
    a share q of its output at random and adds N (1 - q).

    Parameters
    ----------
    accepted
        Recorded triggers that the line kept.
    kept
        Candidates that its prescale kept.
    scale
        Its prescale.
    live_s
        Time in which triggers could be accepted, s.
    """
    if scale.mode == "event" or scale.factor <= 1:
        return rate(accepted, live_s)
    share = accepted / kept if kept else 1.0
    one = 1.0 / scale.factor
    return rate(accepted, live_s, spread=1.0 - share + share * one, held=share * (1.0 - one))
