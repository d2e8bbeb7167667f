"""The signals that can be generated, and their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from trigemu.config.allowed_values import bounds_of
from trigemu.config.described import Key, as_row, described, usual_of
from trigemu.setup.catalogue.possible import possible_range
from trigemu.setup.data import SignalSpec
from trigemu.setup.experiment import ExperimentSpec


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of a signal's table; ``possible`` says what of its range can be had, "" if all (`possible_range`)."""

    key: Key
    possible: str


@dataclass(frozen=True, slots=True)
class ListedSignal:
    """A signal.

    Attributes
    ----------
    name, title
        What ``--signal`` takes, and what it is.
    parameters
        Keys of its table, ``signal`` itself left out.
    impossible
        Why it cannot be made here, whatever its parameters; "" if it can.
    selection
        The offline selection that belongs to it; "" if none does.
    """

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    impossible: str
    selection: str


def listed_signals(
    experiment: ExperimentSpec[Any], section: BaseModel, name: str | None = None
) -> list[ListedSignal]:
    """Return the signals of an experiment with this section, or the one of a name (none if there is none)."""
    specs = experiment.signal_specs(section)
    return [_listed(spec) for spec in specs if name in (None, spec.name)]


def _listed(spec: SignalSpec) -> ListedSignal:
    usual = usual_of(spec.model)
    keys = [key for key in described(spec.model, "", usual) if key.name != "signal"]
    impossible, others = "", {} if usual is None else usual.model_dump()
    if usual is None and not any(key.required for key in keys):
        impossible = _why_not(spec.model)
    parameters = tuple(Parameter(key, "" if impossible else _possible(key, others)) for key in keys)
    return ListedSignal(spec.name, spec.title, parameters, impossible, spec.offline)


def _why_not(model: type[BaseModel]) -> str:
    """Return why a table without any key of its own is refused."""
    try:
        model()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return str(first.get("ctx", {}).get("error", first["msg"]))
    return ""


def _possible(key: Key, others: Mapping[str, Any]) -> str:
    bounds = bounds_of(key.model.model_fields[key.name]) if key.holds == "number" else None
    if bounds is None:
        return ""
    found = possible_range(key.model, key.name, bounds, others)
    if found is None or found == bounds:
        return ""
    return f"{found[0]:.4g} to {found[1]:.4g}"


def signal_row(signal: ListedSignal) -> dict[str, Any]:
    """Return a signal as plain data for scripts."""
    return {
        "name": signal.name,
        "title": signal.title,
        "impossible": signal.impossible,
        "selection": signal.selection,
        "parameters": {
            each.key.name: {**as_row(each.key), "possible": each.possible} for each in signal.parameters
        },
    }
