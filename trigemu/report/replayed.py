"""What a replay is a replay of, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.plain import short
from trigemu.render.numbers import number


def replayed(summary: Mapping[str, Any]) -> list[str]:
    """Return that a run is a replay, of which run, and what its counts are not; nothing of another run."""
    replay = summary.get("replay")
    if not replay:
        return []
    of = f" of {short(replay['of'], 120)}" if replay["of"] else ""
    same = f"{number(replay['same'])} of {number(replay['compared'])} decisions are as recorded"
    found = [f"This is a replay{of}: {same}."]
    if replay["triggers_only"]:
        found.append(
            "Only recorded triggers were there to be decided, and prescales and dead time were applied to them a "
            "second time: counts after prescale are not those of the recorded run."
        )
    return found


def triggers_only(summary: Mapping[str, Any]) -> bool:
    """Return whether a run is a replay that had nothing but recorded triggers."""
    replay = summary.get("replay")
    return bool(replay and replay["triggers_only"])
