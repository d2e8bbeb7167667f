"""Published and golden numbers recomputed, from Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trigemu.measure.inputs import input_folder
from trigemu.measure.published import select
from trigemu.measure.validate import Progress, Results, results


def validate(
    experiment: str | None = None,
    only: Sequence[str] = (),
    *,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Results:
    """Recompute published and golden numbers, as ``trigemu validate`` does.

    Parameters
    ----------
    experiment
        Whose numbers; all experiments' if None.
    only
        Ids of the rows that are wanted; all if there are none.
    folder
        Folder of event files, for rows that need some; without it these are left open.
    progress
        Called with rows done and rows wanted.

    Raises
    ------
    InputError
        There is no such experiment, row or folder.
    """
    with input_folder(None if folder is None else Path(folder)):
        return results(select(experiment, [only] if isinstance(only, str) else only), progress)
