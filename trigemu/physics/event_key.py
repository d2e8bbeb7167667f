"""A number that stands for an event: where its random numbers are found, whatever file it is in and at which place.

Detector response that is addressed by it depends on the event and the seed alone: the same event gives the same hits
in another order, in a part of the file, or among other events.
"""

from __future__ import annotations

import xxhash

from trigemu.physics.particles import Particles

_LOW = 0xFFFF_FFFF


def event_key(event: Particles) -> int:
    """Return the key of one event, 0 to 2**32 - 1: a hash (XXH3) of its particles, in their order.

    It takes the place of the frame's number in the address of random numbers (`trigemu.physics.rng`).  Of n different
    events, about n^2 / 2^33 pairs share a key by chance and so their random numbers: a hundred pairs in a million
    events.
    """
    whole = xxhash.xxh3_64()
    for column in (event.pdg, event.mother):
        whole.update(column.astype("<i4").tobytes())
    for values in (event.mass, event.momentum, event.point):
        # A zero has no sign here.
        whole.update((values + 0.0).astype("<f8").tobytes())
    found = whole.intdigest()
    return (found ^ found >> 32) & _LOW
