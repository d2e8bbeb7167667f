"""What the bits of the global reconstruction logic say."""

from __future__ import annotations

from trigemu.experiments.belle2.grl.bits import NOT_EMULATED
from trigemu.setup.data import BitMeaning

BLOCK = "GRL"

_ONE_HOT = ("Exactly one", "Exactly two", "Exactly three", "More than three")
_BIN = "bins of 10 degrees"

_APART = f"at most belle2.grl.match_bins {_BIN} apart at the calorimeter"
_SECTOR = "barrel sector of the muon detector that fired (belle2.grl.klm_dphi_deg; a sector counts once)"
_PHOTON = (
    "barrel clusters of at least belle2.grl.photon_gev without a 2D track beside them, or any endcap clusters"
)
_NEURAL = (
    "A neural track with abs(z) below belle2.grl.single_z_cm and an integer momentum above {} (in 0.1 GeV)"
)

_COUNTS = {
    "t2": ("2D track{}", "belle2_facts 8.1"),
    "ty": ("neural track{} with abs(z) below belle2.grl.neural_z_cm", "belle2_facts 5.4"),
    "ts": (
        "short track{} (runs of neighbouring bins of azimuth with a pattern of superlayers 0-4)",
        "belle2_facts 7; the patterns are the package's own",
    ),
    "cdcecl": (f"2D track{{}} matched with a barrel cluster ({_APART})", "belle2_facts 7"),
    "c2gev": (
        f"2D track{{}} matched with a barrel cluster of at least belle2.grl.matched_gev ({_APART})",
        "belle2_facts 7",
    ),
    "n1gev": (f"photon{{}} above 1 GeV ({_PHOTON})", "belle2_facts 7"),
    "n2gev": (f"photon{{}} above 2 GeV ({_PHOTON})", "belle2_facts 7"),
}
"""Counts of which each has a bit, with a place for the plural; facts."""

_WINDOWS = {
    "cdc_open90": ("Two 2D tracks", 9),
    "f2f30": ("Two 2D tracks", 15),
    **{f"cdc_b2b{2 * half + 1}": ("Two 2D tracks", half) for half in (1, 2, 3, 4)},
    "s2s3": ("Two short tracks", 1),
    "s2s5": ("Two short tracks", 2),
    "s2so": ("Two short tracks", 9),
    "s2s30": ("Two short tracks", 15),
    "s2f3": ("A short track and a 2D track", 1),
    "s2f5": ("A short track and a 2D track", 2),
    "s2fo": ("A short track and a 2D track", 9),
    "s2f30": ("A short track and a 2D track", 15),
    "i2io": ("Two inner tracks", 9),
    "i2fo": ("An inner track and a 2D track", 9),
    **{f"d{2 * half + 1}": ("Two clusters", half) for half in (1, 2, 3, 4)},
    **{
        f"p{2 * half + 1}": ("A 2D track, where it reaches the calorimeter, and a cluster", half)
        for half in (1, 2, 3, 4)
    },
}
"""Which pair must be back to back, and to how many bins of 10 degrees."""

_FULL_MAP = "; without a barrel cluster only if belle2.grl.full_map_needs_cluster is off"

_OTHERS = {
    "typ": (_NEURAL.format("belle2.grl.single_momentum"), "belle2_facts 5.4"),
    **{f"typ{least}": (_NEURAL.format(least), "belle2_facts 5.4") for least in (4, 5, 6)},
    "cdc_active": (
        "The track trigger has an event time, which it has with any 2D track",
        "belle2_new_facts 3.2",
    ),
    "ti": ("At least one inner track: superlayers 0-2 agree in azimuth", "belle2_facts 7"),
    "secl": (
        "A short track and an endcap cluster (rings 1-3, 16-17) in one bin of 10 degrees",
        "belle2_facts 7",
    ),
    "iecl_0": ("Endcap clusters within four bins of an inner track lie in exactly one bin", "belle2_facts 7"),
    "iecl_1": (
        "Endcap clusters within four bins of an inner track lie in more than one bin",
        "belle2_facts 7",
    ),
    "klmb2b": (
        "A forward and a backward barrel sector of the muon detector fired, at any azimuth",
        "belle2_facts 7",
    ),
    "eklmb2b": (
        "A forward and a backward endcap sector of the muon detector fired, at any azimuth",
        "belle2_facts 7",
    ),
    "cdcklm_0": (f"Exactly one 2D track matched with a {_SECTOR}", "belle2_facts 7"),
    "cdcklm_1": (f"More than one 2D track matched with a {_SECTOR}", "belle2_facts 7"),
    "cdcklm_2": (f"Exactly three 2D tracks matched each with a {_SECTOR}", "belle2_facts 7"),
    "cdcklm_3": (f"More than three 2D tracks matched each with a {_SECTOR}", "belle2_facts 7"),
    "seklm_0": ("Exactly one endcap sector that fired is in a quadrant with a short track", "belle2_facts 7"),
    "seklm_1": (
        "More than one endcap sector that fired is in a quadrant with a short track",
        "belle2_facts 7",
    ),
    "ieklm": ("An endcap sector that fired is in a quadrant with an inner track", "belle2_facts 7"),
    "ecleklm": (
        "An endcap sector that fired is in a quadrant with a cluster of its end (rings 1-4 or 15-17)",
        "belle2_facts 7",
    ),
}

_HEMISPHERE = "Exactly one neural track, and a cluster {} 80 degrees from it in azimuth{}"
_TRACK_OF_3D_FITTER = (
    "read in the experiment's simulation (belle2_new_facts 3.2), where it is a track of the 3D fitter"
)

_READINGS = {
    "track": "Any 2D or short track",
    "trkbha1": "3D Bhabha veto and exactly one matched cluster of at least belle2.grl.matched_gev",
    "trkbha2": "3D Bhabha veto and more than one matched cluster of at least belle2.grl.matched_gev",
    "grlgg1": f"3D Bhabha veto and exactly one photon above 2 GeV ({_PHOTON})",
    "grlgg2": f"3D Bhabha veto and more than one photon above 2 GeV ({_PHOTON})",
}

_THERE = {
    **{
        f"t3_{k}": f"{count} of the 3D fitter's tracks with abs(z) below 35 cm"
        for k, count in enumerate(_ONE_HOT)
    },
    **{f"ta_{k}": f"{count} of all kinds of tracks" for k, count in enumerate(_ONE_HOT)},
    "fwd_s": "A short track towards the forward endcap",
    "bwd_s": "A short track towards the backward endcap",
    "fwdsb": "A short track on a Bhabha cluster of the forward endcap",
    "bwdsb": "A short track on a Bhabha cluster of the backward endcap",
    "fwdnb": "A Bhabha cluster of the forward endcap without track",
    "bwdnb": "A Bhabha cluster of the backward endcap without track",
    "brlfb1": "Exactly one barrel Bhabha cluster with a 2D track",
    "brlfb2": "Exactly two barrel Bhabha clusters with a 2D track",
    "brlnb1": "Exactly one barrel Bhabha cluster without track",
    "brlnb2": "Exactly two barrel Bhabha clusters without track",
}
"""What bits that are not emulated are meant to say, as far as that is known."""


def _read(facts: str) -> str:
    return f"read in the experiment's simulation ({facts})"


def _count(stem: str, k: int) -> BitMeaning:
    counted, facts = _COUNTS[stem]
    return BitMeaning(f"{_ONE_HOT[k]} {counted.format('s' if k else '')}", BLOCK, _read(facts))


def _window(name: str) -> BitMeaning:
    pair, half = _WINDOWS[name]
    said = f"{pair} whose azimuths differ by {18 - half} to {18 + half} {_BIN}"
    full = _FULL_MAP if name.startswith(("s2f", "i2f")) else ""
    return BitMeaning(said + full, BLOCK, _read("belle2_facts 7"))


def _sectors(prefix: str, where: str) -> dict[str, BitMeaning]:
    """Return meanings of the number of sectors of the muon detector that fired."""
    fired = f"{where} sectors of the muon detector with at least belle2.klm.planes planes hit"
    said = {
        f"{prefix}_hit": f"Any of the {fired}",
        **{
            f"{prefix}_{k}": f"Binary digit {k} of the number of {fired} (0 is the lowest, of both ends together)"
            for k in range(3)
        },
    }
    return {name: BitMeaning(text, BLOCK, _read("belle2_facts 7")) for name, text in said.items()}


def _not_emulated(name: str, why: str) -> BitMeaning:
    said = _THERE.get(name, f"Input {name} of the experiment's menu")
    source = "belle2_new_facts 3.2" if name in _THERE else "belle2_facts 8.1 (its name alone)"
    return BitMeaning(f"{said}; always false here: {why}", BLOCK, source)


MEANINGS = {
    **{f"{stem}_{k}": _count(stem, k) for stem in _COUNTS for k in range(4)},
    **{name: _window(name) for name in _WINDOWS},
    **{name: BitMeaning(said, BLOCK, _read(facts)) for name, (said, facts) in _OTHERS.items()},
    **_sectors("klm", "barrel"),
    **_sectors("eklm", "endcap"),
    "samhem": BitMeaning(
        _HEMISPHERE.format(
            "less than", ", but not along it: cot(theta) of the track less its own outside -0.8 to 0.6"
        ),
        BLOCK,
        _TRACK_OF_3D_FITTER,
    ),
    "opohem": BitMeaning(_HEMISPHERE.format("more than", ""), BLOCK, _TRACK_OF_3D_FITTER),
    **{
        name: BitMeaning(
            f'{said}; false where belle2.grl.unready is "zero"',
            BLOCK,
            "guess from its use in the menu; not ready in the experiment's simulation (belle2_facts 7)",
        )
        for name, said in _READINGS.items()
    },
    **{name: _not_emulated(name, why) for name, why in NOT_EMULATED.items()},
}
"""Name -> what the bit says, for every one of `trigemu.experiments.belle2.grl.bits.GRL_BITS`."""
