"""The ``[babar.ift]`` section: the muon detector's trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Ift(Model):
    """Muon-detector trigger."""
