"""What NA62's random numbers are for."""

from __future__ import annotations

from enum import IntEnum


class NA62Purpose(IntEnum):
    """Values of 2-3 and 20-39 (`trigemu.physics.purpose.Purpose` says what for)."""

    HALO = 2
    HALO_CALIBRATION = 3
    NEWCHOD = 20
    MUV3 = 21
    LKR = 22
    LAV = 23
    RICH = 24
    ANTI0 = 25
    NEUTRAL = 26
    CHANNEL_SHARING = 30
    NOISE = 31
    CHOD = 32
    OFFLINE = 34
    SPILL = 35
