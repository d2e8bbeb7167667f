"""A configuration as one file to start from: its text with its comments, its menu in place of the menu's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trigemu import __version__
from trigemu.config.pieces import Piece, pieces_of
from trigemu.config.toml import read_toml
from trigemu.drafts import draft_of
from trigemu.errors import InputError
from trigemu.plain import printable
from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup
from trigemu.setup.load import find_config
from trigemu.setup.named import traced_setup
from trigemu.setup.settings import settings
from trigemu.setup.settings_text import settings_toml


def copy_config(name: str | Path, file: Path) -> None:
    """Write a configuration to a new file that means the same in any folder.

    A run directory, or a file that cannot be copied as text (its menu is named in an unusual way), is written with all
    its keys instead (`trigemu.setup.settings_text`).

    Raises
    ------
    InputError
        There is no such configuration, something in it is not allowed, or the file exists or cannot be written.
    """
    setup, origin = traced_setup(name)
    if file.exists():
        raise InputError(f"{file}: exists already; give another name or remove it")
    if file.suffix != ".toml":
        raise InputError(f"{file}: the name of a configuration ends in .toml")
    try:
        with draft_of(file, new=True) as draft:
            source = None if Path(name).is_dir() else find_config(name)
            draft.write_text("" if source is None else _text(source), "utf-8")
            if source is None or not _is_same(draft, setup):
                draft.write_text(settings_toml(settings(setup, origin)), "utf-8")
    except FileExistsError:
        raise InputError(f"{file}: exists already; another process has made it meanwhile") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror or error})") from None


def _is_same(draft: Path, setup: Setup[Any]) -> bool:
    """Return whether a file means the same, and names no other file of the menu."""
    menu_files = setup.experiment.part("menu_files")
    names = {"file", menu_files.key if menu_files is not None else "file"}
    try:
        menu = read_toml(draft)[0].get("menu", {})
        return not names & menu.keys() and load_setup(draft).to_dict() == setup.to_dict()
    except InputError:
        return False


def _text(source: Path) -> str:
    text = source.read_text("utf-8-sig")
    name = printable(source.stem)
    head = f"# Copied from {name} of trigemu {__version__}; what has been changed: trigemu config diff {name} FILE\n"
    pieces = list(pieces_of(text))
    names = next((piece for piece in pieces if piece.table == ("menu",) and piece.keys == ("file",)), None)
    if names is None:
        return head + text
    # The value is on the rest of the line; the reader has accepted it.
    menu = source.parent / names.body.partition("=")[2].split("#")[0].strip().strip("\"'")
    return head + "".join(_with_menu(pieces, names, list(pieces_of(menu.read_text("utf-8-sig")))))


def _with_menu(pieces: list[Piece], names: Piece, menu: list[Piece]) -> Iterator[str]:
    """Yield a configuration's text with a menu's: its values where the file is named, its tables after that table."""
    # What stands beside the file's name wins over what is in the file.
    own = {piece.keys[0] for piece in pieces if piece.table == ("menu",) and piece.keys}
    own |= {piece.table[1] for piece in pieces if piece.table[:1] == ("menu",) and len(piece.table) > 1}
    kept = [piece for piece in menu if (piece.table or piece.keys or ("",))[0] not in own]
    tables = "".join(piece.below("menu") for piece in kept if piece.table)
    inside = waiting = False
    for piece in pieces:
        inside = piece.table == ("menu",)
        if waiting and not inside:
            yield f"\n{tables.strip(chr(10))}\n" if tables else ""
            waiting = False
        if piece is names:
            yield piece.lead + "".join(each.text for each in kept if not each.table)
            waiting = True
        else:
            yield piece.text
    if waiting:
        yield f"\n{tables}"
