"""What a model says of its fields: texts from the source, types and ranges from annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from trigemu.config.allowed_values import Allowed, allowed_values
from trigemu.config.described import described, usual_of
from trigemu.config.docstrings import FieldText, field_texts, parse_text
from trigemu.config.model import FileName, Model
from trigemu.setup.data import named_model


class Cells(Model):
    """Cells."""

    threshold_gev: Annotated[float, Field(gt=0, le=400)] = 1.0
    """Least energy of a cell
    that counts [GeV].  Source: recalled, "about 1 GeV" [12]."""

    depth_mm: Annotated[float, Field(ge=0)]
    """Depth [mm]; half of it in front."""

    silent: int = 3

    noted: int = Field(default=2, description="Known to pydantic [ns].  Source: guess.")


class Ours(Cells):
    depth_mm: Annotated[float, Field(ge=0)] = 2.5
    """Source: read in the drawing."""

    own: Annotated[tuple[int, ...], Field(min_length=2, max_length=2)] = (1, 2)
    """Two of them."""


class Bar(Model):
    kind: Literal["bar"] = "bar"
    height: float = 1.0


class Disc(Model):
    kind: Literal["disc"] = "disc"
    radius: float


class Whole(Model):
    cells: Ours = Ours(threshold_gev=7.0)
    """The cells."""

    part: tuple[Annotated[Bar | Disc, Field(discriminator="kind")], ...] = ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Length [mm].  Source: guess.", FieldText("Length.", "mm", "guess.")),
        ("One [a, b] of two.", FieldText("One [a, b] of two.")),
        ("How far [mm] it is [1/(cm2 s)], at most.", FieldText("How far [mm] it is, at most.", "1/(cm2 s)")),
        ("Source: read in [3].", FieldText("", "", "read in [3].")),
        ("", FieldText()),
    ],
)
def test_parts_of_a_text(text: str, expected: FieldText) -> None:
    assert parse_text(text) == expected


def test_texts_are_those_behind_fields() -> None:
    texts = field_texts(Ours)
    assert texts["threshold_gev"] == FieldText(
        "Least energy of a cell that counts.", "GeV", 'recalled, "about 1 GeV" [12].'
    )
    # Declared again: the meaning is the base's, the source that of the new default.
    assert texts["depth_mm"] == FieldText("Depth; half of it in front.", "mm", "read in the drawing.")
    assert field_texts(Cells)["depth_mm"].source == ""
    assert texts["silent"] == FieldText()
    assert texts["noted"] == FieldText("Known to pydantic.", "ns", "guess.")
    assert texts["own"] == FieldText("Two of them.")
    # A class made for one signal has the texts of its base, though the source has no such class.
    made = field_texts(named_model(Ours, "silent", "x", {"depth_mm": 3.0}))
    assert made == {**texts, "silent": FieldText("Which silent the table is.")}


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (bool, Allowed("true or false")),
        (Annotated[int, Field(ge=0, lt=2**32)], Allowed("whole number", ">= 0, < 2^32")),
        (Annotated[int, Field(ge=1, le=2**32 - 1)] | None, Allowed("whole number", "1 to 2^32 - 1")),
        (Annotated[float, Field(gt=0, le=1e7)], Allowed("number", "> 0, <= 1e7")),
        (Annotated[float, Field(ge=1e-6, le=1e5)], Allowed("number", "1e-6 to 1e5")),
        (Annotated[str, Field(min_length=1, max_length=64)], Allowed("text", "1 to 64 characters")),
        (Annotated[str, Field(pattern="^(random|file)$")], Allowed("text", "random, file")),
        (Literal[10, 14], Allowed("whole number", "10, 14")),
        (FileName, Allowed("text", "at most 4096 characters")),
        (Path, Allowed("path")),
        (tuple[float, float], Allowed("array of 2 numbers")),
        (
            Annotated[tuple[Annotated[int, Field(ge=0, le=3)], ...], Field(min_length=7, max_length=7)],
            Allowed("array of 7 whole numbers", "each 0 to 3"),
        ),
        (
            tuple[tuple[Annotated[int, Field(ge=0)], str], ...],
            Allowed("array of arrays of 2 whole numbers and texts", "each >= 0; text"),
        ),
        (tuple[Bar, ...], Allowed("array of tables")),
        (Annotated[int, Field(ge=0)] | Bar, Allowed("whole number or table", ">= 0")),
    ],
)
def test_what_is_allowed(annotation: object, expected: Allowed) -> None:
    assert allowed_values(annotation) == expected


def test_keys_are_those_of_the_command_line() -> None:
    keys = {(key.key, key.kind): key for key in described(Whole, "x", usual_of(Whole))}
    assert [key for key, _ in keys] == [
        "x.cells",
        *(f"x.cells.{name}" for name in ("threshold_gev", "depth_mm", "silent", "noted", "own")),
        "x.part",
        *("x.part.NAME.kind", "x.part.NAME.height", "x.part.NAME.kind", "x.part.NAME.radius"),
    ]
    cell = keys["x.cells.threshold_gev", ""]
    # The default is what the table around it has, not that of the field.
    assert (cell.default, cell.unit, cell.range, cell.required) == (7.0, "GeV", "> 0, <= 400", False)
    assert keys["x.cells", ""].default["own"] == [1, 2]
    radius = keys["x.part.NAME.radius", "disc"]
    assert (radius.default, radius.required) == (None, True)
    assert usual_of(Disc) is None
