"""The ``[besiii.emc]`` section: the calorimeter's sub-trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Emc(Model):
    """Settings of the calorimeter's sub-trigger."""
