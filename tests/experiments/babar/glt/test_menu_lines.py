"""The level-1 lines of the shipped menus: one for each line of the global trigger, with its prescale."""

from __future__ import annotations

import tomllib

import pytest

from trigemu.experiments.babar.bits import LINES
from trigemu.experiments.babar.config import Babar
from trigemu.menu.schema import Menu

PRESCALED = {13, 15, 16, 17, 18, 19, 20, 21, 22, 24}
"""Slots with a prescale above 1 (babar_geometry_facts section 9)."""

LATER = {"2001": {23}, "2006": set()}
"""The same for the line that the search for single photons brought later."""


def level1(configs, epoch):
    text = (configs / "menus" / f"babar-{epoch}.toml").read_text("utf-8")
    menu = Menu.model_validate(tomllib.loads(text))
    return {LINES.index(line.when) + 1: line for line in menu.line if line.level == "l1"}


@pytest.mark.parametrize("epoch", ["2001", "2006"])
def test_every_line_of_the_global_trigger_has_one_in_the_menu(configs, epoch):
    found, glt = level1(configs, epoch), Babar.of(epoch).glt
    assert set(found) == {line.slot for line in glt.line} | {glt.random_slot}
    assert all(line.source and line.enabled for line in found.values())


@pytest.mark.parametrize("epoch", ["2001", "2006"])
def test_prescales_are_guesses_and_say_so(configs, epoch):
    found = level1(configs, epoch)
    assert {slot for slot, line in found.items() if line.scale.factor > 1} == PRESCALED | LATER[epoch]
    assert all("guess" in found[slot].source for slot in PRESCALED | LATER[epoch])
    # Lowered by 2 and removed on 28 February 2001 (besiii_babar_facts B6.7, babar_geometry_facts G9.2).
    assert (found[13].scale.factor, found[12].scale.factor) == (2, 1)
