from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from trigemu.measure.decisions import Decisions, differences, explain
from trigemu.measure.pytest_plugin import assert_same_decisions, pytest_assertrepr_compare

LINES = ("q1", "h2", "control")


def decisions(*rows: tuple[int, int, int, int], lines: tuple[str, ...] = LINES) -> Decisions:
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Decisions(
        lines, columns[0], columns[1], columns[2, :, None].astype("u8"), columns[3, :, None].astype("u8")
    )


A = decisions((0, 10, 1, 1), (0, 500, 3, 3), (4, 80, 4, 4))


def test_equal_decisions_have_no_differences() -> None:
    same = decisions((0, 10, 1, 1), (0, 500, 3, 3), (4, 80, 4, 4))
    assert same == A
    assert differences(A, same) == []
    assert_same_decisions(A, same)


def test_missing_candidate_is_named_with_the_nearest_other() -> None:
    b = decisions((0, 10, 1, 1), (0, 503, 3, 3), (4, 80, 4, 4))
    assert differences(A, b) == [
        "frame 0, time 500: only on the left, q1+h2 fired (the other side's nearest is +3 counts away)",
        "frame 0, time 503: only on the right, q1+h2 fired (the other side's nearest is -3 counts away)",
    ]


def test_candidate_in_a_frame_that_is_empty_on_the_other_side() -> None:
    b = decisions((0, 10, 1, 1), (0, 500, 3, 3))
    assert differences(A, b) == [
        "frame 4, time 80: only on the left, control fired (the other side has nothing in this frame)"
    ]


def test_lines_are_named() -> None:
    b = decisions((0, 10, 1, 1), (0, 500, 1, 1), (4, 80, 6, 2))
    assert differences(A, b) == [
        "frame 0, time 500: h2 fired only on the left, nothing only on the right",
        "frame 4, time 80: nothing fired only on the left, h2 only on the right",
    ]


def test_selection_alone_can_differ() -> None:
    b = decisions((0, 10, 1, 1), (0, 500, 3, 1), (4, 80, 4, 4))
    assert differences(A, b) == ["frame 0, time 500: h2 passed only on the left, nothing only on the right"]


def test_other_menus_are_not_compared() -> None:
    b = decisions((0, 10, 1, 1), lines=("q1", "q2"))
    assert differences(A, b) == ["menus differ: lines q1, h2, control on the left, q1, q2 on the right"]
    assert b != A


def test_only_the_first_are_described() -> None:
    text = explain(decisions(*((0, i, 1, 1) for i in range(40))), decisions(), shown=3)
    lines = text.splitlines()
    assert lines[0] == "decisions differ: 40 candidates on the left, 0 on the right"
    assert len(lines) == 5
    assert lines[-1].strip() == "... and 37 more differences"


def test_assertion_fails_with_the_explanation() -> None:
    with pytest.raises(pytest.fail.Exception, match="frame 4, time 80: only on the left, control fired"):
        assert_same_decisions(A, decisions((0, 10, 1, 1), (0, 500, 3, 3)))


def test_plain_assert_is_explained(request: pytest.FixtureRequest) -> None:
    said = pytest_assertrepr_compare(request.config, "==", A, decisions())
    assert said is not None
    assert said[0] == "decisions differ: 3 candidates on the left, 0 on the right"
    assert pytest_assertrepr_compare(request.config, "==", 1, 2) is None
    assert pytest_assertrepr_compare(request.config, "<", A, A) is None


def test_plugin_imports_nothing_heavy() -> None:
    code = "import trigemu.measure.pytest_plugin, sys; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "trigemu.measure.pytest_plugin" in loaded
    assert not {"numpy", "numba", "scipy", "matplotlib", "zmq", "pydantic"} & set(loaded)
