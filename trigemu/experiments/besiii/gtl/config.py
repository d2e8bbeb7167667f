"""The ``[besiii.gtl]`` section: the global trigger.

All times are ticks of 24 ns on the event's own axis, which begins with the read-out window.  There a collision hits
the counters near tick 24, completes its tracks by tick 35, and fires trigger cells in ticks 117-212
(besiii_real_facts 2.3-2.5): the delays bring these together.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.names import allowed
from trigemu.config.rules import Rule, values
from trigemu.experiments.besiii.bits import CHANNELS, CONDITIONS
from trigemu.experiments.besiii.clock import LATENCY_TICKS, TICKS
from trigemu.plain import short

RANDOM_SLOT = 9
"""The channel of random triggers (besiii_babar_facts A3.7)."""

GROUPS = {
    "emc_cluster": (*range(7), 12, 13),
    "emc_energy": (*range(7, 12), 14, 15),
    "tof": tuple(range(16, 23)),
    "match": tuple(range(23, 32)),
    "muc": (32, 33),
    "mdc": (38, 40, 41, 42, 44, 45),
    "mdc_many": (39, 43),
    "mdc_inner": (46, 47),
}
"""Conditions that are stretched and delayed alike, by their bit; ``mdc_many``: those of at least N tracks."""

NAMES = tuple(name for name in CONDITIONS if name)

Stretched = Annotated[int, Field(ge=1, le=TICKS)]
Delayed = Annotated[int, Field(ge=0, lt=TICKS)]
Group = Literal["emc_cluster", "emc_energy", "tof", "match", "muc", "mdc", "mdc_many", "mdc_inner"]
Names = Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=len(NAMES))]


class Stretch(Model):
    """For how many ticks a condition stays true.

    Real events agree: channels of bars last 4 ticks, those limited by clusters 34, those of energies 49 or more.
    """

    emc_cluster: Stretched = 34
    """Conditions of calorimeter clusters [tick of 24 ns].  Source: read in the experiment's simulation
    (besiii_babar_facts A5.16)."""
    emc_energy: Stretched = 50
    """Conditions of calorimeter energies [tick of 24 ns].  Source: read in the experiment's simulation
    (besiii_babar_facts A5.17)."""
    tof: Stretched = 4
    """Conditions of the time of flight [tick of 24 ns].  Source: read in the experiment's simulation
    (besiii_babar_facts A6.5)."""
    match: Stretched = 4
    """Conditions of track match [tick of 24 ns].  Source: fit: channels of matched tracks last as long as those of
    bars in run 91668."""
    muc: Stretched = 1
    """Conditions of the muon counters [tick of 24 ns].  Source: chosen; they are not modelled."""
    mdc: Stretched = 34
    """Conditions of one or two chamber tracks and of back-to-back ones [tick of 24 ns].  Source: read in the
    experiment's simulation (besiii_babar_facts A4.14)."""
    mdc_many: Stretched = 68
    """Conditions of at least N chamber tracks [tick of 24 ns].  Source: read in the experiment's simulation
    (besiii_babar_facts A4.14)."""
    mdc_inner: Stretched = 34
    """Conditions of inner tracks [tick of 24 ns].  Source: read in the experiment's simulation (besiii_babar_facts
    A4.14)."""


class Delay(Model):
    """By how many ticks a condition is delayed, alignment and global trigger together.

    Chosen so that all meet near tick 228, those of counters and matched tracks exactly there.  In run 91668 the first
    channel always stands in the same word of the record, while counters are hit in ticks 8-29: events that energies
    decided give those a delay of 16-24 on this scale, and two clusters are seen at the tick in events of counters.
    The simulation's own delays (besiii_babar_facts A7) belong to other beginnings of the time axis.
    """

    emc_cluster: Delayed = 31
    """Conditions of calorimeter clusters [tick of 24 ns].  Source: chosen, with run 91668 as above."""
    emc_energy: Delayed = 20
    """Conditions of calorimeter energies [tick of 24 ns].  Source: chosen in the bracket 16-24 of run 91668, as
    above."""
    tof: Delayed = 204
    """Conditions of the time of flight [tick of 24 ns].  Source: chosen: they meet the others at tick 228."""
    match: Delayed = 190
    """Conditions of track match [tick of 24 ns].  Source: chosen: they meet the others at tick 228."""
    muc: Delayed = 0
    """Conditions of the muon counters [tick of 24 ns].  Source: chosen; they are not modelled."""
    mdc: Delayed = 190
    """Conditions of one or two chamber tracks and of back-to-back ones [tick of 24 ns].  Source: chosen: they meet the
    others near tick 228."""
    mdc_many: Delayed = 190
    """Conditions of at least N chamber tracks [tick of 24 ns].  Source: chosen: they meet the others near tick 228."""
    mdc_inner: Delayed = 190
    """Conditions of inner tracks [tick of 24 ns].  Source: chosen: they meet the others near tick 228."""


class Channel(Model):
    """One of the 16 slots of the global trigger: the bit ``channel_N`` of slot N."""

    slot: Annotated[int, Field(ge=0, lt=len(CHANNELS))]
    """Number of the channel; 9 is the random trigger's."""
    name: Annotated[str, Field(min_length=1, max_length=64)]
    """What people call it."""
    true: Names = ()
    """Conditions that must be true; without any the channel never fires (besiii_babar_facts A3.7)."""
    false: Names = ()
    """Conditions that must not be true; those in neither list are ignored."""
    enabled: bool = True
    """Whether the channel takes part in the decision."""

    @field_validator("true", "false")
    @classmethod
    def _are_conditions(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in NAMES:
                raise ValueError(f"unknown condition {short(name)!r}; {allowed(name, NAMES)}")
        return names

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        names: Rule = {"items": {"enum": list(NAMES)}}
        return [
            *super().schema_rules(),
            values(true=names, false=names, slot={"not": {"const": RANDOM_SLOT}}),
        ]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.slot == RANDOM_SLOT:
            raise FieldError(
                "slot", f"is {RANDOM_SLOT}, the random trigger's (besiii.gtl.random)", named=False
            )
        if both := sorted(set(self.true) & set(self.false)):
            raise FieldError(
                "false", f"names {both[0]!r}, and so does 'true'; allowed: in one of them", named=False
            )
        return self


class Gtl(Model):
    """Settings of the global trigger."""

    mode: Literal["tick", "or4", "simulation"] = "or4"
    """Which conditions and channels are the trigger's words. "tick": those of the tick of the decision; "or4": the or
    of ``or_ticks`` ticks from it for conditions and of ``channel_ticks`` for channels (those of clusters may fire
    first, and those of tracks later); "simulation": each condition is true if it ever was, and only then the channels
    are looked up, so that nothing need coincide (besiii_babar_facts A7.3).  Source: chosen, what the hardware
    records."""
    or_ticks: Annotated[int, Field(ge=1, le=16)] = 4
    """Over how many ticks "or4" collects conditions [tick of 24 ns].  Source: besiii_real_facts 2.2."""
    channel_ticks: Annotated[int, Field(ge=1, le=TICKS)] = 49
    """Over how many ticks "or4" collects channels [tick of 24 ns].  Source: besiii_real_facts 2.2: the record has 63
    words, and the first channel stands in word 14."""
    stretch: Stretch = Stretch()
    """For how many ticks conditions stay true."""
    delay: Delay = Delay()
    """By how many ticks conditions are delayed."""
    retrigger: Annotated[tuple[Group, ...], Field(max_length=len(GROUPS))] = ("emc_energy",)
    """Groups of conditions whose pulses begin afresh with every tick that is true; others run to their end, and begin
    again only if the condition is still true then.  Source: read in the experiment's simulation (besiii_babar_facts
    A5.17)."""
    random: bool = True
    """Whether random triggers are read out, as channel 9."""
    random_tick: Delayed = 228
    """Tick of a random trigger's decision [tick of 24 ns].  Source: chosen, where collisions are decided."""
    latency_ticks: Annotated[int, Field(ge=0, le=10**6)] = LATENCY_TICKS
    """Latency of the whole level 1, for the report [tick of 24 ns].  Source: besiii_babar_facts A3.4, 6.4 us."""
    limit_hz: Annotated[float, Field(gt=0, le=1e9)] = 4000.0
    """Rate that level 1 must keep to; a number to look up, nothing reads it [Hz].  Source: read (besiii_babar_facts
    A3.2), the design."""
    channel: Annotated[tuple[Channel, ...], Field(max_length=len(CHANNELS) - 1)]
    """The channels: one ``[[besiii.gtl.channel]]`` table each.  Source: the epoch's conditions, which say where each
    number comes from."""

    @field_validator("channel")
    @classmethod
    def _slots_are_different(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        slots = [channel.slot for channel in channels]
        if twice := sorted({slot for slot in slots if slots.count(slot) > 1}):
            raise ValueError(f"slot {twice[0]} is there twice; each channel needs its own")
        return channels
