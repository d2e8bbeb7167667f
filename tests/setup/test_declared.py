"""A declaration that cannot work is refused when it is loaded."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import Any

import pytest

from trigemu.errors import InputError
from trigemu.experiments.pulser.config import Burst
from trigemu.experiments.pulser.experiment import EXPERIMENT
from trigemu.frames.schema import Column, Schema
from trigemu.setup.data import Clock, HistogramSpec, Scan, signal
from trigemu.setup.declared import check_declaration, check_section
from trigemu.setup.offline import Cut
from trigemu.setup.registry import experiment_names, find_experiment


class Physics(IntEnum):
    MINE = 10


class Twice(IntEnum):
    ONE = 2000
    OTHER = 2000


class Large(IntEnum):
    ONE = 1 << 16


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"entries": tuple("abcdefghi")}, "9 kinds of entry are declared; there can be 8"),
        ({"entries": ("a", "a")}, "entries has 'a' twice"),
        ({"entries": "pulse"}, "entries must be a tuple of names"),
        ({"selections": ("odd", 3)}, "selections must be a tuple of names"),
        ({"scan": {"every_ns": 3}}, "scan must be a Scan"),
        ({"scan": Scan(every_ns=0.0)}, "every_ns must be positive"),
        ({"purposes": Physics}, "MINE = 10 would draw the random numbers of Purpose.ARRIVAL_COUNT"),
        ({"purposes": Twice}, "OTHER = 2000 would draw the random numbers of Twice.ONE"),
        ({"purposes": Large}, "65535"),
        ({"purposes": {"one": 1}}, "IntEnum"),
        ({"config_model": dict}, "pydantic model"),
    ],
)
def test_declarations(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        check_declaration(replace(EXPERIMENT, **change), "entry point 'x'")
    assert str(caught.value).startswith("entry point 'x': ")
    assert words in str(caught.value)


CUT = Cut("vertex", "", "")
HITS = Schema("hits", (Column("time", "<i8"),))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": {"other": HITS}}, "'other' has the schema of 'hits'"),
        ({"sources": {"hits": None}}, "of type NoneType, not a Schema"),
        ({"sources": {}}, "mapping of source names"),
        ({"clock": (1, 2, 3)}, "clock must be a Clock"),
        ({"clock": Clock(1.0, 1, 0)}, "must be positive"),
        ({"crossings": "timing"}, "crossings: there is no source 'timing'"),
        ({"histograms": {"h": 3}}, "not a HistogramSpec"),
        ({"histograms": {"h": HistogramSpec("", "", "", (3,), (0.0, 1.0), (1.0,))}}, "one or two axes"),
        ({"histograms": {"h": HistogramSpec("", "", "", (3,), (1.0,), (1.0,))}}, "does not rise"),
        ({"signals": ("burst",)}, "not a SignalSpec"),
        ({"signals": (*EXPERIMENT.part("signals"), *EXPERIMENT.part("signals"))}, "'burst' is there twice"),
        (
            {"signals": (signal("b", "b", Burst, offline="none"),)},
            "the offline selection 'none', which is not declared",
        ),
        ({"offline": ("mumu",)}, "offline: must be a mapping of names to cuts, not of type tuple"),
        ({"offline": {"": (CUT,)}}, "offline: '' is no name"),
        ({"offline": {"mumu": ()}}, "offline: 'mumu' must be a tuple of Cut, at least one"),
        ({"offline": lambda section: {"mumu": ("vertex",)}}, "offline: 'mumu' must be a tuple of Cut"),
        ({"offline": {"mumu": (CUT, CUT)}}, "offline: 'mumu' has two cuts 'vertex'"),
        ({"offline": {"mumu": (Cut("selected", "", ""),)}}, "'mumu' has a cut 'selected', as another step"),
        ({"offline": {"mumu": (Cut("", "", ""),)}}, "offline: 'mumu' has a cut without a name"),
    ],
)
def test_parts_that_depend_on_the_section(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        check_section(replace(EXPERIMENT, **change), EXPERIMENT.config_model())
    assert str(caught.value).startswith("experiment 'pulser': ")
    assert words in str(caught.value)


@pytest.mark.parametrize("name", experiment_names())
def test_installed_experiments_are_well_declared(name: str) -> None:
    spec = find_experiment(name)
    check_section(spec, spec.config_model())
