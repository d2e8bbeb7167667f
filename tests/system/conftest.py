"""Fixtures for whole runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.runs import Killer

from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup

MakeSetup = Callable[..., Setup[Any]]


@pytest.fixture
def pulser(configs: Path) -> MakeSetup:
    """Return the pulser's setup with ``key=value`` overrides; heartbeats are fast."""

    def make(*overrides: str) -> Setup[Any]:
        return load_setup(
            configs / "pulser.toml", ["streaming.heartbeat_s=0.5", "run.frames=300", *overrides]
        )

    return make


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Killer]:
    """Return what makes a `Killer` that looks at the run whenever control has read its messages.

    Frames are handed out against credits that come back in such messages.  So between two looks a run goes on by no
    more frames than the workers may hold, and cannot end before a role is to be killed, however fast the machine is.
    """
    monkeypatch.setattr("trigemu.streaming.roles.control.SNAPSHOT_S", 0.0)
    return Killer
