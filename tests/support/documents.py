"""The blocks of README and docs, and the commands in them."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.places import ROOT

REASONS = ROOT / "tests" / "docs" / "reasons.toml"

_FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|:{3,})(?P<language>[^`]*)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: page, line of its first line of text, language, text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """Page and line."""
        return f"{self.page}:{self.line}"

    @property
    def first(self) -> str:
        """The first line that is not empty."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")

    @property
    def file(self) -> str:
        """The file that the block is, named in a comment of its first line (``# crowd.py``); "" if none is."""
        found = re.fullmatch(r"# ([\w.-]+\.(?:py|toml))", self.first)
        return found[1] if found else ""

    @property
    def is_usage(self) -> bool:
        """Whether it shows how commands are used."""
        return self.language == "text" and re.match(r"trigemu [a-z-]", self.first) is not None


def pages() -> list[Path]:
    """Return README, CONTRIBUTING and every page of the docs; those of the gallery run when the docs are built."""
    docs = [
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if not {"_build", "_pictures", ".jupyter_cache", "gallery"} & set(page.relative_to(ROOT).parts)
    ]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *docs]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    name = page.relative_to(ROOT).as_posix()
    opened: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = (number, fence)
        elif fence["marks"] == opened[1]["marks"] and not fence["language"].strip():
            start, head = opened
            cut = len(head["indent"])
            text = "\n".join(each[cut:] for each in lines[start + 1 : number])
            found.append(Block(name, start + 2, head["language"].strip(), text))
            opened = None
    assert opened is None, f"{name}:{opened[0] + 1}: the block is never closed" if opened else ""
    return found


def all_blocks() -> list[Block]:
    """Return the blocks of all pages."""
    return [block for page in pages() for block in blocks(page)]


def commands(block: Block) -> list[str]:
    r"""Return the commands of a shell block: ``\`` at the end continues, ``#`` begins a comment, ``&&`` divides."""
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        for part in _divided(words):
            found.append(shlex.join(part))
    return found


def _divided(words: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in [*words, "&&"]:
        if word == "&&":
            if part:
                yield part
            part = []
        else:
            part.append(word)


@dataclass(frozen=True)
class Reason:
    """What is not run, and why: commands of a page (``*``: any) that begin so, or a block whose first line does."""

    page: str
    starts: str
    reason: str

    def covers(self, page: str, text: str) -> bool:
        """Return whether it is about this command or block."""
        return self.page in ("*", page) and text.startswith(self.starts)


def reasons() -> list[Reason]:
    """Return the list of what is not run."""
    return [Reason(**entry) for entry in tomllib.loads(REASONS.read_text(encoding="utf-8"))["left_out"]]


def left_out(page: str, text: str) -> bool:
    """Return whether a command or the first line of a block is on the list."""
    return any(reason.covers(page, text) for reason in reasons())
