"""Fixtures for runs of the pulser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trigemu.experiments.setup import Setup, load_setup

MakeSetup = Callable[..., Setup]


@pytest.fixture
def pulser(configs: Path) -> MakeSetup:
    """Return the pulser's setup with ``key=value`` overrides; heartbeats are fast."""

    def make(*overrides: str) -> Setup:
        return load_setup(
            configs / "pulser.toml", ["streaming.heartbeat_s=0.5", "run.frames=300", *overrides]
        )

    return make
