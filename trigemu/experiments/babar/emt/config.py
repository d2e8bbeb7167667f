"""The ``[babar.emt]`` section: the calorimeter's trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Emt(Model):
    """Calorimeter trigger."""
