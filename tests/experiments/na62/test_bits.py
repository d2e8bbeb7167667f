"""Names of the state word's bits."""

from __future__ import annotations

import pytest

from trigemu.experiments.na62.bits import ALIASES, BIT_NAMES, bit_names
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0
from trigemu.menu.compile import compile_menu
from trigemu.menu.schema import Line, Menu


def test_112_names_in_vector_order():
    assert len(BIT_NAMES) == 112
    for index, detector in enumerate(DETECTOR_ORDER):
        names = BIT_NAMES[16 * index : 16 * index + 16]
        assert names[15] == ""
        assert detector in names[14].split("|") or detector == "lkr"


@pytest.mark.parametrize(
    ("name", "index"),
    [
        *(("q1", 78), ("newchod", 78), ("qe1", 64), ("h2", 72), ("q2", 74), ("qx", 75), ("utmco", 77)),
        *(("muv3", 62), ("mqe1", 48), ("moqx", 57), ("m1", 59), ("m2", 61), ("rich", 30), ("chod", 14)),
        *(("lkr", 106), ("calo", 110), ("e20", 108), ("lav", 46)),
    ],
)
def test_places(name, index):
    assert ALIASES[name] == index


def test_run_periods():
    counts = bit_names(L0(newchod_bits="cnt"))
    assert counts[64:68] == ("cnt1", "cnt2", "cnt3", "cnt4")
    assert bit_names(L0(lkr_condition_bit=14))[110] == "calo|lkr"
    assert bit_names(L0(lkr_condition_bit=14))[106] == ""


def test_names_are_unique_and_compile():
    assert sum(len(names.split("|")) for names in BIT_NAMES if names) == len(ALIASES)
    line = Line(name="all", when=" and ".join(sorted(ALIASES)))
    compiled = compile_menu(
        Menu(line=(line,)), bits=[*BIT_NAMES, *[""] * 16], entries=("reference",), selections=(), where="test"
    )
    assert compiled.names == ("all",)
