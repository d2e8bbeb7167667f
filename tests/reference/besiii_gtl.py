"""BESIII's global trigger as one would explain it: a state per condition, tick by tick.

Conditions are named by their bit; ``given`` is {bit: set of ticks}.
"""

from __future__ import annotations

TICKS = 384
RANDOM_SLOT = 9


def group_of(bit):
    """Return the group that a condition is stretched with."""
    if bit < 16:
        return "emc_cluster" if bit < 7 or bit in (12, 13) else "emc_energy"
    if bit < 23:
        return "tof"
    if bit < 32:
        return "match"
    if bit < 34:
        return "muc"
    if bit in (39, 43):
        return "mdc_many"
    return "mdc" if bit < 46 else "mdc_inner"


def shaped(ticks, stretch, retrigger, delay):
    """Return the ticks of a condition once it is stretched and delayed."""
    out, left = set(), 0
    for tick in range(2 * TICKS):
        if tick in ticks and (retrigger or left == 0):
            left = stretch
        if left > 0:
            out.add(tick + delay)
            left -= 1
    return {tick for tick in out if tick < TICKS}


def fires(channel, true, names):
    """Return whether a channel fires, given the set of bits that are true."""
    wanted = {names.index(name) for name in channel.true}
    refused = {names.index(name) for name in channel.false}
    return channel.enabled and bool(wanted) and wanted <= true and not refused & true


def decide(given, random, config, names):
    """Return (tick, [conditions of the three modes], [channels of the three modes], timing source)."""
    masks = {}
    for bit, ticks in given.items():
        group = group_of(bit)
        stretch, delay = getattr(config.stretch, group), getattr(config.delay, group)
        masks[bit] = shaped(ticks, stretch, group in config.retrigger, delay)
    random = random and config.random

    def true_at(tick):
        return {bit for bit, ticks in masks.items() if tick in ticks}

    def channels_at(tick):
        true = true_at(tick)
        out = {channel.slot for channel in config.channel if fires(channel, true, names)}
        return out | {RANDOM_SLOT} if random and tick == config.random_tick else out

    ever = {bit for bit, ticks in given.items() if ticks}
    over_time = {channel.slot for channel in config.channel if fires(channel, ever, names)}
    over_time |= {RANDOM_SLOT} if random else set()
    tick = next((tick for tick in range(TICKS) if channels_at(tick)), -1)
    if tick < 0:
        return -1, [set(), set(), ever], [set(), set(), over_time], None
    some = set().union(*map(true_at, range(tick, min(tick + config.or_ticks, TICKS))))
    record = range(tick, min(tick + config.channel_ticks, TICKS))
    sources = ("btof_bb", "nbtof_2", "netof_2")
    timing = next((number for number, name in enumerate(sources) if names.index(name) in some), None)
    return (
        tick,
        [true_at(tick), some, ever],
        [channels_at(tick), set().union(*map(channels_at, record)), over_time],
        timing,
    )
