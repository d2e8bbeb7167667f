"""The global trigger: 48 conditions, tick by tick, to 16 channels and a decision.

Each condition is stretched and delayed, a channel fires in the ticks in which all that it requires holds, and the
first tick with an enabled channel is that of the decision.  What set its time: back-to-back bars, else two groups of
bars, else two groups in the endcaps, within ``or_ticks`` of the decision (fits run 91668, where decisions of clusters
and energies have none of these three bits).  Compiled in ``ext/besiii/gtl.pyx``.  Sources:
besiii_babar_facts A3 and A7, besiii_real_facts 2.2.
"""

from __future__ import annotations

import numpy as np

from trigemu._kernels.besiii_gtl import Table
from trigemu.arrays import I16, U8, U16, U64
from trigemu.errors import InputError
from trigemu.experiments.besiii.bits import CHANNELS, CONDITIONS
from trigemu.experiments.besiii.clock import TICK_WORDS
from trigemu.experiments.besiii.gtl.config import GROUPS, RANDOM_SLOT, Gtl
from trigemu.experiments.besiii.records import GlobalTrigger

_MODES = ("tick", "or4", "simulation")


def requirements(config: Gtl) -> U64:
    """Return uint64[16, 2], the conditions that each channel requires to be true and to be false.

    Channels that are off, or not there, require nothing and never fire.
    """
    bit = {name: 1 << number for number, name in enumerate(CONDITIONS) if name}
    out = np.zeros((len(CHANNELS), 2), np.uint64)
    for channel in config.channel:
        if channel.enabled:
            for column, names in enumerate((channel.true, channel.false)):
                out[channel.slot, column] = sum(bit[name] for name in set(names))
    return out


def times(config: Gtl) -> I16:
    """Return int16[48, 3]: stretch and delay of each condition, and 1 where pulses begin afresh with every tick."""
    out = np.tile(np.array([1, 0, 0], np.int16), (len(CONDITIONS), 1))
    for group, bits in GROUPS.items():
        for bit in bits:
            out[bit] = getattr(config.stretch, group), getattr(config.delay, group), group in config.retrigger
    return out


class GlobalDecider:
    """The global trigger with its settings; one object may serve many threads."""

    def __init__(self, config: Gtl) -> None:
        self.config = config
        random = RANDOM_SLOT if config.random else -1
        spans = config.or_ticks, config.channel_ticks
        self._table = Table(requirements(config), times(config), random, config.random_tick, spans)

    def decide(self, conditions: U64, random: U8) -> GlobalTrigger:
        """Decide crossings.

        Parameters
        ----------
        conditions
            uint64[n, 48, TICK_WORDS], tick masks of `bits.CONDITIONS`, neither stretched nor delayed.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            Arrays of other shapes.
        """
        n = len(random)
        if conditions.shape != (n, len(CONDITIONS), TICK_WORDS):
            raise InputError(
                f"global trigger: conditions are {conditions.shape}; "
                f"allowed: ({n}, {len(CONDITIONS)}, {TICK_WORDS}), as there are {n} crossings"
            )
        tick = np.empty(n, np.int16)
        words = np.empty((len(_MODES), n), np.uint64)
        channels = np.empty((n, len(_MODES)), np.uint16)
        timing = np.empty(n, np.uint8)
        self._table.decide(
            np.ascontiguousarray(conditions), np.ascontiguousarray(random), tick, words, channels, timing
        )
        return GlobalTrigger(tick, words[0], words[1], words[2], channels, timing)

    def chosen(self, decision: GlobalTrigger) -> tuple[U64, U16]:
        """Return the conditions (uint64[n]) and channels (uint16[n]) that the mode makes the trigger's words."""
        conditions = (decision.at_tick, decision.of_four, decision.over_time)
        mode = _MODES.index(self.config.mode)
        return conditions[mode], np.ascontiguousarray(decision.channels[:, mode])

    def of_words(self, conditions: U64) -> U16:
        """Return the channels (uint16[n]) that words of conditions (uint64[n]) fire, as if all came at once."""
        out = np.empty(len(conditions), np.uint16)
        self._table.of_words(np.ascontiguousarray(conditions), out)
        return out
