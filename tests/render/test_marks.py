"""Colours: texts can be read on light and dark, series told apart by everybody."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest

from trigemu.render.html.files import read
from trigemu.render.marks import COLOURS, mark
from trigemu.render.svg.elements import _SHAPES, marker
from trigemu.render.svg.matrix import COLOUR, DARKEST

VISION = {
    "all": np.eye(3),
    # Machado, Oliveira, Fernandes, IEEE TVCG 15 (2009) 1291, severity 1.
    "no red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no blue": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour: np.ndarray) -> float:
    return float(colour @ [0.2126, 0.7152, 0.0722])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]) @ np.clip(
        colour, 0, 1
    )
    part = xyz / np.array([0.9505, 1.0, 1.0888])
    root = np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def themes() -> dict[str, dict[str, str]]:
    """Return the colours of the page: theme -> name -> value."""
    style = re.sub(r"/\*.*?\*/", "", read("page.css"), flags=re.S)
    blocks = re.findall(r":root \{([^}]*)\}", style)
    light, dark, printed = (dict(re.findall(r"--(\w+): (#\w+)", block)) for block in blocks)
    whole = {name: re.sub(r"^#(\w)(\w)(\w)$", r"#\1\1\2\2\3\3", value) for name, value in printed.items()}
    return {"light": light, "dark": {**light, **dark}, "print": {**light, **whole}}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("text", ["ink", "soft", "accent", "good", "bad"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_texts_have_contrast(theme: str, text: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(linear(colours[text]), linear(colours[ground])) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_soft_texts_of_pictures_and_numbers_of_matrices_have_contrast(theme: str) -> None:
    colours = themes()[theme]
    ink, paper = (np.array([int(colours[n][i : i + 2], 16) for i in (1, 3, 5)]) for n in ("ink", "paper"))

    def mixed(top: np.ndarray, share: float) -> np.ndarray:
        return linear("#" + "".join(f"{round(x):02x}" for x in share * top + (1 - share) * paper))

    assert contrast(mixed(ink, 0.75), linear(colours["paper"])) >= 4.5
    blue = np.array([int(COLOUR[i : i + 2], 16) for i in (1, 3, 5)])
    assert contrast(linear(colours["ink"]), mixed(blue, DARKEST)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_marks_can_be_seen_on_the_page(theme: str, colour: str) -> None:
    assert contrast(linear(colour), linear(themes()[theme]["paper"])) >= 3.0


@pytest.mark.parametrize("vision", VISION)
def test_colours_can_be_told_apart(vision: str) -> None:
    seen = [lab(VISION[vision] @ linear(colour)) for colour in COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 12


def test_no_two_series_look_the_same_and_neighbours_differ_in_all() -> None:
    marks = [mark(index) for index in range(180)]
    assert len(set(marks)) == 180
    for one, other in pairwise(marks):
        assert one.colour != other.colour
        assert one.marker != other.marker
        assert one.dash != other.dash


def test_every_marker_has_a_shape() -> None:
    assert {mark(index).marker for index in range(9)} == set(_SHAPES)
    assert "translate(3 4)" in marker(3.0, 4.0, "o", COLOURS[0])
