"""Event files of a configuration, found in the folder that ``input.path`` names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trigemu.collider.signals.base import Source
from trigemu.collider.signals.processes import PROCESS_FILE, ClosedForm, Hepmc
from trigemu.errors import InputError

FILES = ("file", "other_b")
"""Keys of tables that name an event file."""


def resolve_paths(table: BaseModel, sampler: Any, folder: str | None) -> tuple[BaseModel, Any] | None:
    """Return a signal's or process's table whose event files can be opened, and what samples it.

    Parameters
    ----------
    table, sampler
        The table and its registered sampler.
    folder
        ``input.path``: relative names of files begin there; without it, in the working directory.

    Returns
    -------
    tuple or None
        Table with paths and sampler; those of a closed-form process with ``events`` read this file, if there is a
        folder; None for an optional process without folder.

    Raises
    ------
    InputError
        The folder is not there.
    """
    if folder is None:
        return None if isinstance(table, Hepmc) and table.optional else (table, sampler)
    if not Path(folder).is_dir():
        raise InputError(f"input.path {folder!r} is not a folder: give the one that holds the event files")
    if isinstance(table, ClosedForm) and table.events is not None:
        kept = {name: getattr(table, name) for name in (*Source.model_fields, "cross_section_nb", "rate_hz")}
        return Hepmc(file=str(Path(folder) / table.events), **kept), PROCESS_FILE
    paths = {name: getattr(table, name, None) for name in FILES}
    changes = {name: str(Path(folder) / path) for name, path in paths.items() if path is not None}
    return table.model_copy(update=changes), sampler
