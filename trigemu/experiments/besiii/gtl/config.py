"""The ``[besiii.gtl]`` section: the global trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Gtl(Model):
    """Settings of the global trigger."""
