"""The schema of a trigger menu: lines, prescales, dead time, CHOKE.

Data only; `trigemu.menu.compile` makes it ready to run.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from trigemu.config.model import Model
from trigemu.config.rules import Rule, exactly_one, ordered

MAX_LINES = 1024
"""Lines in a menu: line i is bit ``i % 64`` of word ``i // 64``."""

MAX_EXPRESSION = 10_000
"""Characters of an expression."""


_Period = Annotated[int, Field(ge=0, le=2**48)]


class Prescale(Model):
    """How often a line that fires is kept: exactly one of ``every`` and ``set`` is given."""

    every: Annotated[int, Field(ge=0, le=2**32)] | None = None
    """n keeps 1 in n; 0 keeps none: the line is off, but counted."""

    set: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    """The firmware's number s: s are skipped, then one is kept, so it means 1 in s + 1."""

    mode: Literal["event", "counter"] = "event"
    """How one is chosen: by a pure function of event, seed and line, or counted as by firmware, from 0 at run start."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), exactly_one("every", "set")]

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
    """One trigger line."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    """What the line is called in results; two names differ by more than case."""

    when: Annotated[str, Field(min_length=1, max_length=MAX_EXPRESSION)]
    """Expression over the experiment's bits: ``h2 and not muv3``."""

    level: Literal["l1", "hlt"] = "l1"
    """Hardware trigger (l1), or software trigger that looks at what that one sent (hlt)."""

    on: str | None = None
    """Kind of trigger entry that it is evaluated for (absent: the experiment's first kind)."""

    prescale: Annotated[
        Annotated[int, Field(ge=0, le=2**32), Tag("number")] | Annotated[Prescale, Tag("table")],
        Discriminator(lambda value: "table" if isinstance(value, dict | Prescale) else "number"),
    ] = 1
    """Keeps 1 in n, with 0 none; or a table."""

    select: str | None = None
    """Online selection that must pass as well."""

    enabled: bool = True
    """Whether the menu has the line at all."""

    source: str = ""
    """Where the definition comes from."""

    @property
    def scale(self) -> Prescale:
        """Return the prescale as a table."""
        return self.prescale if isinstance(self.prescale, Prescale) else Prescale(every=self.prescale)


class Bucket(Model):
    """Leaky bucket (complex dead time)."""

    size: Annotated[int, Field(ge=1, le=10**6)]
    """How many triggers it holds; while it is full, triggers are refused."""

    leak_ns: Annotated[float, Field(gt=0, le=1e9)]
    """One trigger leaks out in this time [ns]."""


class DeadTime(Model):
    """What makes the trigger refuse a trigger because of earlier ones; all that is given applies."""

    minimum_distance: Annotated[int, Field(ge=0, le=10**6)] | None = None
    """Firmware setting s: a trigger is refused unless it comes more than s + 1 periods after the last one sent
    [clock periods]."""

    fixed_ns: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    """Dead time after each trigger sent, not extended by refused ones [ns]."""

    bucket: Bucket | None = None
    """Leaky bucket: complex dead time."""


class Choke(Model):
    """CHOKE: the merged input queue is almost full, or a detector asks for a pause.

    The queue takes ``Candidates.load`` words per time step and gives up ``words_per_step``.
    """

    enabled: bool = True
    """Whether there is a CHOKE."""

    high: Annotated[int, Field(ge=1, lt=2**31)] = 8000
    """CHOKE goes on above this [words]."""

    low: Annotated[int, Field(ge=0, lt=2**31)] = 7500
    """CHOKE goes off below this [words]."""

    words_per_step: Annotated[int, Field(ge=1, lt=2**31)] = 256
    """What the queue gives up in a time step [words]."""

    delay: _Period = 3
    """Triggers are refused from this on after CHOKE went on [clock periods]."""

    restart: _Period = 32768
    """Triggers are refused until this after CHOKE went off [clock periods]."""

    requests: tuple[tuple[_Period, _Period], ...] = ()
    """Pauses asked for by detectors, as pairs of on and off since begin-of-run [clock periods]."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), *ordered("low", "high", (7500, 8000), equal=True)]

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
    """Heading of the menu."""

    line: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MAX_LINES)]
    """The trigger lines, in the order of their bits."""

    dead_time: DeadTime = DeadTime()
    """What makes the trigger refuse a trigger because of earlier ones."""

    choke: Choke = Choke(enabled=False)
    """Pauses of the whole trigger; without the table there are none."""
