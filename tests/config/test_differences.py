"""Two configurations, key by key."""

from __future__ import annotations

from typing import Any

import pytest

from trigemu.config.differences import Difference, differences
from trigemu.config.overrides import apply_override, parse_override

LINES = [{"name": "a", "when": "x"}, {"name": "b.c", "when": "y"}]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"run": {"seed": 1}}, {"run": {"seed": 1.0}}, []),
        ({"run": {"on": 1}}, {"run": {"on": True}}, [("run.on", 1, True)]),
        ({"a": 1, "b": 2}, {"c": 3, "a": 1}, [("b", 2, None), ("c", None, 3)]),
        ({"line": LINES}, {"line": [{**LINES[0], "when": "z"}, LINES[1]]}, [("line.a.when", "x", "z")]),
        ({"line": LINES[:1]}, {"line": LINES}, [('line."b.c"', None, LINES[1])]),
        ({"line": LINES}, {"line": LINES[::-1]}, [("line (order)", ["a", "b.c"], ["b.c", "a"])]),
        # Without names of their own tables go by their places.
        ({"p": [{"m": 1}, {"m": 2}]}, {"p": [{"m": 1}, {"m": 3}]}, [("p.1.m", 2, 3)]),
        (
            {"p": [{"signal": "s", "m": 1}] * 2},
            {"p": []},
            [("p.0", {"signal": "s", "m": 1}, None), ("p.1", {"signal": "s", "m": 1}, None)],
        ),
        ({"v": [1, 2]}, {"v": [1, 3]}, [("v", [1, 2], [1, 3])]),
        ({"v": []}, {"v": []}, []),
    ],
)
def test_differences(first: Any, second: Any, expected: Any) -> None:
    assert differences(first, second) == [Difference(*each) for each in expected]


def test_keys_are_those_of_the_command_line() -> None:
    first = {
        "line": LINES,
        "process": [{"process": "bhabha", "label": "", "x": 1}, {"process": "mumu", "x": 1}],
    }
    second: dict[str, Any] = {
        "line": [{**LINES[0]}, {**LINES[1], "when": "z"}],
        "process": [{"process": "bhabha", "label": "", "x": 2}, {"process": "mumu", "x": 1}],
    }
    found = differences(second, first)
    assert [each.key for each in found] == ['line."b.c".when', "process.bhabha.x"]
    for each in found:
        apply_override(second, parse_override(f"{each.key}={each.second!r}"))
    assert second == first
