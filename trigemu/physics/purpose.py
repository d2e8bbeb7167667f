"""What random numbers are for; known without the compiler that makes them."""

from __future__ import annotations

from enum import IntEnum


class Purpose(IntEnum):
    """What a random number is for: one number each, so that no two uses share a counter.

    Values below 2**16; the upper 16 bits of the counter word are free for a sub-stream (`trigemu.physics.rng.stream`).
    These are of general use; `trigemu.collider` and each experiment have an enumeration of their own, whose values
    meet with no other's (`trigemu.setup.experiment.ExperimentSpec.purposes`): below 1000 in this package,
    from there on in plug-ins.
    Compiled code takes them as plain numbers: to Numba an enumeration is a type, whose module must be there
    whenever its cache is read.
    """

    SIGNAL = 1
    ARRIVAL_COUNT = 10
    ARRIVAL_TIME = 11
    TEST = 99
