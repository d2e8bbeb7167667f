"""Text that becomes part of a page: escaped, and not longer than anyone reads."""

from __future__ import annotations

from html import escape
from typing import Any

from trigemu.plain import printable, short

CELL = 400
"""Characters of a value that are shown."""


class Html(str):
    """Text that is HTML already; everything else is escaped."""

    __slots__ = ()


def text(value: Any, most: int = CELL) -> str:
    """Return a value as HTML: `Html` as it is, anything else escaped and not longer than ``most`` characters."""
    return value if isinstance(value, Html) else escape(short(value, most))


def code(value: Any) -> Html:
    """Return a value in a fixed-width font."""
    return Html(f"<code>{text(value, 4 * CELL)}</code>")


def listing(value: str) -> Html:
    """Return a text of many lines, all of it."""
    return Html(f"<pre>{escape(printable(value, keep=chr(10)))}</pre>")


def paragraph(content: Any, style: str = "") -> Html:
    """Return a paragraph; ``style`` is one of the page's classes."""
    shown = text(content, 10 * CELL)
    return Html(f'<p class="{style}">{shown}</p>' if style else f"<p>{shown}</p>")
