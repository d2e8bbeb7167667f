"""The ``[besiii.mdc]`` section: the drift chamber's sub-trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Mdc(Model):
    """Settings of the drift chamber's sub-trigger."""
