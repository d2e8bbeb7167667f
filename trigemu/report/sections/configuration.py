"""What a result was made with, and how to make it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from trigemu.render.html.page import folded
from trigemu.render.html.table import show
from trigemu.render.html.text import listing, paragraph
from trigemu.render.table import Cell, Column, Value, table
from trigemu.setup.experiment import Setup


def configuration(
    setup: Setup[Any], facts: Iterable[tuple[str, str]], versions: Mapping[str, str], again: str = ""
) -> list[str]:
    """Return the resolved configuration, what identifies it, and the command that makes the result again.

    Parameters
    ----------
    setup
        The configuration.
    facts
        Name -> value: hashes and seeds.
    versions
        Package -> version.
    again
        The command.
    """
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    rows: list[list[Cell | Value]] = [[name, Cell(value)] for name, value in [*facts, ("versions", packages)]]
    columns = (Column("what", kind="key"), Column("value", kind="code"))
    command = [paragraph("The same numbers come from this command:"), listing(again)] if again else []
    resolved = json.dumps(setup.to_dict(), indent=2)
    return [
        *command,
        show(table("identity", columns, rows), caption=False),
        folded("resolved configuration, every key", listing(resolved)),
    ]
