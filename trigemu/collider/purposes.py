"""What random numbers of all e+e- colliders are for."""

from __future__ import annotations

from enum import IntEnum


class ColliderPurpose(IntEnum):
    """Values of 40-62, 67-80, 84 (`trigemu.physics.purpose.Purpose` says what for)."""

    COLLISION = 40
    CHAMBER_HIT = 60
    CHAMBER_BACKGROUND = 61
    CHAMBER_BACKGROUND_COUNT = 62
    TRACKING = 67
    PHOTON = 68
    TRACK_CLUSTER = 69
    CLUSTER_BACKGROUND = 70
    CLUSTER_BACKGROUND_COUNT = 71
    BEAM_PHOTON = 72
    BEAM_PHOTON_COUNT = 73
    SHOWER = 80
    RECOIL_TAG = 84
