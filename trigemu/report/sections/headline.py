"""The head of a run's report: how it ended, and its first numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.render import numbers
from trigemu.render.html.page import cards
from trigemu.render.html.text import Html, paragraph, text
from trigemu.report.advice import overload
from trigemu.report.replayed import replayed, triggers_only
from trigemu.report.taints import taints

QUALITY = {
    "good": "every frame was decided and recorded",
    "tainted": "not all is as it was recorded",
    "incomplete": "some frames were lost",
    "interrupted": "stopped by the user; what was decided is complete",
    "aborted": "stopped by a failure",
    "overloaded": "some frames were not looked at, because the machine did not keep up with the beam",
    "degraded": "every frame was decided; a process had to be restarted on the way",
}


def headline(summary: Mapping[str, Any]) -> list[str]:
    """Return what stands below the title of a run's report."""
    run = summary["run"]
    quality = run["quality"]
    good = quality == "good" and summary["closed"]
    closed = "the ledger closes" if summary["closed"] else "the ledger does not close"
    figures = [
        ("quality", Html(f'<span class="{"good" if good else "bad"}">{text(quality)}</span>')),
        *(_compared(summary) if triggers_only(summary) else _recorded(summary)),
        ("frames decided", _decided(summary)),
    ]
    facts = (
        run["experiment"],
        f"run {run['number']}",
        f"seed {run['seed']}",
        f"trigemu {run['versions'].get('trigemu', '')}",
        f"wall time {numbers.number(run['wall_s'], 3)} s",
    )
    said = f"{QUALITY.get(quality, quality).capitalize()}; {closed}. {overload(summary)}".strip()
    return [
        paragraph(" · ".join(facts), "soft"),
        *(paragraph(each) for each in replayed(summary)),
        cards(figures),
        paragraph(said),
        *(paragraph(each, "bad") for each in taints(summary)),
    ]


def _recorded(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was recorded, by whatever level, and in which time."""
    levels = summary["levels"]
    rated = levels and levels["l1"]["rate_hz"] is not None
    return [
        ("recorded triggers", numbers.number(summary["triggers"].get("recorded"))),
        *([("recorded rate", f"{numbers.rate(levels['l1'])} Hz")] if rated else []),
        ("live time", f"{numbers.number(summary['live_time_s'])} s"),
        ("dead fraction", f"{100 * summary['dead_fraction']:.3g} %"),
    ]


def _compared(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a replay has compared."""
    return [(f"decisions {what}", numbers.number(summary["replay"][what])) for what in ("compared", "same")]


def _decided(summary: Mapping[str, Any]) -> str:
    frames = summary["frames"]
    decided = numbers.number(int(frames.get("accepted", 0)) + int(frames.get("rejected", 0)))
    early = frames["planned"] < frames["asked"]
    return f"{decided} of {numbers.number(frames['asked'])}" if early else decided
