"""Rules between the keys of a table, as JSON schema says them.

A model says with `trigemu.config.model.Model.schema_rules` what its validators check, as far as a schema can.
"""

from __future__ import annotations

from typing import Any

Rule = dict[str, Any]


def exactly_one(*keys: str) -> Rule:
    """Return the rule that one of these keys is given, and no other of them."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def at_least_one(*keys: str) -> Rule:
    """Return the rule that one of these keys is given, or more."""
    return {"anyOf": [{"required": [key]} for key in keys]}


def values(**allowed: Rule) -> Rule:
    """Return the rule that these keys have such values, where they are given."""
    return {"properties": allowed}


def when(key: str, value: Any, then: Rule, *, usual: bool = False) -> Rule:
    """Return the rule that holds where a key has a value; with ``usual`` also where it is absent."""
    condition: Rule = {"properties": {key: {"const": value}}}
    return {"if": condition if usual else {**condition, "required": [key]}, "then": then}


def absent(key: str, then: Rule) -> Rule:
    """Return the rule that holds where a key is not given."""
    return {"if": {"not": {"required": [key]}}, "then": then}


def ordered(low: str, high: str, usual: tuple[float, float], *, equal: bool = False) -> list[Rule]:
    """Return the rules that one key is below another, as far as a schema can say: where one of them has its default.

    Parameters
    ----------
    low, high
        The two keys.
    usual
        Their defaults.
    equal
        Whether they may be equal.
    """
    least, most = ("minimum", "maximum") if equal else ("exclusiveMinimum", "exclusiveMaximum")
    return [
        absent(low, values(**{high: {least: usual[0]}})),
        absent(high, values(**{low: {most: usual[1]}})),
    ]


def above_zero(key: str, usual: float = 0.0) -> Rule:
    """Return the rule that a number is above 0, given or by its default."""
    rule = values(**{key: {"exclusiveMinimum": 0}})
    return rule if usual > 0.0 else {**rule, "required": [key]}


def bounds(*each: Rule) -> Rule:
    """Return what an array of fixed length holds, value by value."""
    return {"prefixItems": list(each)}


def within(least: float, most: float) -> Rule:
    """Return the range of a number."""
    return {"minimum": least, "maximum": most}
