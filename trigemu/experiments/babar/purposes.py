"""What BaBar's own random numbers are for."""

from __future__ import annotations

from enum import IntEnum


class BabarPurpose(IntEnum):
    """Values of 120-139 (`trigemu.physics.purpose.Purpose` says what for)."""

    PHASE = 120
    EMC_CRYSTAL = 121
    EMC_NOISE = 122
    EMC_NOISE_COUNT = 123
    IFR_HIT = 124
    IFR_NOISE = 125
    IFR_NOISE_COUNT = 126
    L3_TRACK = 127
    IFR_RANGE = 129
    IFR_BEAM = 130
    IFR_BEAM_COUNT = 131
