"""Acceptance and trigger efficiency of a signal against its parameters, counted on simulated events alone.

Background is switched off and events come one after the other at regular distances, so that what is
counted is the
trigger's answer to single events: before prescale and dead time, which are properties of a run and not of
an event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as naturals
from typing import Any

import numpy as np
from pydantic import BaseModel

from trigemu.config.check import validate
from trigemu.config.names import allowed
from trigemu.decision.decide import TOTALS
from trigemu.errors import InputError, RunError
from trigemu.measure.grid import grid_points
from trigemu.measure.offline import Config, as_setup, decide_frames
from trigemu.measure.statistics import ONE_SIGMA, Efficiency
from trigemu.measure.table import EfficiencyRow, EfficiencyTable
from trigemu.setup.build import build_setup
from trigemu.setup.data import SignalSpec
from trigemu.setup.experiment import Setup

Progress = Callable[[int, int], None]
"""Called with events done and events wanted, over all grid points."""

IDLE_FRAMES = 1000
"""Frames in a row without a generated event after which a scan gives up."""


@dataclass(frozen=True, slots=True)
class Count:
    """What one grid point gave: generated events, accepted ones, and those that passed each line and the totals."""

    generated: int
    accepted: int
    passed: tuple[int, ...]


def efficiency(
    config: Config,
    signal: str,
    grid: Mapping[str, Sequence[float]] | None = None,
    *,
    events: int = 1000,
    seed: int | None = None,
    cl: float = ONE_SIGMA,
    lines: Sequence[str] = (),
    progress: Progress | None = None,
) -> EfficiencyTable:
    """Count acceptance and efficiency per trigger line at each point of a grid.

    Parameters
    ----------
    config
        A setup, a TOML file or the name of a shipped configuration: detector, menu and, where it mixes in
        this signal, the values of the signal's parameters that are not on the grid.
    signal
        Name of the signal (``trigemu list signals``).
    grid
        Parameter of the signal -> values (sequences or arrays); None for one point.
    events
        Events generated per point (at least; whole frames are made).
    seed
        Seed of the scan; the configuration's if None.
    cl
        Confidence level of the Clopper-Pearson intervals.
    lines
        Lines to keep in the table, in the order of the menu; all if none are named.  After the menu's lines come
        the totals ``any l1`` and, if it has HLT lines, ``any hlt``: events in which any line of that level with
        prescale 1 passed.
    progress
        Called after each frame with events done and wanted.

    Returns
    -------
    EfficiencyTable
        One row per grid point and line.  Acceptance is accepted over generated; efficiency is passed over
        accepted.

    Raises
    ------
    InputError
        No such signal, parameter or configuration, or a value that its model refuses.
    """
    setup = as_setup(config)
    spec = find_signal(setup, signal)
    if events < 1:
        raise InputError(f"events must be at least 1, not {events}")
    names = (*setup.menu.names, *setup.menu.totals)
    chosen = _chosen(lines, names)
    points = list(grid_points(grid or {}))
    # Every point is checked before the first event: a scan that fails after an hour helps nobody.
    setups = [signal_setup(setup, spec, point, seed) for point in points]
    rows: list[EfficiencyRow] = []
    for index, (point, single) in enumerate(zip(points, setups, strict=True)):
        count = count_signal(single, events, _shifted(progress, index * events, len(points) * events))
        rows += [row for row in _rows(point, spec.name, names, count, cl) if row.line in chosen]
    return EfficiencyTable(
        experiment=setup.config.experiment,
        signal=spec.name,
        title=spec.title,
        keys=tuple(grid or {}),
        lines=tuple(name for name in names if name in chosen),
        cl=cl,
        seed=setups[0].config.run.seed,
        config_hash=setup.digest,
        rows=tuple(rows),
    )


def _chosen(lines: Sequence[str], names: Sequence[str]) -> set[str]:
    by_lower = {name.lower(): name for name in names}
    for line in lines:
        if line.lower() not in by_lower:
            raise InputError(f"there is no line {line!r}; {allowed(line, names)}")
    return {by_lower[line.lower()] for line in lines} or set(names)


def _shifted(progress: Progress | None, before: int, wanted: int) -> Callable[[int], None]:
    """Return what tells ``progress`` of n events of one point, after ``before`` events of earlier points."""

    def tell(n: int) -> None:
        if progress is not None:
            progress(before + n, wanted)

    return tell


def find_signal(setup: Setup[Any], name: str) -> SignalSpec:
    """Return one of the experiment's signals, or raise `InputError` with the names there are."""
    specs = {spec.name: spec for spec in setup.experiment.signal_specs(setup.section)}
    if name not in specs:
        known = ", ".join(specs) or "none"
        raise InputError(f"{setup.config.experiment} has no signal {name!r}; it has {known}")
    return specs[name]


def signal_setup(
    setup: Setup[Any], spec: SignalSpec, point: Mapping[str, float], seed: int | None = None
) -> Setup[Any]:
    """Return the setup of a scan: this signal alone, with the parameters of a grid point.

    The experiment says how its background is switched off (`trigemu.setup.data.Scan`).
    """
    unknown = [key for key in point if key not in spec.model.model_fields or key == "signal"]
    if unknown:
        allowed = ", ".join(sorted(set(spec.model.model_fields) - {"signal"}))
        raise InputError(f"signal {spec.name} has no parameter {unknown[0]!r}; it has {allowed}")
    table = {**_table(setup, spec.name), **point}
    table = validate(spec.model, table, f"signal {spec.name}").model_dump(mode="json")
    if setup.experiment.scan is None:
        raise InputError(f"experiment {setup.config.experiment} cannot generate a signal alone")
    data = setup.experiment.scan.configuration(setup.to_dict(), table)
    # Nobody looks at the monitoring histograms of a scan.
    data["record"] = {**data["record"], "monitor_every": 2**31}
    if seed is not None:
        data["run"] = {**data["run"], "seed": seed}
    return build_setup(data, f"scan of {spec.name}")


def _table(setup: Setup[Any], name: str) -> dict[str, Any]:
    """Return the configuration's own table of this signal (the first one), or only its name."""
    tables: list[BaseModel] = [table for table in setup.signals if getattr(table, "signal", None) == name]
    return tables[0].model_dump(mode="json") if tables else {"signal": name}


def count_signal(setup: Setup[Any], events: int, progress: Callable[[int], None] = lambda _: None) -> Count:
    """Make and decide frames until at least ``events`` were generated, and count them."""
    names = (*setup.menu.names, *setup.menu.totals)
    total = np.zeros(2 + len(setup.menu.names) + TOTALS, np.int64)
    idle = 0
    for verdict in decide_frames(setup, naturals()):
        found = verdict.tally.sum(axis=0)
        total += found
        idle = 0 if found[0] else idle + 1
        progress(min(int(total[0]), events))
        if total[0] >= events:
            break
        if idle >= IDLE_FRAMES:
            raise RunError(f"no signal event in {IDLE_FRAMES} frames: its rate is too low for a scan")
    return Count(int(total[0]), int(total[1]), tuple(int(n) for n in total[2:][: len(names)]))


def _rows(
    point: Mapping[str, float], signal: str, lines: Sequence[str], count: Count, cl: float
) -> list[EfficiencyRow]:
    accepted = Efficiency.of(count.accepted, count.generated, cl)
    rows = []
    for line, passed in zip(lines, count.passed, strict=True):
        result = Efficiency.of(passed, count.accepted, cl)
        rows.append(
            EfficiencyRow(
                point=dict(point),
                signal=signal,
                line=line,
                generated=count.generated,
                accepted=count.accepted,
                acceptance=accepted.value,
                acceptance_low=accepted.low,
                acceptance_high=accepted.high,
                passed=passed,
                total=count.accepted,
                value=result.value,
                low=result.low,
                high=result.high,
            )
        )
    return rows
