"""How commands are used: what docs name exists, and docs/cli.md names all there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from support.documents import Block, all_blocks, blocks
from support.places import ROOT

from trigemu.cli import cli

REFERENCE = ROOT / "docs" / "cli.md"
USAGES = [block for block in all_blocks() if block.is_usage]


def lines(block: Block) -> list[str]:
    """Return one text per usage; what is indented continues the one before."""
    return re.sub(r"\n +", " ", block.text).splitlines()


def resolved(usage: str) -> dict[str, click.Command]:
    """Return the commands that a usage is about (``producer|worker``: both), by their names."""
    found: dict[str, click.Command] = {"": cli}
    for word in usage.split()[1:]:
        groups = {name: each for name, each in found.items() if isinstance(each, click.Group)}
        if not groups or not re.fullmatch(r"[a-z][a-z0-9|-]*", word):
            break
        found = {
            f"{name} {part}".strip(): command
            for name, group in groups.items()
            for part in word.split("|")
            if (command := group.get_command(click.Context(group), part)) is not None
        }
        assert len(found) == len(groups) * len(word.split("|")), f"there is no trigemu {word}: {usage}"
    return found


def options(command: click.Command) -> set[str]:
    """Return the long options of a command."""
    return {
        name
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
        for name in (*option.opts, *option.secondary_opts)
        if name.startswith("--")
    }


def named(usage: str) -> set[str]:
    """Return the options that a usage names, ``the options of run`` included."""
    found = set(re.findall(r"--[a-z][a-z0-9-]*", usage))
    for other in re.findall(r"the options of ([a-z]+)", usage):
        command = cli.get_command(click.Context(cli), other)
        assert command is not None, usage
        found |= options(command)
    return found


def leaves(command: click.Command = cli, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield all commands that do something, by their names."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for part in command.list_commands(context):
            below = command.get_command(context, part)
            assert below is not None
            if not below.hidden:
                yield from leaves(below, f"{name} {part}".strip())
    else:
        yield name, command


@pytest.mark.parametrize("block", USAGES, ids=lambda block: block.place)
def test_usage_names_what_there_is(block: Block) -> None:
    for usage in lines(block):
        for name, command in resolved(usage).items():
            assert named(usage) <= options(command), f"{block.place}: {name}"


def test_the_reference_names_every_option_of_every_command() -> None:
    shown: dict[str, set[str]] = {}
    for block in blocks(REFERENCE):
        if block.is_usage:
            for usage in lines(block):
                for name in resolved(usage):
                    shown[name] = shown.get(name, set()) | named(usage)
    for name, command in leaves():
        assert name in shown, f"docs/cli.md does not show trigemu {name}"
        assert options(command) - {"--help"} <= shown[name], name
