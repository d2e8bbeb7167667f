"""Slow, obvious twins of the NA62 lookups, transport and digitiser."""

from __future__ import annotations

import math

import numpy as np

from trigemu.experiments.na62.detector import geometry, slabs


def tiles_at(x: float, y: float, overlap: bool) -> set[int]:
    """Ids of all tiles one of whose scintillators contains the point: a scan over every brick of every
    tile.
    """
    if not geometry.NEWCHOD.inner < math.hypot(x, y) < geometry.NEWCHOD.outer:
        return set()
    found = set()
    for tile in geometry.TILE_IDS.tolist():
        for bx, by in geometry.tile_bricks(tile):
            # Quadrants own their borders as x >= 0 and y >= 0; columns and rows count outwards from there.
            in_x = (x < 0) == (bx < 0) and -0.5 <= (abs(x) - abs(bx)) / geometry.BRICK_WIDTH < 0.5
            in_y = (y < 0) == (by < 0) and -0.5 <= (abs(y) - abs(by)) / geometry.BRICK_PITCH < 0.5
            if overlap:
                in_y = in_y or abs(y - by) < geometry.BRICK_PITCH / 2 + geometry.BRICK_OVERLAP
            if in_x and in_y:
                found.add(tile)
    return found


def pad_at(x: float, y: float) -> int:
    """MUV3 pad at a point, -1 if none: a scan over every pad."""
    if math.hypot(x, y) <= geometry.MUV3_INNER:
        return -1
    for pad in geometry.PAD_IDS.tolist():
        cx, cy = geometry.pad_centre(pad)
        size = geometry.MUV3_PAD * (1 if pad < 144 else 2 / 3)
        half = (size - geometry.MUV3_GAP) / 2
        if abs(x - cx) <= half and abs(y - cy) <= half:
            return pad
    return -1


def slab_at(x: float, y: float, plane: int) -> int:
    """CHOD channel at a point of a plane, -1 if none: a scan over every slab of it."""
    if math.hypot(x, y) <= slabs.HOLE:
        return -1
    for channel in range(64 * plane, 64 * plane + 64):
        x_low, x_high, y_low, y_high = slabs.slab_rectangle(channel)
        if x_low <= x <= x_high and y_low <= y <= y_high:
            return channel
    return -1


def follow(
    start: np.ndarray, p: np.ndarray, charge: int, mass: float, z: float
) -> tuple[float, float, float]:
    """x, y and path/(beta c) in ns of a particle at a plane, in vectors."""
    light = 299.792458
    position, direction, path = np.array(start, float), np.array(p, float), 0.0
    if charge and position[2] < geometry.MNP33_Z < z:
        step = direction * (geometry.MNP33_Z - position[2]) / direction[2]
        position, path = position + step, path + float(np.linalg.norm(step))
        px = direction[0] - charge * geometry.MNP33_KICK_GEV
        pz = math.sqrt(direction[0] ** 2 + direction[2] ** 2 - px**2)
        direction = np.array([px, direction[1], pz])
    step = direction * (z - position[2]) / direction[2]
    position, path = position + step, path + float(np.linalg.norm(step))
    size = float(np.linalg.norm(p))
    beta = size / math.hypot(size, mass)
    return position[0], position[1], path / (beta * light)


def digitise(
    deposits: list[tuple[float, int, float, tuple[bool, bool]]], threshold: float, merge: float, dead: float
) -> list[tuple[int, int]]:
    """Deposits (time, cell, energy, seen by which photosensor) that become hits, as (index, photosensor).

    Channel by channel, as if there were no others.
    """
    kept = []
    for cell, sensor in {(d[1], s) for d in deposits for s in (0, 1)}:
        mine = sorted(
            (time, i, energy)
            for i, (time, c, energy, seen) in enumerate(deposits)
            if c == cell and seen[sensor]
        )
        groups: list[tuple[float, int, float]] = []
        for time, i, energy in mine:
            if groups and time - groups[-1][0] < merge:
                groups[-1] = (groups[-1][0], groups[-1][1], groups[-1][2] + energy)
            else:
                groups.append((time, i, energy))
        last = -math.inf
        for time, i, energy in groups:
            if energy >= threshold and time - last >= dead:
                kept.append((i, sensor))
                last = time
    return sorted(kept)


def thin(hits: list[tuple[int, int]], dead: int) -> list[int]:
    """Indices of hits (time, channel), given in order, that survive a non-extending dead time per channel."""
    kept, last = [], {}
    for i, (time, channel) in enumerate(hits):
        if channel in last and time - last[channel] < dead:
            continue
        last[channel] = time
        kept.append(i)
    return kept
