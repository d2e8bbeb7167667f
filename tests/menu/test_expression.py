"""The language of trigger lines, and its sums of products."""

from __future__ import annotations

import pytest

from trigemu.menu.expression import MAX_DEPTH, ExpressionError, parse
from trigemu.menu.products import MAX_TERMS, Term, mask_of, sum_of_products

BITS = {"a": 0, "b": 1, "c": 2, "my.close": 3, "q1": 4}


def terms(text: str) -> set[tuple[int, int]]:
    return {(term.care, term.value) for term in sum_of_products(parse(text, BITS))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", {(1, 1)}),
        ("not a", {(1, 0)}),
        ("a and not b", {(3, 1)}),
        ("a or b", {(1, 1), (2, 2)}),
        ("a or b and c", {(1, 1), (6, 6)}),
        ("(a or b) and c", {(5, 5), (6, 6)}),
        ("not (a or b)", {(3, 0)}),
        ("not (a and b)", {(1, 0), (2, 0)}),
        ("not not a", {(1, 1)}),
        ("A AND My.Close", {(9, 9)}),
        ("q1and_nothing", None),
        ("a or a and b", {(1, 1)}),
        ("a and not a", set()),
        ("a or not a and a", {(1, 1)}),
        ("a or not a", {(1, 1), (1, 0)}),
        ("\n a\tand\n b ", {(3, 3)}),
    ],
)
def test_sum_of_products(text: str, expected: set[tuple[int, int]] | None) -> None:
    if expected is None:
        with pytest.raises(ExpressionError, match="unknown bit"):
            parse(text, BITS)
    else:
        assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: a bit name, 'not' or '(' is missing at the end"),
        ("a and", "column 6: a bit name, 'not' or '(' is missing at the end"),
        ("a b", "column 3: expected 'and' or 'or' before 'b'"),
        ("a and or b", "column 7: expected a bit name, 'not' or '(' before 'or'"),
        ("a and (b or c", "column 14: ')' is missing for the '(' at column 7"),
        ("a)", "column 2: ')' without '('"),
        ("()", "column 2: expected a bit name, 'not' or '(' before ')'"),
        ("a and 1", "column 7: '1' is not a bit name (constants are true and false)"),
        ("a & b", "column 3: expected 'and' or 'or' before '&'"),
        ("!a", "column 1: '!' is not allowed (write bit names, and, or, not and parentheses)"),
        ("a and d", "column 7: unknown bit 'd'; allowed: a, b, c, my.close, q1"),
        ("a and my.cloze", "column 7: unknown bit 'my.cloze'; did you mean 'my.close'? allowed: a,"),
        ("a and µ", "column 7: 'µ' is not allowed"),
        ("true a", "column 6: expected 'and' or 'or' before 'a'"),
    ],
)
def test_mistakes_name_the_column(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(text, BITS)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("opening", ["(", "not "])
def test_depth_is_limited(opening: str) -> None:
    closing = ")" if opening == "(" else ""
    deepest = MAX_DEPTH - 1
    assert terms(opening * deepest + "a" + closing * deepest)
    with pytest.raises(ExpressionError, match="nested more than 64 deep"):
        parse(opening * 100_000 + "a", BITS)


def test_long_chains_are_fine() -> None:
    assert terms(" and ".join(["a", "not b"] * 5000)) == {(3, 1)}


def test_terms_are_limited() -> None:
    bits = {f"b{i}": i for i in range(64)}

    def pairs(count: int) -> str:
        return " and ".join(f"(b{2 * i} or b{2 * i + 1})" for i in range(count))

    assert len(sum_of_products(parse(pairs(8), bits))) == 256 == MAX_TERMS
    for count in (9, 30):
        with pytest.raises(
            ExpressionError, match=r"needs more than 256 terms .*; split it into several lines"
        ):
            sum_of_products(parse(pairs(count), bits))


def test_masks_as_the_firmware_has_them() -> None:
    """NA62: fires if (state OR dontcare) == required; a veto has both 0, an ignored bit both 1."""
    mask = mask_of(sum_of_products(parse("a and not c", BITS)), 5)
    assert mask is not None
    assert (mask.required, mask.dontcare) == (0b11011, 0b11010)
    for state in range(32):
        assert mask.fires(state) == (bool(state & 1) and not state & 4)
    assert mask_of(sum_of_products(parse("a or b", BITS)), 5) is None


def test_a_term_covers_what_needs_more() -> None:
    assert Term(1, 1).covers(Term(3, 3))
    assert Term(1, 1).covers(Term(3, 1))
    assert not Term(1, 1).covers(Term(3, 2))
    assert not Term(3, 3).covers(Term(1, 1))
    assert Term(0, 0).covers(Term(5, 1))
    assert Term(1, 1).times(Term(3, 2)) is None
    assert Term(1, 1).times(Term(6, 2)) == Term(7, 3)
