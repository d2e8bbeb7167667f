"""How experiments at colliders take each event of a file once; light to import, for their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.setup.events_once import HEPMC, LHE, EachEvent

EVENTS_PER_FRAME = 50
"""Events of a frame: few enough that workers share a small file."""


def each_event(quiet: Mapping[str, Any]) -> EachEvent:
    """Return how each event of a file is taken once; ``quiet``: values of the section without any other event."""
    return EachEvent(quiet, EVENTS_PER_FRAME, {HEPMC: "hepmc-signal", LHE: "lhe-signal"})
