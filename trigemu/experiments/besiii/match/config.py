"""The ``[besiii.match]`` section: track match."""

from __future__ import annotations

from trigemu.config.model import Model


class Match(Model):
    """Settings of track match."""
