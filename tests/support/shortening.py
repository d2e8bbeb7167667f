"""How what README and docs show is shortened when tests run it: fewer frames, events and grid points, no sockets."""

from __future__ import annotations

import re
import shlex

from trigemu.measure.published import select

SHORTER = {
    "run": ("--frames", "2", "--offline"),
    "replay": ("--offline",),
    "efficiency": ("--events", "20"),
}
"""Command -> options that are appended; the last value of an option counts.  Runs by processes over sockets are tested
in tests/system."""

PACE = ("--realtime", "--speed")
"""Options that need sockets: a run with one of them is not made ``--offline``."""

TELLING = ("config diff", "compare")
"""Commands whose exit code says whether two things differ: 0 and 1 are both right."""

SNIPPETS = {
    r"\bevents=\d[\d_]*": "events=100",
    r"\bframes=\d[\d_]*": "frames=2",
}
"""What is replaced in Python."""


def shorter(command: str) -> list[str]:
    """Return the arguments of a ``trigemu`` command, shortened."""
    words = shlex.split(command)[1:]
    extra = list(SHORTER.get(words[0], ()))
    if "--offline" in extra and any(option in words for option in PACE):
        extra.remove("--offline")
    if words[0] == "validate" and "--only" not in words:
        # The first number of the table; all of them are computed in tests/studies.
        experiment = words[1] if len(words) > 1 and words[1][0] != "-" else None
        extra += ["--only", select(experiment, ())[0].id]
    return [*_first_points(words), *extra]


def _first_points(words: list[str]) -> list[str]:
    """Return the words with every grid at its first value."""
    return [
        re.sub(r"^(\w+=[^:,]+)[:,].*$", r"\1", word) if before == "--grid" else word
        for before, word in zip(["", *words], words, strict=False)
    ]


def shorter_snippet(text: str) -> str:
    """Return Python with fewer frames and events."""
    for wanted, short in SNIPPETS.items():
        text = re.sub(wanted, short, text)
    return text
