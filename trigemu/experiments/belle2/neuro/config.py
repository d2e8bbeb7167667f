"""The ``[belle2.neuro]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Neuro(Model):
    """Neural z trigger."""
