"""Left/right tables of the track-segment finder, derived from simulated tracks through the wires.

A table says, for each pattern of hit wires and each kind of priority wire, whether the segment fires and on which
side of the priority wire the track passed.  *Fires* is logic: at least four of the five layers have a hit
(belle2_facts, section 3).  *Side* is counted: tracks are thrown through the wires, with inefficiency and background
hits, and a side is written down where it is pure enough.  "Left" is the side of larger azimuth.

Patterns that are mirror images (azimuth to minus azimuth) are counted together, with the sides exchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trigemu.activity import doing
from trigemu.arrays import I64, U8, Bool
from trigemu.collider.wire_patterns import Helices
from trigemu.drafts import draft_of
from trigemu.experiments.belle2.cdc import geometry
from trigemu.studies.belle2.training import chamber
from trigemu.studies.belle2.training.toys import DRIFT_VELOCITY, TICK_NS, places, sample_helices

NOTHING, RIGHT, LEFT, UNDETERMINED = 0, 1, 2, 3
VALUES = ("nothing", "right", "left", "undetermined")
LAYERS_NEEDED = 4
REACH = 4
"""Wires on either side of the one nearest to the track that are looked at."""
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class LeftRightRecipe:
    """How the tables are made; all but ``seed`` and ``tracks`` are guesses of a plausible chamber.

    Attributes
    ----------
    tracks
        Tracks thrown for the outer table; twenty times as many for the inner one, whose patterns are more.
    efficiency
        Probability that a wire whose cell the track crosses has a hit.
    occupancy
        Probability that a wire has a background hit.
    purity
        Share of one side from which on it is written down (the experiment's own tables name 0.70 and 0.80).
    least
        Least number of counted tracks of a pattern.
    """

    seed: int = 1
    tracks: int = 100_000
    efficiency: float = 0.97
    occupancy: float = 0.04
    purity: float = 0.8
    least: int = 10


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Segments seen in simulated tracks: table address, and whether the track passed left of the wire."""

    address: I64
    left: Bool


def fires(superlayer: int) -> Bool:
    """Return bool[patterns]: at least four of the segment's five layers have a hit."""
    shape = np.array(geometry.shape(superlayer))
    hit = (np.arange(1 << len(shape))[:, None] >> np.arange(len(shape))) & 1
    layers = np.stack([hit[:, shape[:, 0] == layer].max(1) for layer in range(-2, 3)], 1)
    fired: Bool = layers.sum(1) >= LAYERS_NEEDED
    return fired


def mirror(superlayer: int) -> I64:
    """Return int64[2 * patterns]: address of the mirror image of each table address."""
    shape = geometry.shape(superlayer)
    parity = [int(2 * geometry.OFFSET[geometry.CENTRE_LAYER[superlayer] + layer]) for layer, _ in shape]
    image = [shape.index((layer, -wire - odd)) for (layer, wire), odd in zip(shape, parity, strict=True)]
    pattern = np.arange(1 << len(shape))
    turned = sum(((pattern >> bit) & 1) << image[bit] for bit in range(len(shape)))
    return np.stack([2 * turned + 1, 2 * turned], 1).ravel()


def throw_sides(rng: np.random.Generator, tracks: Helices, superlayer: int, recipe: LeftRightRecipe) -> Sides:
    """Return the segments of one superlayer that tracks make, and on which side of their priority wire they pass."""
    layers = geometry.CENTRE_LAYER[superlayer] + np.arange(-2, 3)
    half = np.diff(chamber.RADIUS[layers]).mean() / 2
    offset = geometry.OFFSET[layers]
    place, z, across = places(tracks, layers)
    low, high = places(tracks, layers, radial=-half)[0], places(tracks, layers, radial=half)[0]
    good = np.isfinite(place + low + high).all(1)
    good &= ((z > chamber.BACKWARD[layers]) & (z < chamber.FORWARD[layers])).all(1)
    place, across, low, high = place[good], across[good], low[good], high[good]
    row = int(geometry.PRIORITY_LAYER[superlayer] - layers[0])
    near = np.round(place[:, row])
    # Wires [track, layer, -REACH..REACH] round the priority wire nearest to the track.
    wire = near[:, None, None] + np.arange(-REACH, REACH + 1) + offset[:, None]
    crossed = (wire > np.minimum(low, high)[:, :, None] - 0.5) & (
        wire < np.maximum(low, high)[:, :, None] + 0.5
    )
    hit = crossed & (rng.random(wire.shape, np.float32) < recipe.efficiency)
    noise = rng.random(wire.shape, np.float32) < recipe.occupancy
    drift = np.abs(place[:, :, None] - wire) * across[:, :, None] / (DRIFT_VELOCITY * TICK_NS)
    late = np.float32(2 * half / (DRIFT_VELOCITY * TICK_NS)) * rng.random(wire.shape, np.float32)
    time = np.minimum(np.where(hit, drift, np.inf), np.where(noise, late, np.inf))
    hit |= noise
    found = [_segment(hit, time, c, superlayer) for c in (-2, -1, 0, 1, 2)]
    addresses, sides = [], []
    bits = geometry.INNER_BITS if superlayer == 0 else geometry.OUTER_BITS
    shape = geometry.shape(superlayer)
    for number, centre in enumerate((-1, 0, 1), start=1):
        pattern, position, fired = found[number]
        first = [f & (p == geometry.FIRST) for _, p, f in (found[number - 1], found[number + 1])]
        # A segment without its first wire goes if a neighbour has one.
        fired = fired & ((position == geometry.FIRST) | ~(first[0] | first[1]))
        for kind, bit in bits.items():
            layer, shift = shape[bit]
            chosen = fired & (position == kind)
            distance = place[:, layer + 2] - wire[:, layer + 2, REACH + centre + shift]
            addresses.append(2 * pattern[chosen] + (kind == geometry.SECOND_LEFT))
            sides.append(distance[chosen] > 0)
    return Sides(np.concatenate(addresses), np.concatenate(sides))


def _segment(hit: Bool, time: NDArray[np.float64], centre: int, superlayer: int) -> tuple[I64, I64, Bool]:
    """Return pattern, priority position and whether it fires of the segment ``centre`` beside the nearest."""
    shape = geometry.shape(superlayer)
    bits = geometry.INNER_BITS if superlayer == 0 else geometry.OUTER_BITS
    n = len(hit)
    pattern, layers = np.zeros(n, np.int64), np.zeros((n, 5), np.bool_)
    for bit, (layer, wire) in enumerate(shape):
        one = hit[:, layer + 2, REACH + centre + wire] if abs(centre + wire) <= REACH else np.zeros(n, bool)
        pattern |= one.astype(np.int64) << bit
        layers[:, layer + 2] |= one
    when = {kind: time[:, shape[bit][0] + 2, REACH + centre + shape[bit][1]] for kind, bit in bits.items()}
    left = when[geometry.SECOND_LEFT] < when[geometry.SECOND_RIGHT]
    second = np.where(left, geometry.SECOND_LEFT, geometry.SECOND_RIGHT)
    none = ~np.isfinite(np.minimum(when[geometry.SECOND_LEFT], when[geometry.SECOND_RIGHT]))
    position = np.where(np.isfinite(when[geometry.FIRST]), geometry.FIRST, np.where(none, 0, second))
    return pattern, position, (layers.sum(1) >= LAYERS_NEEDED) & (position != 0)


def count_sides(
    superlayers: tuple[int, ...],
    tracks: int,
    recipe: LeftRightRecipe,
    progress: Callable[[int, int], None] = lambda done, wanted: None,
) -> I64:
    """Return int64[addresses, 2]: how often a track passed right and left, mirror images added.

    ``progress``: told how many tracks have been thrown, and how many there are to be.
    """
    size = 2 << len(geometry.shape(superlayers[0]))
    counts = np.zeros((2, size), np.int64)
    for part in range(-(-tracks // CHUNK)):
        progress(part * CHUNK, tracks)
        number = min(CHUNK, tracks - part * CHUNK)
        rng = np.random.Generator(np.random.Philox([recipe.seed, superlayers[0], part]))
        helices = sample_helices(rng, number, pt=(0.25, 5.0), theta=(20.0, 145.0), z=(-30.0, 30.0))
        for superlayer in superlayers:
            seen = throw_sides(rng, helices, superlayer, recipe)
            for side in (0, 1):
                counts[side] += np.bincount(seen.address[seen.left == bool(side)], minlength=size)
    image = mirror(superlayers[0])
    return np.stack([counts[0] + counts[1][image], counts[1] + counts[0][image]], 1)


def make_table(counts: I64, superlayer: int, recipe: LeftRightRecipe) -> U8:
    """Return uint8[addresses], 0 nothing, 1 right, 2 left, 3 undetermined, from counted sides."""
    total = counts.sum(1)
    enough = total >= recipe.least
    right = enough & (counts[:, 0] >= recipe.purity * total)
    left = enough & (counts[:, 1] >= recipe.purity * total)
    table = np.full(len(counts), UNDETERMINED, np.uint8)
    table[right], table[left] = RIGHT, LEFT
    table[~np.repeat(fires(superlayer), 2)] = NOTHING
    return table


def derive_tables(recipe: LeftRightRecipe) -> tuple[U8, U8]:
    """Return the tables (uint8[65536] for superlayer 0, uint8[4096] for the others)."""
    with doing("tracks of the inner table") as task:
        inner = count_sides((0,), 20 * recipe.tracks, recipe, task)
    with doing("tracks of the outer table") as task:
        outer = count_sides(tuple(range(1, 9)), recipe.tracks, recipe, task)
    return make_table(inner, 0, recipe), make_table(outer, 1, recipe)


def population(table: U8) -> list[int]:
    """Return how many entries say nothing, right, left and undetermined."""
    return [int(n) for n in np.bincount(table, minlength=len(VALUES))]


def save_tables(path: Path, inner: U8, outer: U8) -> None:
    """Write the tables as an ``.npz`` with the arrays ``inner`` and ``outer``."""
    with draft_of(path) as draft:
        np.savez_compressed(draft, inner=inner, outer=outer)
