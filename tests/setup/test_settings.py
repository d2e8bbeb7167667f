"""A configuration shown with all its keys, copied to start from, and named in several ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from trigemu.config.pieces import pieces_of
from trigemu.errors import InputError
from trigemu.setup.build import load_setup
from trigemu.setup.copying import copy_config
from trigemu.setup.load import shipped_configs
from trigemu.setup.named import named_setup, traced_setup, written
from trigemu.setup.settings import below, settings, value_of
from trigemu.setup.settings_text import settings_toml

CHANGES = {"run.seed": "77", "streaming.speed": "0.25"}


@pytest.mark.parametrize("name", shipped_configs())
def test_what_is_shown_loads_again(name: str, tmp_path: Path) -> None:
    setup, origin = traced_setup(name, [f"{key}={value}" for key, value in CHANGES.items()])
    found = settings(setup, origin)
    text = settings_toml(found)
    (tmp_path / "shown.toml").write_text(text)
    assert load_setup(tmp_path / "shown.toml").to_dict() == setup.to_dict()
    places = {each.key: each.place for each in found}
    assert {key: places[key] for key in CHANGES} == {
        key: f"--set {key}={value}" for key, value in CHANGES.items()
    }
    # A default has no place; neither has what the experiment's conditions bring.
    assert places["streaming.lives"] == ""
    assert {each.place for each in found if each.key.startswith("babar.glt.line.")} <= {""}


@pytest.mark.parametrize("name", shipped_configs())
def test_a_copy_is_the_same_in_any_folder(name: str, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "mine.toml"
    file.parent.mkdir()
    copy_config(name, file)
    assert named_setup(file).to_dict() == named_setup(name).to_dict()
    text = file.read_text()
    # Comments of both files are in it, and no other file is named.
    for original in (shipped_configs()[name], shipped_configs()[name].parent / "menus"):
        if original.is_file():
            assert original.read_text().splitlines()[0] in text
    assert "\n[[menu.line]]\n" in text
    assert not (tmp_path / "elsewhere" / "menus").exists()
    with pytest.raises(InputError, match="exists already"):
        copy_config(name, file)
    assert file.read_text() == text


def test_what_stands_beside_a_menu_file_wins(tmp_path: Path) -> None:
    (tmp_path / "menu.toml").write_text(
        'title = "theirs"\n[[line]]\nname = "a"\nwhen = "two"\n[dead_time]\nfixed_ns = 1.0\n'
    )
    (tmp_path / "c.toml").write_text(
        'experiment = "pulser"\n[run]\nframes = 1\n[menu] # here\ntitle = "ours"\nfile = "menu.toml" # there\n'
        "[menu.dead_time]\nminimum_distance = 3"
    )
    copy_config(tmp_path / "c.toml", tmp_path / "d.toml")
    assert named_setup(tmp_path / "d.toml").to_dict() == named_setup(tmp_path / "c.toml").to_dict()
    text = (tmp_path / "d.toml").read_text()
    assert "[menu] # here" in text
    assert "theirs" not in text


def test_what_cannot_be_copied_as_text_is_written_in_full(tmp_path: Path) -> None:
    (tmp_path / "menu.toml").write_text('[[line]]\nname = "a"\nwhen = "two"\n')
    (tmp_path / "c.toml").write_text(
        'experiment = "pulser"\nrun.frames = 1 # one\nmenu = { file = "menu.toml" }\n'
    )
    copy_config(tmp_path / "c.toml", tmp_path / "d.toml")
    (tmp_path / "menu.toml").unlink()
    assert named_setup(tmp_path / "d.toml").config.menu.line[0].when == "two"
    with pytest.raises(InputError, match=r"ends in \.toml"):
        copy_config("pulser", tmp_path / "d.txt")
    with pytest.raises(InputError, match="cannot be written"):
        copy_config("pulser", tmp_path / "no" / "d.toml")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.toml", "d.toml"]


def test_pieces_make_the_text_again() -> None:
    text = '# top\na = 1\n\n# about b\n[b] # b\nc = """\n[no.header]\n"""\n[[d.e]]\nf = [\n  1, # one\n]\n# end\n'
    pieces = list(pieces_of(text))
    assert "".join(piece.text for piece in pieces) == text
    assert [(piece.table, piece.keys, piece.header) for piece in pieces] == [
        ((), ("a",), ""),
        (("b",), (), "["),
        (("b",), ("c",), ""),
        (("d", "e"), (), "[["),
        (("d", "e"), ("f",), ""),
        (("d", "e"), (), ""),
    ]
    assert pieces[3].below("menu") == "[[menu.d.e]]\n"


def test_parts_of_a_configuration() -> None:
    setup, origin = traced_setup("na62-dump")
    found = settings(setup, origin)
    assert value_of(setup, below(found, "menu.line.H2", "c")) == written(setup)["menu"]["line"][1]
    assert value_of(setup, below(found, "menu.line.1.when", "c")) == "h2"
    assert value_of(setup, below(found, "input", "c")) == {"once": False, "reading": {}}
    assert value_of(setup, ()) == written(setup)
    (seed,) = below(found, "run.seed", "c")
    assert (seed.value, seed.place, seed.about.default) == (62, "na62-dump.toml, line 7", 1)
    (line,) = below(found, "menu.line.Q1.when", "c")
    assert line.place == "menus/na62-dump.toml, line 8"
    with pytest.raises(InputError, match=r"^c: there is no key 'run.sed'; did you mean 'run.seed'"):
        below(found, "run.sed", "c")


def test_a_folder_does_not_stand_before_a_shipped_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pulser").mkdir()
    assert load_setup("pulser").config.experiment == "pulser"
    assert named_setup("pulser").config.experiment == "pulser"


def test_of_a_default_of_which_one_value_is_changed_only_that_one_has_a_place() -> None:
    change = "na62.spill.ripple.1.amplitude=0.2"
    found = [each for each in settings(*traced_setup("na62-dump", [change])) if ".ripple." in each.key]
    assert {each.key: each.place for each in found if each.place} == {change[:-4]: f"--set {change}"}
    assert len(found) == 12
