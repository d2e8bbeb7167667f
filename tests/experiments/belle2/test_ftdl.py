"""Belle II's menu files: the interpreter's quirks, the reference vectors, and mistakes in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.ftdl import is_fired

from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.experiments.belle2.gdl.ftdl import evaluate
from trigemu.menu.compile import compile_menu
from trigemu.menu.planes import pack_lines, unpack_lines
from trigemu.menu.schema import Menu
from trigemu.setup.load import read_config

BITS = 12
CONFIG = """experiment = "belle2"
[run]
frames = 1
[menu]
ftdl = "m"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [True, True]),
        (" ", [True, True]),
        ("+", [True, True]),
        ("+5", [True, True]),
        ("5+", [False, True]),
        ("5+ ", [True, True]),
        ("5++6", [True, True]),
        ("5", [False, True]),
        ("!5", [True, False]),
        (" 5 ", [False, True]),
        ("5  !6", [False, True]),
        ("5 !5", [False, False]),
        ("5 5", [False, True]),
    ],
)
def test_quirks(text: str, expected: list[bool]) -> None:
    inputs = np.zeros((2, BITS), bool)
    inputs[1, 5] = True
    assert evaluate([text], inputs)[:, 0].tolist() == expected
    assert [is_fired(row.tolist(), text) for row in inputs] == expected


word = st.tuples(st.sampled_from(["", "!"]), st.integers(0, BITS - 1)).map(lambda t: f"{t[0]}{t[1]}")
blank = st.sampled_from(["", "", " ", "  "])
term = st.lists(word, max_size=4).map(" ".join)
formula = st.lists(st.tuples(blank, term, blank).map("".join), max_size=5).map("+".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(formula, min_size=1, max_size=5), st.integers(0, 2**32))
def test_equals_the_interpreter_written_character_by_character(texts: list[str], seed: int) -> None:
    inputs = np.random.default_rng(seed).random((20, BITS)) < 0.5
    expected = [[is_fired(row, text) for text in texts] for row in inputs.tolist()]
    assert evaluate(texts, inputs).tolist() == expected


@pytest.mark.needs_data
def test_reference_vectors(shared_data: Path) -> None:
    data = np.load(shared_data / "belle2" / "conformance" / "gdl_ftdl.npz")
    algebra = [str(text) for text in data["alg"]]
    inputs = np.unpackbits(data["inputs"], axis=1, bitorder="little", count=180) != 0
    expected = np.unpackbits(data["fired"], axis=1, bitorder="little", count=len(algebra)) != 0
    assert expected.shape == (120, 80)
    assert np.count_nonzero(evaluate(algebra, inputs) != expected) == 0


@pytest.mark.needs_data
def test_a_whole_menu_as_lines(shared_data: Path, tmp_path: Path) -> None:
    """The 175 outputs as menu lines over named bits in another order give what the formulas give."""
    stem = shared_data / "belle2" / "gdl_v36"
    config = tmp_path / "c.toml"
    config.write_text(
        CONFIG.replace('"m"', f'"{stem}"')
        + "prescales = { fff = 100, F = 20000, klmhit = 0 }\ndefault_prescale = 2\n"
        '[[menu.line]]\nname = "extra"\nwhen = "ehigh"\nlevel = "hlt"\n'
    )
    data, origin = read_config(config)
    assert origin.at("menu", "line", 2, "when") == f"{stem}.alg, line 3"
    assert origin.at("menu", "line", 175, "when").endswith("c.toml, line 10")
    names = [line.split()[1] for line in Path(f"{stem}.inp").read_text().splitlines()]
    order = np.random.default_rng(1).permutation(len(names))
    menu = compile_menu(
        validate(Menu, data["menu"], "menu"),
        bits=[names[i] for i in order],
        entries=(),
        selections=(),
        where=origin,
    )
    assert (len(menu.lines), menu.words) == (176, 3)
    factors = {line.name: line.scale.factor for line in menu.lines}
    assert (factors["fff"], factors["f"], factors["klmhit"], factors["stt"]) == (100, 20000, 0, 2)
    inputs = np.random.default_rng(2).random((2000, len(names))) < 0.4
    fired = unpack_lines(menu.evaluate(pack_lines(inputs[:, order]), np.ones(2000, np.uint8)), 176)
    algebra = Path(f"{stem}.alg").read_text().splitlines()
    assert np.array_equal(fired[:, :175], evaluate(algebra, inputs))
    rows = inputs[:20].tolist()
    assert fired[:20, :175].tolist() == [[is_fired(row, text) for text in algebra] for row in rows]


def write(folder: Path, **changes: str) -> Path:
    files = {"inp": "0 two\n1 three\n2 odd\n", "oup": "0 A\n1 B\n", "alg": " 0 !2\n1+2\n", **changes}
    for suffix, text in files.items():
        if suffix != "toml":
            (folder / f"m.{suffix}").write_text(text)
    config = folder / "c.toml"
    config.write_text(files.get("toml", CONFIG))
    return config


def test_overrides_and_own_lines(tmp_path: Path) -> None:
    own = '[[menu.line]]\nname = "C"\nwhen = "two"\n'
    config = write(tmp_path, toml=CONFIG.replace('ftdl = "m"\n', "") + own)
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", oup="0 X\n1 Y\n")
    stem = f"menu.ftdl={tmp_path}/sub/m"
    data, _ = read_config(
        config, [stem, "menu.prescales.X=3", "menu.line.Y.prescale=4", "menu.line.C.prescale=5"]
    )
    menu = validate(Menu, data["menu"], "menu")
    assert [(line.name, line.when, line.scale.factor) for line in menu.line] == [
        ("X", "two and not odd", 3),
        ("Y", "three or odd", 4),
        ("C", "two", 5),
    ]
    table = 'ftdl = { inp = "m.inp", oup = "sub/m.oup", alg = "m.alg" }'
    config.write_text(CONFIG.replace('ftdl = "m"', table))
    assert [line["name"] for line in read_config(config)[0]["menu"]["line"]] == ["X", "Y"]


def test_a_line_of_the_same_name_takes_its_formula_from_the_files(tmp_path: Path) -> None:
    own = "".join(
        f'[[menu.line]]\nname = "{name}"\nwhen = "two"\nprescale = {scale}\nlevel = "{level}"\n'
        for name, scale, level in (("C", 7, "hlt"), ("B", 5, "l1"), ("D", 1, "l1"))
    )
    config = write(tmp_path, toml=CONFIG + "default_prescale = 0\n" + own)

    def lines(*overrides: str) -> list[tuple[str, str, int]]:
        menu = validate(Menu, read_config(config, overrides)[0]["menu"], "menu")
        return [(line.name, line.when, line.scale.factor) for line in menu.line]

    rest = [("C", "two", 7), ("D", "two", 1)]
    assert lines() == [("A", "two and not odd", 0), ("B", "three or odd", 5), *rest]
    assert lines("menu.prescales.B=9")[1] == ("B", "three or odd", 9)
    places = read_config(config)[1]
    assert places.at("menu", "line", 2, "name").endswith("line 8")
    assert places.at("menu", "line", 3, "name").endswith("line 18")
    config.write_text(config.read_text().replace('ftdl = "m"\n', ""))
    assert lines() == [("C", "two", 7), ("B", "two", 5), ("D", "two", 1)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inp": "0 two\n2 three\n"}, "m.inp, line 2: bit '2' where bit 1 is due"),
        ({"inp": "0 two\n1 Two\n2 c\n"}, "m.inp, line 2: 'Two' is there twice (first: line 1)"),
        ({"inp": "0 two\n1\n"}, "m.inp, line 2: '1' is not a number and a name"),
        ({"oup": "0 A\n1 b-c\n"}, "m.oup, line 2: 'b-c' is not a name"),
        ({"oup": "0 A\n"}, "m.alg: 2 formulas for the 1 outputs of "),
        (
            {"alg": "0\n1 x\n"},
            "m.alg, line 2: output 'B': 'x' is not allowed (write input numbers, !, + and blanks)",
        ),
        ({"alg": "0\n! 1\n"}, "m.alg, line 2: output 'B': '!' is not allowed"),
        ({"alg": "3\n1\n"}, "m.alg, line 1: output 'A': there is no input bit 3; there are 0 to 2"),
        ({"toml": CONFIG.replace('"m"', '"n"')}, "n.inp: there is no such file"),
        (
            {"toml": CONFIG.replace('"m"', "3")},
            "c.toml, line 5: menu.ftdl: must be a path without suffix, or a table",
        ),
        ({"toml": CONFIG.replace('"m"', '{ inp = "m.inp" }')}, "menu.ftdl: oup must be the path of a file"),
        (
            {"toml": CONFIG + "prescales = { C = 2 }\n"},
            "c.toml, line 6: prescales: no output 'C'; allowed: A, B",
        ),
        ({"toml": CONFIG + "prescales = 3\n"}, "c.toml, line 6: menu.prescales: must be a table"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        read_config(write(tmp_path, **changes))
    assert sentence in str(error.value)


def test_bits_that_the_experiment_does_not_have(tmp_path: Path) -> None:
    data, origin = read_config(write(tmp_path, inp="0 two\n1 seven\n2 odd\n"))
    with pytest.raises(
        InputError, match=r"m.alg, line 2: line 'B': .*unknown bit 'seven'; allowed: two, odd"
    ):
        compile_menu(
            validate(Menu, data["menu"], origin), bits=["two", "odd"], entries=(), selections=(), where=origin
        )


def test_not_a_text_file(tmp_path: Path) -> None:
    config = write(tmp_path)
    (tmp_path / "m.alg").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"m.alg: not an FTDL file"):
        read_config(config)
