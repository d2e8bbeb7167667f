"""The ``[belle2.cdc]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Cdc(Model):
    """Track-segment finder, 2D finder and event time."""
