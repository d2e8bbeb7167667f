"""The ``[belle2.klm]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Klm(Model):
    """Muon-detector trigger."""
