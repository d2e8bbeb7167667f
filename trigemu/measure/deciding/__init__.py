"""Events of a file, or made in Python, through a trigger: one row per event, each event once."""

from __future__ import annotations

from trigemu.measure.deciding.decide import decide_events
from trigemu.measure.deciding.result import EventDecisions

__all__ = ["EventDecisions", "decide_events"]
