"""What results have in common in Python: columns by name, rows, pandas, and how they look in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trigemu.config.names import allowed
from trigemu.errors import InputError
from trigemu.measure.extras import needed
from trigemu.plain import short
from trigemu.setup.reference import resolve

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class Tabular(ABC):
    """A result whose rows have named columns.

    ``len`` counts rows, ``for`` goes through them, ``result["name"]`` is a column as an array.
    """

    __slots__ = ()

    _html: ClassVar[str]
    """What shows it in a notebook, ``"module:function"``: called with the result, returns HTML."""
    _drawn: ClassVar[str]
    """What draws it, ``"module:function"``: called with the result, axes and options; it may return the height (inches)
    that a figure of its own should have."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def _column(self, name: str) -> NDArray[Any]:
        """Return the column of this name, which is there."""

    def column(self, name: str) -> NDArray[Any]:
        """Return a column, one value per row (nan where a number does not exist).

        Raises
        ------
        InputError
            There is none of this name; the sentence has those that come near.
        """
        if name not in self.columns:
            raise InputError(f"there is no column {short(repr(name))}; {allowed(str(name), self.columns)}")
        return self._column(name)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.column(name)

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame with these columns (needs the extra ``notebook``).

        Raises
        ------
        InputError
            pandas is not installed.
        """
        pandas = needed("pandas", "notebook", "a data frame")
        return pandas.DataFrame({name: self._column(name) for name in self.columns})

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw it in the house style and return the axes.

        Parameters
        ----------
        ax
            Where to; None for a new figure of pyplot, which a notebook shows.
        options
            What to show, see the class.
        """
        from trigemu.render.pictures.canvas import pyplot_axes

        axes = pyplot_axes() if ax is None else ax
        height = resolve(self._drawn)(self, axes, **options)
        if ax is None and height is not None:
            # Many rows want a high picture.
            figure = axes.get_figure(root=True)
            if figure is not None:
                figure.set_figheight(height)
        return axes

    def _repr_html_(self) -> str:
        return str(resolve(self._html)(self))


def as_column(values: Iterable[Any]) -> NDArray[Any]:
    """Return values as an array: of truths, whole numbers, numbers (None is nan), or else of texts (None is "")."""
    found = list(values)
    kinds = {type(value) for value in found}
    if kinds == {bool}:
        return np.array(found, np.bool_)
    if kinds == {int}:
        return np.array(found, np.int64)
    if kinds <= {int, float, type(None)}:
        return np.array([np.nan if value is None else value for value in found], np.float64)
    return np.array(["" if value is None else str(value) for value in found], np.str_)


def named(name: str, names: Sequence[str], what: str) -> str:
    """Return the one of ``names`` that is meant, without regard to case.

    Raises
    ------
    InputError
        There is none; the sentence has those that come near.
    """
    by_lower = {each.lower(): each for each in names}
    # Who calls from Python may give anything.
    given: object = name
    if not isinstance(given, str) or given.lower() not in by_lower:
        raise InputError(f"there is no {what} {short(repr(given))}; {allowed(str(given), names)}")
    return by_lower[given.lower()]
