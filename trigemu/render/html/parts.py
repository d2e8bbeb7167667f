"""Small pieces of HTML for the report: escaped text, tables, sections, and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trigemu.render.html.style import STYLE
from trigemu.render.html.text import Html, code, listing, paragraph, text
from trigemu.render.numbers import interval_parts

__all__ = [
    "Html",
    "cards",
    "code",
    "listing",
    "page",
    "paragraph",
    "plots",
    "section",
    "stacked",
    "table",
    "text",
]


def table(head: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[int] = ()) -> Html:
    """Return a table; the columns in ``numeric`` are set to the right."""

    def cells(row: Sequence[Any], tag: str) -> str:
        parts = (
            f'<{tag} class="num">{text(cell)}</{tag}>' if i in numeric else f"<{tag}>{text(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )
        return f"<tr>{''.join(parts)}</tr>"

    body = "\n".join(cells(row, "td") for row in rows)
    return Html(
        f'<div class="scroll"><table><thead>{cells(head, "th")}</thead>\n<tbody>{body}</tbody></table></div>'
    )


def section(title: str, *parts: str) -> Html:
    """Return a headed section; nothing if it has no content."""
    content = "\n".join(part for part in parts if part)
    return Html(f"<section><h2>{text(title)}</h2>\n{content}</section>") if content else Html("")


def cards(items: Sequence[tuple[str, Any]]) -> Html:
    """Return a row of headline figures: (label, value)."""
    return Html(
        '<div class="cards">'
        + "".join(
            f'<div class="card"><b>{text(value)}</b><span>{text(label)}</span></div>'
            for label, value in items
        )
        + "</div>"
    )


def plots(pictures: Sequence[str]) -> Html:
    """Return pictures side by side where there is room."""
    if not pictures:
        return Html("")
    return Html(f'<div class="plots">{"".join(f"<figure>{picture}</figure>" for picture in pictures)}</div>')


def page(title: str, body: Sequence[str]) -> str:
    """Return a whole document that needs nothing from elsewhere."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def stacked(value: float | None, low: float | None, high: float | None) -> Html:
    """Return an asymmetric interval with its two ends above each other."""
    centre, *ends = interval_parts(value, low, high)
    errors = "".join(f"<i>{end}</i>" for end in ends)
    return Html(f'{centre} <span class="ends">{errors}</span>' if ends else centre)
