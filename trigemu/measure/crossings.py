"""One crossing of a frame and what a trigger found in it: what pictures of single events are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from trigemu.errors import InputError
from trigemu.frames.columns import Array
from trigemu.frames.frame import TimeFrame
from trigemu.render.pictures.canvas import save_figure
from trigemu.setup.experiment import Setup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Section = TypeVar("Section", bound=BaseModel)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, eq=False)
class Crossing(Generic[Section, Found]):
    """One crossing of a frame and what level 1 found in the whole frame.

    Attributes
    ----------
    setup, frame, found
        The configuration, the frame's digis, the blocks' answers.
    number
        Which crossing of the frame.
    """

    setup: Setup[Section]
    frame: TimeFrame
    found: Found
    number: int

    def rows(self, offsets: NDArray[np.generic]) -> slice:
        """Return the rows of this crossing in columns that ``offsets`` (int64[n + 1]) cut."""
        return slice(int(offsets[self.number]), int(offsets[self.number + 1]))

    def own(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        """Return this crossing's rows of a source."""
        mine = self.rows(columns["offsets"])
        return {name: values[mine] for name, values in columns.items() if name != "offsets"}

    @property
    def title(self) -> str:
        """Which crossing this is."""
        return f"frame {self.frame.number}, crossing {self.number}"


CrossingType = TypeVar("CrossingType", bound=Crossing[Any, Any])


def chosen(crossings: Sequence[CrossingType], frame: int, event: int) -> CrossingType:
    """Return one crossing of a frame.

    Raises
    ------
    InputError
        The frame has no such crossing.
    """
    if not 0 <= event < len(crossings):
        there = f"0-{len(crossings) - 1}" if crossings else "none"
        raise InputError(f"frame {frame} has no crossing {event}; it has {there}")
    return crossings[event]


def write_pictures(
    figures: Mapping[str, Figure], folder: Path, suffixes: Sequence[str] = ("png", "svg")
) -> list[Path]:
    """Write pictures, name -> figure, into a folder (made if need be) and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{suffix}" for name in figures for suffix in suffixes]
    for path in paths:
        save_figure(figures[path.stem], path)
    return paths
