"""The trigger bits of an experiment and of the algorithms that a configuration adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from trigemu.setup.bound_algorithm import BoundAlgorithm
from trigemu.setup.data import WORD_BITS, BitMeaning
from trigemu.setup.experiment import ExperimentSpec

_UNKNOWN = BitMeaning("", "", "")


@dataclass(frozen=True, slots=True)
class Bit:
    """A trigger bit that has a name.

    Attributes
    ----------
    name, aliases
        The name that menus use, and others for the same bit.
    word, bit
        Its place: bit 0-63 of a 64-bit trigger word.
    block
        The part of the trigger that sets it.
    meaning, source
        What it says, and where the definition comes from.
    level
        ``hlt`` for bits of the software trigger, which only lines of that level may use, else ``l1``.
    undriven
        Why no source of the configuration sets it; "" if one does.
    """

    name: str
    aliases: tuple[str, ...]
    word: int
    bit: int
    block: str
    meaning: str
    source: str
    level: str
    undriven: str


def trigger_bits(
    experiment: ExperimentSpec[Any], section: BaseModel, algorithms: Sequence[BoundAlgorithm] = ()
) -> list[Bit]:
    """Return the named bits of an experiment with this section, in word order, and then those of algorithms."""
    names = list(experiment.bit_names(section))
    meanings: Mapping[str, BitMeaning] = experiment.part_for("meanings", section)
    undriven: Mapping[str, str] = experiment.part_for("undriven", section)
    found = []
    for place, joined in enumerate(names):
        if not joined:
            continue
        name, *aliases = joined.split("|")
        said = next((meanings[each] for each in (name, *aliases) if each in meanings), _UNKNOWN)
        software = bool(experiment.software_bits.intersection((name, *aliases)))
        found.append(
            Bit(
                name,
                tuple(aliases),
                *divmod(place, WORD_BITS),
                said.block,
                said.meaning,
                said.source,
                "hlt" if software else "l1",
                next((undriven[each] for each in (name, *aliases) if each in undriven), ""),
            )
        )
    return [*found, *_added(algorithms, -(-len(names) // WORD_BITS))]


def _added(algorithms: Sequence[BoundAlgorithm], word: int) -> Iterator[Bit]:
    for offset, bound in enumerate(algorithms):
        added = bound.algorithm
        for bit, name in enumerate(added.bits):
            said = f"Set by the algorithm {added.name}, version {added.version}"
            source = str(bound.file) if bound.file is not None else "an installed package"
            yield Bit(f"{added.name}.{name}", (), word + offset, bit, added.name, said, source, "l1", "")
