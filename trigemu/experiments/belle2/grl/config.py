"""The ``[belle2.grl]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Grl(Model):
    """Global reconstruction logic."""
