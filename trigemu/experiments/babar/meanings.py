"""What BaBar's trigger bits say: lines and counts of the global trigger, level 3 and the filters after it."""

from __future__ import annotations

from trigemu.experiments.babar.bits import COUNTS, LINES, MOST
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.glt.config import FIRST_AUXILIARY, Glt
from trigemu.experiments.babar.l3.bits import FILTERS, OFFLINE, OUTPUTS
from trigemu.setup.data import BitMeaning

OBJECTS = {
    "b": "B (short tracks: babar.dct.blt)",
    "a": "A (long tracks: babar.dct.blt)",
    "aprime": "A' (tracks of high momentum: babar.dct.ptd, or Z' where babar.zpd.enabled)",
    "z": "Z (tracks from near the collision point: babar.zpd.z)",
    "zt": "Zt (tracks of babar.zpd.zt)",
    "zprime": "Z' (tracks of high momentum from near the collision point: babar.zpd.zprime)",
    "zk": "Zk (tracks of babar.zpd.zk)",
    "m": "M (clusters above babar.emt.m)",
    "g": "G (clusters above babar.emt.g)",
    "e": "E (clusters above babar.emt.e)",
    "x": "X (forward clusters above babar.emt.x)",
    "y": "Y (backward clusters above babar.emt.y)",
    "bstar": "B that have a B opposite (babar.glt.back_to_back.b)",
    "gstar": "G that have a G opposite (babar.glt.back_to_back.g)",
    "mstar": "M that have an M opposite (babar.glt.back_to_back.m)",
    "em": "EM (an E with an M within babar.glt.match.em bins)",
    "emstar": "EM* (an E with an M opposite: babar.glt.back_to_back.em)",
    "bm": "BM (a B with an M in its direction)",
    "am": "AM (an A with an M in its direction)",
    "aprimem": "A'M (an A' with an M in its direction)",
    "bmx": "BMX (a B with M and X in its direction, both or one: babar.glt.match.bmx)",
}
"""Objects that are counted, and what they are; ``u`` is no count but a code."""

_COUNTED = "babar_geometry_facts G8.3, besiii_babar_facts B6.3; how runs of bits count is a guess (G8.4)"
_SLOT = "babar_geometry_facts 8; the cuts are those of babar.glt.line, each with its source in its file"


def meanings(section: Babar) -> dict[str, BitMeaning]:
    """Return what each bit says, for the lines of a section."""
    return {**_lines(section.glt), **_counts(), **_level3()}


def _lines(glt: Glt) -> dict[str, BitMeaning]:
    said = dict.fromkeys(range(1, len(LINES) + 1), "No line of this configuration")
    for line in glt.line:
        cuts = ", ".join(f"{name} >= {least}" for name, least in line.cuts.items())
        off = "" if line.enabled else " (off)"
        said[line.slot] = f"{line.name}: {cuts} in one tick, before prescale{off}"
    if glt.random_slot is not None:
        said[glt.random_slot] = "Random trigger (babar.random_hz)"
    return {
        f"line_{slot}": BitMeaning(
            f"Line {slot}{', auxiliary' if slot >= FIRST_AUXILIARY else ''}: {what}", "GLT", _SLOT
        )
        for slot, what in said.items()
    }


def _counts() -> dict[str, BitMeaning]:
    found = {}
    for name in COUNTS:
        for least in range(1, MOST + 1):
            if name == "u":
                what = f"Code of the muon trigger (babar.ift.codes) is {least} or more in some tick"
                source = "babar_geometry_facts 7: 3 verified, the others recalled"
            else:
                what = f"At least {least} {OBJECTS[name]} in one tick"
                source = _COUNTED
            found[f"{name}_{least}"] = BitMeaning(what, "GLT counts", source)
    return found


def _level3() -> dict[str, BitMeaning]:
    groups = (
        (
            "l3_",
            FILTERS,
            "level 3 filters",
            "recalled (besiii_babar_facts B7.5-B7.9); Bhabha filters: guess (B7.11)",
        ),
        (
            "l3out_",
            OUTPUTS,
            "level 3 outputs",
            "besiii_babar_facts B7.10, verified by name; cuts: guess unless said",
        ),
        ("", OFFLINE, "filters after level 3", "besiii_babar_facts B7.13-B7.16"),
    )
    return {
        f"{prefix}{name}": BitMeaning(f"{what[0].upper()}{what[1:]} (cuts: babar.l3)", block, source)
        for prefix, names, block, source in groups
        for name, what in names.items()
    }
