"""``efficiency.json``: the table of a scan, read again."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trigemu.errors import InputError
from trigemu.frames.runfiles import read_json
from trigemu.measure.cutflow import CutFlow
from trigemu.measure.table import EfficiencyTable
from trigemu.menu.order import GROUPS
from trigemu.plain import short
from trigemu.setup.offline import ACCEPTED, GENERATED, SELECTED, TRIGGERED, problem_of

SCAN_FILE = "efficiency.json"


def is_scan(path: Path) -> bool:
    """Return whether a path is the folder of a scan, or its table."""
    return (path / SCAN_FILE).is_file() or (path.name == SCAN_FILE and path.is_file())


def read_scan(path: Path) -> EfficiencyTable:
    """Return the table of a scan from its folder, or from its ``efficiency.json``.

    Raises
    ------
    InputError
        It cannot be read, or is not the table of a scan.
    """
    file = path if path.name == SCAN_FILE else path / SCAN_FILE
    data = read_json(file)
    try:
        table = TypeAdapter(EfficiencyTable).validate_python(_with_nan(data))
    except (ValidationError, RecursionError) as error:
        where = ""
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False)[0]
            where = f" ({'.'.join(short(str(key)) for key in first['loc'][:4])}: {short(first['msg'], 100)})"
        raise InputError(
            f"{file}: is not the table of a scan{where}; make it again with trigemu efficiency"
        ) from None
    _check_rows(table, file)
    if table.flow is not None and not _falls(table.flow, table):
        raise InputError(f"{file}: the steps of cutflow are none; make it again with trigemu efficiency")
    return table


def _falls(flow: CutFlow, table: EfficiencyTable) -> bool:
    """Return whether each grid point of the table has all steps, and no step more events than the one before."""
    wanted = (GENERATED, ACCEPTED, TRIGGERED, *(cut.name for cut in flow.cuts), SELECTED)
    points = flow.points
    return (
        not problem_of({flow.selection: flow.cuts})
        and set(flow.keys) == set(table.keys)
        and [rows[0].point for rows in points] == [row.point for row in table.rows[:: len(table.lines)]]
        and all(
            tuple(row.step for row in rows) == wanted
            and all(row.point == rows[0].point for row in rows)
            and all(0 <= b.count <= a.count for a, b in pairwise(rows))
            and not any(math.isinf(row.of_triggered) for row in rows)
            for rows in points
        )
    )


def _with_nan(data: dict[str, Any]) -> dict[str, Any]:
    """Return the content as the table has it: nan for what was not counted (strict JSON has no name for it)."""
    flow = data.get("cutflow")
    return {**_filled(data), "flow": _filled(flow) if isinstance(flow, dict) else flow}


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    rows = data.get("rows")
    if not isinstance(rows, list):
        return data
    filled = [
        {key: math.nan if value is None else value for key, value in row.items()}
        if isinstance(row, dict)
        else row
        for row in rows
    ]
    return {**data, "rows": filled}


def _check_rows(table: EfficiencyTable, file: Path) -> None:
    """Refuse a table whose rows are not one per point and line, or in which more passed than there were."""
    seen = Counter((tuple(row.point.get(key) for key in table.keys), row.line) for row in table.rows)
    whole = len({point for point, _ in seen}) * len(table.lines) == len(table.rows)
    good = all(
        row.line in table.lines
        and 0 <= row.passed <= row.total
        and 0 <= row.accepted <= row.generated
        and set(row.point) == set(table.keys)
        for row in table.rows
    )
    unknown = next((line for line, group in table.groups.items() if group not in GROUPS), None)
    endless = next(
        (
            f"rows.{place}.{name}"
            for place, row in enumerate(table.rows)
            for name in ("value", "low", "high", "acceptance", "acceptance_low", "acceptance_high")
            if math.isinf(getattr(row, name))
        ),
        None,
    )
    if unknown is not None or endless is not None:
        what = "numbers without an end" if unknown is None else "groups of lines that there are not"
        where = endless if unknown is None else f"groups.{short(unknown)}"
        raise InputError(f"{file}: has {what} ({where}); make it again with trigemu efficiency")
    if not (whole and good and max(seen.values(), default=1) == 1):
        raise InputError(
            f"{file}: rows are not one per grid point and line; make it again with trigemu efficiency"
        )
