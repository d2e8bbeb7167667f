"""Menus in Belle II's own files: ``.inp`` (input bits), ``.oup`` (output bits), ``.alg`` (one formula per output).

A formula is a sum (``+``) of products (blank) of input numbers, ``!`` negates: ``9 !51 !105 + 10 !51``.  What the
experiment's interpreter makes of it is followed to the letter, where one might expect otherwise as well:

* a formula that is empty is always true, and so is an empty product (``+5``, ``5++6``, a blank alone);
* a blank as last character ends a product like ``+``: ``9 10`` and a blank is 9 and 10, but ``9+`` and a blank is
  always true;
* a ``+`` as last character ends the formula: ``5+`` is bit 5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trigemu.config.names import allowed
from trigemu.errors import InputError
from trigemu.files import MIB, read_regular
from trigemu.menu.expression import KEYWORDS
from trigemu.menu.planes import WORD, SumsOfProducts, pack_lines, unpack_lines, words_for
from trigemu.menu.products import Term
from trigemu.plain import short

MOST_BITS = 4096
"""Bits of a file; the experiment has some 200."""

SUFFIXES = (".inp", ".oup", ".alg")

Factor = tuple[int, bool]
"""Number of an input bit, and whether it is negated."""

_FACTOR = re.compile(r"!?[0-9]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,63}")


class FormulaError(ValueError):
    """A formula that cannot be read."""


def parse_formula(text: str, bits: int) -> tuple[tuple[Factor, ...], ...]:
    """Return the products of a formula; none of them: it is never true, an empty one: it always is.

    Parameters
    ----------
    text
        The formula.
    bits
        How many input bits there are.

    Raises
    ------
    FormulaError
        Something else than numbers, ``!``, ``+`` and blanks, or a number that is no input bit.
    """
    if not text:
        return ((),)
    products = text.split("+")
    if len(products) > 1 and not products[-1]:
        products.pop()  # the last character is "+": nothing follows
    return tuple(_product(product, bits) for product in products)


def _product(text: str, bits: int) -> tuple[Factor, ...]:
    factors: list[Factor] = []
    for word in text.split():
        if not _FACTOR.fullmatch(word):
            raise FormulaError(f"{word!r} is not allowed (write input numbers, !, + and blanks)")
        number = int(word.lstrip("!"))
        if number >= bits:
            raise FormulaError(f"there is no input bit {number}; there are 0 to {bits - 1}")
        factors.append((number, word[0] == "!"))
    return tuple(factors)


def evaluate(algebra: Sequence[str], inputs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which formulas are true.

    Parameters
    ----------
    algebra
        The formulas.
    inputs
        bool[n, bits], the input bits of n events.

    Returns
    -------
    ndarray
        bool[n, len(algebra)].

    Raises
    ------
    InputError
        A formula cannot be read.
    """
    inputs = np.asarray(inputs, np.bool_)
    sums = sums_of_products(algebra, inputs.shape[1])
    return unpack_lines(sums.evaluate(pack_lines(inputs), np.ones(len(inputs), np.uint8)), len(algebra))


def sums_of_products(algebra: Sequence[str], bits: int) -> SumsOfProducts:
    """Return formulas over so many input bits, ready to be evaluated; see `evaluate`."""
    terms = []
    for number, text in enumerate(algebra):
        try:
            terms.append(_terms(parse_formula(text, bits)))
        except FormulaError as error:
            raise InputError(f"formula {number}: {error}") from None
    return SumsOfProducts(tuple(terms), (1,) * len(terms), words_for(bits) * WORD)


def _terms(products: Sequence[Sequence[Factor]]) -> tuple[Term, ...]:
    terms = []
    for product in products:
        on = sum(1 << bit for bit in {bit for bit, negated in product if not negated})
        off = sum(1 << bit for bit in {bit for bit, negated in product if negated})
        if not on & off:
            terms.append(Term(on | off, on))
    return tuple(terms)


def expression(products: Sequence[Sequence[Factor]], names: Sequence[str]) -> str:
    """Return products as an expression of a menu line (`trigemu.menu.expression`)."""
    if any(not product for product in products):
        return "true"
    words = [
        " and ".join(f"not {names[bit]}" if negated else names[bit] for bit, negated in product)
        for product in products
        if not {bit for bit, negated in product if negated} & {bit for bit, negated in product if not negated}
    ]
    return " or ".join(words) or "false"


@dataclass(frozen=True, slots=True)
class FtdlLine:
    """One output bit: the table of a menu line, and where its formula is."""

    table: dict[str, Any]
    place: str


def read_ftdl(
    files: Mapping[str, Path], prescales: Mapping[str, Any], default_prescale: Any, place: str
) -> list[FtdlLine]:
    """Read a menu.

    Parameters
    ----------
    files
        ``inp``, ``oup`` and ``alg`` -> file.
    prescales
        Output bit -> prescale, a number or a table as in a menu line.
    default_prescale
        Prescale of the others.
    place
        What errors about prescales name.

    Returns
    -------
    list
        One line per output bit, in order.

    Raises
    ------
    InputError
        A file is missing, is not numbered 0, 1, 2, ..., has a name twice, or holds a formula that cannot be read;
        there are not as many formulas as outputs; a prescale belongs to no output.
    """
    inputs = _names(files["inp"])
    outputs = _names(files["oup"])
    algebra = _read(files["alg"])
    if len(algebra) != len(outputs):
        raise InputError(
            f"{files['alg']}: {len(algebra)} formulas for the {len(outputs)} outputs of {files['oup']}"
        )
    by_lower = {name.lower(): name for name in outputs}
    scales = {str(name).lower(): (name, scale) for name, scale in prescales.items()}
    for lower, (name, _) in scales.items():
        if lower not in by_lower:
            raise InputError(f"{place}: prescales: no output {short(name)!r}; {allowed(str(name), outputs)}")
    lines = []
    for number, (name, text) in enumerate(zip(outputs, algebra, strict=True)):
        where = f"{files['alg']}, line {number + 1}"
        try:
            products = parse_formula(text, len(inputs))
        except FormulaError as error:
            raise InputError(f"{where}: output {name!r}: {error}") from None
        table = {
            "name": name,
            "when": expression(products, inputs),
            "prescale": scales.get(name.lower(), (name, default_prescale))[1],
            "source": f"{files['alg'].name}, output {number}",
        }
        lines.append(FtdlLine(table, where))
    return lines


def _names(file: Path) -> list[str]:
    """Return the names of a file with lines ``number name``."""
    names: list[str] = []
    lines = _read(file)
    if len(lines) > MOST_BITS:
        raise InputError(f"{file}: {len(lines)} lines, a trigger word has at most {MOST_BITS} bits")
    for number, line in enumerate(lines):
        words = line.split()
        place = f"{file}, line {number + 1}"
        if len(words) != 2:
            raise InputError(f"{place}: {line[:60]!r} is not a number and a name")
        if words[0] != str(number):
            raise InputError(f"{place}: bit {words[0]!r} where bit {number} is due")
        if words[1].lower() in names:
            raise InputError(
                f"{place}: {words[1]!r} is there twice (first: line {names.index(words[1].lower()) + 1})"
            )
        if not _NAME.fullmatch(words[1]) or words[1].lower() in KEYWORDS:
            raise InputError(
                f"{place}: {words[1]!r} is not a name (letters, digits, _ and ., at most 64, no keyword)"
            )
        names.append(words[1].lower())
    if not names:
        raise InputError(f"{file}: no bits in it")
    return [line.split()[1] for line in lines]


def _read(file: Path) -> list[str]:
    try:
        text = read_regular(file, MIB, f"{file}:", missing="there is no such file").decode("ascii")
    except UnicodeDecodeError:
        raise InputError(f"{file}: not an FTDL file (it is not ASCII text)") from None
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")
