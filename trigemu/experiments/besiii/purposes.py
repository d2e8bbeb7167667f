"""What BESIII's own random numbers are for."""

from __future__ import annotations

from enum import IntEnum


class BesiiiPurpose(IntEnum):
    """Values of 100-119 (`trigemu.physics.purpose.Purpose` says what for)."""

    PHASE = 100
    EMC_CRYSTAL = 101
    EMC_NOISE = 102
    EMC_NOISE_COUNT = 103
    EMC_SATURATION = 104
    TOF_HIT = 105
    TOF_NOISE = 106
    TOF_NOISE_COUNT = 107
