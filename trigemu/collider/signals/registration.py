"""Registration of processes: table and sampler in one place, as `trigemu.setup.data.signal` does for signals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Annotated, Any

from pydantic import BaseModel, Field, SerializeAsAny, TypeAdapter, ValidationInfo, WrapValidator

from trigemu.config.model import MAX_TABLES
from trigemu.setup.data import named_model

ENERGIES = 16
"""Energies whose registrations are remembered: a process works at one or a few."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """A process that an experiment's section may list (made by `process`).

    Attributes
    ----------
    name
        Value of the table's key ``process``.
    model
        pydantic model of the table.
    sampler
        What makes events of a table (`trigemu.collider.signals.collision.SamplerType`), or a reference to it
        (`trigemu.setup.reference`).
    """

    name: str
    model: type[BaseModel]
    sampler: Any


def process(name: str, model: type[BaseModel], sampler: Any, /, **fixed: Any) -> ProcessSpec:
    """Register a process.

    Parameters
    ----------
    name, model, sampler
        See `ProcessSpec`.  One model may serve several processes: each gets a subclass of it, whose ``process`` key
        can only be ``name``.
    fixed
        What sets this process apart: class variables of the model get this value, its fields this default.

    Raises
    ------
    TypeError
        The model has neither a class variable nor a field of such a name.
    """
    return ProcessSpec(name, named_model(model, "process", name, fixed), sampler)


def any_process(specs: Sequence[ProcessSpec]) -> Any:
    """Return the type of a table of any of these processes, told apart by ``process``: for a section's field."""
    union = reduce(or_, (spec.model for spec in specs))
    return Annotated[union, Field(discriminator="process")]


def process_tables(offered: Callable[[float], Sequence[ProcessSpec]], key: str, usual: float) -> Any:
    """Return the type of a section's field of process tables at a collider whose energy the section says.

    Parameters
    ----------
    offered
        The processes at an energy (GeV in the CM): for one energy always the same registrations.
    key
        The section's field with the energy; it stands before this one.
    usual
        Energy whose tables a schema shows.
    """

    def tables(energy: float) -> Any:
        # Not SerializeAsAny[...], which type checkers take for a type that they should know.
        one: Any = Annotated[any_process(offered(energy)), SerializeAsAny()]  # type: ignore[type-arg]
        return Annotated[tuple.__class_getitem__((one, ...)), Field(max_length=MAX_TABLES)]

    @lru_cache(maxsize=ENERGIES)
    def adapter(energy: float) -> TypeAdapter[Any]:
        return TypeAdapter(tables(energy))

    def check(value: Any, _usual: Any, info: ValidationInfo) -> Any:
        energy = info.data.get(key)
        if energy is None:
            return ()  # the section is refused anyway
        there = {spec.name for spec in offered(energy)}
        for number, table in enumerate(value if isinstance(value, list | tuple) else ()):
            name = table.get("process") if isinstance(table, Mapping) else None
            if isinstance(name, str) and name in usual_names - there:
                raise ValueError(f"table {number}: {name!r} cannot be made at {key} = {energy:g} GeV")
        # Errors of the adapter keep their place in the tables.
        return adapter(energy).validate_python(value)

    usual_names = {spec.name for spec in offered(usual)}

    return Annotated[tables(usual), WrapValidator(check)]


def sampled_processes(
    tables: Sequence[BaseModel], specs: Sequence[ProcessSpec]
) -> list[tuple[BaseModel, Any]]:
    """Return tables, each with the sampler that its process is registered with."""
    samplers = {spec.name: spec.sampler for spec in specs}
    return [(table, samplers[getattr(table, "process")]) for table in tables]  # noqa: B009
