"""Rates of a menu's lines and levels: before any prescale, as sent by level 1, as recorded, and alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
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
    raw
        How often it fires: before every prescale, dead time, online selection and software trigger.
    before
        What its own prescale is given.  A line of the hardware trigger: the same.  One of the software trigger: what
        level 1 sent, the line fired on and its selection passed, per live time.
    sent
        What level 1 sends because of it: after its prescale and the dead time, before online selections and the
        software trigger, per live time.  Unknown for a line of the software trigger.
    after
        Recorded triggers that it kept, per live time.
    unique
        Recorded triggers that of all lines of its level it alone kept, per live time.
    """

    raw: Rate
    before: Rate
    sent: Rate
    after: Rate
    unique: Rate = UNKNOWN

    def to_dict(self) -> dict[str, float]:
        """Return the rates as they are called in ``summary.json``."""
        return {
            key: value
            for each in fields(self)
            for key, value in getattr(self, each.name).to_dict(_KEYS[each.name]).items()
        }


_KEYS = {
    "raw": "raw_rate",
    "before": "before_prescale_rate",
    "sent": "sent_rate",
    "after": "rate",
    "unique": "unique_rate",
}


NONE = LineRates(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def has_rates(setup: Setup[Any], totals: RunTotals) -> bool:
    """Return whether counts of a run over its time are rates.

    Of a replay of accepted triggers they are not: what was not recorded is not there to be counted.  Where each event
    of a file is taken once (``input.once``), how many come in a time follows from the length of the frames alone.
    """
    return not (totals.selected or setup.config.input.once)


def line_rates(setup: Setup[Any], totals: RunTotals) -> list[LineRates]:
    """Return the rates of each line of the menu.

    See `has_rates` for runs of which nothing is known.
    """
    if not has_rates(setup, totals):
        return [NONE for _ in setup.menu.lines]
    rates = []
    for index, line in enumerate(setup.menu.lines):
        fired, accepted, kept, sent = (
            int(counts[index]) for counts in (totals.fired, totals.accepted, totals.kept, totals.sent)
        )
        software = line.level == "hlt"
        raw = before_prescale(fired, totals.observed_s)
        if software:
            known = len(totals.before_prescale) > 0
            before = rate(int(totals.before_prescale[index]), totals.live_s) if known else UNKNOWN
        else:
            before = raw
        scale, live_s = line.scale, totals.live_s
        rates.append(
            LineRates(
                raw,
                before,
                UNKNOWN if software else recorded(sent, kept, scale, live_s),
                recorded(accepted, kept, scale, live_s),
                recorded(int(totals.unique[index]), kept, scale, live_s) if len(totals.unique) else UNKNOWN,
            )
        )
    return rates


def level_rates(setup: Setup[Any], totals: RunTotals) -> dict[str, LineRates]:
    """Return the rates of each level as a whole; none where a run did not count them.

    ``raw`` and ``before``: any of its lines; ``sent``: all that level 1 sends; ``after``: all that is recorded.
    """
    if not has_rates(setup, totals):
        return dict.fromkeys(totals.levels, NONE)
    found = {}
    for level, counts in totals.levels.items():
        raw = before_prescale(counts["fired"], totals.observed_s)
        software = level == "hlt"
        found[level] = LineRates(
            raw,
            rate(counts["before_prescale"], totals.live_s) if software else raw,
            UNKNOWN if software else _of_all(setup, totals, level, "sent", counts["sent"]),
            _of_all(setup, totals, level, "accepted", counts["accepted"]),
        )
    return found


def _of_all(setup: Setup[Any], totals: RunTotals, level: str, what: str, count: int) -> Rate:
    """Return the rate of what any line of a level lets through: Poisson, unless one line alone makes all of it.

    Counters among several lines make it more regular than that, so the error is rather too large than too small.
    """
    of_lines = getattr(totals, what)
    for index, line in enumerate(setup.menu.lines):
        if line.level == level and of_lines[index] == count:
            return recorded(count, int(totals.kept[index]), line.scale, totals.live_s)
    return rate(count, totals.live_s)


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

    The same holds for what a line sends and for what it alone records: each is a part of what its prescale kept.

    An ``event`` prescale leaves independent events independent: the variance is the count.  A counter removes no
    randomness from what it counts: of n candidates it makes one, so that its output N has the variance N / n, and
    1 / 12 for the part of a count that it holds back.  What happens behind it (dead time of others, selections, other
    lines) keeps a share q of its output at random and adds N (1 - q).

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
    spread, held = spread_of(accepted, kept, scale)
    return rate(accepted, live_s, spread=spread, held=held)


def spread_of(accepted: int, kept: int, scale: Prescale) -> tuple[float, float]:
    """Return the variance per count of what is left of a prescale's output, and what it holds back (`recorded`)."""
    if scale.mode == "event" or scale.factor <= 1:
        return 1.0, 0.0
    share = min(1.0, accepted / kept) if kept else 1.0
    one = 1.0 / scale.factor
    return 1.0 - share + share * one, share * (1.0 - one)
