"""Expressions as sums of products: what masks in hardware and the kernel evaluate.

A product (term) is a pair of integers (care, value) over all bits of the trigger words: it is true where
``word & care == value``.  An expression is true where any of its terms is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trigemu.menu.expression import Bit, ExpressionError, Node, Not, Or

MAX_TERMS = 256
"""Terms a line may need; an expression beyond that is better split into several lines."""

_MAX_RAW = 4096


@dataclass(frozen=True, slots=True)
class Term:
    """A product of bits and inverted bits, true where ``word & care == value`` (value within care)."""

    care: int
    value: int

    def covers(self, other: Term) -> bool:
        """Return whether this term is true wherever the other is."""
        return self.care & other.care == self.care and other.value & self.care == self.value

    def times(self, other: Term) -> Term | None:
        """Return the product of two terms, or None where they contradict each other."""
        common = self.care & other.care
        if self.value & common != other.value & common:
            return None
        return Term(self.care | other.care, self.value | other.value)


def sum_of_products(node: Node) -> tuple[Term, ...]:
    """Return the terms of an expression: none contradicts itself, none is covered by another.

    No terms at all means that the expression is never true; one term with ``care == 0`` that it always is.

    Raises
    ------
    ExpressionError
        It needs more than `MAX_TERMS` terms.
    """
    terms = _expand(node, positive=True)
    if len(terms) > MAX_TERMS:
        raise _too_many()
    return terms


def _expand(node: Node, *, positive: bool) -> tuple[Term, ...]:
    # De Morgan on the way down: a negated Or is an And of negated operands.
    if isinstance(node, Not):
        return _expand(node.operand, positive=not positive)
    if isinstance(node, Bit):
        mask = 1 << node.index
        return (Term(mask, mask if positive else 0),)
    parts = [_expand(operand, positive=positive) for operand in node.operands]
    if isinstance(node, Or) == positive:
        return _minimal(term for part in parts for term in part)
    product: tuple[Term, ...] = (Term(0, 0),)
    for part in parts:
        product = _minimal(p for a in product for b in part if (p := a.times(b)) is not None)
    return product


def _minimal(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Drop repeated terms and those that another term covers; fewest bits first."""
    unique: dict[Term, None] = {}
    for term in terms:
        unique[term] = None
        if len(unique) > _MAX_RAW:
            raise _too_many()
    kept: list[Term] = []
    for term in sorted(unique, key=lambda t: (t.care.bit_count(), t.care, t.value)):
        if not any(other.covers(term) for other in kept):
            kept.append(term)
    return tuple(kept)


def _too_many() -> ExpressionError:
    return ExpressionError(
        f"needs more than {MAX_TERMS} terms as a sum of products; split it into several lines"
    )


@dataclass(frozen=True, slots=True)
class Mask:
    """A pure conjunction as NA62's L0 trigger processor has it: fires if (state OR dontcare) == required.

    A required bit has required 1 and dontcare 0, a vetoed bit both 0, an ignored bit both 1
    (NA62 firmware, ``ethlink/Trigger.vhd``).
    """

    required: int
    dontcare: int

    def fires(self, state: int) -> bool:
        """Return whether the mask fires for this state word."""
        return (state | self.dontcare) == self.required


def mask_of(terms: tuple[Term, ...], width: int) -> Mask | None:
    """Return the mask of an expression over ``width`` bits, or None if one mask cannot say it."""
    if len(terms) != 1:
        return None
    ignored = ((1 << width) - 1) & ~terms[0].care
    return Mask(required=terms[0].value | ignored, dontcare=ignored)
