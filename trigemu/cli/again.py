"""The command that makes a result again, for pages that show one."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
from click.core import ParameterSource

NOT_SAID = ("out", "as_json")
"""Options that change where a result goes, not what it is."""


def command_again() -> str:
    """Return the command that runs now, with what was given to it, as it can be typed."""
    context = click.get_current_context()
    given: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in NOT_SAID or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        given += _typed(parameter, context.params[name])
    return shlex.join(["trigemu", context.info_name or "", *given])


def _typed(parameter: click.Parameter, value: object) -> Iterator[str]:
    values = value if isinstance(value, tuple) else (value,)
    for each in values:
        if isinstance(parameter, click.Argument):
            yield str(each)
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            yield from parameter.opts[-1:] if each else ()
        else:
            yield from (parameter.opts[-1], str(each))
