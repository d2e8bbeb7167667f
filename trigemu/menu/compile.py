"""Menus made ready to run: expressions as sums of products, evaluated on whole columns of trigger words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import U64
from trigemu.config.names import allowed
from trigemu.config.origin import Origin, origin_of
from trigemu.errors import InputError
from trigemu.menu.driven import check_driven
from trigemu.menu.expression import ExpressionError, parse
from trigemu.menu.planes import WORD, SumsOfProducts, mask_of_lines, words_for
from trigemu.menu.products import Mask, Term, mask_of, sum_of_products
from trigemu.menu.schema import Choke, DeadTime, Line, Menu
from trigemu.menu.totals import ANY_HLT, ANY_L1, TOTALS
from trigemu.plain import short

_FALSE = re.compile(r"\bfalse\b", re.IGNORECASE)
"""A line that says ``false`` is meant never to be true."""


@dataclass(frozen=True)
class CompiledMenu:
    """The enabled lines of a menu, in order.

    Line i is bit ``i % 64`` of word ``i // 64`` in every row of fired, passed and accepted lines.

    Attributes
    ----------
    lines
        The lines as configured.
    terms
        Per line, its sum of products over all bits.
    entry_masks
        Per line, the kinds of entry it is evaluated for (bit k: entry kind k).
    width
        Bits in the trigger words (a multiple of 64).
    dead_time, choke
        What refuses triggers.
    """

    lines: tuple[Line, ...]
    terms: tuple[tuple[Term, ...], ...]
    entry_masks: tuple[int, ...]
    width: int
    dead_time: DeadTime
    choke: Choke

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the lines."""
        return tuple(line.name for line in self.lines)

    @property
    def totals(self) -> tuple[str, ...]:
        """Names of the totals over all lines of a level (`ANY_L1`, and `ANY_HLT` if there are HLT lines)."""
        return (ANY_L1, ANY_HLT) if self.hlt_mask.any() else (ANY_L1,)

    @property
    def masks(self) -> tuple[Mask | None, ...]:
        """Per line the (required, don't-care) mask, or None where the expression is no pure conjunction."""
        return tuple(mask_of(terms, self.width) for terms in self.terms)

    @property
    def words(self) -> int:
        """64-bit words in a row with one bit per line."""
        return words_for(len(self.lines))

    @cached_property
    def l1_mask(self) -> U64:
        """uint64[words], the lines of the hardware trigger: only they make a candidate."""
        return mask_of_lines([line.level == "l1" for line in self.lines])

    @cached_property
    def hlt_mask(self) -> U64:
        """uint64[words], the lines of the software trigger."""
        return mask_of_lines([line.level == "hlt" for line in self.lines])

    @cached_property
    def on_mask(self) -> U64:
        """uint64[words], the lines that are not switched off by a prescale of 0."""
        return mask_of_lines([line.scale.factor != 0 for line in self.lines])

    @property
    def full_mask(self) -> U64:
        """uint64[words], the lines that keep all they fire on: their prescale is 1."""
        return mask_of_lines([line.scale.factor == 1 for line in self.lines])

    def selection_mask(self, name: str) -> U64:
        """Return the lines (uint64[words]) that ask for this online selection."""
        return mask_of_lines([line.select == name for line in self.lines])

    def makes_candidate(self, fired: U64) -> NDArray[np.bool_]:
        """Return where a line of the hardware trigger fired: bool[n] from uint64[n, words]."""
        return np.asarray((fired & self.l1_mask).any(axis=1))

    def can_be_recorded(self, passed: U64) -> NDArray[np.bool_]:
        """Return which candidates some prescale and dead time would let through: bool[n] from uint64[n, words].

        A line of the hardware trigger and, if the menu has any, one of the software trigger passed and is on.
        """
        on = passed & self.on_mask
        some = np.asarray((on & self.l1_mask).any(axis=1))
        return some & (on & self.hlt_mask).any(axis=1) if self.hlt_mask.any() else some

    def evaluate(self, words: NDArray[np.uint64], entry: NDArray[np.uint8]) -> NDArray[np.uint64]:
        """Return which lines fire.

        Parameters
        ----------
        words
            uint64[n, width / 64], the trigger words of n entries.
        entry
            uint8[n], kinds of each entry (bit k: kind k of ``ExperimentSpec.entries``).

        Returns
        -------
        ndarray
            uint64[n, words], the lines that fire (before prescale and online selection).

        Raises
        ------
        ValueError
            The shapes do not fit the menu.
        """
        return self._sums.evaluate(words, entry)

    @cached_property
    def _sums(self) -> SumsOfProducts:
        return SumsOfProducts(self.terms, self.entry_masks, self.width)


def compile_menu(
    menu: Menu,
    *,
    bits: Sequence[str],
    entries: Sequence[str],
    selections: Sequence[str],
    where: str | Origin,
    undriven: Mapping[str, str] | None = None,
    software: frozenset[str] = frozenset(),
) -> CompiledMenu:
    """Check a menu against what the experiment offers and make it ready to run.

    Parameters
    ----------
    menu
        The menu.
    bits
        Bit names in word order; ``newchod|q1`` are two names of one bit, an empty name is an unused bit.
    entries
        Kinds of trigger entry; a line without ``on`` is evaluated for the first.  Without any, lines are
        always evaluated.
    selections
        Names that ``select`` may have.
    where
        What errors name: the configuration, or the origin of the configuration that holds the menu.
    undriven, software
        Bits that no source sets, and bits of the software trigger (`trigemu.menu.driven.check_driven`).

    Raises
    ------
    InputError
        A name is unknown or used twice, an expression cannot be read, is too long or can never be true.
    """
    origin = origin_of(where).below("menu")
    index = bit_index(bits, origin)
    _check_names(menu, origin)
    check_driven(menu.line, index, undriven or {}, software, origin)
    lines, terms, masks = [], [], []
    for number, line in enumerate(menu.line):
        compiled = _terms(line, index, origin.at("line", number, "when"))
        mask = _entry_mask(line, entries, origin.at("line", number, "on"))
        if line.select is not None and line.select not in selections:
            place = f"{origin.at('line', number, 'select')}: line {line.name!r}"
            raise InputError(
                f"{place}: unknown selection {short(line.select)!r}; {allowed(line.select, selections)}"
            )
        if line.enabled:
            lines.append(line)
            terms.append(compiled)
            masks.append(mask)
    if not lines:
        raise InputError(f"{origin.at('line')}: no line is enabled; set enabled = true in at least one")
    if all(line.level == "hlt" for line in lines):
        raise InputError(
            f"{origin.at('line')}: no line with level = 'l1' is enabled; without one nothing is triggered"
        )
    width = words_for(len(bits)) * WORD
    return CompiledMenu(tuple(lines), tuple(terms), tuple(masks), width, menu.dead_time, menu.choke)


def bit_index(bits: Sequence[str], where: str | Origin = "menu") -> dict[str, int]:
    """Return lower-case name -> index of every named bit (aliases are separated by ``|``).

    Raises
    ------
    InputError
        Two bits have the same name (two tables of one added algorithm, say).
    """
    index: dict[str, int] = {}
    for i, names in enumerate(bits):
        for name in filter(None, names.lower().split("|")):
            if index.setdefault(name, i) != i:
                raise InputError(f"{where}: two trigger bits are called {name!r}")
    return index


def _check_names(menu: Menu, origin: Origin) -> None:
    seen: dict[str, int] = {}
    for number, line in enumerate(menu.line):
        if line.name.lower() in TOTALS:
            place = origin.at("line", number, "name")
            raise InputError(f"{place}: a line cannot be called {line.name!r}: the sum over all lines is")
        first = seen.setdefault(line.name.lower(), number)
        if first != number:
            raise InputError(
                f"{origin.at('line', number, 'name')}: line {line.name!r} is there twice "
                f"(first: {origin.at('line', first, 'name')}); names must differ by more than case"
            )


def _terms(line: Line, index: dict[str, int], place: str) -> tuple[Term, ...]:
    try:
        terms = sum_of_products(parse(line.when, index))
    except ExpressionError as error:
        raise InputError(f"{place}: line {line.name!r}: when = {short(line.when, 200)!r}: {error}") from None
    if not terms and not _FALSE.search(line.when):
        raise InputError(f"{place}: line {line.name!r}: when = {short(line.when, 200)!r} can never be true")
    return terms


def _entry_mask(line: Line, entries: Sequence[str], place: str) -> int:
    if line.on is None:
        return 1 if entries else 0xFF
    if line.on not in entries:
        raise InputError(
            f"{place}: line {line.name!r}: unknown kind of entry {short(line.on)!r}; {allowed(line.on, entries)}"
        )
    return 1 << list(entries).index(line.on)
