"""The ``[belle2.hlt]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Hlt(Model):
    """Software trigger."""
