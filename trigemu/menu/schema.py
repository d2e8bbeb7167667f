"""The schema of a trigger menu: lines, prescales, dead time, CHOKE.

Data only; `trigemu.menu.compile` makes it ready to run.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from trigemu.config.model import Model

MAX_LINES = 1024
"""Lines in a menu: line i is bit ``i % 64`` of word ``i // 64``."""

MAX_EXPRESSION = 10_000
"""Characters of an expression."""


_Period = Annotated[int, Field(ge=0, le=2**48)]


class Prescale(Model):
    """How often a line that fires is kept.

    ``every = n`` keeps 1 in n, ``every = 0`` none (the line is off, but counted).  ``set = s`` is the
    firmware's number: s are skipped, then one is kept, so it means 1 in s + 1.  Exactly one of the two is given.
    ``mode`` says how: ``event`` is a pure function of (event, seed, line); ``counter`` counts as firmware does,
    from 0 at begin-of-run.
    """

    every: Annotated[int, Field(ge=0, le=2**32)] | None = None
    set: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    mode: Literal["event", "counter"] = "event"

    @model_validator(mode="after")
    def _one_of_two(self) -> Prescale:
        if (self.every is None) == (self.set is None):
            raise ValueError("give either every (1 in n) or set (firmware number, 1 in n + 1)")
        return self

    @property
    def factor(self) -> int:
        """Return n of "1 in n"; 0 for none."""
        return self.every if self.every is not None else (self.set or 0) + 1


class Line(Model):
    """One trigger line.

    ``when`` is an expression over the experiment's bits (``h2 and not muv3``); ``level`` whether it belongs to
    the hardware trigger (``l1``) or to the software trigger that looks at what that one sent (``hlt``); ``on``
    the kind of entry it is evaluated for (the experiment's default if absent); ``prescale`` a number n (1 in n,
    0: off) or a table; ``select`` the name of an online selection that must pass as well; ``source`` where the
    definition comes from.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)]
    when: Annotated[str, Field(min_length=1, max_length=MAX_EXPRESSION)]
    level: Literal["l1", "hlt"] = "l1"
    on: str | None = None
    prescale: Annotated[
        Annotated[int, Field(ge=0, le=2**32), Tag("number")] | Annotated[Prescale, Tag("table")],
        Discriminator(lambda value: "table" if isinstance(value, dict | Prescale) else "number"),
    ] = 1
    select: str | None = None
    enabled: bool = True
    source: str = ""

    @property
    def scale(self) -> Prescale:
        """Return the prescale as a table."""
        return self.prescale if isinstance(self.prescale, Prescale) else Prescale(every=self.prescale)


class Bucket(Model):
    """Leaky bucket (complex dead time): at most ``size`` triggers, one leaks out every ``leak_ns``."""

    size: Annotated[int, Field(ge=1, le=10**6)]
    leak_ns: Annotated[float, Field(gt=0, le=1e9)]


class DeadTime(Model):
    """What makes the trigger refuse a trigger because of earlier ones.

    ``minimum_distance`` is the firmware setting s in clock periods: a trigger is refused unless it comes more
    than s + 1 periods after the last one sent.  ``fixed_ns`` is a non-extending dead time after each trigger.
    """

    minimum_distance: Annotated[int, Field(ge=0, le=10**6)] | None = None
    fixed_ns: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    bucket: Bucket | None = None


class Choke(Model):
    """CHOKE: the merged input queue is almost full, or a detector asks for a pause.

    The queue takes ``Candidates.load`` words per time step and gives up ``words_per_step``; above ``high``
    CHOKE goes on (after ``delay`` clock periods), below ``low`` it goes off and triggers restart after
    ``restart`` clock periods.  ``requests`` are pauses asked for by detectors: [on, off] in clock periods
    since begin-of-run.
    """

    enabled: bool = True
    high: Annotated[int, Field(ge=1, lt=2**31)] = 8000
    low: Annotated[int, Field(ge=0, lt=2**31)] = 7500
    words_per_step: Annotated[int, Field(ge=1, lt=2**31)] = 256
    delay: _Period = 3
    restart: _Period = 32768
    requests: tuple[tuple[_Period, _Period], ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Choke:
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        last = -1
        for on, off in self.requests:
            if not last < on < off:
                raise ValueError("requests must be [on, off] pairs that rise and do not overlap")
            last = off
        return self


class Menu(Model):
    """A trigger menu: what ``configs/menus/*.toml`` holds."""

    title: str = ""
    line: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MAX_LINES)]
    dead_time: DeadTime = DeadTime()
    choke: Choke = Choke(enabled=False)
