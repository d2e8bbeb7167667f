"""Words set in columns: how wide a text is on a terminal, and where it is wrapped."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 8
"""Characters of a piece of a word, at least."""


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return a text filled up with blanks to a width, on its left if it is set to the right."""
    blanks = " " * max(0, width - width_of(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def wrapped(text: str, width: int | None, *, fold: bool = False) -> list[str]:
    """Return a text as lines of at most ``width`` columns, broken at blanks.

    Only at plain blanks: the thin ones in numbers hold them together.  A word that is wider than a line stays whole
    unless ``fold`` is set.
    """
    if width is None or width_of(text) <= width:
        return [text]
    width = max(width, LEAST) if fold else width
    lines = [""]
    for word in text.split(" "):
        for piece in _pieces(word, width) if fold else [word]:
            if not lines[-1]:
                lines[-1] = piece
            elif width_of(lines[-1]) + 1 + width_of(piece) <= width:
                lines[-1] += f" {piece}"
            else:
                lines.append(piece)
    return lines


def filled(parts: Sequence[str], width: int, gap: str) -> list[str]:
    """Return parts in lines of at most ``width`` columns, with ``gap`` between them; no part is cut."""
    lines: list[str] = []
    for part in parts:
        if lines and width_of(lines[-1]) + len(gap) + width_of(part) <= width:
            lines[-1] += f"{gap}{part}"
        else:
            lines.append(part)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """Return a word cut into pieces that fit."""
    pieces = [""]
    for char in word:
        if pieces[-1] and width_of(pieces[-1]) + width_of(char) > width:
            pieces.append("")
        pieces[-1] += char
    return pieces
