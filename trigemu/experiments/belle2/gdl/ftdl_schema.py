"""The keys of ``[menu]`` that name the experiment's own menu files, in the JSON schema of configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigemu.experiments.belle2.gdl.ftdl_table import KINDS

_COUNT = {"type": "integer", "minimum": 0}
_FILES = {
    "description": "The experiment's own menu: a path without suffix, or its three files.",
    "oneOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "properties": {kind: {"type": "string"} for kind in KINDS},
            "required": list(KINDS),
            "additionalProperties": False,
        },
    ],
}
_PRESCALES = {
    "description": "Output of ftdl -> its prescale, 1 in n (0: off).",
    "type": "object",
    "additionalProperties": _COUNT,
}


def with_ftdl(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a configuration whose menu may name the experiment's own files."""
    menu = dict(schema["properties"]["menu"])
    usual = {
        **_COUNT,
        "description": "Prescale of outputs of ftdl that prescales does not name.",
        "default": 1,
    }
    added = {"ftdl": _FILES, "prescales": _PRESCALES, "default_prescale": usual}
    menu["properties"] = {**menu["properties"], **added}
    menu["anyOf"] = [*menu["anyOf"], {"required": ["ftdl"]}]
    return {**schema, "properties": {**schema["properties"], "menu": menu}}
