"""The ``[babar.glt]`` section: the global trigger.

Times are ticks of 134 ns on the event's own axis.  What belongs to one collision leaves the other blocks at different
ticks: delays bring it together, and maps are held for some ticks because no block is sharp to one.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.names import allowed
from trigemu.config.rules import Rule, values
from trigemu.experiments.babar.bits import COUNTS, LINES, MOST
from trigemu.experiments.babar.clock import TICKS
from trigemu.plain import short

FIRST_AUXILIARY = 25
"""Slots from here on are auxiliary: random triggers and the like (babar_geometry_facts G8.2)."""

MOST_PRIORITY = 1000
"""Largest priority; that of D2 is 320 (babar_geometry_facts G8.9)."""

_Slot = Annotated[int, Field(ge=1, le=len(LINES))]
_Tick = Annotated[int, Field(ge=0, lt=TICKS)]
_Held = Annotated[int, Field(ge=1, le=TICKS)]
_Cut = Annotated[int, Field(ge=1, le=MOST, strict=True)]
_Name = Annotated[str, Field(max_length=32)]


class Line(Model):
    """A line of the global trigger."""

    slot: _Slot
    """Its number, 1-32; slots from 25 on are auxiliary."""
    name: Annotated[str, Field(min_length=1, max_length=32)]
    """Its name."""
    cuts: Annotated[dict[_Name, _Cut], Field(min_length=1, max_length=len(COUNTS))]
    """Count -> least value: the line fires in a tick in which each count is at least as large."""
    priority: Annotated[int, Field(ge=0, le=MOST_PRIORITY)] | None = None
    """Of the lines that fired the one with the highest priority tells when the event was (babar_geometry_facts
    G8.9); a line that has none comes after all that have one of 32 or more, a low slot before a high one (chosen)."""
    enabled: bool = True
    """Whether it may fire."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(cuts={"propertyNames": {"enum": list(COUNTS)}})]

    @field_validator("cuts")
    @classmethod
    def _are_counts(cls, cuts: dict[str, int]) -> dict[str, int]:
        for name in cuts:
            if name not in COUNTS:
                raise ValueError(f"unknown count {short(name)!r}; {allowed(name, COUNTS)}")
        return cuts

    @property
    def rank(self) -> int:
        """Return the priority, or the one that the slot gives."""
        return slot_priority(self.slot) if self.priority is None else self.priority


class Delay(Model):
    """By how many ticks maps are delayed.

    Chosen so that what one collision makes meets.  Of a collision in tick c come codes of muons in tick c, clusters in
    c + 9, segments from c + 11 to c + 13, and with them high-momentum tracks and those of the z trigger; long and short
    tracks begin in c + 12 or c + 13, when the last of their segments is there.
    """

    tracks: _Tick = 0
    """Delay of maps of A and B [ticks].  Source: chosen."""
    aprime: _Tick = 0
    """Delay of the map of A' [ticks].  Source: chosen."""
    z: _Tick = 1
    """Delay of the four maps of the z trigger [ticks].  Source: chosen."""
    emt: _Tick = 3
    """Delay of maps of clusters [ticks].  Source: chosen."""
    ift: _Tick = 12
    """Delay of the code of the muon trigger [ticks].  Source: chosen."""


class Hold(Model):
    """For how many ticks a bit of a map counts.

    The hardware may hold lines instead of maps: its trigger configuration has "latching widths" of lines (G8.1).
    """

    tracks: _Held = 2
    """How long bits of A and B count [ticks].  Source: recalled, 1 or 2 (babar_geometry_facts G8.9)."""
    aprime: _Held = 2
    """How long bits of A' count [ticks].  Source: recalled, 1 or 2 (babar_geometry_facts G8.9)."""
    z: _Held = 3
    """How long bits of the z trigger count: its tracks are given out in the tick of their seed alone, which may be
    any of three [ticks].  Source: chosen."""
    emt: _Held = 2
    """How long bits of clusters count [ticks].  Source: recalled, 1 or 2 (babar_geometry_facts G8.9)."""
    ift: _Held = 2
    """How long the code of the muon trigger counts; of several the largest [ticks].  Source: chosen."""


_ClusterBins = Annotated[int, Field(ge=1, le=10)]


class BackToBack(Model):
    """Least distance, either way round, of two objects that are opposite each other."""

    b: Annotated[int, Field(ge=1, le=8)] = 6
    """For B [bins of 22.5 degrees].  Source: guess (babar_geometry_facts G8.5)."""
    g: _ClusterBins = 7
    """For G [bins of 18 degrees].  Source: guess (babar_geometry_facts G8.6)."""
    m: _ClusterBins = 7
    """For M [bins of 18 degrees].  Source: guess (babar_geometry_facts G8.6)."""
    em: _ClusterBins = 7
    """For an E opposite an M [bins of 18 degrees].  Source: guess (babar_geometry_facts G8.6)."""


class Match(Model):
    """What lies in the same direction."""

    cluster_degrees: Annotated[float, Field(ge=-18, le=18)] = -4.5
    """Where bin 0 of clusters begins in azimuth: a cluster has two strips of 9 degrees that share one, so its middle
    is 4.5 degrees beyond 18 times its number [deg].  Source: guess."""
    widen: Annotated[int, Field(ge=0, le=10)] = 1
    """Bins by which a cluster's bin is widened on both sides before it is compared with a track's [bins of 18
    degrees].  Source: guess (babar_geometry_facts G8.8)."""
    em: Annotated[int, Field(ge=0, le=10)] = 1
    """Largest distance of an E and an M that make an EM [bins of 18 degrees].  Source: guess: the official list has
    an EM beside the EM* and does not say what it is; an E is an M too, so this is nearly the number of E."""
    bmx: Literal["both", "either"] = "both"
    """Whether the B of a BMX has an M and an X in its direction, or one of the two.  Source: guess."""


class Glt(Model):
    """Settings of the global trigger."""

    delay: Delay = Delay()
    """Delays that bring together what belongs to one collision."""
    hold: Hold = Hold()
    """For how many ticks bits count."""
    counting: Literal["pairs", "runs", "bits"] = "pairs"
    """What a run of adjacent bits counts: ``pairs`` one for each two, begun ones included; ``runs`` one; ``bits``
    one for each.  Source: guess (babar_geometry_facts G8.4)."""
    back_to_back: BackToBack = BackToBack()
    """When two objects are opposite each other."""
    match: Match = Match()
    """When two objects lie in the same direction."""
    random_slot: Annotated[int, Field(ge=FIRST_AUXILIARY, le=len(LINES))] | None = 25
    """Slot of the line of random triggers (none: they fire no line).  Source: recalled (babar_geometry_facts G8.2
    and section 9)."""
    random_tick: _Tick = 22
    """Tick in which it fires [tick].  Source: chosen, where collisions are decided."""
    line: Annotated[tuple[Line, ...], Field(max_length=len(LINES))] = ()
    """The other lines."""

    @model_validator(mode="after")
    def _slots_are_different(self) -> Self:
        slots = [line.slot for line in self.line]
        if twice := sorted({slot for slot in slots if slots.count(slot) > 1}):
            raise FieldError("line", f"slot {twice[0]} is there twice; each line needs its own", named=False)
        if self.random_slot in slots:
            raise FieldError(
                "line",
                f"slot {self.random_slot} is that of random triggers (babar.glt.random_slot); take another",
                named=False,
            )
        return self


def slot_priority(slot: int) -> int:
    """Return the priority of a line that has none of its own: 32 for slot 1 to 1 for slot 32 (chosen)."""
    return len(LINES) + 1 - slot
