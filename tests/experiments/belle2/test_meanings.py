"""What meanings of Belle II's bits say of the trigger is what it does."""

from __future__ import annotations

import itertools

import numpy as np

from trigemu.experiments.belle2.ecl.bits import ECL_BITS
from trigemu.experiments.belle2.ecl.cells import theta_phi
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.meanings import BHABHA_RINGS, MEANINGS
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger, ecl_words


def test_types_of_2d_bhabha_ask_for_the_rings_that_are_said():
    rings = theta_phi()[0]
    cell = [int(np.flatnonzero(rings == ring)[0]) for ring in range(1, 18)]
    pairs = list(itertools.product(range(1, 18), repeat=2))
    tcid = np.array([cell[ring - 1] for pair in pairs for ring in pair])
    n = len(tcid)
    offsets = np.arange(0, n + 1, 2)
    result = CalorimeterTrigger(Ecl()).decide_energies(
        tcid, np.full(n, 5.0), np.zeros(n), offsets, np.full(len(pairs), 0.5)
    )
    words = ecl_words(result.record())
    first = ECL_BITS.index("bha_type_0")
    for bit in range(1, 14):
        types = BHABHA_RINGS if bit == 13 else [BHABHA_RINGS[13 - bit]]
        # A ring may be on both sides.
        said = [any({*pair} & {*f} and {*pair} & {*b} for f, b in types) for pair in pairs]
        place = first + bit
        found = words[:, place // 64] >> np.uint64(place % 64) & np.uint64(1) != 0
        np.testing.assert_array_equal(found, said, MEANINGS[f"bha_type_{bit}"].meaning)
