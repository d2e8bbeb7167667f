"""Configurations from files and overrides; every mistake is one sentence with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from trigemu.config.differences import Difference
from trigemu.config.model import Model
from trigemu.config.toml import read_toml
from trigemu.errors import InputError
from trigemu.frames.columns import Column, Schema
from trigemu.menu.schema import Prescale
from trigemu.setup import build, load
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.data import Clock, signal
from trigemu.setup.differences import setup_differences
from trigemu.setup.experiment import ExperimentSpec
from trigemu.setup.load import load_config, shipped_configs

CONFIG = """\
experiment = "toy"

[run]
frames = 2

[menu]
file = "menus/m.toml"

[toy.beam]
rate_hz = 1.0e5

[[signal]]
signal = "pair"
mass = 0.4
"""
MENU = """\
[[line]]
name = "Q1"
when = "q1"
prescale = 20

[[line]]
name = "H2"
when = "h2 and not muv3"

[dead_time]
minimum_distance = 2
"""


class Beam(Model):
    rate_hz: Annotated[float, Field(ge=0)] = 1.0


class Toy(Model):
    beam: Beam = Beam()


class Pair(Model):
    signal: Literal["pair"] = "pair"
    mass: Annotated[float, Field(gt=0)] = 1.0


TOY: ExperimentSpec[Toy] = ExperimentSpec(
    name="toy",
    config_model=Toy,
    clock=Clock(1.0, 1, 1000),
    sources={name: Schema(name, (Column("time", "<i8"),)) for name in ("newchod", "truth")},
    bits=("newchod|q1", "h1", "h2", "muv3"),
    signals=(signal("pair", "X -> l+ l-", Pair),),
    generator="nowhere:Generator",
    trigger="nowhere:Trigger",
    entries=("reference", "control"),
    selections=("ee",),
)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "menus").mkdir()
    (tmp_path / "c.toml").write_text(CONFIG)
    (tmp_path / "menus" / "m.toml").write_text(MENU)
    monkeypatch.chdir(tmp_path)
    for module in (build, load):
        monkeypatch.setattr(module, "experiment_names", lambda: ("other", "toy"))
        monkeypatch.setattr(module, "find_experiment", lambda name: TOY)
    return tmp_path


def test_a_good_configuration() -> None:
    setup = load_setup("c.toml")
    assert setup.menu.names == ("Q1", "H2")
    assert setup.menu.width == 64
    assert setup.menu.dead_time.minimum_distance == 2
    assert setup.frames == 2
    assert isinstance(setup.section, Toy)
    assert setup.section.beam.rate_hz == 1e5
    assert setup.signals == (Pair(mass=0.4),)


def test_a_resolved_configuration_makes_the_same_setup() -> None:
    setup = load_setup("c.toml", ["menu.line.H2.prescale.set=3"])
    again = build_setup(setup.to_dict())
    assert again.to_dict() == setup.to_dict()
    assert again.digest == setup.digest
    assert again.menu.lines == setup.menu.lines
    assert again.menu.terms == setup.menu.terms


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("run.seed=5", ("run", "seed"), 5),
        ("run.frames = 7", ("run", "frames"), 7),
        ("input.path=/data/some file.hepmc3.gz", ("input", "path"), "/data/some file.hepmc3.gz"),
        ("input.path=a=b", ("input", "path"), "a=b"),
        ('title="12"', ("title",), "12"),
        ("toy.beam.rate_hz=2e3", ("section", "beam", "rate_hz"), 2e3),
        ("menu.line.h2.prescale=5", ("menu", "line", 1, "prescale"), 5),
        ("menu.line.1.prescale.every=5", ("menu", "line", 1, "prescale"), {"every": 5}),
        ("menu.dead_time.fixed_ns=75", ("menu", "dead_time", "fixed_ns"), 75),
        ("signal.pair.mass=0.5", ("signal", 0, "mass"), 0.5),
        ("streaming.producers=[['newchod','truth']]", ("streaming", "producers"), [["newchod", "truth"]]),
    ],
)
def test_overrides(override: str, path: tuple[str | int, ...], value: object) -> None:
    data: Any = load_config("c.toml", [override])
    for key in path:
        data = data[key]
    assert data == value
    load_setup("c.toml", [override])


def test_the_experiments_own_table_has_another_name_in_a_resolved_configuration() -> None:
    data = load_setup("c.toml").to_dict()
    with pytest.raises(
        InputError, match=r"unknown key 'toy'; .* is called 'section' here, and stands beside"
    ):
        build_setup({**data, "toy": {}})
    data["toy"] = data.pop("section")
    with pytest.raises(
        InputError, match=r"unknown key 'toy'; the experiment's table is called 'section' here$"
    ):
        build_setup(data)


def test_later_overrides_win() -> None:
    assert load_config("c.toml", ["run.seed=1", "run.seed=2"])["run"]["seed"] == 2


def test_another_menu_file_is_relative_to_the_working_directory(files: Path) -> None:
    (files / "other.toml").write_text('[[line]]\nname = "X"\nwhen = "h1"\n')
    assert load_setup("c.toml", ["menu.file=other.toml", "menu.line.X.prescale=2"]).menu.names == ("X",)


def test_keys_beside_the_menu_file_win(files: Path) -> None:
    (files / "c.toml").write_text(CONFIG.replace('m.toml"', 'm.toml"\ndead_time = { fixed_ns = 50 }'))
    menu = load_setup("c.toml").menu
    assert (menu.dead_time.fixed_ns, menu.dead_time.minimum_distance) == (50, None)


def test_a_menu_may_be_inside_the_configuration(files: Path) -> None:
    lines = '[[menu.line]]\nname = "A"\nwhen = "h1"\n'
    (files / "c.toml").write_text(CONFIG.replace('[menu]\nfile = "menus/m.toml"\n', lines))
    assert load_setup("c.toml").menu.names == ("A",)
    with pytest.raises(InputError, match=r"^--set menu.line.A.when=h9: line 'A': when = 'h9': column 1"):
        load_setup("c.toml", ["menu.line.A.when=h9"])


def test_a_name_that_no_file_can_have_is_one_sentence(files: Path) -> None:
    (files / "c.toml").write_text(CONFIG.replace("menus/m.toml", "m" * 300))
    with pytest.raises(InputError, match=r"c\.toml, line \d+: menu file .* is not there"):
        load_setup("c.toml")


def test_shipped_configurations_are_found_by_name() -> None:
    found = shipped_configs()
    assert "na62-dump" in found
    data, _ = read_toml(found["na62-dump"])
    loaded = load_config("na62-dump")
    assert loaded["run"] == data["run"]
    assert loaded["experiment"] == "na62"
    assert loaded["menu"]["line"]


C = "c.toml"
M = "menus/m.toml"
ALL_KEYS = "allowed: experiment, title, run, menu, streaming, record, input, signal, algorithm, toy"
LINE_KEYS = "allowed: name, when, level, on, prescale, select, enabled, source"
EITHER = "give either every (1 in n) or set (firmware number, 1 in n + 1)"


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "sentence"),
    [
        # Syntax: line and column.
        (C, "frames = 2", "frames =", 4, "column 9: not valid TOML: invalid value"),
        (C, "0.4\n", "'''a", 14, "column 12: not valid TOML: expected \"'''\""),
        (M, "= 2\n", "= 2\n[[x", 12, "column 4: not valid TOML: expected ']]' at the end of an array "
         "declaration"),
        # Unknown keys, wherever they are.
        (C, "frames", "framse", 4, "run: unknown key 'framse'; did you mean 'frames'? "
         "allowed: number, seed, frames, duration_s"),
        (C, "\n\n[run]", "\nxyzzy = 1\n[run]", 2, f"unknown key 'xyzzy'; {ALL_KEYS}"),
        (C, "rate_hz", "rate", 10, "[toy] beam: unknown key 'rate'; did you mean 'rate_hz'? allowed: "
         "rate_hz"),
        (C, "mass", "masses", 14, "[[signal]] pair: unknown key 'masses'; did you mean 'mass'? "
         "allowed: signal, mass"),
        (M, 'when = "q1"', 'wen = "q1"', 3, "menu.line 'Q1': unknown key 'wen'; did you mean 'when'? "
         f"{LINE_KEYS} (and 1 more)"),
        (M, "20", "{ evry = 2 }", 4, "menu.line 'Q1' prescale: unknown key 'evry'; did you mean 'every'? "
         "allowed: every, set, mode"),
        (M, "dead_time", "deadtime", 10, "menu: unknown key 'deadtime'; did you mean 'dead_time'? "
         "allowed: title, line, dead_time, choke"),
        # Names.
        (C, '"toy"', '"tyo"', 1, "experiment 'tyo' is not installed; did you mean 'toy'? installed: "
         "other, toy"),
        (C, '"toy"', "2", 1, "give experiment a name; installed: other, toy"),
        (C, '"pair"', '"pear"', 13, "unknown signal 'pear'; did you mean 'pair'? allowed: pair"),
        (C, "m.toml", "n.toml", 7, "menu file 'menus/n.toml' is not there"),
        (M, '"q1"', '"q2 or h1"', 3, "line 'Q1': when = 'q2 or h1': column 1: unknown bit 'q2'; "
         "did you mean 'q1' or 'h2'? allowed: newchod, q1, h1, h2, muv3"),
        (M, '"q1"', '"q1 and"', 3, "line 'Q1': when = 'q1 and': column 7: a bit name, 'not' or '(' is "
         "missing "
         "at the end"),
        (M, '"Q1"', '"H2"', 7, "line 'H2' is there twice (first: menus/m.toml, line 2); names must "
         "differ by more "
         "than case"),
        (M, '"q1"', '"q1"\non = "cntrol"', 4, "line 'Q1': unknown kind of entry 'cntrol'; "
         "did you mean 'control'? allowed: reference, control"),
        (M, '"q1"', '"q1"\nselect = "e"', 4, "line 'Q1': unknown selection 'e'; did you mean 'ee'? "
         "allowed: ee"),
        # Values.
        (M, "20", "-3", 4, "menu.line 'Q1' prescale: must be at least 0, not -3"),
        (M, "20", "2.5", 4, "menu.line 'Q1' prescale: must be a whole number, not 2.5"),
        (M, "20", "{ set = -1 }", 4, "menu.line 'Q1' prescale.set: must be at least 0, not -1"),
        (M, "20", "{ every = 2, set = 1 }", 4, f"menu.line 'Q1' prescale: {EITHER}"),
        (M, 'name = "Q1"\n', "", 1, "menu.line[0]: key 'name' is missing"),
        (M, "minimum_distance = 2", "fixed_ns = -2", 11, "menu.dead_time.fixed_ns: must be at least 0, "
         "not -2"),
        (M, "= 2\n", "= 2\n[choke]\nlow = 9000", 12, "menu.choke: low must not exceed high"),
        (M, "= 2\n", "= 2\n[choke]\nrequests = [[3, 2]]", 12, "menu.choke: requests must be [on, off] pairs "
         "that rise and do not overlap"),
        (C, 'file = "menus/m.toml"', "", 6, "menu: key 'line' is missing"),
        (C, "1.0e5", "-1", 10, "[toy] beam.rate_hz: must be at least 0, not -1"),
        (C, "1.0e5", "inf", 10, "[toy] beam.rate_hz: must be a finite number, not inf"),
        (C, "0.4", "-0.4", 14, "[[signal]] pair mass: must be greater than 0, not -0.4"),
        (C, "frames = 2", "seed = 1", 3, "run: give frames or duration_s"),
        (C, "frames = 2", 'frames = "two"', 4, "run.frames: must be a whole number, not 'two'"),
        (C, "frames = 2", "frames = 0", 4, "run.frames: must be at least 1, not 0"),
        (C, "0.4", "1\n[streaming]\npolicy = 'x'", 16, "streaming.policy: must be 'lossless' or 'realtime', "
         "not 'x'"),
        (C, "0.4", "1\n[streaming]\nproducers = [['muv3']]", 16, "streaming.producers: unknown source "
         "'muv3'; "
         "allowed: newchod, truth"),
        (C, "0.4", "1\n[streaming]\nproducers = [['truth'], ['truth']]", 16, "streaming.producers: source "
         "'truth' is there twice"),
    ],
)  # fmt: skip
def test_mistakes_in_files(files: Path, file: str, old: str, new: str, place: int, sentence: str) -> None:
    text = (files / file).read_text()
    assert old in text
    (files / file).write_text(text.replace(old, new))
    with pytest.raises(InputError) as error:
        load_setup("c.toml")
    separator = ", " if sentence.startswith("column") else ": "
    assert str(error.value) == f"{file}, line {place}{separator}{sentence}"


def test_the_experiment_must_be_named(files: Path) -> None:
    (files / "c.toml").write_text(CONFIG.replace('experiment = "toy"', ""))
    with pytest.raises(InputError, match=r"^c.toml: give experiment a name; installed: other, toy$"):
        load_setup("c.toml")


HOW = "write KEY=VALUE with dotted keys, for instance --set run.seed=2"


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("run.seed", HOW),
        ("=3", HOW),
        ("run..seed=3", HOW),
        (".seed=3", HOW),
        ("run.=3", HOW),
        ("run.seed=", "run.seed: must be a whole number, not ''"),
        ("run.sed=4", "run: unknown key 'sed'; did you mean 'seed'? "
         "allowed: number, seed, frames, duration_s"),
        ("xyzzy=3", f"unknown key 'xyzzy'; {ALL_KEYS}"),
        ("xyzzy.a=3", f"unknown key 'xyzzy'; {ALL_KEYS}"),
        ("rate_hz=3", f"unknown key 'rate_hz'; did you mean 'toy.beam.rate_hz'? {ALL_KEYS}"),
        ("toy.rate_hzz=3", "[toy]: unknown key 'rate_hzz'; did you mean 'toy.beam.rate_hz'? allowed: beam"),
        ("toy.beam.rate=3", "[toy] beam: unknown key 'rate'; did you mean 'rate_hz'? allowed: rate_hz"),
        ("toy.beam.rate_hz=-3", "[toy] beam.rate_hz: must be at least 0, not -3"),
        ("menu.line.H2.prescale=-1", "menu.line 'H2' prescale: must be at least 0, not -1"),
        ("menu.line.H3.prescale=2", "there is no 'H3'; did you mean 'H2'? allowed: Q1, H2"),
        ("menu.line.2.prescale=2", "there is no '2'; did you mean 'H2'? allowed: Q1, H2"),
        ("menu.line.H2.when=h2 and h9", "line 'H2': when = 'h2 and h9': column 8: unknown bit 'h9'; "
         "did you mean 'h2' or 'h1'? allowed: newchod, q1, h1, h2, muv3"),
        ("run.frames.x=3", "nothing can be set below a value that is not a table ('x')"),
        ("menu.file=x.toml", "menu file 'x.toml' is not there"),
        ("menu.line=3", "menu.line: must be an array, not 3"),
        ("run=5", "run: must be a table, not 5"),
        ("experiment=5", "give experiment a name; installed: other, toy"),
    ],
)  # fmt: skip
def test_mistakes_in_overrides(override: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        load_setup("c.toml", [override])
    assert str(error.value) == f"--set {override}: {sentence}"


def test_number_onto_a_prescale_keeps_its_mode(files: Path) -> None:
    (files / "menus/m.toml").write_text(MENU.replace("= 20", '= { set = 19, mode = "counter" }'))
    assert load_setup("c.toml", ["menu.line.Q1.prescale=10"]).menu.lines[0].scale == Prescale(
        every=10, mode="counter"
    )
    assert load_setup("c.toml", ["menu.line.H2.prescale=10"]).menu.lines[1].scale == Prescale(every=10)
    with pytest.raises(InputError) as error:
        load_setup("c.toml", ["menu.line.Q1.prescale.every=3"])
    assert (
        "m.toml, line 4, with --set menu.line.Q1.prescale.every=3: menu.line 'Q1' prescale: give either"
        in str(error.value)
    )


def test_prescales_of_two_forms_differ_in_factor_and_mode(files: Path) -> None:
    (files / "menus/m.toml").write_text(MENU.replace("= 20", '= { set = 19, mode = "counter" }'))
    counted = load_setup("c.toml")
    (files / "menus/m.toml").write_text(MENU)
    assert setup_differences(load_setup("c.toml"), counted) == [
        Difference("menu.line.Q1.prescale.mode", "event", "counter")
    ]


def test_missing_and_unreadable_files(files: Path) -> None:
    with pytest.raises(
        InputError, match=r"^nope.toml: there is no such file; shipped configurations: .*na62-dump"
    ):
        load_setup("nope.toml")
    with pytest.raises(InputError, match=r"^na62-dmp: there is no such file; did you mean 'na62-dump'"):
        load_setup("na62-dmp")
    with pytest.raises(InputError, match=r"^menus: cannot be read \(Is a directory\)$"):
        load_setup("menus")
    with pytest.raises(InputError, match=r"^nope.toml: there is no such file$"):
        read_toml("nope.toml")
    (files / "c.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"^c.toml: not a TOML file \(it is not UTF-8 text\)$"):
        load_setup("c.toml")


def test_a_stored_configuration_without_file_names_its_keys() -> None:
    data = load_setup("c.toml").to_dict()
    data["menu"]["line"][1]["when"] = "h9"
    with pytest.raises(InputError, match=r"^run 7: line 'H2': when = 'h9': column 1: unknown bit 'h9'"):
        build_setup(data, "run 7")
    data["section"]["beam"]["rate_hz"] = -1
    with pytest.raises(InputError, match=r"^run 7: \[toy\] beam.rate_hz: must be at least 0, not -1$"):
        build_setup(data, "run 7")


@pytest.mark.parametrize("place", ["experiment", "signal", "key", "key below", "source"])
@pytest.mark.parametrize("name", ["y" * 900, [None] * 5000], ids=["a text", "no text"])
def test_names_of_any_length_are_shown_short(place: str, name: object) -> None:
    data = load_setup("c.toml").to_dict()
    if place == "experiment":
        data["experiment"] = name
    elif place == "signal":
        data["signal"][0]["signal"] = name
    elif place == "source":
        data["streaming"]["producers"] = [[name]]
    else:
        (data if place == "key" else data["run"])[str(name)[:900]] = 1
    with pytest.raises(InputError) as error:
        build_setup(data, "run 7")
    assert len(str(error.value)) < 500


def test_a_configuration_whose_name_no_file_can_have_is_one_sentence() -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load_setup("c" * 300)
