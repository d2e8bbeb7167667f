"""Slow, obvious twins of the Belle II response: the Lorentz force step by step, cells by looking at every wire."""

from __future__ import annotations

import math

import numpy as np

from trigemu.experiments.belle2.cdc import geometry

TURN = 0.000299792458 * 1.5  # GeV per mm: charge times c times the field


def fly(start, momentum, charge, length, steps):
    """Points float64[steps + 1, 3] along a path of this length (mm): classical Runge-Kutta on the Lorentz force."""
    p = math.sqrt(sum(c * c for c in momentum))
    h = length / steps

    def slope(state):
        tx, ty, tz = state[3:]
        return np.array([tx, ty, tz, charge * TURN * ty / p, -charge * TURN * tx / p, 0.0])

    state = np.array([*start, *(c / p for c in momentum)], dtype=float)
    points = [state[:3].copy()]
    for _ in range(steps):
        a = slope(state)
        b = slope(state + 0.5 * h * a)
        c = slope(state + 0.5 * h * b)
        d = slope(state + h * c)
        state = state + h / 6.0 * (a + 2 * b + 2 * c + d)
        points.append(state[:3].copy())
    return np.array(points)


def cells_on_path(points):
    """Walk along points (float64[k, 3], close together) and return what each visit to a cell was.

    Returns a list of (layer, wire, distance, way in the cell, way from the start to the closest point, length of
    the wire from there to its backward end), lengths in mm, in order of flight.
    """
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(step)])
    radius = np.hypot(points[:, 0], points[:, 1])
    middle = 0.5 * (geometry.RADIUS[1:] + geometry.RADIUS[:-1])
    inner = np.concatenate([[geometry.RADIUS[0] - 5.0], middle])
    outer = np.concatenate([middle, [geometry.RADIUS[-1] + 9.0]])
    visits = []
    for layer in range(geometry.LAYERS):
        z = points[:, 2]
        surface = np.hypot(*geometry.wire_position(layer, 0, z)) / geometry.RADIUS[layer]
        inside = (radius >= inner[layer] * surface) & (radius < outer[layer] * surface)
        inside &= (z >= geometry.BACKWARD[layer]) & (z <= geometry.FORWARD[layer])
        rows = np.flatnonzero(inside)
        if len(rows) == 0:
            continue
        azimuth = np.arctan2(points[rows, 1], points[rows, 0])
        pitch = 2 * math.pi / geometry.WIRES[layer]
        nearest = np.rint((azimuth - geometry.wire_phi(layer, 0, z[rows])) / pitch).astype(int)
        nearest %= geometry.WIRES[layer]
        begins = np.flatnonzero(np.r_[True, (np.diff(nearest) != 0) | (np.diff(rows) != 1)])
        for begin, end in zip(begins, np.r_[begins[1:], len(rows)], strict=True):
            mine = rows[begin:end]
            wire = int(nearest[begin])
            back, front = (
                np.array([*(float(v) for v in geometry.wire_position(layer, wire, end_z)), end_z])
                for end_z in (geometry.BACKWARD[layer], geometry.FORWARD[layer])
            )
            along = (front - back) / np.linalg.norm(front - back)
            away = points[mine] - back
            length = away @ along
            distance = np.linalg.norm(away - length[:, None] * along, axis=1)
            best = int(np.argmin(distance))
            here = mine[best]
            path = way[mine[-1]] - way[mine[0]]
            visits.append((layer, wire, distance[best], path, way[here], length[best], way[mine[0]]))
    visits.sort(key=lambda visit: visit[-1])
    return [visit[:-1] for visit in visits]


def stop(kinetic, mass, minimum, slices=20000):
    """Kinetic energy behind matter, minimum loss times beta^(-5/3), in tiny slices."""
    for _ in range(slices):
        if kinetic <= 0.0:
            return 0.0
        gamma = 1.0 + kinetic / mass
        kinetic -= minimum / slices * (1.0 - 1.0 / gamma**2) ** (-5.0 / 6.0)
    return max(kinetic, 0.0)
