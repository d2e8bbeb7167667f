"""Slow, obvious reference of BaBar's response: the muon detector's layers on a path, looked at point by point."""

from __future__ import annotations

import math

import numpy as np

NORMALS = [math.radians(30.0 + 60.0 * k) for k in range(6)]


def gaps(begin, plates, gap):
    """Return where the middle of each gap is, if plates of iron and gaps take turns from here on."""
    out, place = [], begin
    for plate in plates:
        out.append(place + plate + 0.5 * gap)
        place += plate + gap
    return out


def straight_on(points, config, length, step):
    """Return the points of a path up to where it leaves the field, and then straight on for this length."""
    radius, z = np.hypot(points[:, 0], points[:, 1]), points[:, 2] - config.centre_mm
    out = int(np.argmax((radius >= config.field_radius_mm) | (np.abs(z) >= config.half_length_mm)))
    along = points[out] - points[out - 1]
    along /= np.linalg.norm(along)
    return points[out] + along * np.arange(0.0, length, step)[:, None]


def layers_on_path(points, config):
    """Return (sure, possible): channels of fast ORs on a path of points far outside of the field.

    Where the path passes the edge of a layer within 10 mm, the channel is possible but not sure.
    """
    sure, possible = set(), set()

    def add(channel, inside):
        if inside > -10.0:
            possible.add(channel)
        if inside > 10.0:
            sure.add(channel)

    x, y, z = points.T
    across = np.array([x * math.cos(a) + y * math.sin(a) for a in NORMALS])
    height = across.max(axis=0)
    for place, distance in enumerate(gaps(config.barrel_radius_mm, config.barrel_plates_mm, config.gap_mm)):
        beyond = np.flatnonzero(height >= distance)
        if place not in config.barrel_layers or len(beyond) == 0:
            continue
        at = beyond[0]
        sextant = int(np.argmax(across[:, at]))
        sideways = abs(y[at] * math.cos(NORMALS[sextant]) - x[at] * math.sin(NORMALS[sextant]))
        edge = distance * math.tan(math.pi / 6) - config.dead_edge_mm - sideways
        end = config.half_length_mm - abs(z[at] - config.centre_mm)
        add(8 * sextant + config.barrel_layers.index(place), min(edge, end))
    # A path that has gone through the barrel's side does not come back to the doors.
    side = z[-1] > config.centre_mm
    outwards = (z - config.centre_mm) * (1 if side else -1)
    for place, distance in enumerate(gaps(config.half_length_mm, config.end_plates_mm, config.gap_mm)):
        beyond = np.flatnonzero(outwards >= distance)
        if place not in config.end_layers or len(beyond) == 0:
            continue
        at = beyond[0]
        radius = math.hypot(x[at], y[at])
        inside = min(radius - config.end_radii_mm[0], config.end_radii_mm[1] - radius)
        half = 0 if x[at] > 0.0 else 1
        add((48 if side else 64) + 8 * half + config.end_layers.index(place), min(inside, abs(x[at])))
        if abs(x[at]) < 10.0:
            possible.add((48 if side else 64) + 8 * (1 - half) + config.end_layers.index(place))
    return sure, possible
