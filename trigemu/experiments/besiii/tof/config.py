"""The ``[besiii.tof]`` section: the time-of-flight sub-trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Tof(Model):
    """Settings of the time-of-flight sub-trigger."""
