"""Slow, obvious references of the response: the Lorentz force step by step, cells by looking at every wire."""

from __future__ import annotations

import math

import numpy as np

from trigemu.physics.rng import normal2, poisson, uniform2

TURN = 0.000299792458  # GeV per mm and T: charge times c


def fly(start, momentum, charge, length, steps, field_t=1.5):
    """Points float64[steps + 1, 3] along a path of this length (mm): classical Runge-Kutta on the Lorentz force."""
    p = math.sqrt(sum(c * c for c in momentum))
    h = length / steps
    turn = charge * TURN * field_t

    def slope(state):
        tx, ty, tz = state[3:]
        return np.array([tx, ty, tz, turn * ty / p, -turn * tx / p, 0.0])

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


def wire_ends(chamber, layer, wire):
    """Both ends (backward, forward) of a wire of a `DriftChamber`, float64[3] each."""
    cell = 2 * math.pi / chamber.wires[layer]
    back = cell * (wire + chamber.offset[layer])
    front = back + cell * chamber.turn[layer]
    radius = chamber.radius[layer]
    return (
        np.array([radius * math.cos(back), radius * math.sin(back), chamber.backward[layer]]),
        np.array([radius * math.cos(front), radius * math.sin(front), chamber.forward[layer]]),
    )


def cells_on_path(points, chamber):
    """Walk along points (float64[k, 3], close together) and return what each visit to a cell of a chamber was.

    Returns a list of (layer, wire, distance, way in the cell, way from the start to the closest point, length of
    the wire from there to its backward end), lengths in mm, in order of flight.
    """
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(step)])
    radius = np.hypot(points[:, 0], points[:, 1])
    z = points[:, 2]
    visits = []
    for layer in range(chamber.layers):
        back, front = wire_ends(chamber, layer, 0)
        part = (z - back[2]) / (front[2] - back[2])
        x, y = (back[k] * (1 - part) + front[k] * part for k in (0, 1))
        surface = np.hypot(x, y) / chamber.radius[layer]
        inside = (radius >= chamber.inner[layer] * surface) & (radius < chamber.outer[layer] * surface)
        inside &= (z >= back[2]) & (z <= front[2])
        rows = np.flatnonzero(inside)
        if len(rows) == 0:
            continue
        azimuth = np.arctan2(points[rows, 1], points[rows, 0])
        pitch = 2 * math.pi / chamber.wires[layer]
        nearest = np.rint((azimuth - np.arctan2(y, x)[rows]) / pitch).astype(int)
        nearest %= chamber.wires[layer]
        begins = np.flatnonzero(np.r_[True, (np.diff(nearest) != 0) | (np.diff(rows) != 1)])
        for begin, end in zip(begins, np.r_[begins[1:], len(rows)], strict=True):
            mine = rows[begin:end]
            wire = int(nearest[begin])
            back, front = wire_ends(chamber, layer, wire)
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


def bethe(kinetic, mass):
    """Energy loss in iron in MeV cm^2 / g (Review of Particle Physics, density effect of Sternheimer)."""
    electron, excitation = 0.51099895e-3, 286e-9
    gamma = 1.0 + kinetic / mass
    beta2 = 1.0 - 1.0 / gamma**2
    slow = math.sqrt(beta2) * gamma
    most = 2 * electron * slow**2 / (1 + 2 * gamma * electron / mass + (electron / mass) ** 2)
    x = math.log10(slow)
    density = 0.0
    if x >= -0.0012:
        density = 2 * math.log(10) * x - 4.2911 + (0.1468 * (3.1531 - x) ** 2.9632 if x < 3.1531 else 0.0)
    inner = 0.5 * math.log(2 * electron * slow**2 * most / excitation**2) - beta2 - density / 2
    return 0.307075 * 26 / 55.845 / beta2 * inner


def stop(kinetic, mass, minimum, slices=20000):
    """Kinetic energy behind matter that costs ``minimum`` at 1.4503 MeV cm^2 / g, in tiny slices."""
    for _ in range(slices):
        if kinetic <= 1e-3 * mass:
            return 0.0
        kinetic -= minimum / slices * bethe(kinetic, mass) / 1.4503
    return max(kinetic, 0.0)


def read_out(event, crystals, most, config, window, purposes, seed, frame):
    """What is read out of the crystals of one event: (number, energy in GeV, time in counts of the window).

    ``crystals``: (number, energy in GeV, ns after the collision); ``window``: counts, ns of one, ns from its beginning
    to the collision; ``purposes`` of random numbers: electronics, noise, how much of it.
    """
    key, rows, seen = np.uint64(seed), [], set()
    counts, count_ns, collision = window
    for number, energy, time in crystals:
        noise, jitter = normal2(key, frame, purposes[0], event, number)
        visible = min(energy + config.noise_gev_crystal * noise, most[number])
        if visible < config.suppression_gev:
            continue
        when = collision + time + jitter * math.hypot(config.time_ns, config.time_noise_ns_gev / visible)
        if 0.0 <= when < counts * count_ns:
            rows.append((number, visible, when / count_ns))
            seen.add(number)
    for k in range(poisson(key, frame, purposes[2], event, config.noise_crystals)):
        where, size = uniform2(key, frame, purposes[1], event, 2 * k)
        when, kind = uniform2(key, frame, purposes[1], event, 2 * k + 1)
        number = int(where * len(most))
        if number in seen:
            continue
        seen.add(number)
        mean = config.beam_gev if kind < config.beam_fraction else config.noise_gev
        visible = min(config.suppression_gev - mean * math.log(1.0 - size), most[number])
        rows.append((number, visible, when * counts))
    return rows
