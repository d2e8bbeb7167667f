"""``trigemu export``: a recorded run as a table that analysts open, one row per decision.

`trigemu.measure.export.columns` says what each column means; files carry that with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trigemu.drafts import draft_of
from trigemu.errors import InputError, RunError
from trigemu.frames.rundir import RunReader
from trigemu.measure.export.files import EXTRAS, WRITERS
from trigemu.measure.export.layout import Layout
from trigemu.measure.export.rows import read_tables
from trigemu.measure.extras import needed
from trigemu.measure.summary import signal_labels
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.census import take_census


def export_run(
    run_dir: Path,
    to: str,
    file: Path,
    *,
    only_recorded: bool = False,
    truth: bool = True,
    on_missing: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] = lambda done, wanted: None,
) -> int:
    """Write the decisions of a recorded run, and the hits around recorded triggers, to a file.

    A ROOT file holds a TTree or RNTuple ``decisions`` and a text ``run`` (JSON: run id and number, clock, names of
    lines and signals, the resolved configuration, and what each column means); a Parquet file holds the same columns
    and the text as metadata ``trigemu``.  The text also says what is missing.

    Parameters
    ----------
    run_dir
        The run directory.
    to
        ``root``, ``rntuple`` or ``parquet``.
    file
        The file to write; it must not exist.
    only_recorded
        Whether decisions that were not recorded (prescaled, in dead time, vetoed) are left out.
    truth
        Whether the generated event that each decision belongs to has columns, where the run has simulated events.
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
        No such run or format, the file exists already, a package is missing, the run is still going on, or what its
        generated events were made of is not there.
    RunError
        The file cannot be written, for instance for want of space; nothing of the records is whole; or generated events
        that were made again are not those of the run.
    """
    _check_target(to, Path(file))
    reader = RunReader(Path(run_dir), damaged=True)
    setup = build_setup(reader.config, f"{run_dir}/config.json")
    census = take_census(reader, setup)
    layout = Layout.of(setup, truth=truth, absent=census.absent)
    if not census.whole and census.missing is not None:
        # A run that was closed without a frame is whole: its table has no rows.
        raise RunError(f"{census.missing['said']}; there is nothing to export")
    if census.missing is not None and on_missing is not None:
        on_missing(census.missing["said"])
    frames = max(1, census.frames)

    def tell(frame: int) -> None:
        progress(min(frame, frames), frames)

    columns = {column.name: column.to_dict() for column in layout}
    about = json.dumps({**_about(reader, setup), "missing": census.missing, "columns": columns})
    tables = read_tables(reader, setup, layout, census.holes, only_recorded=only_recorded, progress=tell)
    try:
        with draft_of(Path(file), new=True) as draft:
            return WRITERS[to](draft, layout, tables, about)
    except FileExistsError:
        raise InputError(f"{file}: exists already; another process has made it meanwhile") from None
    except OSError as error:
        raise RunError(f"cannot write {file}: {error.strerror or error}") from None


def _check_target(to: str, file: Path) -> None:
    if to not in EXTRAS:
        raise InputError(f"cannot export to {to!r}; allowed are {', '.join(EXTRAS)}")
    title, extra, packages = EXTRAS[to]
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
        "signals": signal_labels(setup),
        "closed": reader.closed,
        "torn_bytes": reader.torn_bytes,
        "config": setup.to_dict(),
    }
