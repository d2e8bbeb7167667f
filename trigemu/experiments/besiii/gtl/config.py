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
    """For how many ticks a condition stays true (besiii_babar_facts A4.14, A5.16, A5.17, A6.5).

    Real events agree: channels of bars last 4 ticks, those limited by clusters 34, those of energies 49 or more.
    """

    emc_cluster: Stretched = 34
    emc_energy: Stretched = 50
    tof: Stretched = 4
    match: Stretched = 4  # fit: channels of matched tracks last as long as those of bars in run 91668
    muc: Stretched = 1  # not modelled
    mdc: Stretched = 34
    mdc_many: Stretched = 68
    mdc_inner: Stretched = 34


class Delay(Model):
    """By how many ticks a condition is delayed, alignment and global trigger together.

    Chosen so that all meet near tick 228, those of counters and matched tracks exactly there.  In run 91668 the first
    channel always stands in the same word of the record, while counters are hit in ticks 8-29: events that energies
    decided give those a delay of 16-24 on this scale, and two clusters are seen at the tick in events of counters.
    The simulation's own delays (besiii_babar_facts A7) belong to other beginnings of the time axis.
    """

    emc_cluster: Delayed = 31
    emc_energy: Delayed = 20
    tof: Delayed = 204
    match: Delayed = 190
    muc: Delayed = 0
    mdc: Delayed = 190
    mdc_many: Delayed = 190
    mdc_inner: Delayed = 190


class Channel(Model):
    """One of the 16 slots: a condition of ``true`` must be true, one of ``false`` must not, others are ignored.

    A channel that requires nothing to be true never fires (besiii_babar_facts A3.7).
    """

    slot: Annotated[int, Field(ge=0, lt=len(CHANNELS))]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    true: Names = ()
    false: Names = ()
    enabled: bool = True

    @field_validator("true", "false")
    @classmethod
    def _are_conditions(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in NAMES:
                raise ValueError(f"unknown condition {short(name)!r}; {allowed(name, NAMES)}")
        return names

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
    """Settings of the global trigger.

    ``mode``: which conditions and channels are the trigger's words.  "tick": those of the tick of the decision;
    "or4": what the hardware records, the or of ``or_ticks`` ticks from it for conditions and of ``channel_ticks`` for
    channels (those of clusters may fire first, and those of tracks later); "simulation": each condition is true if it
    ever was, and only then the channels are looked up, so that nothing need coincide (besiii_babar_facts A7.3).

    ``retrigger``: groups whose pulses begin afresh with every tick that is true; others run to their end, and begin
    again only if the condition is still true then.  ``random``: whether random triggers are read out, in
    ``random_tick``.  ``latency_ticks`` is that of the whole level 1, ``limit_hz`` the rate that it must keep to.
    """

    mode: Literal["tick", "or4", "simulation"] = "or4"
    or_ticks: Annotated[int, Field(ge=1, le=16)] = 4  # besiii_real_facts 2.2
    # besiii_real_facts 2.2: the record has 63 words, and the first channel stands in word 14.
    channel_ticks: Annotated[int, Field(ge=1, le=TICKS)] = 49
    stretch: Stretch = Stretch()
    delay: Delay = Delay()
    retrigger: Annotated[tuple[Group, ...], Field(max_length=len(GROUPS))] = (
        "emc_energy",
    )  # besiii_babar_facts A5.17
    random: bool = True
    random_tick: Delayed = 228  # chosen: where collisions are decided
    latency_ticks: Annotated[int, Field(ge=0, le=10**6)] = LATENCY_TICKS  # besiii_babar_facts A3.4: 6.4 us
    limit_hz: Annotated[float, Field(gt=0, le=1e9)] = 4000.0  # besiii_babar_facts A3.2
    channel: Annotated[tuple[Channel, ...], Field(max_length=len(CHANNELS) - 1)]

    @field_validator("channel")
    @classmethod
    def _slots_are_different(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        slots = [channel.slot for channel in channels]
        if twice := sorted({slot for slot in slots if slots.count(slot) > 1}):
            raise ValueError(f"slot {twice[0]} is there twice; each channel needs its own")
        return channels
