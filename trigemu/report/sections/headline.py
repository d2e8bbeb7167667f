"""The head of a run's report: how it ended, and its first numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.render import numbers
from trigemu.render.html.page import cards
from trigemu.render.html.text import Html, paragraph, text
from trigemu.report.advice import overload
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
    triggers = summary["triggers"].get("recorded")
    figures = [
        ("quality", Html(f'<span class="{"good" if good else "bad"}">{text(quality)}</span>')),
        ("recorded triggers", numbers.number(triggers)),
        ("recorded rate", _recorded_rate(summary)),
        ("live time", f"{numbers.number(summary['live_time_s'])} s"),
        ("dead fraction", f"{100 * summary['dead_fraction']:.3g} %"),
        ("frames decided", numbers.number(_decided(summary))),
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
        cards(figures),
        paragraph(said),
        *(paragraph(each, "bad") for each in taints(summary)),
    ]


def _recorded_rate(summary: Mapping[str, Any]) -> str:
    """Return the rate of all that is recorded, by whatever level."""
    levels = summary["levels"]
    return f"{numbers.rate(levels['l1'])} Hz" if levels else "–"


def _decided(summary: Mapping[str, Any]) -> int:
    frames = summary["frames"]
    return int(frames.get("accepted", 0)) + int(frames.get("rejected", 0))
