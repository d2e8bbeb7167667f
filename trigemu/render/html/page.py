"""Whole pages: a headline, sections and a list of contents, in one file that needs nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from trigemu.render.html.files import read, table_style
from trigemu.render.html.text import Html, text


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a page.

    Attributes
    ----------
    title
        Its heading, also in the list of contents.
    parts
        HTML that stands below it; a section without any is left out.
    """

    title: str
    parts: tuple[str, ...] = ()


def section(title: str, *parts: str) -> Section:
    """Return a section; parts that are empty are left out."""
    return Section(title, tuple(part for part in parts if part))


def page(title: str, header: Iterable[str], sections: Iterable[Section], footer: str = "") -> str:
    """Return a whole document.

    Parameters
    ----------
    title
        Heading of the page.
    header
        HTML that stands below the heading, before the first section.
    sections
        The sections; empty ones are left out.
    footer
        HTML of the last line.
    """
    shown = [each for each in sections if each.parts]
    names = _names([each.title for each in shown])
    links = "".join(
        f'<li><a href="#{name}">{text(each.title)}</a></li>' for name, each in zip(names, shown, strict=True)
    )
    body = "\n".join(_section(name, each) for name, each in zip(names, shown, strict=True))
    nav = f'<nav aria-label="contents"><ol>{links}</ol></nav>' if len(shown) > 1 else ""
    foot = f"<footer>{footer}</footer>" if footer else ""
    script = f"<script>{read('page.js')}{read('tables.js')}</script>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{read('page.css')}{table_style()}</style></head>\n<body>"
        f'<div class="sheet">\n<header><h1>{text(title)}</h1>\n{"".join(header)}</header>\n{nav}\n'
        f"<main>{body}\n{foot}</main>\n</div>\n{script}</body></html>\n"
    )


def _section(name: str, section: Section) -> str:
    content = "\n".join(section.parts)
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">{text(section.title)}</h2>\n{content}</section>'
    )


def _names(titles: Sequence[str]) -> list[str]:
    """Return an id for each heading, all different."""
    found: list[str] = []
    for title in titles:
        base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
        name = base
        while name in found:
            name += "-"
        found.append(name)
    return found


def cards(items: Iterable[tuple[str, Any]]) -> Html:
    """Return a row of headline figures: (label, value)."""
    shown = "".join(f"<div><dt>{text(label)}</dt><dd>{text(value)}</dd></div>" for label, value in items)
    return Html(f'<dl class="cards">{shown}</dl>')


def figure(picture: str, caption: str = "", note: str = "") -> Html:
    """Return a picture (an ``<svg>`` element) with its title above and a remark below."""
    head = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    foot = f"<p>{text(note)}</p>" if note else ""
    return Html(f"<figure>{head}{picture}{foot}</figure>")


def plots(figures: Sequence[str]) -> Html:
    """Return figures side by side where there is room."""
    return Html(f'<div class="plots">{"".join(figures)}</div>' if figures else "")


def beside(parts: Sequence[str]) -> Html:
    """Return narrow parts (small tables) side by side where there is room."""
    return Html(f'<div class="beside">{"".join(parts)}</div>' if parts else "")


def folded(title: str, *parts: str) -> Html:
    """Return parts that are shown when somebody asks for them."""
    return Html(f"<details><summary>{text(title)}</summary>{''.join(parts)}</details>")
