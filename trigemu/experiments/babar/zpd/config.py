"""The ``[babar.zpd]`` section: tracks with their place along the beam."""

from __future__ import annotations

from trigemu.config.model import Model


class Zpd(Model):
    """z trigger; ``enabled``: it is there (from 2004, in the place of the PTD)."""

    enabled: bool
