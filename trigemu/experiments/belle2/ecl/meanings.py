"""What the bits of the calorimeter trigger say.

Rings are polar rows of trigger cells, 1 (forward) to 17; clusters are those of the chosen time window; ICN is the
number of their seeds in forward endcap and barrel, ring 1 apart.
"""

from __future__ import annotations

from trigemu.setup.data import BitMeaning

BLOCK = "ECL"

BHABHA_RINGS = (
    ((1, 2, 3), (16, 17)),
    ((3,), (15,)),
    ((4,), (14, 15)),
    ((5,), (14, 15)),
    ((4, 5), (14,)),
    ((5,), (13, 14)),
    ((5,), (12, 13)),
    ((5, 6), (13,)),
    ((5, 6), (12,)),
    ((6, 7), (12,)),
    ((6, 7), (11,)),
    ((7, 8), (11,)),
    ((8,), (10, 11)),
    ((8, 9), (9, 10)),
)
"""Forward and backward rings of the 14 types of 2D Bhabha (belle2_facts 6.6)."""

_IN_CM = "in the centre of mass"
_FIRST = f"above the first of belle2.ecl.lml_cm {_IN_CM}"
_ALONE = "exactly one cluster anywhere above the second of belle2.ecl.lml_lab"
_PAIR_ENERGIES = "both above the first of {} and one above the second " + _IN_CM
_VETO = f"A pair of clusters within belle2.ecl.bhabha_veto_angles, {_PAIR_ENERGIES.format('belle2.ecl.bhabha_veto_cm')}"
_NO_PAIR = f"No cluster {_FIRST}, and a pair of clusters"
_NO_BHABHA = "and no 3D Bhabha"

_WORD = {
    "ecl_active": "Any energy in the time window (belle2.ecl.window_ns)",
    "ecl_timing_fwd": "The event time is that of a cell of the forward endcap",
    "ecl_timing_brl": "The event time is that of a cell of the barrel",
    "ecl_timing_bwd": "The event time is that of a cell of the backward endcap",
    "ecl_phys": (
        "Either energy of rings 2-15 above belle2.ecl.physics_mev or ICN above belle2.ecl.physics_clusters, and no "
        "2D Bhabha"
    ),
    "elow": "Energy of rings 2-15 above the first of belle2.ecl.total_energy",
    "ehigh": "Energy of rings 2-15 above the second of belle2.ecl.total_energy",
    "elum": "Energy of rings 2-15 above the third of belle2.ecl.total_energy",
    "ecl_bgveto_0": "Beam-background veto: opposite quadrants hit in the forward endcap or in the barrel",
    "ecl_bgveto_1": "Beam-background veto: opposite quadrants hit in the barrel, not in the forward endcap",
    "ecl_bgveto_2": "Beam-background veto: opposite quadrants hit in the forward endcap, not in the barrel",
    "ecl_oflo": "More clusters than belle2.ecl.cluster_limit",
    "ecl_bst": "Energy of all rings above belle2.ecl.burst",
}

_PAIRS = {
    **dict.fromkeys(("ecl_3dbha", "bha_veto"), f"3D Bhabha veto: {_VETO[0].lower()}{_VETO[1:]}"),
    "bha_intrk": "3D Bhabha veto, and a cluster of its (last) pair in rings belle2.ecl.in_track_theta",
    "ecl_bhapur": (
        "Bhabha selection: a pair of clusters within belle2.ecl.bhabha_select_angles, "
        f"{_PAIR_ENERGIES.format('belle2.ecl.bhabha_select_cm')}"
    ),
    **{
        f"bha_theta_{k}": (
            f"Binary digit {k} of the polar flag of ecl_bhapur's (last) pair: its smaller ring less 1, at most 3"
        )
        for k in range(2)
    },
    "ecl_mumu": (f"A pair of clusters within belle2.ecl.mumu_angles, both below belle2.ecl.mumu_cm {_IN_CM}"),
    "ecltaub2b": (
        "A pair of clusters within belle2.ecl.taub2b_angles, one below belle2.ecl.taub2b_cluster, and energy of all "
        "rings below belle2.ecl.taub2b_total"
    ),
    "ecltaub2b2": (
        "A pair of clusters within belle2.ecl.taub2b2_angles, both above the second of belle2.ecl.taub2b2_cluster, "
        "fewer than two endcap clusters above the first, and energy of all rings below belle2.ecl.taub2b2_total"
    ),
    "ecltaub2b3": (
        "A pair of clusters of rings 2-16 within belle2.ecl.taub2b3_angles, one above belle2.ecl.taub2b3_pair, all "
        "clusters within belle2.ecl.taub2b3_cluster, and energy of all rings below belle2.ecl.taub2b3_total"
    ),
}

_HIE = (
    "Energy of rings 2-15 above belle2.ecl.hie_energy, not one cluster alone in rings 1-3, and not exactly two "
    "clusters "
)
_SOFT_IN_ENDCAP = "the softer of which is in an endcap (rings 1-3, 16-17)"

_HIGH_ENERGY = {
    "hie1": f"{_HIE}that lie within both windows of belle2.ecl.hie12_angles",
    "hie2": f"{_HIE}that lie within either window of belle2.ecl.hie12_angles",
    "hie3": f"{_HIE}{_SOFT_IN_ENDCAP}",
    "hie4": f"{_HIE}{_SOFT_IN_ENDCAP} and that are both above belle2.ecl.hie4_cluster",
}

_LOW_MULTIPLICITY = (
    "At least three clusters, belle2.ecl.lml0_clusters of them above the second of belle2.ecl.lml_lab, "
    + _NO_BHABHA,
    f"A cluster of rings 4-14 {_FIRST}, with or without 3D Bhabha",
    f"A cluster of rings 2, 3, 15 or 16 {_FIRST}, {_NO_BHABHA}",
    f"A cluster of rings 2, 3, 15 or 16 {_FIRST}, and a 3D Bhabha",
    f"A cluster of rings 1 or 17 {_FIRST}, {_NO_BHABHA}",
    f"A cluster of rings 1 or 17 {_FIRST}, and a 3D Bhabha",
    f"Exactly one cluster of rings 4-15 above the second of belle2.ecl.lml_cm {_IN_CM}, and {_ALONE}",
    f"Exactly one cluster of rings 2, 3 or 16 above the second of belle2.ecl.lml_cm {_IN_CM}, and {_ALONE}",
    f"{_NO_PAIR} more than 170 degrees apart in azimuth, both above the third of belle2.ecl.lml_lab",
    f"{_NO_PAIR} more than 170 degrees apart in azimuth, one above and one below the third of belle2.ecl.lml_lab",
    f"{_NO_PAIR} more than 160 degrees apart in azimuth with a sum of polar angles of 160 to 200 degrees",
    f"No cluster {_FIRST}",
    "At least three clusters of rings 2-16, belle2.ecl.lml12_clusters of them above the first of belle2.ecl.lml_lab, "
    + _NO_BHABHA,
    f"Exactly one cluster of rings belle2.ecl.lml13_theta_mask above the third of belle2.ecl.lml_cm {_IN_CM}, and "
    f"{_ALONE}",
)
"""``ecl_lml_0`` to ``ecl_lml_13``."""

_NEVER = "always false, as in the experiment's simulation"

_NUMBERS = {
    "ecl_time": (7, "event time (that of the most energetic cell) in ns"),
    "ecl_revo": (7, f"revolution clock of the front end; {_NEVER}"),
    "ecl_etot": (13, "energy of rings 2-15 in whole GeV"),
    "ecl_icn": (7, "number of clusters (ICN)"),
    "ecl_clock": (4, f"clock counter; {_NEVER}"),
    "ecl_timing_quality": (2, "quality of the event time: 1, or 2 or 3 above belle2.ecl.time_quality"),
    "clst": (4, "number of clusters (ICN), which stops at 15"),
}
"""Numbers whose binary digits are bits, digit 0 the lowest: how many, and of what."""


def _rings(rings: tuple[int, ...]) -> str:
    return f"ring{'s' if len(rings) > 1 else ''} {', '.join(map(str, rings))}"


def _bhabha_type(number: int) -> str:
    """Return what a type of 2D Bhabha (1 to 14) asks for."""
    forward, backward = BHABHA_RINGS[number - 1]
    return (
        f"2D Bhabha type {number}: at least number {number} of belle2.ecl.bhabha2d_forward in {_rings(forward)} and of "
        f"belle2.ecl.bhabha2d_backward in {_rings(backward)}"
    )


def _types() -> dict[str, str]:
    """Return meanings of the bits of 2D Bhabha types, which the experiment's simulation fills backwards."""
    return {
        "bha_type_0": "Place of 2D Bhabha type 14, which the experiment's simulation never writes: always false",
        **{f"bha_type_{bit}": _bhabha_type(14 - bit) for bit in range(1, 13)},
        "bha_type_13": f"{_bhabha_type(1)}; also set by any 2D Bhabha (ecl_bha)",
    }


_BY_FACTS = {
    "6.8": {
        **_WORD,
        **{
            f"{stem}_{k}": f"Binary digit {k} of the {number}"
            for stem, (digits, number) in _NUMBERS.items()
            for k in range(digits)
        },
        "ecl_bha_prescale": "Bhabha prescale; true with any energy, as in the experiment's simulation",
    },
    "6.7": {f"ecl_lml_{k}": said for k, said in enumerate(_LOW_MULTIPLICITY)},
    "6.6": {
        **_PAIRS,
        **_HIGH_ENERGY,
        **_types(),
        "ecl_bha": "2D Bhabha: any of its 14 types, and ICN below belle2.ecl.bhabha2d_clusters",
    },
}

MEANINGS = {
    name: BitMeaning(said, BLOCK, f"read in the experiment's simulation (belle2_facts {facts})")
    for facts, bits in _BY_FACTS.items()
    for name, said in bits.items()
}
"""Name -> what the bit says, for every one of `trigemu.experiments.belle2.ecl.bits.ECL_BITS`."""
