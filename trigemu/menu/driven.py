"""Lines on bits that nothing sets: an answer that is always the same must not look like a measurement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trigemu.config.origin import Origin
from trigemu.errors import InputError
from trigemu.menu.expression import Bit, ExpressionError, Node, Not, parse
from trigemu.menu.schema import Line


def check_driven(
    lines: Iterable[Line],
    index: Mapping[str, int],
    undriven: Mapping[str, str],
    software: frozenset[str],
    origin: Origin,
) -> None:
    """Refuse enabled lines on bits that no source of the configuration sets.

    Parameters
    ----------
    lines
        The lines of a menu.
    index
        Lower-case name -> bit.
    undriven
        Name of a bit that is never set -> why.
    software
        Names of the bits of the software trigger: it looks at what the hardware trigger sent, so no line of that one
        can depend on them.
    origin
        The place of the menu.

    Raises
    ------
    InputError
        A line depends on such a bit; the sentence names both.
    """
    never = {index[name.lower()]: (name, why) for name, why in undriven.items() if name.lower() in index}
    late = {index[name.lower()]: name for name in software if name.lower() in index}
    for number, line in enumerate(lines):
        if not line.enabled:
            continue
        try:
            used = _bits(parse(line.when, index))
        except ExpressionError:
            # The compiler of the menu says it better.
            continue
        place = f"{origin.at('line', number, 'when')}: line {line.name!r}"
        for bit in sorted(used & never.keys()):
            name, why = never[bit]
            raise InputError(f"{place}: nothing sets the bit {name!r}: {why}")
        if line.level == "l1" and (wrong := sorted(used & late.keys())):
            raise InputError(
                f"{place}: the bit {late[wrong[0]]!r} is of the software trigger, which looks at what level 1 sent: "
                "set level = 'hlt'"
            )


def _bits(node: Node) -> set[int]:
    if isinstance(node, Bit):
        return {node.index}
    inside = [node.operand] if isinstance(node, Not) else node.operands
    return {bit for operand in inside for bit in _bits(operand)}
