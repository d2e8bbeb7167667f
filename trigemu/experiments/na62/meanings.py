"""What NA62's trigger bits say: those of the primitive ids that enter the L0 trigger processor."""

from __future__ import annotations

from trigemu.experiments.na62.bits import bit_names
from trigemu.experiments.na62.config import NA62
from trigemu.setup.data import BitMeaning

_BITS = "NA62 framework, L0PrimitiveBits.dat (na62_facts 5.2)"
_EMULATORS = "NA62 framework, L0{}Emulator (na62_facts 5.2)"
_QUADRANTS = ("x >= 0, y >= 0", "x >= 0, y < 0", "x < 0, y < 0", "x < 0, y >= 0")
_SUMS = "in three consecutive timestamps of the LKr"


def _counted(prefix: str, which: str) -> dict[str, str]:
    return {
        f"{prefix}1": f"At least one {which} hit in a cluster",
        f"{prefix}2": f"At least two {which} hits in a cluster",
    }


def _newchod() -> dict[str, str]:
    """Return meanings for NewCHOD; a cluster holds tile hits of one split of 100 ns within the window of the first."""
    exclusive = {
        f"qe{number}": f"All hits of a cluster lie in quadrant {number} ({where})"
        for number, where in enumerate(_QUADRANTS, 1)
    }
    counts = {
        f"cnt{number}": f"Binary digit {number} of the number of hits in a cluster (1 is the lowest; at most 15 hits)"
        for number in range(1, 5)
    }
    any_hit = "Any NewCHOD primitive: at least one tile hit, so at least one quadrant"
    return {
        **exclusive,
        **counts,
        **_counted("h", "tile"),
        "h2": "At least two tile hits in a cluster (one muon where tiles overlap makes two as well)",
        **_counted("ht", "tight (both channels within na62.l0.tight_window)"),
        "ho1": "At least one hit of an outer tile in a cluster",
        "hto1": "At least one tight hit of an outer tile in a cluster",
        "q2": "Hits of a cluster in at least two quadrants",
        "qx": "Hits of a cluster in two diagonally opposite quadrants",
        "utmc": "Fewer than 5 tile hits in a cluster",
        "utmco": "Fewer than 5 hits of outer tiles in a cluster",
        "newchod": any_hit,
        "q1": any_hit,
    }


def _muv3() -> dict[str, str]:
    """Return meanings for MUV3; clusters as for NewCHOD."""
    return {
        **{
            f"mqe{number}": f"All MUV3 hits of a cluster lie in quadrant {number} ({where})"
            for number, where in enumerate(_QUADRANTS, 1)
        },
        **_counted("m", "MUV3"),
        **_counted("mt", "tight (both channels within na62.l0.muv3_tight_window) MUV3"),
        **_counted("mo", "outer MUV3"),
        **_counted("mto", "tight outer MUV3"),
        "moq2": "Hits of outer MUV3 pads of a cluster in at least two quadrants",
        "moqx": "Hits of outer MUV3 pads of a cluster in two diagonally opposite quadrants",
        "muv3": "Any MUV3 primitive: at least one pad hit",
    }


def _lkr() -> dict[str, str]:
    cell = "trigger cells of at least na62.l0.lkr_cluster_gev"
    return {
        **{f"e{gev}": f"More than {gev} GeV {_SUMS}" for gev in (10, 20, 40)},
        "c1e10": f"More than 10 GeV {_SUMS}, with at least one cluster ({cell})",
        "c2e10": f"More than 10 GeV {_SUMS}, with at least two clusters ({cell})",
        "calo": f"Any LKr primitive: more than na62.l0.lkr_threshold_gev {_SUMS}",
    }


_BLOCKS = {
    "NewCHOD": (_newchod(), _EMULATORS.format("NewCHOD")),
    "MUV3": (_muv3(), _EMULATORS.format("MUV3")),
    "LKr": (_lkr(), _EMULATORS.format("Calo")),
    "CHOD": (
        {"chod": "Any CHOD primitive: at least na62.l0.rich_sl_threshold slabs hit, two in one quadrant"},
        _BITS,
    ),
    "RICH": ({"rich": "Any RICH primitive: at least na62.l0.rich_sl_threshold hits"}, _BITS),
    "LAV12": (
        {"lav": "Any LAV12 primitive: at least na62.l0.lav_minimum_hits hits over both thresholds"},
        _BITS,
    ),
    "TALK": (
        {"talk": "A pulse of the TALK board, an input that is no detector: every na62.l0.talk_every_ns"},
        _BITS,
    ),
}

_CONDITION = BitMeaning(
    f"LKr condition: more than na62.l0.lkr_threshold_gev {_SUMS}; its place is na62.l0.lkr_condition_bit",
    "LKr",
    "place of the bit: NA62 framework (na62_facts 5.2); threshold: recalled, about 1 GeV",
)


def meanings(section: NA62) -> dict[str, BitMeaning]:
    """Return what each bit says that the section's run period has, every name of it."""
    known = {
        name: BitMeaning(said, block, source)
        for block, (bits, source) in _BLOCKS.items()
        for name, said in bits.items()
    }
    known["lkr"] = _CONDITION
    return {name: known[name] for names in bit_names(section.l0) if names for name in names.split("|")}
