"""Acceptance and trigger efficiency of a signal against its parameters, counted on simulated events alone.

Background is switched off and events come one after the other at regular distances, so that what is counted is the
trigger's answer to single events: before prescale and dead time, which are properties of a run and not of an event.
Events of a file come in turn, each with its weight; a file that ends begins again, and then counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count as naturals
from typing import Any

from pydantic import BaseModel

from trigemu.config.check import validate
from trigemu.config.docstrings import field_texts
from trigemu.decision.tally import TOTALS
from trigemu.errors import InputError, RunError, TrigemuError
from trigemu.measure.counting import Count, Counter
from trigemu.measure.cut_counting import CutCounter, empty_flow, find_selection
from trigemu.measure.cutflow import FlowRow
from trigemu.measure.grid import as_axes, grid_points
from trigemu.measure.lines import chosen_lines
from trigemu.measure.offline import Config, as_count, as_setup, decide_frames
from trigemu.measure.statistics import ONE_SIGMA, Efficiency
from trigemu.measure.table import EfficiencyRow, EfficiencyTable
from trigemu.menu.order import group
from trigemu.setup.abilities import offline_selector
from trigemu.setup.build import build_setup
from trigemu.setup.data import SignalSpec
from trigemu.setup.experiment import Setup
from trigemu.setup.withheld import why_withheld

Progress = Callable[[int, int], None]
"""Called with events done and events wanted, over all grid points."""

IDLE_FRAMES = 1000
"""Frames in a row without a generated event after which a scan gives up."""


class ScanError(RunError):
    """A scan that ended before its last point.

    Attributes
    ----------
    table
        The rows of the points that were finished; None if there are none.
    """

    def __init__(self, message: str, table: EfficiencyTable | None) -> None:
        super().__init__(message)
        self.table = table


def efficiency(
    config: Config,
    signal: str,
    grid: Mapping[str, Sequence[float] | float] | None = None,
    *,
    events: int = 1000,
    seed: int | None = None,
    cl: float = ONE_SIGMA,
    lines: Sequence[str] | str | None = (),
    selection: str | None = None,
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
        Parameter of the signal -> values (a sequence, an array, or one number; of a switch true, false, 1 or 0); None
        for one point.
    events
        Events generated per point.
    seed
        Seed of the scan; the configuration's if None.
    cl
        Confidence level of the Clopper-Pearson intervals.
    lines
        Lines (or one line) to keep in the table, in the order of the menu; all if none are named.  After the menu's
        lines come the totals ``any l1`` and, if it has HLT lines, ``any hlt``: events in which any line of that level
        with prescale 1 passed.
    selection
        Offline selection (``trigemu list selections``) whose cut flow the table has besides (``table.flow``): its cuts
        are applied to accepted events that passed the line, if ``lines`` names one alone, else the last of the totals.
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
        No such signal, parameter, selection or configuration, or a point that cannot be generated: all points are tried
        before the first event is made.
    ScanError
        A later point failed; it has the rows of those before.
    """
    setup = as_setup(config)
    spec = find_signal(setup, signal)
    events = as_count(events, "events", 1)
    # A level that is none is found before the first event, too.
    Efficiency.of(0, 1, cl)
    chosen = chosen_lines(lines, (*setup.menu.names, *setup.menu.totals))
    if selection is not None:
        find_selection(setup, selection)
    axes = as_axes(grid or {}, spec.model.model_fields.keys() - _switches(spec.model))
    points = list(grid_points(axes))
    # Every point is checked before the first event: a scan that fails after an hour helps nobody.
    setups = [_checked(setup, spec, point, seed, selection) for point in points]

    empty = _empty(setup, spec, tuple(axes), chosen, cl, setups[0].config.run.seed)
    if selection is not None:
        empty = replace(empty, flow=empty_flow(setup, empty, selection))
    return _scanned(empty, points, setups, events, progress)


def _empty(
    setup: Setup[Any], spec: SignalSpec, keys: tuple[str, ...], chosen: set[str], cl: float, seed: int
) -> EfficiencyTable:
    """Return the table of a scan without rows."""
    return EfficiencyTable(
        experiment=setup.config.experiment,
        signal=spec.name,
        title=spec.title,
        keys=keys,
        lines=tuple(name for name in (*setup.menu.names, *setup.menu.totals) if name in chosen),
        cl=cl,
        seed=seed,
        config_hash=setup.digest,
        rows=(),
        units={key: text.unit for key, text in field_texts(spec.model).items() if key in keys and text.unit},
        groups={line.name: group(line) for line in setup.menu.lines if line.name in chosen},
    )


def _scanned(
    empty: EfficiencyTable,
    points: Sequence[Mapping[str, float]],
    setups: Sequence[Setup[Any]],
    events: int,
    progress: Progress | None,
) -> EfficiencyTable:
    """Return a table with the rows of all points; ScanError has those that were finished."""
    rows: list[EfficiencyRow] = []
    steps: list[FlowRow] = []
    names, flow = (*setups[0].menu.names, *setups[0].menu.totals), empty.flow

    def table() -> EfficiencyTable:
        return replace(
            empty, rows=tuple(rows), flow=None if flow is None else replace(flow, rows=tuple(steps))
        )

    for index, (point, single) in enumerate(zip(points, setups, strict=True)):
        tell = _shifted(progress, index * events, len(points) * events)
        cuts = None if flow is None else CutCounter(events, flow, 2 + names.index(flow.trigger))
        try:
            count = count_signal(single, events, tell, empty.cl, cuts)
        except TrigemuError as error:
            if len(points) == 1:
                raise
            kept = f"; the rows of {index} finished points are kept" if index else ""
            raise ScanError(f"{_named(point)}{error}{kept}", table() if rows else None) from error
        rows += [row for row in _rows(point, empty.signal, names, count) if row.line in empty.lines]
        steps += cuts.finish(point) if cuts else []
    return table()


def _named(point: Mapping[str, float]) -> str:
    return f"grid point {', '.join(f'{key}={value:g}' for key, value in point.items())}: " if point else ""


def _checked(
    setup: Setup[Any], spec: SignalSpec, point: Mapping[str, float], seed: int | None, selection: str | None
) -> Setup[Any]:
    """Return the setup of a point whose events can be generated; InputError names the point."""
    unknown = [key for key in point if key not in spec.model.model_fields or key == "signal"]
    try:
        single = signal_setup(setup, spec, point, seed)
        # What only the generator finds out: kinematics, event files.
        generator = single.make_generator(tuple(single.schemas))
        if selection is not None:
            offline_selector(single, generator, selection)
    except InputError as error:
        raise InputError(f"{'' if unknown else _named(point)}{error}") from None
    return single


def _shifted(progress: Progress | None, before: int, wanted: int) -> Callable[[int], None]:
    """Return what tells ``progress`` of n events of one point, after ``before`` events of earlier points."""

    def tell(n: int) -> None:
        if progress is not None:
            progress(before + n, wanted)

    return tell


def find_signal(setup: Setup[Any], name: Any) -> SignalSpec:
    """Return one of the experiment's signals, or raise `InputError` with the names there are."""
    specs = {spec.name: spec for spec in setup.experiment.signal_specs(setup.section)}
    if not isinstance(name, str) or name not in specs:
        known = ", ".join(specs) or "none"
        why = why_withheld(setup.experiment, setup.section, str(name))
        here = f" here: {why}" if why else ""
        raise InputError(f"{setup.config.experiment} has no signal {name!r}{here}; it has {known}")
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
    table = {**_table(setup, spec.name), **_as_declared(spec.model, point)}
    table = validate(spec.model, table, f"signal {spec.name}").model_dump(mode="json")
    if setup.experiment.scan is None:
        raise InputError(f"experiment {setup.config.experiment} cannot generate a signal alone")
    data = setup.experiment.scan.configuration(setup.to_dict(), table)
    # Nobody looks at the monitoring histograms of a scan.
    data["record"] = {**data["record"], "monitor_every": 2**31}
    if seed is not None:
        data["run"] = {**data["run"], "seed": seed}
    return build_setup(data, f"scan of {spec.name}")


def _as_declared(model: type[BaseModel], point: Mapping[str, float]) -> dict[str, Any]:
    """Return a grid point's values with 0 and 1 as false and true where a parameter is a switch."""
    switches = _switches(model)
    return {
        key: bool(value) if key in switches and value in (0, 1) else value for key, value in point.items()
    }


def _switches(model: type[BaseModel]) -> set[str]:
    """Return the parameters that are on or off."""
    return {key for key, field in model.model_fields.items() if field.annotation in (bool, bool | None)}


def _table(setup: Setup[Any], name: str) -> dict[str, Any]:
    """Return the configuration's own table of this signal (the first one), or only its name."""
    tables: list[BaseModel] = [table for table in setup.signals if getattr(table, "signal", None) == name]
    return tables[0].model_dump(mode="json") if tables else {"signal": name}


def count_signal(
    setup: Setup[Any],
    events: int,
    progress: Callable[[int], None] = lambda _: None,
    cl: float = ONE_SIGMA,
    cuts: CutCounter | None = None,
) -> Count:
    """Make and decide frames until ``events`` were generated, and count them; ``cuts`` counts those of a selection."""
    lines = len((*setup.menu.names, *setup.menu.totals))
    counter = Counter(events, 2 + len(setup.menu.names) + TOTALS)
    idle = 0
    generator = setup.make_generator(tuple(setup.schemas))
    offline = None if cuts is None else offline_selector(setup, generator, cuts.selection)
    for verdict in decide_frames(setup, naturals(), generator):
        before = counter.generated
        if verdict.judged is not None:
            counter.add(verdict.judged)
            if cuts is not None and offline is not None:
                cuts.add(verdict.judged, offline(verdict.frame))
        idle = 0 if counter.generated > before else idle + 1
        progress(counter.generated)
        if counter.generated >= events:
            break
        if idle >= IDLE_FRAMES:
            raise RunError(f"no signal event in {IDLE_FRAMES} frames: its rate is too low for a scan")
    return counter.finish(lines, cl)


def _rows(point: Mapping[str, float], signal: str, lines: Sequence[str], count: Count) -> list[EfficiencyRow]:
    accepted = count.results[0]
    rows = []
    for line, passed, result, weight in zip(
        lines, count.passed, count.results[1:], count.weights[2:], strict=True
    ):
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
                distinct=count.distinct[1],
                effective=result.total,
                weight_generated=count.weights[0],
                weight_accepted=count.weights[1],
                weight_passed=weight,
            )
        )
    return rows
