"""What Belle II's own random numbers are for."""

from __future__ import annotations

from enum import IntEnum


class Belle2Purpose(IntEnum):
    """Values of 63-66 and 81-98 (`trigemu.physics.purpose.Purpose` says what for)."""

    KLM_RANGE = 63
    KLM_HIT = 64
    KLM_NOISE = 65
    KLM_NOISE_COUNT = 66
    ECL_CELL = 81
    ECL_BACKGROUND = 82
    ECL_BACKGROUND_COUNT = 83
    SAMPLING_PHASE = 90
