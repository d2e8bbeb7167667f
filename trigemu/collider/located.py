"""Event files of a configuration, found in the folder that ``input.path`` names."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from trigemu.collider.signals.base import Source
from trigemu.collider.signals.processes import Hepmc, Process
from trigemu.errors import InputError

FILES = ("file", "other_b")
"""Keys of tables that name an event file."""


def located(table: BaseModel, folder: str | None) -> BaseModel | None:
    """Return a ``[[signal]]`` or ``[[belle2.process]]`` table whose event files can be opened.

    Parameters
    ----------
    table
        The table.
    folder
        ``input.path``: relative names of files begin there; without it, in the working directory.

    Returns
    -------
    BaseModel or None
        The table with paths; a closed-form process with ``events`` as one that reads this file, if there is a
        folder; None for an optional process without folder.

    Raises
    ------
    InputError
        The folder is not there.
    """
    if folder is None:
        return None if isinstance(table, Hepmc) and table.optional else table
    if not Path(folder).is_dir():
        raise InputError(f"input.path {folder!r} is not a folder: give the one that holds the event files")
    events = getattr(table, "events", None)
    if isinstance(table, Process) and events is not None:
        kept = {name: getattr(table, name) for name in (*Source.model_fields, "cross_section_nb", "rate_hz")}
        return Hepmc(file=str(Path(folder) / events), **kept)
    paths = {name: getattr(table, name, None) for name in FILES}
    return table.model_copy(
        update={name: str(Path(folder) / path) for name, path in paths.items() if path is not None}
    )
