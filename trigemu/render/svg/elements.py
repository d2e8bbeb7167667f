"""Elements of pictures: text, lines, boxes, markers.  Lengths are in the picture's own units, about a screen pixel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from trigemu.plain import short

FONT = 12.0
"""Size of text."""

LETTER = 0.58
"""Width of a letter in units of its size: a little more than most fonts have."""

LABEL = 80
"""Characters of a label that are shown."""


def picture(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """Return an ``<svg>`` element as wide as its surroundings; ``title`` says what it shows to whom does not see it."""
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 {n(width)} {n(height)}" role="img" aria-label="{said(title, 400)}" '
        f'font-size="{n(FONT)}" fill="currentColor">{body}</svg>'
    )


def n(value: float) -> str:
    """Return a coordinate: to a tenth, which nobody sees."""
    return f"{round(value, 1):g}"


def said(value: str, most: int = LABEL) -> str:
    """Return a text from outside, escaped."""
    return escape(short(value, most))


def width_of(value: str, size: float = FONT) -> float:
    """Return about how wide a text is."""
    return len(value) * LETTER * size


def cut(value: str, width: float, size: float = FONT) -> str:
    """Return as much of a text as is not wider than ``width``: beginning and end, which tells long names apart."""
    most = max(int(width / (LETTER * size)), 4)
    shown = short(value, LABEL)
    if len(shown) <= most:
        return shown
    end = (most - 1) // 2
    return f"{shown[: most - 1 - end]}…{shown[len(shown) - end :]}"


def label(
    x: float,
    y: float,
    value: str,
    *,
    anchor: str = "start",
    size: float = FONT,
    soft: bool = False,
    bold: bool = False,
    turn: float = 0.0,
    colour: str = "",
) -> str:
    """Return a text at a place: ``anchor`` start, middle or end; ``turn`` in degrees around that place."""
    more = "" if anchor == "start" else f' text-anchor="{anchor}"'
    more += "" if size == FONT else f' font-size="{n(size)}"'
    more += ' opacity=".75"' if soft else ""
    more += ' font-weight="600"' if bold else ""
    more += f' fill="{colour}"' if colour else ""
    more += f' transform="rotate({n(turn)} {n(x)} {n(y)})"' if turn else ""
    return f'<text x="{n(x)}" y="{n(y)}"{more}>{said(value)}</text>'


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    colour: str = "currentColor",
    width: float = 1.0,
    faint: float = 1.0,
    dash: Sequence[float] = (),
) -> str:
    """Return a straight line; ``faint`` is its opacity."""
    style = f' stroke="{colour}" stroke-width="{n(width)}"'
    style += f' stroke-opacity="{faint:g}"' if faint < 1 else ""
    style += f' stroke-dasharray="{" ".join(map(n, dash))}"' if dash else ""
    return f'<path d="M{n(x1)} {n(y1)}L{n(x2)} {n(y2)}"{style} fill="none"/>'


def path(
    points: Iterable[tuple[float, float]],
    *,
    colour: str = "currentColor",
    width: float = 1.4,
    dash: Sequence[float] = (),
    fill: str = "none",
    faint: float = 1.0,
) -> str:
    """Return a line through points; ``fill`` is the colour of what it encloses, ``faint`` that one's opacity."""
    through = "L".join(f"{n(x)} {n(y)}" for x, y in points)
    style = f' stroke="{colour}" stroke-width="{n(width)}" stroke-linejoin="round"' if width else ""
    style += f' stroke-dasharray="{" ".join(map(n, dash))}"' if dash else ""
    style += f' fill="{fill}"' + (f' fill-opacity="{faint:g}"' if faint < 1 else "")
    return f'<path d="M{through}"{style}/>'


def box(
    x: float, y: float, width: float, height: float, fill: str, faint: float = 1.0, title: str = ""
) -> str:
    """Return a filled box; ``title`` is shown when the pointer rests on it."""
    style = f' fill="{fill}"' + (f' fill-opacity="{faint:.2g}"' if faint < 1 else "")
    shape = f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"{style}'
    return f"{shape}><title>{said(title, 400)}</title></rect>" if title else f"{shape}/>"


_SHAPES = {
    "s": "M-.85-.85H.85V.85H-.85Z",
    "D": "M0-1.2L1.2 0 0 1.2-1.2 0Z",
    "^": "M0-1.15L1.1.8H-1.1Z",
    "v": "M0 1.15L1.1-.8H-1.1Z",
    "<": "M-1.15 0L.8-1.1V1.1Z",
    ">": "M1.15 0L-.8-1.1V1.1Z",
    "P": "M-.4-1.15H.4V-.4H1.15V.4H.4V1.15H-.4V.4H-1.15V-.4H-.4Z",
    "X": "M0-.55L.6-1.15 1.15-.6.55 0 1.15.6.6 1.15 0 .55-.6 1.15-1.15.6-.55 0-1.15-.6-.6-1.15Z",
    "o": "M1 0A1 1 0 1 1-1 0 1 1 0 1 1 1 0Z",
}


def marker(x: float, y: float, kind: str, colour: str, *, hollow: bool = False, size: float = 3.4) -> str:
    """Return a marker of a kind that `trigemu.render.marks` knows."""
    # An outline of the paper's colour inside shows the lines behind it less than an empty one would.
    inside = (
        ' fill="var(--paper,Canvas)" stroke-width=".45"' if hollow else f' fill="{colour}" stroke-width=".2"'
    )
    return (
        f'<path transform="translate({n(x)} {n(y)}) scale({n(size)})" d="{_SHAPES[kind]}" '
        f'stroke="{colour}"{inside}/>'
    )
