"""``summary.json``: what a run says about itself.  Scripts depend on it; docs/cli.md lists every key."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from trigemu.arrays import I64
from trigemu.frames.rundir import write_whole
from trigemu.measure.intensity import intensity_summary
from trigemu.measure.rates import NONE, level_rates, line_rates
from trigemu.measure.statistics import finite
from trigemu.measure.weighted import counted, has_signs, with_signs
from trigemu.setup.experiment import Setup
from trigemu.streaming.core.totals import RunTotals

PACKAGES = ("trigemu", "numpy", "numba", "pyzmq", "msgpack")
"""Packages whose version can change a result."""

PERCENTILES = {"p50": 50.0, "p99": 99.0, "p99_9": 99.9}


def summarise(setup: Setup[Any], totals: RunTotals) -> dict[str, Any]:
    """Return the summary of a run as plain data.

    ``rate_hz`` is recorded triggers of a line over live time; the others say what it fires, what its prescale is given,
    what level 1 sends because of it and what it alone records (`trigemu.measure.rates`).  Efficiencies are the line's
    answer to accepted signal events, before prescale and dead time.
    """
    run = setup.config.run
    data = {
        "run": {
            "id": totals.run_id,
            "number": run.number,
            "experiment": setup.config.experiment,
            "title": setup.config.title,
            "seed": totals.seed,
            "config_hash": totals.config_digest,
            "versions": versions(),
            "quality": totals.quality,
            "wall_s": totals.wall_s,
        },
        "closed": totals.closed,
        "frames": {"asked": _asked(setup, totals), **totals.frames},
        "fragments": dict(totals.fragments),
        "triggers": {**totals.triggers, "closed": totals.closed},
        "lines": with_signs(_lines(setup, totals), totals),
        "levels": _levels(setup, totals),
        "overlap": _overlap(totals),
        "intensity": intensity_summary(setup, totals),
        "live_time_s": totals.live_s,
        "dead_time_s": totals.dead_s,
        "observed_time_s": totals.observed_s,
        "dead_fraction": dead_fraction(totals.live_s, totals.dead_s),
        "latency_us": latency_us(totals.latency),
        "hardware_latency_us": {
            level: {"modelled": got.modelled_us, "budget": got.budget_us, "source": got.source}
            for level, got in setup.hardware_latency.items()
        },
        "throughput": _throughput(setup, totals),
        "acceptance": _acceptance(setup, totals),
        "efficiency": _efficiency(setup, totals),
        "comparisons": comparisons(setup, totals),
        "decisions": totals.decisions,
        "decisions_sha256": totals.decisions_sha256,
        "replay": _replay(totals),
        "missing": totals.missing,
        "memory": {role: dict(use) for role, use in totals.memory.items()},
    }
    return finite(data)  # type: ignore[no-any-return]


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write a summary as JSON, whole or not at all."""
    # Rows of numbers stay on one line; no text of JSON holds the line ends that are looked for.
    text = _ROWS.sub(lambda row: " ".join(row.group().split()), json.dumps(summary, indent=2))
    write_whole(path, text + "\n")


_ROWS = re.compile(r"\[\n[-\d.,\s]+\n\s*\]")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that can change a result."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def dead_fraction(live_s: float, dead_s: float) -> float:
    """Return dead time over all time (0 for a run without time)."""
    return dead_s / (live_s + dead_s) if live_s + dead_s > 0 else 0.0


def signal_labels(setup: Setup[Any]) -> list[str]:
    """Return one name per ``[[signal]]`` table: its label, or name and number; all different."""
    labels: list[str] = []
    for index, signal in enumerate(setup.signals):
        name = getattr(signal, "label", "") or f"{getattr(signal, 'signal', 'signal')}-{index}"
        labels.append(name if name not in labels else f"{name}-{index}")
    return labels


def latency_us(stages: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return percentiles of each stage's histogram in us (stages without entries are left out)."""
    return {
        stage: {
            **{name: histogram.percentile(q) / 1e3 for name, q in PERCENTILES.items()},
            "max": histogram.max / 1e3,
            "count": int(histogram.count),
        }
        for stage, histogram in stages.items()
        if histogram.count
    }


def _lines(setup: Setup[Any], totals: RunTotals) -> dict[str, dict[str, Any]]:
    found = zip(
        setup.menu.lines, totals.fired, totals.accepted, totals.sent, line_rates(setup, totals), strict=True
    )
    return {
        line.name: {
            "level": line.level,
            "fired": int(fired),
            "accepted": int(accepted),
            "sent": int(sent),
            "prescale": line.scale.factor,
            "prescale_mode": line.scale.mode,
            "before_prescale": _at(totals.before_prescale, index)
            if len(totals.before_prescale) or line.level == "hlt"
            else int(fired),
            "unique": _at(totals.unique, index),
            **rates.to_dict(),
        }
        for index, (line, fired, accepted, sent, rates) in enumerate(found)
    }


def _at(counts: I64, index: int) -> int | None:
    return int(counts[index]) if len(counts) else None


def _levels(setup: Setup[Any], totals: RunTotals) -> dict[str, dict[str, Any]] | None:
    """Return what each level amounts to, with the keys of lines; None where a run did not count it."""
    if not totals.levels:
        return None
    rates = level_rates(setup, totals)
    if has_signs(totals):
        # Nobody counts the signs of all events of a level together.
        rates = dict.fromkeys(rates, NONE)
    return {
        level: {
            **counts,
            **{key: value for key, value in rates[level].to_dict().items() if not key.startswith("unique")},
        }
        for level, counts in totals.levels.items()
    }


def _overlap(totals: RunTotals) -> dict[str, Any] | None:
    """Return the lines that recorded anything, and how many triggers each two of them share."""
    if not len(totals.overlap):
        return None
    seen = totals.overlap.diagonal().nonzero()[0]
    return {
        "lines": [totals.line_names[index] for index in seen],
        "counts": totals.overlap[seen][:, seen].tolist(),
    }


def comparisons(setup: Setup[Any], totals: RunTotals) -> dict[str, dict[str, dict[str, int]]]:
    """Return how often what was emulated is what was recorded: comparison -> row -> state -> count."""
    return {
        name: {
            row: dict(zip(spec.states, counts, strict=True))
            for row, counts in zip(spec.rows, totals.comparisons[name].tolist(), strict=True)
        }
        for name, spec in setup.comparisons.items()
        if name in totals.comparisons and totals.comparisons[name].shape == spec.shape
    }


def _asked(setup: Setup[Any], totals: RunTotals) -> int:
    """Return how many frames were asked for: more than were planned in a run that ended early."""
    # A replay has as many as were recorded, whatever its configuration says.
    planned = totals.frames["planned"]
    return planned if totals.replay else max(planned, setup.frames)


def _replay(totals: RunTotals) -> dict[str, Any] | None:
    if totals.replay is None:
        return None
    return {"of": totals.replay_of, "triggers_only": totals.selected, **totals.replay}


def _throughput(setup: Setup[Any], totals: RunTotals) -> dict[str, Any]:
    open_loop = bool(totals.throughput.get("open_loop"))
    return {**totals.throughput, "speed": setup.config.streaming.speed if open_loop else None}


def _acceptance(setup: Setup[Any], totals: RunTotals) -> dict[str, dict[str, Any]]:
    labels, once = signal_labels(setup), _once(setup)
    return {label: counted(totals, i, 1, 0, once=once[i]) for i, label in enumerate(labels)}


def _once(setup: Setup[Any]) -> list[bool]:
    """Return of each signal whether it chooses the weights of its events."""
    return [bool(getattr(table, "weighted", False)) for table in setup.signals]


def _efficiency(setup: Setup[Any], totals: RunTotals) -> dict[str, dict[str, dict[str, Any]]]:
    names, once = (*setup.menu.names, *setup.menu.totals), _once(setup)
    return {
        label: {name: counted(totals, i, 2 + index, 1, once=once[i]) for index, name in enumerate(names)}
        for i, label in enumerate(signal_labels(setup))
    }
