"""``trigemu export``: a recorded run as a table that analysts open, one row per decision.

Columns: ``frame``; ``time`` (TDC counts since the frame's start); ``time_ns`` (since begin-of-run);
``fired``, ``accepted`` and ``passed`` (bit i: line i of the menu fired, survived prescale and dead time,
passed its online selection; lines 64 to 127 in ``fired_1`` and so on);
``state`` (0 recorded, 1 prescaled, 2 dead time, 3 vetoed); for every line
a boolean of its name, true where it is in ``accepted``; for every source the hits around recorded triggers,
``newchod_time`` and so on (lists; times in TDC counts since the frame's start; empty for other triggers).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trigemu.drafts import draft_of
from trigemu.errors import InputError, RunError
from trigemu.frames.rundir import RunReader
from trigemu.measure.export.files import write_parquet, write_root
from trigemu.measure.export.rows import Layout, Table, read_tables
from trigemu.measure.extras import needed
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.census import take_census

_EXTRAS = {"root": ("ROOT", "root", ("uproot", "awkward")), "parquet": ("Parquet", "arrow", ("pyarrow",))}
_WRITERS: dict[str, Callable[[Path, Layout, Iterator[Table], str], int]] = {
    "root": write_root,
    "parquet": write_parquet,
}


def export_run(
    run_dir: Path,
    to: str,
    file: Path,
    *,
    on_missing: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] = lambda done, wanted: None,
) -> int:
    """Write the decisions of a recorded run, and the hits around recorded triggers, to a file.

    A ROOT file holds a TTree ``decisions`` and a text ``run`` (JSON: run id and number, clock, line names); a
    Parquet file holds the same columns and the text as metadata ``trigemu``.  The text also says what is missing.

    Parameters
    ----------
    run_dir
        The run directory.
    to
        ``root`` or ``parquet``.
    file
        The file to write; it must not exist.
    on_missing
        Told in one sentence what is missing of the records; frames that are not whole are left out.
    progress
        Told how many frames have been read, and how many there are.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        No such run or format, the file exists already, a package is missing, or the run is still going on.
    RunError
        The file cannot be written, for instance for want of space; or nothing of the records is whole.
    """
    _check_target(to, Path(file))
    reader = RunReader(Path(run_dir), damaged=True)
    setup = build_setup(reader.config, f"{run_dir}/config.json")
    layout = Layout.of(setup)
    census = take_census(reader, setup)
    if not census.whole and census.missing is not None:
        # A run that was closed without a frame is whole: its table has no rows.
        raise RunError(f"{census.missing['said']}; there is nothing to export")
    if census.missing is not None and on_missing is not None:
        on_missing(census.missing["said"])
    frames = max(1, census.frames)

    def tell(frame: int) -> None:
        progress(min(frame, frames), frames)

    about = json.dumps({**_about(reader, setup), "missing": census.missing})
    try:
        with draft_of(Path(file), new=True) as draft:
            return _WRITERS[to](draft, layout, read_tables(reader, setup, layout, census.holes, tell), about)
    except FileExistsError:
        raise InputError(f"{file}: exists already; another process has made it meanwhile") from None
    except OSError as error:
        raise RunError(f"cannot write {file}: {error.strerror or error}") from None


def _check_target(to: str, file: Path) -> None:
    if to not in _EXTRAS:
        raise InputError(f"cannot export to {to!r}; allowed are {', '.join(_EXTRAS)}")
    title, extra, packages = _EXTRAS[to]
    for package in packages:
        needed(package, extra, f"writing {title}")
    if file.exists():
        raise InputError(f"{file}: exists already; give another name or remove it")
    if not file.parent.is_dir():
        raise InputError(f"{file}: there is no directory {file.parent}")


def _about(reader: RunReader, setup: Setup[Any]) -> dict[str, Any]:
    clock = setup.clock
    return {
        "run_id": reader.info.run_id,
        "number": reader.info.number,
        "created": reader.info.created,
        "package_version": reader.info.package_version,
        "experiment": setup.config.experiment,
        "config_digest": setup.digest,
        "tick_ns": clock.tick_ns,
        "frame_ticks": clock.frame_ticks,
        "lines": list(setup.menu.names),
        "closed": reader.closed,
        "torn_bytes": reader.torn_bytes,
    }
