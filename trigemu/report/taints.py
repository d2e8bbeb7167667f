"""What taints a run, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trigemu.plain import one_sentence, short

_SHOWN = 8
"""Names of lines that are shown, at most."""


def taints(summary: Mapping[str, Any]) -> list[str]:
    """Return what is missing of the records a run is made from, and where a replay first decides otherwise."""
    found: list[str] = []
    missing, replay = summary.get("missing"), summary.get("replay")
    if missing:
        found.append(one_sentence(str(missing["said"])))
    if replay and replay["different"]:
        said = f"{replay['different']} of {replay['compared']} decisions differ from what was recorded"
        found.append(f"{said}{_first(replay['first'])}")
    return found


def _first(first: Sequence[Any] | None) -> str:
    if not first:
        return ""
    frame, time, recorded, now, *what = first
    return (
        f"; the first: frame {frame}, time {time}, {what[0] if what else 'fired'}: "
        f"recorded {_names(recorded)}, now {_names(now)}"
    )


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(short, names[:_SHOWN])) + more or "none"
