"""Style sheets and scripts of pages: files beside this one, put into each page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

STEPS = (18, 24, 30, 36, 42, 48, 54, 60)
"""Widths of tables (rem) at which they turn from a grid into cards."""

ALWAYS = 999
"""A table wider than the widest page is shown as cards everywhere."""


@cache
def read(name: str) -> str:
    """Return one of the files."""
    return (files("trigemu.render.html") / name).read_text(encoding="utf-8")


@cache
def table_style() -> str:
    """Return the style of tables: a grid where there is room for it, else each row as a card.

    The room is that of the place where the table stands, not of the window: the same holds in a notebook's cell.
    """
    cards = read("cards.css")
    narrow = (
        f"@container (max-width: {step}rem) {{\n{cards.replace('.fit', f'.fit.w{step}')}}}\n"
        for step in STEPS
    )
    return read("table.css") + "".join(narrow) + cards.replace(".fit", f".fit.w{ALWAYS}")
