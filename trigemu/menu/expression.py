"""The language of trigger lines: ``h2 and not (muv3 or lav)``.

Grammar (keywords and names in any case)::

    or   = and, { "or", and }
    and  = not, { "and", not }
    not  = "not", not | "(", or, ")" | "true" | "false" | name
    name = letter or "_", { letter | digit | "_" | "." }
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trigemu.config.names import allowed
from trigemu.plain import short

MAX_DEPTH = 64
"""Nesting of parentheses and nots; deeper is a mistake, and must not exhaust the stack."""

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*|[()]|[0-9][A-Za-z0-9_.]*|\S")
KEYWORDS = frozenset({"and", "or", "not", "true", "false"})


class ExpressionError(ValueError):
    """An expression that cannot be read; the message says what and at which column (from 1)."""


@dataclass(frozen=True, slots=True)
class Bit:
    """True where bit ``index`` is set."""

    index: int


@dataclass(frozen=True, slots=True)
class Not:
    """True where ``operand`` is false."""

    operand: Node


@dataclass(frozen=True, slots=True)
class And:
    """True where all operands are (the constant true has none)."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where any operand is (the constant false has none)."""

    operands: tuple[Node, ...]


Node = Bit | Not | And | Or


def parse(text: str, bits: Mapping[str, int]) -> Node:
    """Read an expression.

    Parameters
    ----------
    text
        The expression.
    bits
        Lower-case bit name -> index.

    Raises
    ------
    ExpressionError
        Not an expression, or a name that is not in ``bits``.
    """
    return _Parser(text, bits).parse()


class _Parser:
    """Recursive descent over the tokens; ``_at`` is the next token's position in the list."""

    def __init__(self, text: str, bits: Mapping[str, int]) -> None:
        self._tokens = [(match.group(), match.start() + 1) for match in _TOKEN.finditer(text)]
        self._tokens.append(("", len(text) + 1))
        self._bits = bits
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        node = self._or()
        word, column = self._tokens[self._at]
        if word == ")":
            raise ExpressionError(f"column {column}: ')' without '('")
        if word:
            raise ExpressionError(f"column {column}: expected 'and' or 'or' before {short(word)!r}")
        return node

    def _accept(self, keyword: str) -> bool:
        if self._tokens[self._at][0].lower() != keyword:
            return False
        self._at += 1
        return True

    def _or(self) -> Node:
        operands = [self._and()]
        while self._accept("or"):
            operands.append(self._and())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def _and(self) -> Node:
        operands = [self._not()]
        while self._accept("and"):
            operands.append(self._not())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def _not(self) -> Node:
        self._depth += 1
        column = self._tokens[self._at][1]
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"column {column}: nested more than {MAX_DEPTH} deep")
        if self._accept("not"):
            node: Node = Not(self._not())
        elif self._accept("("):
            node = self._or()
            if not self._accept(")"):
                raise ExpressionError(
                    f"column {self._tokens[self._at][1]}: ')' is missing for the '(' at column {column}"
                )
        elif self._accept("true"):
            node = And(())
        elif self._accept("false"):
            node = Or(())
        else:
            node = self._name()
        self._depth -= 1
        return node

    def _name(self) -> Node:
        word, column = self._tokens[self._at]
        if not word:
            raise ExpressionError(f"column {column}: a bit name, 'not' or '(' is missing at the end")
        if word[0].isdigit():
            raise ExpressionError(
                f"column {column}: {short(word)!r} is not a bit name (constants are true and false)"
            )
        if word == ")" or word.lower() in KEYWORDS:
            raise ExpressionError(
                f"column {column}: expected a bit name, 'not' or '(' before {short(word)!r}"
            )
        if not (word[0].isascii() and (word[0].isalpha() or word[0] == "_")):
            raise ExpressionError(
                f"column {column}: {short(word)!r} is not allowed (write bit names, and, or, not and parentheses)"
            )
        index = self._bits.get(word.lower())
        if index is None:
            raise ExpressionError(
                f"column {column}: unknown bit {short(word)!r}; {allowed(word, self._bits)}"
            )
        self._at += 1
        return Bit(index)
