"""``trigemu completion``, and what the shell completes: configurations, signals, selections, lines, keys.

Completing never says anything but names: whatever goes wrong, there are none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class, split_arg_string

from trigemu.cli.guard import say

if TYPE_CHECKING:
    from trigemu.config.origin import Origin
    from trigemu.setup.experiment import Setup

_NO_SPACE = '[[ "${COMPREPLY[0]}" != *[=/] ]] || compopt -o nospace'

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
Names = Callable[[str], Iterator[CompletionItem]]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print what makes a shell complete commands, configurations, signals, lines and keys.

    In bash and zsh: eval "$(trigemu completion bash)".
    """
    made = get_completion_class(shell)
    if made is None:
        return 1
    text = (
        made(click.get_current_context().find_root().command, {}, "trigemu", "_TRIGEMU_COMPLETE")
        .source()
        .strip("\n")
    )
    if shell == "bash":
        # A value follows at once on a key, and a name on a folder.
        text = text.replace("    return 0\n", f"    {_NO_SPACE}\n\n    return 0\n", 1)
    say(text)
    return 0


def silent(names: Names) -> Complete:
    """Return a completion of the names that begin with what is typed; of none if something goes wrong."""

    @wraps(names)
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            low = incomplete.lower()
            return [item for item in names(incomplete) if item.value.lower().startswith(low)]
        except Exception:
            # The line is being typed: a configuration that does not load is no news.
            return []

    return complete


@silent
def configs(incomplete: str) -> Iterator[CompletionItem]:
    """Yield shipped configurations, and TOML files and folders beside what is typed."""
    from trigemu.setup.load import shipped_configs

    for name in shipped_configs():
        yield CompletionItem(name)
    yield from _files(incomplete, ".toml")


@silent
def signals(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the signals of the configuration on the command line."""
    setup = _setup()
    for spec in setup.experiment.signal_specs(setup.section):
        yield CompletionItem(spec.name, help=spec.title)


@silent
def selections(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the offline selections of the configuration on the command line."""
    for name, cuts in _setup().offline.items():
        yield CompletionItem(name, help=", ".join(cut.name for cut in cuts))


@silent
def lines(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the trigger lines of the configuration on the command line."""
    for line in _setup().menu.lines:
        yield CompletionItem(line.name, help=line.when)


@silent
def keys(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the keys of the configuration on the command line with ``=``; choices behind it."""
    from trigemu.setup.settings import settings

    setup, origin = _traced()
    key, equals, _ = incomplete.partition("=")
    for setting in settings(setup, origin):
        if setting.shape != "value":
            continue
        if not equals:
            yield CompletionItem(f"{setting.key}=", help=setting.about.meaning)
        elif setting.key == key and setting.about.holds == "text" and ", " in setting.about.range:
            for choice in setting.about.range.split(", "):
                yield CompletionItem(f"{key}={choice}")
        elif setting.key == key and setting.about.holds == "true or false":
            yield from (CompletionItem(f"{key}={truth}") for truth in ("true", "false"))


@silent
def key_names(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the keys, and the tables, of the configuration on the command line."""
    from trigemu.setup.settings import settings

    for setting in settings(*_traced()):
        yield CompletionItem(setting.key, help=setting.about.meaning)


@silent
def parameters(incomplete: str) -> Iterator[CompletionItem]:
    """Yield the parameters of the signal on the command line, with ``=``."""
    from trigemu.config.described import own_keys

    setup = _setup()
    chosen = _after("--signal")
    for spec in setup.experiment.signal_specs(setup.section):
        if spec.name != chosen:
            continue
        for key in own_keys(spec.model):
            if key.holds in ("number", "whole number"):
                yield CompletionItem(f"{key.name}=", help=f"{key.range} {key.unit}")


def _files(incomplete: str, suffix: str) -> Iterator[CompletionItem]:
    """Yield files of a kind, and folders, that a path may go on with."""
    folder, slash, _ = incomplete.rpartition("/")
    for file in sorted(Path(f"{folder}{slash}" or ".").iterdir()):
        name = f"{folder}{slash}{file.name}"
        if file.is_dir():
            yield CompletionItem(f"{name}/")
        elif file.suffix == suffix:
            yield CompletionItem(name)


def _setup() -> Setup[Any]:
    return _traced()[0]


def _traced() -> tuple[Setup[Any], Origin]:
    """Return the configuration on the command line: the first word that names one."""
    from trigemu.setup.load import shipped_configs
    from trigemu.setup.named import traced_setup

    shipped = shipped_configs()
    return traced_setup(next(word for word in _words() if word in shipped or _is_config(Path(word))))


def _is_config(path: Path) -> bool:
    return (path.suffix == ".toml" and path.is_file()) or (path / "run.json").is_file()


def _words() -> list[str]:
    """Return the words on the command line: click drops them where an option waits for its value."""
    return split_arg_string(os.environ.get("COMP_WORDS", ""))[1:]


def _after(option: str) -> str:
    words = _words()
    return words[words.index(option) + 1]
