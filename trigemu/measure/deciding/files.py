"""Decisions on events as a file: Parquet, or comma-separated values, by its suffix."""

from __future__ import annotations

import csv
import importlib
import io
import json
from pathlib import Path
from typing import IO

import numpy as np

from trigemu.drafts import draft_of
from trigemu.errors import InputError, RunError
from trigemu.measure.deciding.result import EventDecisions

SUFFIXES = (".parquet", ".csv")

ROWS = 1 << 16
"""Rows that are written together."""


def check_target(file: Path) -> None:
    """Refuse a file that cannot be written, before anything is decided.

    Raises
    ------
    InputError
        It has another suffix, exists already, has no folder, or its format needs a package that is missing.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"{file}: the suffix says the format; allowed are {', '.join(SUFFIXES)}")
    if file.suffix.lower() == ".parquet":
        try:
            importlib.import_module("pyarrow")
        except ImportError:
            raise InputError(
                "writing Parquet needs the package pyarrow: pip install 'trigemu[arrow]' (or give a .csv file)"
            ) from None
    if file.exists():
        raise InputError(f"{file}: exists already; give another name or remove it")
    if not file.parent.is_dir():
        raise InputError(f"{file}: there is no directory {file.parent}")


def write_decisions(decisions: EventDecisions, file: str | Path) -> Path:
    """Write a row per event, columns as `EventDecisions.columns`; return the file.

    Raises
    ------
    InputError
        See `check_target`.
    RunError
        The file cannot be written, for instance for want of space.
    """
    path = Path(file)
    check_target(path)
    try:
        with draft_of(path, new=True) as draft:
            if path.suffix.lower() == ".csv":
                with draft.open("wb") as out:
                    _write_csv(decisions, out)
            else:
                _write_parquet(decisions, draft)
    except FileExistsError:
        raise InputError(f"{path}: exists already; another process has made it meanwhile") from None
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None
    return path


def _write_csv(decisions: EventDecisions, out: IO[bytes]) -> None:
    columns = {name: decisions[name] for name in decisions.columns}
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow(columns)
    out.write(head.getvalue().encode())
    flags = [name for name, values in columns.items() if values.dtype == np.bool_]
    first = [values.tolist() for name, values in columns.items() if name not in flags]
    for start in range(0, len(decisions), ROWS):
        stop = min(start + ROWS, len(decisions))
        # A flag is a comma and a digit: all of a row's at once.
        text = np.full((stop - start, 2 * len(flags)), ord(","), np.uint8)
        for place, name in enumerate(flags):
            text[:, 2 * place + 1] = columns[name][start:stop] + np.uint8(ord("0"))
        for row, numbers in zip(text, zip(*(each[start:stop] for each in first), strict=True), strict=True):
            out.write(",".join(map(repr, numbers)).encode() + row.tobytes() + b"\n")


def _write_parquet(decisions: EventDecisions, file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: decisions[name] for name in decisions.columns}
    fields = [
        pa.field(name, pa.from_numpy_dtype(values.dtype), metadata={"meaning": decisions.meaning(name)})
        for name, values in columns.items()
    ]
    schema = pa.schema(fields, metadata={"trigemu": json.dumps(decisions.about)})
    arrays = [pa.array(values) for values in columns.values()]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), file, row_group_size=ROWS)
