"""The JSON schema says what the loader says: of shipped files, and of mistakes of every kind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError
from support.mistakes import WRONG, mistakes

from trigemu.config.check import check_plain
from trigemu.config.described import described, usual_of
from trigemu.config.json_schema import model_schemas, resolved
from trigemu.config.origin import origin_of
from trigemu.config.toml import read_toml
from trigemu.errors import InputError
from trigemu.setup.algorithm_table import Naming
from trigemu.setup.build import build_setup
from trigemu.setup.file_schema import config_schema, either, menu_schema
from trigemu.setup.load import shipped_configs
from trigemu.setup.named import named_setup
from trigemu.setup.registry import experiment_names, find_experiment
from trigemu.setup.run_config import RunConfig

CONFIGS = shipped_configs()
SAMPLE = 15
"""Mistakes of each configuration that the whole loader looks at."""


@cache
def schema_of(name: str) -> Draft202012Validator:
    """Return the schema of an experiment's files, with its defaults."""
    experiment = find_experiment(name)
    section = usual_of(experiment.config_model)
    assert section is not None
    schema = config_schema(experiment, section)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def refused(data: dict[str, Any]) -> str:
    """Return what the loader says of a file's data (its menu inside), "" if nothing."""
    name = data.get("experiment")
    given = dict(data)
    if isinstance(name, str) and name in given:
        given["section"] = given.pop(name)
    try:
        build_setup(given)
    except InputError as error:
        return str(error)
    return ""


def with_menu(name: str) -> dict[str, Any]:
    """Return a shipped configuration with the first lines of its menu inside."""
    data = read_toml(CONFIGS[name])[0]
    menu = read_toml(CONFIGS[name].parent / data["menu"].pop("file"))[0]
    menu["line"] = menu["line"][:2]
    return {**data, "menu": menu}


@pytest.mark.parametrize("name", CONFIGS)
def test_shipped_files_fit(name: str) -> None:
    data = read_toml(CONFIGS[name])[0]
    assert [error.message for error in schema_of(data["experiment"]).iter_errors(data)] == []
    setup = named_setup(name)
    own = Draft202012Validator(config_schema(setup.experiment, setup.section))
    assert own.is_valid(data)
    menu = Draft202012Validator(menu_schema(setup.experiment))
    Draft202012Validator.check_schema(menu.schema)
    assert [
        e.message for e in menu.iter_errors(read_toml(CONFIGS[name].parent / data["menu"]["file"])[0])
    ] == []


def test_one_schema_for_all_experiments() -> None:
    whole = either({name: dict(schema_of(name).schema) for name in experiment_names()})
    Draft202012Validator.check_schema(whole)
    validator = Draft202012Validator(whole)
    for name in ("pulser", "na62-dump", "besiii-raw"):
        data = read_toml(CONFIGS[name])[0]
        assert validator.is_valid(data)
        assert not validator.is_valid({**data, "experiment": "cms"})
        assert not validator.is_valid({**data, "nonsense": 1})


@pytest.mark.parametrize("name", CONFIGS)
def test_schema_and_loader_agree_about_mistakes(name: str) -> None:
    data = with_menu(name)
    validator = schema_of(data["experiment"])
    assert validator.is_valid(data)
    assert refused(data) == ""
    found = list(mistakes(data))
    wrong = 0
    for what, changed in random.Random(11).sample(found, SAMPLE):
        said = refused(changed)
        wrong += bool(said)
        assert (
            validator.is_valid(changed) is (not said) or "unknown bit" in said or "does not exist" in said
        ), (
            what,
            said,
        )
    assert wrong > SAMPLE // 2


def models() -> Iterator[type[BaseModel]]:
    """Yield every model that a table of a configuration can have."""
    found: dict[type[BaseModel], None] = {RunConfig: None, Naming: None}
    for name in experiment_names():
        experiment = find_experiment(name)
        section = usual_of(experiment.config_model)
        assert section is not None
        for model in (experiment.config_model, *(spec.model for spec in experiment.signal_specs(section))):
            found.update(dict.fromkeys([model, *(key.model for key in described(model))]))
    found.update(dict.fromkeys(key.model for key in described(RunConfig)))
    yield from found


def refuses(model: type[BaseModel], name: str, value: Any) -> bool:
    """Return whether a model refuses a value for a key, whatever the others are."""
    try:
        check_plain(value, origin_of(""))
        model.model_validate({name: value})
    except InputError:
        return True
    except ValidationError as error:
        return any(
            (mistake["loc"][:1] == (name,) and (len(mistake["loc"]) > 1 or mistake["type"] != "missing"))
            or getattr(mistake.get("ctx", {}).get("error"), "key", None) == name
            for mistake in error.errors()
        )
    return False


def test_schema_and_models_agree_about_every_key() -> None:
    checked, wrong = 0, []
    for model in models():
        (reference,), definitions = model_schemas([model])
        table = resolved(reference, definitions)
        rules = Draft202012Validator({"allOf": table.get("allOf", []) or [{}]})
        for name in model.model_fields:
            own = Draft202012Validator({**table["properties"][name], "$defs": definitions})
            for value in WRONG:
                checked += 1
                fits, said = own.is_valid(value), refuses(model, name, value)
                # A whole number that is too long for 64 bits is a number to the schema.
                if (fits and said and rules.is_valid({name: value}) and value != 2**70) or not (fits or said):
                    wrong.append(f"{model.__module__}.{model.__name__}.{name} = {value!r}: {fits}")
    assert "\n".join(wrong) == ""
    assert checked > 10_000
