"""BESIII raw data, event by event and word by word, as besiii_real_facts 1.2 tells it; slow, and plain to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MARKERS = (0xAA1234AA, 0xBB1234BB, 0xCC1234CC, 0xDD1234DD)
CRATE = 0xEE1234EE


class DamagedError(Exception):
    """Fragments that do not tile what holds them."""


def crates(words: Sequence[int], level: int = 0) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield sub-detector and data of every crate of an event; `DamagedError` if sizes do not fit."""
    if len(words) < 5 or words[0] != MARKERS[level]:
        raise DamagedError
    size, head = words[1], words[2]
    if size != len(words) or not 5 <= head <= size:
        raise DamagedError
    inside = words[head:]
    if level == 3:
        # A buffer may be empty.
        if inside:
            yield words[4] >> 16 & 0xFF, crate(inside)
        return
    if level == 1 and words[4] >> 20 & 0xF != 0xA:
        return
    while inside:
        if len(inside) < 5 or not 5 <= inside[1] <= len(inside):
            raise DamagedError
        yield from crates(inside[: inside[1]], level + 1)
        inside = inside[inside[1] :]


def crate(words: Sequence[int]) -> Sequence[int]:
    """Return the data words of a crate."""
    if len(words) < 8 or words[0] != CRATE:
        raise DamagedError
    head, status, count, behind = words[1], *words[-3:]
    if head < 5 or head + status + count + 3 > len(words):
        raise DamagedError
    first = head + (0 if behind else status)
    return words[first : first + count]


def boards(words: Sequence[int]) -> dict[int, list[Sequence[int]]]:
    """Return the words of each board of an event's trigger crates."""
    found: dict[int, list[Sequence[int]]] = {}
    for kind, data in list(crates(words)):
        while kind == 0xA5 and data:
            count = (data[0] >> 14 & 0x3FF) - 1
            if data[0] >> 24 < 0xD0 or count < 0 or count >= len(data):
                break
            found.setdefault(data[0] >> 24, []).append(data[1 : 1 + count])
            data = data[1 + count :]
    return found


def conditions(found: dict[int, list[Sequence[int]]], kind: int) -> int:
    """Return the 48 conditions: those of the tick (kind 3) or of four ticks (kind 4)."""
    out = 0
    for third, number in enumerate((0xD6, 0xD4, 0xD2)):
        for word in (word for data in found.get(number, []) for word in data):
            if word >> 16 & 0xFF == kind:
                out |= (word & 0xFFFF) << 16 * third
    return out


def channels(found: dict[int, list[Sequence[int]]]) -> tuple[int, int, int]:
    """Return channels at the first tick that has one, in four ticks from it, and in all."""
    ticks = [word & 0xFFFF for data in found.get(0xD3, []) for word in data if word >> 24 & 7 == 5]
    whole = 0
    for word in ticks:
        whole |= word
    first = next((i for i, word in enumerate(ticks) if word), None)
    if first is None:
        return 0, 0, whole
    four = 0
    for word in ticks[first : first + 4]:
        four |= word
    return ticks[first], four, whole


def joined(found: dict[int, list[Sequence[int]]], kind: int, size: int) -> list[int]:
    """Return the or of all whole records of a board."""
    out = [0] * size
    for data in found.get(kind, []):
        for i in range(len(data) // size * size):
            out[i % size] |= data[i]
    return out
