"""Where two helices meet, by walking along one and looking for the other (slow, and independent of closed forms)."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass


@dataclass
class Found:
    point: tuple[float, float, float]
    chi2: float


def point(track, arc):
    """Return the position of a track ``arc`` mm beyond its perigee."""
    w = track.omega
    x = track.d0 * math.sin(track.phi0) + (math.sin(track.phi0) - math.sin(track.phi0 - w * arc)) / w
    y = -track.d0 * math.cos(track.phi0) - (math.cos(track.phi0) - math.cos(track.phi0 - w * arc)) / w
    return x, y, track.z0 + track.tan_lambda * arc


def centre(track):
    x, y, _ = point(track, 0.0)
    return x + math.sin(track.phi0) / track.omega, y - math.cos(track.phi0) / track.omega


def outside(track, x, y):
    """Return how far (x, y) is outside the circle of a track."""
    return math.dist((x, y), centre(track)) - 1 / abs(track.omega)


def arc_nearest(track, x, y):
    """Return the arc, within half a turn of the perigee, at which a track passes nearest to (x, y)."""
    cx, cy = centre(track)
    px, py, _ = point(track, 0.0)
    turn = math.atan2(y - cy, x - cx) - math.atan2(py - cy, px - cx)
    turn = math.remainder(turn, 2 * math.pi)
    return -turn / track.omega


LIMIT = 7.879439  # exceeded with a probability of 0.005


def meet(a, b, sigma_xy, sigma_z, steps=256):
    """Return the meeting nearest to the z axis that fits: crossings by bisection, or where circles come closest."""
    half = math.pi / abs(a.omega)
    arcs = [-half + 2 * half * k / steps for k in range(steps + 1)]
    far = [outside(b, *point(a, s)[:2]) for s in arcs]
    turning = [_lowest(a, b, arcs[k - 1], arcs[k + 1]) for k in range(1, steps) if _turns(far, k)]
    edges = sorted({*arcs, *turning})
    crossings = []
    for low, high in itertools.pairwise(edges):
        f = outside(b, *point(a, low)[:2])
        if f * outside(b, *point(a, high)[:2]) <= 0:
            crossings.append(_bisect(a, b, low, high, f))
    found = []
    for s in crossings or [min([*arcs, *turning], key=lambda s: abs(outside(b, *point(a, s)[:2])))]:
        xa, ya, za = point(a, s)
        xb, yb, zb = point(b, arc_nearest(b, xa, ya))
        gap = 0.0 if crossings else math.dist((xa, ya), (xb, yb))
        chi2 = (gap / sigma_xy) ** 2 + ((za - zb) / sigma_z) ** 2
        found.append(Found(((xa + xb) / 2, (ya + yb) / 2, (za + zb) / 2), chi2))
    return min(found, key=lambda f: (f.chi2 > LIMIT, math.hypot(*f.point[:2])))


def _turns(far, k):
    return (far[k] - far[k - 1]) * (far[k + 1] - far[k]) <= 0


def _lowest(a, b, low, high):
    """Return where the distance to the other circle is smallest (in size) between two arcs, by ternary search."""
    sign = 1 if outside(b, *point(a, 0.5 * (low + high))[:2]) > 0 else -1
    for _ in range(200):
        third = (high - low) / 3
        left, right = low + third, high - third
        if sign * outside(b, *point(a, left)[:2]) < sign * outside(b, *point(a, right)[:2]):
            high = right
        else:
            low = left
    return 0.5 * (low + high)


def _bisect(a, b, low, high, f):
    for _ in range(100):
        middle = 0.5 * (low + high)
        g = outside(b, *point(a, middle)[:2])
        if f * g <= 0:
            high = middle
        else:
            low, f = middle, g
    return 0.5 * (low + high)
