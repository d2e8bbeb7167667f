"""Small pieces of HTML for the report: escaped text, tables, sections, and pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from trigemu.measure.style import STYLE
from trigemu.plain import printable, short


class Html(str):
    """Text that is HTML already; everything else is escaped."""

    __slots__ = ()


CELL = 400
"""Characters of a value that are shown."""


def text(value: Any, most: int = CELL) -> str:
    """Return a value as HTML: `Html` as it is, anything else escaped and not longer than ``most`` characters."""
    return value if isinstance(value, Html) else escape(short(value, most))


def code(value: Any) -> Html:
    """Return a value in a fixed-width font."""
    return Html(f"<code>{text(value, 4 * CELL)}</code>")


def listing(value: str) -> Html:
    """Return a text of many lines, all of it."""
    return Html(f"<pre>{escape(printable(value, keep=chr(10)))}</pre>")


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


def paragraph(content: Any, style: str = "") -> Html:
    """Return a paragraph."""
    shown = text(content, 10 * CELL)
    return Html(f'<p class="{style}">{shown}</p>' if style else f"<p>{shown}</p>")


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


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with a few significant digits and thousands apart; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u2009")
    if abs(value) >= 10**digits:
        return f"{value:,.0f}".replace(",", "\u2009")
    return f"{value:.{digits}g}"


def with_error(value: float | None, error: float | None) -> str:
    """Return ``value ± error``, both to the error's second significant digit."""
    if value is None or error is None or not (math.isfinite(value) and math.isfinite(error)):
        return "–"
    if error <= 0:
        return number(value)
    places = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:,.{places}f} ± {error:,.{places}f}".replace(",", "\u2009")


LOPSIDED = 1.25
"""Upper error over lower one from which on both are shown: fewer than about 20 counts."""


def rate(got: Mapping[str, Any], kind: str = "") -> str:
    """Return a rate of a line of the summary: ``value ± error``, ``value +up −down`` of few counts, ``< high`` of none.

    Parameters
    ----------
    got
        The line.
    kind
        Which of its rates: what comes before ``rate_hz``.
    """
    names = ("rate_hz", "rate_err_hz", "rate_low_hz", "rate_high_hz")
    value, error, low, high = (got[f"{kind}{name}"] for name in names)
    if value is None or not math.isfinite(value):
        return "–"
    if low is None or high is None:
        return with_error(value, error)
    if value == 0:
        return f"< {number(high, 2)}"
    up, down = high - value, value - low
    if up <= LOPSIDED * down:
        return with_error(value, error)
    places = max(0, 1 - math.floor(math.log10(max(up, down))))
    return f"{value:,.{places}f} +{up:,.{places}f} −{down:,.{places}f}".replace(",", "\u2009")


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return ``value +up −down`` for an asymmetric interval."""
    return " ".join(_interval(value, low, high))


def stacked(value: float | None, low: float | None, high: float | None) -> Html:
    """Return an asymmetric interval with its two ends above each other."""
    centre, *ends = _interval(value, low, high)
    errors = "".join(f"<i>{end}</i>" for end in ends)
    return Html(f'{centre} <span class="ends">{errors}</span>' if ends else centre)


def _interval(value: float | None, low: float | None, high: float | None) -> list[str]:
    if value is None or not math.isfinite(value):
        return ["–"]
    if low is None or high is None:
        # Events of negative weight: a value, but no interval.
        return [f"{value:.4f}"]
    up, down = high - value, value - low
    widest = max(up, down)
    places = 4 if widest <= 0 else min(6, max(3, 1 - math.floor(math.log10(widest))))
    return [f"{value:.{places}f}", f"+{up:.{places}f}", f"−{down:.{places}f}"]
