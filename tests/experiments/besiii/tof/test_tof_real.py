"""Real events: cells and conditions from hits against the hardware's own (run 91668, besiii_real_facts 2.4)."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.bits import TOF_CONDITIONS, TOF_FIRST
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.tof import geometry
from trigemu.experiments.besiii.tof.cells import conditions_of_cells
from trigemu.experiments.besiii.tof.trigger import TofFinder

NO_TIME = 0x7FFFFFFF
BARREL = ("btof_bb", "nbtof_2", "nbtof_1")
ENDCAP = ("etof_bb", "netof_2", "netof_1")
NOT_AT_THE_TICK = {(8, "nbtof_1"), (9, "nbtof_1"), (9, "nbtof_2")}
"""True in the or of four ticks, false at the tick (besiii_real_facts 2.2): either value is right."""
EMPTY_RECORD = 1
"""The record of this event was taken before its hits (besiii_real_facts 2.2)."""


@pytest.fixture(scope="module")
def real(shared_data):
    with np.load(shared_data / "besiii" / "real_run91668.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def hits(real):
    """The source's columns: hits that have a time."""
    event = np.repeat(np.arange(10), np.diff(real["tof_offsets"]))
    timed = real["tof_timeChannel"] != NO_TIME
    counts = np.bincount(event[timed], minlength=10)
    return {
        "channel": geometry.channel_of_id(real["tof_intId"][timed]).astype(np.uint16),
        "time": real["tof_timeChannel"][timed].astype(np.int32),
        "offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    }


def finder(**changes):
    return TofFinder(Besiii.model_validate({"conditions": "2026", "tof": changes}).tof)


def rings(trigger):
    """Return bool[10, 2, 88]: positions and outer layer, as the hardware records them."""
    out = np.zeros((10, 2, 88), bool)
    event = np.repeat(np.arange(10), np.diff(trigger.offsets))
    for place, ring in enumerate((2, 1)):
        rows = trigger.ring == ring
        out[event[rows], place, trigger.cell[rows]] = True
    return out


def wrong_cells(trigger, real):
    recorded = np.stack([real["tof_inner"], real["tof_outer"]], axis=1).astype(bool)
    use = np.arange(10) != EMPTY_RECORD
    return int((rings(trigger) != recorded)[use].sum()), int(recorded[use].sum())


def wrong_conditions(trigger, real, wanted):
    """Return (event, condition) that differ from the hardware's or of four ticks."""
    return {
        (event, name)
        for event in range(10)
        for name in wanted
        if trigger.conditions[event, TOF_CONDITIONS.index(name)].any()
        != real["cond"][event, TOF_FIRST + TOF_CONDITIONS.index(name)]
    }


def test_barrel_cells_are_the_hardwares(hits, real):
    assert wrong_cells(finder().decide(hits), real) == (0, 42)


def test_conditions_are_the_hardwares(hits, real):
    trigger = finder().decide(hits)
    assert wrong_conditions(trigger, real, BARREL) == NOT_AT_THE_TICK
    assert not wrong_conditions(trigger, real, ENDCAP)


def test_the_hardwares_cells_give_its_conditions(real):
    """From its cells to its conditions: zero differences but those of besiii_real_facts 2.2."""
    none = np.zeros((10, 36), bool)
    found = conditions_of_cells(real["tof_inner"].astype(bool), none, none, finder().config)
    wrong = {
        (event, name)
        for event in range(10)
        for name in BARREL
        if found[event, TOF_CONDITIONS.index(name)]
        != real["cond"][event, TOF_FIRST + TOF_CONDITIONS.index(name)]
    }
    assert wrong == NOT_AT_THE_TICK | {(EMPTY_RECORD, name) for name in BARREL}


@pytest.mark.parametrize(
    "changes", [{"either_end": True}, {"positions": "next"}, {"positions": "inner"}, {"barrel_shift": 10}]
)
def test_other_rules_are_refuted(hits, real, changes):
    """Mutants: besiii_real_facts 2.4 finds 27 wrong cells for either end and 13 for outer p + 1."""
    assert wrong_cells(finder(**changes).decide(hits), real)[0] >= 10
