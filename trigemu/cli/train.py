"""``trigemu train``: tables and networks that come with the package, made again or made anew."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING

import click

from trigemu.cli.console import print_json, print_rows
from trigemu.cli.groups import CommandGroup
from trigemu.cli.guard import say
from trigemu.cli.options import JSON
from trigemu.errors import InputError

if TYPE_CHECKING:
    from trigemu.measure.studies import Report


class StudyGroup(CommandGroup):
    """A group whose commands are those that experiments offer; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all offered commands."""
        return sorted(_references())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of an invocation; a name that nobody offers is answered with those that are near."""
        from trigemu.config.names import allowed

        known = _references()
        if args and not args[0].startswith("-") and args[0] not in known:
            from trigemu.measure.studies import broken_studies

            for experiment, sentence in broken_studies().items():
                if args[0].startswith(f"{experiment}-"):
                    ctx.fail(sentence)
            ctx.fail(f"no such command {args[0]!r}; {allowed(args[0], known)}")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; it prints its report, or with ``--json`` the report's data."""
        from trigemu.setup.reference import resolve

        reference = _references().get(cmd_name)
        return None if reference is None else _printing(resolve(reference))


@click.group(cls=StudyGroup)
def train() -> None:
    """Make the look-up tables and networks of a trigger from simulated tracks."""


def _references() -> dict[str, str]:
    """Return ``<experiment>-<name>`` -> reference of a click command."""
    from trigemu.measure.studies import offering

    return {
        f"{experiment}-{name}": reference
        for experiment, studies in offering("train").items()
        for name, reference in studies.train.items()
    }


def _printing(offered: click.Command) -> click.Command:
    # A copy: the command itself belongs to the study and would collect an option each time it is looked up.
    command = copy(offered)
    command.params = list(offered.params)
    make: Callable[..., Report] = offered.callback  # type: ignore[assignment]

    def show(as_json: bool, **options: object) -> int:
        from trigemu.measure.studies import Report

        report: object = make(**options)
        if not isinstance(report, Report):
            what = "nothing" if report is None else f"something of type {type(report).__name__}"
            raise InputError(
                f"the training {command.name!r} returned {what}; it must return a trigemu.measure.studies.Report"
            )
        if as_json:
            print_json(report.data)
            return 0
        for title, rows in report.tables.items():
            print_rows([dict(row) for row in rows], title)
        if report.note:
            say(report.note)
        return 0

    command.callback = show
    return JSON(command)
