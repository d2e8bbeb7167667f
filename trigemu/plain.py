"""Text from outside as it may be shown: on one line, without control characters, and not too long.

Names, titles, labels and error sentences may hold whatever a file holds: escape sequences that move a terminal's
cursor, marks that turn the direction of writing, a hundred thousand characters.
"""

from __future__ import annotations

import unicodedata

NAME = 64
"""Characters of a name that are shown."""

SENTENCE = 500
"""Characters of an error sentence that are shown."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MUCH = 20_000
"""Of a text longer than this only the ends are looked at."""


def printable(text: str, keep: str = "") -> str:
    r"""Return a text with everything that is not printed, or not where it stands, as escapes (``\x1b``, ``\u202e``).

    Characters in ``keep`` (line ends, say) stay what they are.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escaped(char) if unicodedata.category(char) in _HIDDEN and char not in keep else char
        for char in text
    )


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


_PLAINER = {
    "−": "-",
    "–": "-",
    "─": "-",
    "±": "+-",
    "\u2009": ",",
    "\u2026": "...",
    "→": "->",
    "×": "x",
    "µ": "u",
}
"""Characters that results hold, and what stands for them where an encoding lacks them."""


def encodable(text: str, encoding: str | None) -> str:
    """Return a text whose characters an encoding has (utf-8 if None): others are written in plainer ones."""
    encoding = encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(char if _has(encoding, char) else _plainer(char) for char in text)
    return text


def _has(encoding: str, char: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _plainer(char: str) -> str:
    return _PLAINER.get(char) or _escaped(char)


def short(value: object, most: int = NAME) -> str:
    """Return a name, title or label as it may be shown; of a long one the beginning and an ellipsis."""
    text = value if isinstance(value, str) else str(value)
    text = printable(text[: most + 1])
    return text if len(text) <= most else text[: most - 3] + "..."


def one_sentence(text: str, most: int = SENTENCE) -> str:
    """Return a sentence on one line; of a long one the beginning (the place) and the end (the advice)."""
    if len(text) > _MUCH:
        text = f"{text[: _MUCH // 2]} {text[-_MUCH // 2 :]}"
        text = printable(" ".join(text.split()))
        return f"{text[: most * 3 // 5]} ... {text[-(most * 2 // 5 - 5) :]}"
    text = printable(" ".join(text.split()))
    return text if len(text) <= most else f"{text[: most * 3 // 5]} ... {text[-(most * 2 // 5 - 5) :]}"
