"""Signals that a configuration cannot have, though another of its experiment could."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from trigemu.setup.experiment import ExperimentSpec


def why_withheld(experiment: ExperimentSpec[Any], section: BaseModel, signal: str) -> str:
    """Return why a signal is not there, "" where nothing is known of it (`ExperimentSpec.withheld`)."""
    return str(experiment.part_for("withheld", section).get(signal, ""))
