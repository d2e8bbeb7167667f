"""Two scans, point by point and line by line."""

from __future__ import annotations

import math
from collections.abc import Mapping

from trigemu.errors import InputError
from trigemu.measure.comparison.data import Compared, Counted, EfficiencyDifference
from trigemu.measure.comparison.significance import binomial_difference
from trigemu.measure.comparison.weights import are_weighted_alike, weight_notes
from trigemu.measure.table import EfficiencyRow, EfficiencyTable
from trigemu.plain import short

ACCEPTANCE = "acceptance"
"""What accepted over generated is called among lines."""

SAME_NUMBERS = (
    "Both scans have seed {seed}: where the signal, its parameters and the detector are the same, so are their events. "
    "They are not independent, and no significance follows from the two intervals."
)
SAME_SEED = (
    "Both scans have seed {seed} and draw the same random numbers, but weighted events are in general others than "
    "events without weights. They are not independent, and no significance follows from the two intervals."
)
INDEPENDENT = (
    "Seeds {a} and {b} differ: the scans are independent. Inside a scan all points share random numbers, so that all "
    "its points may lie high, or low, together."
)


def compare_scans(a: EfficiencyTable, b: EfficiencyTable, name_a: str, name_b: str) -> Compared:
    """Compare two scans of one signal.

    Raises
    ------
    InputError
        They are of two experiments or signals, or have no grid point in common.
    """
    for what in ("experiment", "signal"):
        one, other = getattr(a, what), getattr(b, what)
        if one != other:
            raise InputError(
                f"{name_a} is of {what} {short(one)!r} and {name_b} of {short(other)!r}: there is nothing to compare"
            )
    points = [{tuple(sorted(row.point.items())) for row in table.rows} for table in (a, b)]
    if points[0].isdisjoint(points[1]):
        raise InputError(
            f"{name_a} ({_grid(a)}) and {name_b} ({_grid(b)}) have no common grid points: there is "
            "nothing to compare"
        )
    shared = a.seed == b.seed
    rows = [_by_point(table) for table in (a, b)]
    found = [
        efficiency_difference(key[1], key[2], dict(key[0]), rows[0].get(key), rows[1].get(key), shared=shared)
        for key in dict.fromkeys([*rows[0], *rows[1]])
    ]
    same_events = SAME_NUMBERS if are_weighted_alike(found) else SAME_SEED
    notes = [same_events.format(seed=a.seed) if shared else INDEPENDENT.format(a=a.seed, b=b.seed)]
    notes += weight_notes(found)
    if a.config_hash != b.config_hash:
        notes.append("Their configurations are not the same; efficiency.json has only a hash of them.")
    common = len(points[0] & points[1])
    if points[0] != points[1]:
        alone = [len(each) - common for each in points]
        notes.append(f"A alone has {alone[0]} and B alone {alone[1]} grid points; {common} are common.")
    if a.cl != b.cl:
        notes.append(f"Intervals are at {100 * a.cl:.4g} % in A and {100 * b.cl:.4g} % in B.")
    return Compared(
        kind="scans",
        a=name_a,
        b=name_b,
        same=not any(each.differs for each in found),
        shared=shared,
        configuration=(),
        decisions=None,
        rates=(),
        efficiencies=tuple(found),
        notes=tuple(notes),
        units={**b.units, **a.units},
    )


def _grid(table: EfficiencyTable) -> str:
    names = " x ".join(map(short, table.keys))
    return f"grid of {names}" if names else "one point"


_Key = tuple[tuple[tuple[str, float], ...], str, str]


def _by_point(table: EfficiencyTable) -> dict[_Key, Counted]:
    """Return what was counted by point, signal and line, the acceptance of each point before its lines."""
    found: dict[_Key, Counted] = {}
    for row in table.rows:
        point = tuple(sorted(row.point.items()))
        acceptance = row.acceptance, row.acceptance_low, row.acceptance_high
        found.setdefault(
            (point, row.signal, ACCEPTANCE),
            _counted(row, row.accepted, row.generated, *acceptance, _independent(row)),
        )
        found[point, row.signal, row.line] = _counted(
            row, row.passed, row.total, row.value, row.low, row.high, row.effective
        )
    return found


def _independent(row: EfficiencyRow) -> float | None:
    """Return the number of generated events; None where they have weights, or some are made of one event of a file."""
    plain = not row.weighted and row.distinct == row.accepted
    return float(row.generated) if plain else None


def _counted(
    row: EfficiencyRow,
    passed: int,
    total: int,
    value: float,
    low: float,
    high: float,
    effective: float | None,
) -> Counted:
    if not math.isfinite(value):
        return Counted(passed, total, None, None, None, None, row.weighted)
    return Counted(passed, total, value, low, high, effective, row.weighted)


def efficiency_difference(
    signal: str,
    line: str,
    point: Mapping[str, float],
    a: Counted | None,
    b: Counted | None,
    *,
    shared: bool,
) -> EfficiencyDifference:
    """Return an efficiency of both sides, with the significance of the difference unless they share random numbers."""
    difference = significance = None
    if a is not None and b is not None and a.value is not None and b.value is not None:
        difference = b.value - a.value
        if not shared and a.effective and b.effective:
            significance = binomial_difference(
                a.value * a.effective, a.effective, b.value * b.effective, b.effective
            )
    return EfficiencyDifference(signal, line, point, a, b, difference, significance)
