"""Lines of level 3 in the menus of both epochs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from trigemu.experiments.babar.bits import BITS
from trigemu.experiments.babar.l3.bits import L3_BITS
from trigemu.experiments.babar.selection.config import SELECTIONS
from trigemu.menu.compile import bit_index, compile_menu
from trigemu.menu.schema import Menu

MENUS = Path(__file__).parents[4] / "configs" / "menus"
INDEX = bit_index(BITS)


def lines(epoch, *bits):
    """Return the names of the level-3 lines that fire on an event with these bits, and the menu."""
    menu = Menu.model_validate(tomllib.loads((MENUS / f"babar-{epoch}.toml").read_text("utf-8")))
    compiled = compile_menu(
        menu,
        bits=BITS,
        entries=("crossing",),
        selections=SELECTIONS,
        where="menu",
        software=frozenset(L3_BITS),
    )
    words = np.zeros((1, compiled.width // 64), np.uint64)
    for bit in bits:
        words[0, INDEX[bit] // 64] |= np.uint64(1 << INDEX[bit] % 64)
    fired = compiled.evaluate(words, np.ones(1, np.uint8)) & compiled.hlt_mask
    names = {name for i, name in enumerate(compiled.names) if int(fired[0, i // 64]) >> i % 64 & 1}
    return names, {line.name: line for line in compiled.lines}


@pytest.mark.parametrize("epoch", ["2001", "2006"])
def test_physics_takes_lines_that_are_no_diagnostics(epoch):
    """1M, 1B and random triggers were taken out of it in 2001 (babar_geometry_facts G9.2)."""
    physics = {"l3_dch", "l3_emc", "l3_pre_veto"}
    said = ("l3_dch_two_tracks", "l3out_dch", "l3out_emc")
    for line in range(1, 33):
        names, _ = lines(epoch, f"line_{line}", *said)
        taken = line not in (19, 20) and line < 25
        assert names & physics == (physics if taken else set()), line
        assert "l3_level_1" in names
    vetoed, _ = lines(epoch, "line_1", "l3_dch_two_tracks", "l3out_bhabha")
    assert vetoed == {"l3_pre_veto", "l3_bhabha", "l3_level_1"}


def test_epochs():
    """Prescales that are known (babar_geometry_facts G10.8, besiii_babar_facts B7.12); photon lines came late."""
    bits = ("line_23", "l3out_single_photon_high", "l3out_single_photon_low", "bgf_single_photon_high_mass")
    photons = {"l3_single_photon_high", "l3_single_photon_low", "single_photon_high_mass"}
    early, old = lines("2001", *bits)
    late, new = lines("2006", *bits)
    assert not early & photons
    assert late >= photons
    assert [menu["l3_bhabha_flat"].scale.factor for menu in (old, new)] == [3, 9]
    assert [menu["l3_lumi"].scale.factor for menu in (old, new)] == [10, 1000]
    assert {menu["l3_bhabha"].scale.factor for menu in (old, new)} == {15}


def test_every_bit_is_used():
    text = (MENUS / "babar-2006.toml").read_text("utf-8")
    unused = [bit for bit in L3_BITS if bit not in text]
    # What they select is in `l3out_bhabha`.
    assert unused == ["l3_bhabha_one_prong", "l3_bhabha_two_prong"]
