"""JSON schema of the TOML files that users write: run configurations and menus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from trigemu.config.json_schema import DIALECT, Schema, model_schemas, resolved, with_conditions
from trigemu.config.model import MAX_TABLES, Model
from trigemu.config.rules import Rule, values, when
from trigemu.menu.schema import Menu
from trigemu.setup.algorithm import algorithm_names, find_algorithm
from trigemu.setup.algorithm_table import Naming
from trigemu.setup.experiment import ExperimentSpec
from trigemu.setup.run_config import RunConfig

_RESERVED = "^[aA][nN][yY] ([lL]1|[hH][lL][tT])$"
"""Names that no line can have: those of the sums over a level's lines (`trigemu.menu.compile.ANY_L1`)."""


def config_schema(experiment: ExperimentSpec[Any], section: BaseModel) -> Schema:
    """Return the schema of a run configuration of an experiment.

    Parameters
    ----------
    experiment
        The experiment.
    section
        Its section: limits of signals that follow from it are those of files with the same values.
    """
    specs = experiment.signal_specs(section)
    models: list[type[BaseModel]] = [
        RunConfig,
        Menu,
        experiment.config_model,
        *(spec.model for spec in specs),
    ]
    references, definitions = model_schemas([*models, *_algorithms().values()])
    run, menu, own = references[:3]
    signals, algorithms = references[3 : len(models)], references[len(models) :]
    root = dict(resolved(run, definitions))
    definitions = {name: each for name, each in definitions.items() if each is not resolved(run, definitions)}
    with_conditions(experiment.config_model, own, definitions)
    properties = {name: each for name, each in root["properties"].items() if name != "section"}
    about = properties["experiment"].get("description", "")
    properties |= {
        "experiment": {"const": experiment.name, "description": about},
        "menu": _menu(experiment, resolved(menu, definitions), definitions, named=True),
        "signal": _tables(properties["signal"], signals, "signal"),
        "algorithm": _tables(properties["algorithm"], _added(algorithms, definitions)),
        experiment.name: {**own, "description": f"The section of {experiment.name}."},
    }
    schema: Schema = {
        "$schema": DIALECT,
        "title": f"trigemu configuration of {experiment.name}",
        "type": "object",
        "properties": properties,
        "required": ["experiment", "run", "menu"],
        "additionalProperties": False,
        "$defs": definitions,
    }
    if limits := _limits(experiment, section):
        schema["allOf"] = limits
    return _changed(experiment, schema)


def menu_schema(experiment: ExperimentSpec[Any]) -> Schema:
    """Return the schema of a menu's own file."""
    (menu,), definitions = model_schemas([Menu])
    made = _menu(experiment, resolved(menu, definitions), definitions, named=False)
    kept = {name: each for name, each in definitions.items() if name != "Menu"}
    schema = {"$schema": DIALECT, "title": f"trigemu menu of {experiment.name}", **made, "$defs": kept}
    changed: Schema = _changed(experiment, {"properties": {"menu": schema}})["properties"]["menu"]
    return changed


def either(schemas: Mapping[str, Schema]) -> Schema:
    """Return the schema of files that fit one of several, which have their definitions inside."""
    named = {name: {"$id": f"urn:trigemu:{name}", **schema} for name, schema in schemas.items()}
    return {
        "$schema": DIALECT,
        "title": "trigemu configuration",
        "type": "object",
        "properties": {"experiment": {"enum": list(named)}},
        "required": ["experiment"],
        "allOf": [when("experiment", name, {"$ref": f"urn:trigemu:{name}"}) for name in named],
        "$defs": named,
    }


def _changed(experiment: ExperimentSpec[Any], schema: Schema) -> Schema:
    """Return a schema with what files of this experiment may have besides."""
    change = experiment.part("schema")
    return schema if change is None else dict(change(schema))


def _menu(
    experiment: ExperimentSpec[Any], menu: Schema, definitions: dict[str, Schema], *, named: bool
) -> Schema:
    """Return the schema of a menu: its own tables, or beside the name of a file that has them."""
    line = resolved(menu["properties"]["line"]["items"], definitions)["properties"]
    line["name"]["not"] = {"pattern": _RESERVED}
    line["on"]["enum"] = list(experiment.entries)
    line["select"]["enum"] = list(experiment.selections)
    made = {**menu, "properties": dict(menu["properties"])}
    ways = [["line"]]
    if named:
        made["properties"]["file"] = {
            "type": "string",
            "description": "TOML file with the menu, relative to this one; keys beside it win over the file's.",
        }
        ways.append(["file"])
    made.pop("required", None)
    return {**made, "anyOf": [{"required": way} for way in ways]}


def _tables(array: Schema, kinds: list[Schema], *needed: str) -> Schema:
    """Return the schema of an array of tables of several kinds."""
    about = {"description": array["description"]} if "description" in array else {}
    items: Schema = {"oneOf": kinds, "required": list(needed)} if kinds else {"not": {}}
    return {"type": "array", "items": items, "maxItems": MAX_TABLES, **about}


def _algorithms() -> dict[str, type[BaseModel]]:
    return {"": Naming, **{name: find_algorithm(name).config for name in algorithm_names()}}


def _added(references: list[Schema], definitions: Mapping[str, Schema]) -> list[Schema]:
    """Return the schemas of ``[[algorithm]]`` tables: of installed ones by name, of files with any keys of theirs."""
    naming = resolved(references[0], dict(definitions))
    from_file = {"type": "object", "properties": naming["properties"], "required": ["file"]}
    kinds: list[Schema] = [from_file]
    for name, reference in zip(algorithm_names(), references[1:], strict=True):
        table = resolved(reference, dict(definitions))
        properties = {"name": {"const": name}, **table.get("properties", {})}
        required = ["name", *table.get("required", ())]
        kinds.append({**table, "properties": properties, "required": required, "not": {"required": ["file"]}})
    return kinds


def _limits(experiment: ExperimentSpec[Any], section: BaseModel) -> list[Rule]:
    """Return what signals can have in files whose section is this one, as far as signals follow it."""
    follow = experiment.signals_follow
    if callable(experiment.part("signals")) and not follow:
        return []
    limits = [
        when("signal", spec.name, {"allOf": rules})
        for spec in experiment.signal_specs(section)
        if issubclass(spec.model, Model) and (rules := spec.model.section_rules())
    ]
    then = values(signal={"items": {"allOf": limits}})
    usual = type(section).model_validate({})
    here: list[Rule] = []
    for key in follow:
        value = getattr(section, key)
        same = values(**{key: {"const": value}})
        needed = value != getattr(usual, key)
        here.append(values(**{experiment.name: {**same, "required": [key]} if needed else same}))
        here += [{"required": [experiment.name]}] if needed else []
    if not limits:
        return []
    return [{"if": {"allOf": here}, "then": then}] if here else [then]
