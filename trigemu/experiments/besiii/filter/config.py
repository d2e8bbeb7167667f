"""The ``[besiii.filter]`` section: the event filter."""

from __future__ import annotations

from trigemu.config.model import Model


class Filter(Model):
    """Settings of the event filter."""
