"""Names of the calorimeter trigger's bits for the global decision logic, and their words.

The first 96 are the experiment's word (belle2_facts 6.8), with the names of its level-1 menu where that has one;
the others are derived from it.  ``a|b`` gives a bit two names; a nameless bit can't be used in a menu.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.records import EclTrigger


def _field(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}_{i}" for i in range(count))


ECL_BITS: tuple[str, ...] = (
    "ecl_active",  # 0
    *_field("ecl_time", 7),  # 1-7
    *_field("ecl_revo", 7),  # 8-14
    *("ecl_timing_fwd", "ecl_timing_brl", "ecl_timing_bwd"),  # 15-17
    "ecl_phys",  # 18
    "",  # 19: the simulation never sets it; see ecl_bha below
    *_field("bha_type", 14),  # 20-33; the menu's two are taken to be the lowest
    *_field("ecl_etot", 13),  # 34-46
    *("elow", "ehigh", "elum"),  # 47-49
    *_field("ecl_icn", 7),  # 50-56
    *_field("ecl_bgveto", 3),  # 57-59
    "ecl_oflo",  # 60
    "ecl_3dbha|bha_veto",  # 61
    *_field("ecl_lml", 12),  # 62-73
    *("ecl_bhapur", "ecl_mumu", "ecl_bha_prescale", "ecl_bst"),  # 74-77
    *("ecl_lml_12", "ecl_lml_13"),  # 78, 79
    *_field("ecl_clock", 4),  # 80-83
    *_field("ecl_timing_quality", 2),  # 84, 85
    "bha_intrk",  # 86
    *_field("bha_theta", 2),  # 87, 88
    *("ecltaub2b", "hie1", "hie2", "hie3", "ecltaub2b2", "ecltaub2b3", "hie4"),  # 89-95
    *_field("clst", 4),  # 96-99: ICN as a binary number that stops at 15
    "ecl_bha",  # 100: 2D Bhabha
    *("",) * 27,
)
"""128 names: bit i of word i // 64 is ``ECL_BITS[i]``."""

_BHABHA_CLUSTERS = 4  # belle2_facts 6.6: 2D Bhabha asks for fewer


def ecl_words(trigger: EclTrigger, bhabha2d_clusters: int = _BHABHA_CLUSTERS) -> NDArray[np.uint64]:
    """Return uint64[n, 2], the 128 bits of `ECL_BITS` per crossing.

    2D Bhabha is got back from bit 33, which is "type 1 or 2D Bhabha", and from ICN: with fewer than
    ``bhabha2d_clusters`` clusters (as `Ecl` has them) either makes it a 2D Bhabha.
    """
    first, second, third = (trigger.words[:, i].astype(np.uint64) for i in range(3))
    icn = second >> np.uint64(18) & np.uint64(0x7F)
    bhabha = (second >> np.uint64(1) & np.uint64(1)) * (icn < min(bhabha2d_clusters, 128))
    half = np.uint64(32)
    derived = np.minimum(icn, np.uint64(15)) | bhabha << np.uint64(4)
    return np.stack([first | second << half, third | derived << half], axis=1)
