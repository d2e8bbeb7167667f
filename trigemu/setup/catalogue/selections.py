"""The offline selections of an experiment: their cuts, and the signals they belong to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel

from trigemu.setup.experiment import ExperimentSpec
from trigemu.setup.offline import Cut


@dataclass(frozen=True, slots=True)
class ListedSelection:
    """An offline selection: what ``--selection`` takes, its cuts in order, and names of the signals it belongs to."""

    name: str
    cuts: tuple[Cut, ...]
    signals: tuple[str, ...]


def listed_selections(experiment: ExperimentSpec[Any], section: BaseModel) -> list[ListedSelection]:
    """Return the offline selections of an experiment with this section."""
    specs = experiment.signal_specs(section)
    return [
        ListedSelection(name, cuts, tuple(spec.name for spec in specs if spec.offline == name))
        for name, cuts in experiment.part_for("offline", section).items()
    ]


def selection_row(selection: ListedSelection) -> dict[str, Any]:
    """Return a selection as plain data for scripts."""
    return {
        "name": selection.name,
        "signals": list(selection.signals),
        "cuts": [asdict(cut) for cut in selection.cuts],
    }
