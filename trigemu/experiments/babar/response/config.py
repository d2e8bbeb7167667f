"""The ``[babar.response]`` section: detector response and beam background."""

from __future__ import annotations

from trigemu.config.model import Model


class Response(Model):
    """Detector response."""
