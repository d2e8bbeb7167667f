"""Lines of keys in TOML texts."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from trigemu.config.origin import Origin, toml_lines

TEXT = '''# a comment with = and [brackets]
top = 1
"quoted.key" = "a # b"   # comment

[table]
a.b = [ # opening
  "]", ']', # "
  2,
]
text = """
[not-a-table]
c = 5
"""
raw = \'\'\'
d = 6\'\'\'
after = { x = 1, y = "}" }

[[line]]
name = "one"
[line.prescale]
every = 2

[[line]]
name = "two"
prescale = { every = 3 }
[[line.deep]]
k = 1
[[line.deep]]
k = 2

[ spaced . 'out' ]
z = 1
'''


def test_lines_of_keys() -> None:
    tomllib.loads(TEXT)
    assert toml_lines(TEXT) == {
        ("top",): 2,
        ("quoted.key",): 3,
        ("table",): 5,
        ("table", "a"): 6,
        ("table", "a", "b"): 6,
        ("table", "text"): 10,
        ("table", "raw"): 14,
        ("table", "after"): 16,
        ("line",): 18,
        ("line", 0): 18,
        ("line", 0, "name"): 19,
        ("line", 0, "prescale"): 20,
        ("line", 0, "prescale", "every"): 21,
        ("line", 1): 23,
        ("line", 1, "name"): 24,
        ("line", 1, "prescale"): 25,
        ("line", 1, "deep"): 26,
        ("line", 1, "deep", 0): 26,
        ("line", 1, "deep", 0, "k"): 27,
        ("line", 1, "deep", 1): 28,
        ("line", 1, "deep", 1, "k"): 29,
        ("spaced",): 31,
        ("spaced", "out"): 31,
        ("spaced", "out", "z"): 32,
    }


values = st.recursive(
    st.one_of(
        st.integers(-5, 5).map(str),
        st.sampled_from(
            ['"#"', "']'", '"""a\n[b]\nc = 1"""', "'''\nx = {'''", '"\\""', "1979-05-27", "true"]
        ),
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[\n  " + ",  # ]\n  ".join(items) + "\n]"),
    max_leaves=5,
)


@given(st.lists(values, min_size=1, max_size=6))
def test_every_key_of_any_values_is_found_on_its_line(items: list[str]) -> None:
    text = ""
    expected = {}
    for number, value in enumerate(items):
        text += '# [comment] "\n'
        expected[(f"k{number}",)] = text.count("\n") + 1
        text += f"k{number} = {value}\n"
    assert set(tomllib.loads(text)) == {key for (key,) in expected}
    assert toml_lines(text) == expected


def test_the_innermost_known_place_is_named() -> None:
    origin = Origin("c.toml", {("run",): "c.toml, line 3", ("run", "seed"): "c.toml, line 4"})
    assert origin.at("run", "seed") == "c.toml, line 4"
    assert origin.at("run", "frames") == "c.toml, line 3"
    assert origin.at("menu", "line", 0) == "c.toml"
    assert origin.below("run").at("seed") == "c.toml, line 4"
    assert str(origin.below("run", "seed")) == "c.toml, line 4"
    assert str(origin) == "c.toml"
