"""The ``[belle2.ecl]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Ecl(Model):
    """Calorimeter trigger and its response."""
