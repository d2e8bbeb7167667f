"""Sentences about what a run was not, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trigemu.render.numbers import number

MARGIN = 0.8
"""Share of the speed that was reached that is proposed for the next run."""


def overload(summary: Mapping[str, Any]) -> str:
    """Return what an overloaded run lost, and how fast the next one could go; "" of any other run."""
    if summary["run"]["quality"] != "overloaded":
        return ""
    lost, planned = summary["frames"]["lost"], summary["frames"]["planned"]
    sentence = (
        f"{number(lost)} of {number(planned)} frames ({100 * lost / planned:.3g} %) came faster than this machine "
        "takes them and were not looked at (their time counts as dead, but is not dead time of the trigger)"
    )
    speed = possible_speed(summary["throughput"])
    advice = f": try --speed {speed:g}, more --workers, or neither --realtime nor --speed" if speed else ""
    return sentence + advice


def possible_speed(throughput: Mapping[str, Any]) -> float:
    """Return a speed that the machine would have kept up with, two digits; 0 where that is not known."""
    speed, offered = throughput.get("speed"), throughput.get("offered_frames_per_s")
    reached = throughput.get("frames_per_s")
    if not (speed and offered and reached):
        return 0.0
    best = min(1.0, reached / offered) * speed * MARGIN
    digits = 1 - math.floor(math.log10(best))
    return float(math.floor(best * 10.0**digits) / 10.0**digits)
