"""The ``[babar.l3]`` section: level 3 and the filters after it."""

from __future__ import annotations

from trigemu.config.model import Model


class L3(Model):
    """Level 3."""
