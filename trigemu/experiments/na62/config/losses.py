"""``[na62.losses]``: what real channels of NewCHOD and MUV3 lose and add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, model_validator

from trigemu.config.model import MAX_TABLES, FieldError, Model
from trigemu.config.rules import Rule, values, when
from trigemu.experiments.na62.detector.geometry import CHANNEL_IDS, MUV3_CHANNEL_IDS

CHANNELS = {
    "newchod": tuple(int(channel) for channel in CHANNEL_IDS),
    "muv3": tuple(int(channel) for channel in MUV3_CHANNEL_IDS),
}
"""The channels that a loss can be said of."""

_NUMBERS = {
    "newchod": "100 * quadrant (1-4) + tile (1-38), + 50 for the second of a tile",
    "muv3": "pads 0-151 without 65, 66, 77, 78, + 200 for the second of a pad",
}

Efficiency = Annotated[float, Field(ge=0, le=1)]
Hertz = Annotated[float, Field(ge=0, le=1e7)]


def _unknown(detector: str, channel: int) -> str:
    """Return why a channel does not exist, "" if it does."""
    return (
        "" if channel in CHANNELS[detector] else f"{detector} has no channel {channel}: {_NUMBERS[detector]}"
    )


T = TypeVar("T", int, tuple[str, int])


def first_twice(values: Sequence[T]) -> T | None:
    """Return the first value that stands in a sequence before, None if there is none."""
    seen: set[T] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None


def _newchod(channel: int) -> int:
    if why := _unknown("newchod", channel):
        raise ValueError(why)
    return channel


def _muv3(channel: int) -> int:
    if why := _unknown("muv3", channel):
        raise ValueError(why)
    return channel


Channel = Annotated[int, Field(ge=0, le=0xFFFF)]


class NoisyChannel(Model):
    """A channel with more noise than the others."""

    detector: Literal["newchod", "muv3"]
    """Detector of the channel."""

    channel: Channel
    """Its number, as in the column `channel` of its hits."""

    rate_hz: Hertz
    """Random hits on top of those that every channel has [Hz]."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        known = [
            when("detector", name, values(channel={"enum": list(all_)})) for name, all_ in CHANNELS.items()
        ]
        return [*super().schema_rules(), *known]

    @model_validator(mode="after")
    def _is_there(self) -> NoisyChannel:
        if why := _unknown(self.detector, self.channel):
            raise FieldError("channel", why, named=False)
        return self


class DeadChannels(Model):
    """Channels that send nothing."""

    newchod: Annotated[tuple[Annotated[Channel, AfterValidator(_newchod)], ...], Field(max_length=304)] = ()
    """Dead channels of NewCHOD."""

    muv3: Annotated[tuple[Annotated[Channel, AfterValidator(_muv3)], ...], Field(max_length=296)] = ()
    """Dead channels of MUV3."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        known = {
            name: {"items": {"enum": list(all_)}, "uniqueItems": True} for name, all_ in CHANNELS.items()
        }
        return [*super().schema_rules(), values(**known)]

    @model_validator(mode="after")
    def _are_once(self) -> DeadChannels:
        for name in CHANNELS:
            if (twice := first_twice(getattr(self, name))) is not None:
                raise FieldError(name, f"channel {twice} is there twice; name each once", named=False)
        return self


class Losses(Model):
    """What real channels of NewCHOD and MUV3 lose and add.

    Each of the two photosensors of a tile or pad sees a deposit, or not, by itself: where one alone does, the hit is
    loose (`ht1`, `ht2`, `mt1`, ... do not count it).
    """

    enabled: bool = True
    """Whether any of this happens: without it every channel sees every deposit, and nothing else."""

    newchod_channel_efficiency: Efficiency = 0.956
    """Probability that a channel of NewCHOD sees a deposit in its tile.
    Source: inferred, gives the tight fraction e / (2 - e) = 0.916 that is read in the NA62 framework (na62_facts 3)."""

    muv3_channel_efficiency: Efficiency = 0.917
    """Probability that a channel of MUV3 sees a deposit in its pad.
    Source: inferred, gives the tight fraction e / (2 - e) = 0.846 that is read in the NA62 framework (na62_facts 3)."""

    newchod_noise_hz: Hertz = 10.0
    """Random hits of each channel of NewCHOD, Poisson in time [Hz].
    Source: guess, 3 kHz together: 1 % of what the halo makes."""

    muv3_noise_hz: Hertz = 10.0
    """Random hits of each channel of MUV3, Poisson in time [Hz].
    Source: guess, 3 kHz together: 1 % of what the halo makes."""

    noisy: Annotated[tuple[NoisyChannel, ...], Field(max_length=MAX_TABLES)] = ()
    """Channels with more noise, each once and none that is dead, which is checked when the file is read."""

    dead: DeadChannels = DeadChannels()
    """Channels that send nothing, not even noise."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema, as far as one can say."""
        return [*super().schema_rules(), values(noisy={"uniqueItems": True})]

    @model_validator(mode="after")
    def _noisy_once(self) -> Losses:
        noisy = [(each.detector, each.channel) for each in self.noisy]
        if (twice := first_twice(noisy)) is not None:
            sentence = f"channel {twice[1]} of {twice[0]} is there twice; name each once, with its whole rate"
            raise FieldError("noisy", sentence, named=False)
        for detector, channel in noisy:
            if channel in getattr(self.dead, detector):
                sentence = (
                    f"channel {channel} of {detector} is in dead.{detector} too; a dead channel has no noise"
                )
                raise FieldError("noisy", sentence, named=False)
        return self
