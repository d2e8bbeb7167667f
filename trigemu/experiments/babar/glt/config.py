"""The ``[babar.glt]`` section: the global trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Glt(Model):
    """Global trigger."""
