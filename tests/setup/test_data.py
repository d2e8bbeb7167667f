"""Plain data that experiments and the framework exchange."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from trigemu.config.model import Model
from trigemu.setup.data import HistogramSpec, Scan, signal, words_of

AXIS = st.tuples(st.integers(1, 40), st.integers(-100, 100), st.integers(1, 100))
DTYPES = st.sampled_from([np.int64, np.int16, np.uint8, np.uint64, np.float64])


@given(AXIS, DTYPES, st.lists(st.integers(-300, 300), max_size=60), st.booleans())
@example((4, 0, 8), np.int64, [-1, 0, 1, 2, 7, 8, 9], True)
def test_counts_are_those_of_numpy(axis, dtype, values, whole_bins) -> None:
    bins, low, width = axis
    high = low + bins * width if whole_bins else low + width
    if np.dtype(dtype).kind == "u":
        values = [abs(value) % 256 for value in values]
    array = np.array(values, dtype) / (1 if np.dtype(dtype).kind in "iu" else 7)
    array = array.astype(dtype)
    spec = HistogramSpec("", "", "", (bins,), (float(low),), (float(high),))
    counts = spec.count(array)
    assert counts.dtype == np.int64
    assert counts.tolist() == np.histogram(array.astype(np.float64), bins, (low, high))[0].tolist()


def test_what_is_no_number_is_not_counted() -> None:
    spec = HistogramSpec("", "", "", (4,), (0.0,), (1.0,))
    assert spec.count([np.nan, np.inf, -np.inf, 0.3]).tolist() == [0, 1, 0, 0]


def test_two_axes_make_a_map() -> None:
    spec = HistogramSpec("", "", "", (2, 3), (0.0, 0.0), (2.0, 3.0))
    assert spec.count([0.5, 1.5, 1.5], [0.5, 2.5, 2.5]).tolist() == [[1, 0, 0], [0, 0, 2]]


def test_unused_bits_fill_the_words() -> None:
    assert words_of(("a", "b"), 2) == ("a", "b", *[""] * 126)


def test_a_scan_has_one_signal_and_its_section_is_quiet() -> None:
    data = {"section": {"rates": {"noise": 5.0, "width": 1.0}, "process": [1]}, "signal": [1, 2], "run": 3}
    scan = Scan(every_ns=10.0, quiet={"rates": {"noise": 0.0}, "process": []})
    found = scan.configuration(data, {"signal": "x"})
    assert found == {
        "section": {"rates": {"noise": 0.0, "width": 1.0}, "process": []},
        "signal": [{"signal": "x", "every_ns": 10.0}],
        "run": 3,
    }
    assert data["section"]["rates"]["noise"] == 5.0
    assert scan.configuration(data, {"every_ns": 7.0})["signal"] == [{"every_ns": 7.0}]
    assert Scan().configuration(data, {"signal": "x"})["signal"] == [{"signal": "x"}]


class Gun(Model):
    pdg: ClassVar[int]

    signal: str = ""
    p: Annotated[float, Field(gt=0, le=20)] = 1.0


def test_one_model_serves_several_signals() -> None:
    muon = signal("muon-gun", "single muons", Gun, "module:Sampler", pdg=13, p=2.0)
    pion = signal("pion-gun", "single pions", Gun, "module:Sampler", pdg=211)
    assert (muon.model.pdg, pion.model.pdg) == (13, 211)
    assert (muon.model().p, pion.model().p) == (2.0, 1.0)
    assert muon.sampler == "module:Sampler"
    for bad in ({"signal": "pion-gun"}, {"p": 21.0}, {"q": 1.0}):
        with pytest.raises(ValidationError):
            muon.model(**bad)
    with pytest.raises(TypeError, match="no class variable or field 'mass'"):
        signal("x", "", Gun, mass=1.0)
