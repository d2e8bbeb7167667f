"""JSON schema (draft 2020-12) of models as configuration files hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from trigemu.config.conditions import ConditionsModel
from trigemu.config.docstrings import field_texts
from trigemu.config.model import Model

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


class _FileSchema(GenerateJsonSchema):
    """pydantic's own schema, and besides: what keys mean, lengths of texts, rules between keys; nothing is null."""

    def model_schema(self, schema: Any) -> Schema:
        """Return the schema of a model."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        made.pop("title", None)
        made["description"] = (model.__doc__ or "").partition("\n")[0]
        texts = field_texts(model)
        for name, inside in made.get("properties", {}).items():
            inside.pop("title", None)
            text = texts[name]
            unit = f" [{text.unit}]" if text.unit else ""
            source = f"Source: {text.source}" if text.source else ""
            said = " ".join(
                filter(None, (f"{text.meaning.rstrip('.')}{unit}." if text.meaning else "", source))
            )
            if said:
                inside["description"] = said
            if isinstance(inside.get("default"), dict) or inside.get("default", 0) is None:
                # What a table holds by default is said inside it, and no file says "none".
                del inside["default"]
        rules = model.schema_rules() if issubclass(model, Model) else []
        return {**made, "allOf": rules} if rules else made

    def str_schema(self, schema: Any) -> Schema:
        """Return the schema of a text: none is longer than a model allows."""
        made = super().str_schema(schema)
        if self._config.str_max_length is not None:
            made.setdefault("maxLength", self._config.str_max_length)
        return made

    def tagged_union_schema(self, schema: Any) -> Schema:
        """Return the schema of tables of several kinds: the key that tells them apart must be there."""
        made = super().tagged_union_schema(schema)
        key = schema["discriminator"]
        return {**made, "required": [key]} if isinstance(key, str) else made

    def nullable_schema(self, schema: Any) -> Schema:
        """Return the schema of what may be absent: TOML has no null."""
        return self.generate_inner(schema["schema"])


def model_schemas(models: Sequence[type[BaseModel]]) -> tuple[list[Schema], dict[str, Schema]]:
    """Return the schema of each model (a reference), and the definitions that they refer to."""
    # A model that is there twice has one reference.
    found, shared = models_json_schema(
        [(model, "validation") for model in models], schema_generator=_FileSchema
    )
    return [dict(found[model, "validation"]) for model in models], dict(shared.get("$defs", {}))


def resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Return what a schema refers to, itself if it is no reference."""
    reference = str(schema.get("$ref", ""))
    return definitions[reference.rpartition("/")[2]] if reference else schema


def with_conditions(model: type[BaseModel], schema: Schema, definitions: dict[str, Schema]) -> None:
    """Change the schema of a section with conditions in place: what these bring need not be given in its tables."""
    if not issubclass(model, ConditionsModel):
        return
    section = resolved(schema, definitions)
    names = [int(name) for name in model.epochs if name.isdecimal()]
    section["properties"]["conditions"]["enum"] = [*model.epochs, *names]
    section["properties"]["conditions"].pop("type", None)
    waiting = [section]
    while waiting:
        table = waiting.pop()
        table.pop("required", None)
        waiting += [
            resolved(each, definitions) for each in table.get("properties", {}).values() if "$ref" in each
        ]
