"""The ``[belle2.response]`` section of a run configuration."""

from __future__ import annotations

from trigemu.menu.schema import Model


class Response(Model):
    """Detector response and beam background."""
