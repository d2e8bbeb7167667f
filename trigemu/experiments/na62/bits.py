"""Names of the 112 bits of NA62's L0 state word, for menu expressions.

Bit ``16 * i + j`` is bit j of the primitive id of detector i of `DETECTOR_ORDER` (NA62 framework,
Conditions/Trigger/L0PrimitiveBits.dat).  Bit 14, "the detector fired", carries the detector's name; bit 15
(calibration) is not kept by the processor and has none.  Several names of one bit are joined by ``|``.
"""

from __future__ import annotations

from trigemu.experiments.na62.config import DETECTOR_ORDER, L0

FIRED_BIT = 14
"""Bit of a primitive id that every physics primitive has set."""

FIRED = 1 << FIRED_BIT

ENTRIES = ("reference", "control")
"""Kinds of trigger entry, bit 0 and bit 1 of `trigemu.experiments.na62.level0.l0tp.Entries.flags`."""

_NEWCHOD = ("ho1", "hto1", "h1", "ht1", "h2", "ht2", "q2", "qx", "utmc", "utmco", "newchod|q1")
_FIRST_FOUR = {"qe": ("qe1", "qe2", "qe3", "qe4"), "cnt": ("cnt1", "cnt2", "cnt3", "cnt4")}
_MUV3 = (
    *("mqe1", "mqe2", "mqe3", "mqe4", "mto1", "mt1", "mto2", "mt2"),
    *("moq2", "moqx", "mo1", "m1", "mo2", "m2", "muv3"),
)


def bit_names(l0: L0) -> tuple[str, ...]:
    """Return the 112 names (empty where a bit has no meaning), aliases joined by ``|``.

    NewCHOD's first four bits and the bit of the LKr condition depend on the run period, so on the
    configuration: ``lkr`` is the condition wherever it sits, ``calo`` any LKr primitive.
    """
    lkr = {8: "c2e10", 9: "c1e10", 11: "e40", 12: "e20", 13: "e10", FIRED_BIT: "calo"}
    lkr[l0.lkr_condition_bit] = "calo|lkr" if l0.lkr_condition_bit == FIRED_BIT else "lkr"
    words = {
        **{name: {FIRED_BIT: name} for name in DETECTOR_ORDER},
        "newchod": dict(enumerate((*_FIRST_FOUR[l0.newchod_bits], *_NEWCHOD))),
        "muv3": dict(enumerate(_MUV3)),
        "lkr": lkr,
    }
    return tuple(words[detector].get(bit, "") for detector in DETECTOR_ORDER for bit in range(16))


BIT_NAMES = bit_names(L0())
"""The names for the default run period."""

ALIASES = {name: index for index, names in enumerate(BIT_NAMES) for name in names.split("|") if name}
"""Bit index of every name, for the default run period."""
