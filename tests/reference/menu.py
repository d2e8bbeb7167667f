"""The obvious way to evaluate a menu: Python itself evaluates each expression, row by row, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence


def bit_is_set(row: Sequence[int], index: int) -> bool:
    """Look up bit ``index % 64`` of word ``index // 64``."""
    return bool(int(row[index // 64]) >> (index % 64) & 1)


def evaluate_line(when: str, bits: Sequence[str], row: Sequence[int]) -> bool:
    """Let Python evaluate the expression with every bit name replaced by True or False."""
    index = {name: i for i, names in enumerate(bits) for name in names.lower().split("|") if name}

    def value(match: re.Match[str]) -> str:
        word = match.group().lower()
        return word if word in ("and", "or", "not") else str(bit_is_set(row, index[word]))

    return bool(eval(re.sub(r"[A-Za-z_][\w.]*", value, when)))


def evaluate_menu(
    lines: Sequence[tuple[str, int]], bits: Sequence[str], rows: Sequence[Sequence[int]], entry: Sequence[int]
) -> list[int]:
    """Evaluate (expression, entry kinds) lines: bit i of a result says that line i fires."""
    return [
        sum(
            (bool(kinds & seen) and evaluate_line(when, bits, row)) << i
            for i, (when, kinds) in enumerate(lines)
        )
        for row, seen in zip(rows, entry, strict=True)
    ]
