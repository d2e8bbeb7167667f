"""Slow, obvious twins of the left/right derivation: one segment, one wire at a time."""

from __future__ import annotations

from trigemu.experiments.belle2.cdc import geometry


def layers_hit(pattern: int, superlayer: int) -> int:
    """Count the layers of a segment that a pattern of hit wires touches."""
    wires = geometry.shape(superlayer)
    return len({wires[bit][0] for bit in range(len(wires)) if pattern >> bit & 1})


def mirrored(pattern: int, superlayer: int) -> int:
    """Turn a pattern round: wires at azimuth +x from the segment's axis come to lie at -x."""
    wires = geometry.shape(superlayer)
    centre = geometry.CENTRE_LAYER[superlayer]
    axis = geometry.OFFSET[geometry.PRIORITY_LAYER[superlayer]]
    at = {
        (layer, wire + geometry.OFFSET[centre + layer] - axis): bit for bit, (layer, wire) in enumerate(wires)
    }
    result = 0
    for (layer, x), bit in at.items():
        if pattern >> bit & 1:
            result |= 1 << at[layer, -x]
    return result
