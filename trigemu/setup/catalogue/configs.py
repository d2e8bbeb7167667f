"""The configurations that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trigemu.setup.load import read_config, shipped_configs


@dataclass(frozen=True, slots=True)
class ListedConfig:
    """A configuration.

    Attributes
    ----------
    name, experiment, title
        What it is called, whose it is, and its title.
    purpose
        What it is for: the words that its file begins with.
    needs
        The key of a file that has to be given, "" if it runs as it is.
    lines, signals
        How many lines are switched on, and how many signals are mixed in.
    """

    name: str
    experiment: str
    title: str
    purpose: str
    needs: str
    lines: int
    signals: int


def listed_configs() -> list[ListedConfig]:
    """Return the shipped configurations."""
    return [_listed(name, file) for name, file in shipped_configs().items()]


def _listed(name: str, file: Path) -> ListedConfig:
    data, _ = read_config(file)
    lines = sum(line.get("enabled", True) for line in data["menu"]["line"])
    needs = "input.path" if data.get("input", {}).get("path") == "" else ""
    return ListedConfig(
        name,
        str(data.get("experiment", "")),
        str(data.get("title", "")),
        purpose(file.read_text("utf-8")),
        needs,
        lines,
        len(data.get("signal", ())),
    )


def purpose(text: str) -> str:
    """Return the comment that a file begins with, up to the commands in it (which are indented)."""
    words = []
    for line in text.splitlines():
        if not line.startswith("# ") or line.startswith("#   "):
            break
        words.append(line[2:].strip())
    return " ".join(words)
