"""What tests ask of pages: well-formed, ids that are unique, nothing from elsewhere, nothing wider than the view."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}
LINKS = ("href", "src", "xlink:href", "srcset", "action", "data", "poster")

FIXED = re.compile(r"(?<![-\w(])(?:min-width|width)\s*:\s*([^;}]+)")
"""A width in a style sheet (conditions of media queries begin with a parenthesis)."""

NARROW = 320.0
"""No fixed width may be larger (pixels): a telephone, less the edges of the page."""


class Page(HTMLParser):
    """Collects ids, text and references, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in LINKS and not (value or "").startswith("#"):
                self.links.append(value or "")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            return
        self.text += data
        if self.rows and self.rows[-1] and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(document: str) -> Page:
    """Return a page that is well-formed and needs nothing from elsewhere."""
    page = Page()
    page.feed(document)
    page.close()
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if not link.startswith("data:image/png;base64,")] == []
    assert {"link", "iframe", "object", "embed", "base"}.isdisjoint(page.tags)
    style = "".join(re.findall(r"<style>(.*?)</style>", document, re.S))
    assert "@import" not in style
    assert "url(" not in style
    targets = [each["href"][1:] for tag, each in page.attributes if tag == "a" and each.get("href")]  # type: ignore[index]
    assert set(targets) <= set(page.ids)
    return page


def too_wide(document: str) -> list[str]:
    """Return what in a page could be wider than a narrow view: fixed widths, and tables that do not give way."""
    found = []
    style = "".join(re.findall(r"<style>(.*?)</style>", document, re.S))
    for hit in FIXED.finditer(style):
        length = re.fullmatch(r"([\d.]+)(px|rem|em|ch)", hit[1].strip())
        fits = hit[1].strip() in ("0", "auto", "100%") or "100%" in hit[1]
        pixels = (
            float(length[1]) * {"px": 1.0, "rem": 15.0, "em": 15.0, "ch": 8.0}[length[2]] if length else 0.0
        )
        if pixels > NARROW or not (length or fits):
            found.append(hit[0])
    for tag, attributes in read(document).attributes:
        if tag == "table" and "width" in attributes:
            found.append("<table width>")
        if tag == "svg" and ("width" in attributes or "viewbox" not in attributes):
            found.append("<svg> of fixed width")
        if "style" in attributes and re.search(
            r"(?:min-)?width|white-space|flex-basis", attributes["style"] or ""
        ):
            found.append(f"<{tag} style={attributes['style']}>")
    boxes = re.findall(r'<div class="fit w(\d+)"', document)
    if len(boxes) != document.count("<table"):
        found.append("a table outside a container that it adapts to")
    return found
