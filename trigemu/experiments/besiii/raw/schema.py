"""What a configuration of raw data may leave to its file, in the JSON schema of configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.config.rules import at_least_one, values
from trigemu.experiments.besiii.raw.complete import AUTO


def with_raw(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a configuration in which conditions and length may follow from a raw data file."""
    if "besiii" not in schema["properties"]:
        return dict(schema)
    definitions = dict(schema["$defs"])
    name, run = (schema["properties"][key]["$ref"].rpartition("/")[2] for key in ("besiii", "run"))
    section = dict(definitions[name])
    conditions = section["properties"]["conditions"]
    named = conditions["enum"]
    section["properties"] = {**section["properties"], "conditions": {**conditions, "enum": [*named, AUTO]}}
    definitions |= {name: section, run: {k: v for k, v in definitions[run].items() if k != "allOf"}}
    raw = {**values(events={"const": "raw"}), "required": ["events"]}
    is_raw = {**values(besiii=raw), "required": ["besiii"]}
    simulated = {"required": ["run"]} | values(
        run=at_least_one("frames", "duration_s"), besiii=values(conditions={"enum": named})
    )
    rule = {"if": {"not": is_raw}, "then": simulated}
    needed = [key for key in schema["required"] if key != "run"]
    return {**schema, "required": needed, "$defs": definitions, "allOf": [*schema.get("allOf", ()), rule]}
