"""Slow, obvious references of BESIII's response: every counter is looked at, every digi is worked out by itself."""

from __future__ import annotations

import math

import numpy as np
from reference.collider_response import read_out

from trigemu.experiments.besiii.sources import BARS, ENDCAP_COUNTERS, MODULES, STRIPS
from trigemu.experiments.besiii.tof import geometry

LIGHT = 299.792458
COUNT_NS = 24.0 / 8192


def way_to(points, value, wanted):
    """Way (in steps of the path) and point where ``value`` of the points first passes ``wanted``; None: never."""
    beyond = np.flatnonzero((value[:-1] < wanted) & (value[1:] >= wanted))
    if len(beyond) == 0:
        return None
    first = beyond[0]
    part = (wanted - value[first]) / (value[first + 1] - value[first])
    return first + part, points[first] + part * (points[first + 1] - points[first])


def counters_on_path(points, endcap):
    """Return (channel, way in steps, mm along the counter to the end that is read) of what a path in mm hits."""
    out = []
    radius = np.hypot(points[:, 0], points[:, 1])
    gone = way_to(points, radius, geometry.LAYER_MM[-1][1])
    last = math.inf if gone is None else gone[0]
    for layer in range(2):
        found = way_to(points, radius, 0.5 * sum(geometry.LAYER_MM[layer]))
        half = geometry.HALF_LENGTH_MM
        if found is None or abs(found[1][2]) > half:
            continue
        way, (x, y, z) = found
        apart = [
            abs(math.remainder(math.atan2(y, x) - float(geometry.bar_azimuth(layer, bar)), 2 * math.pi))
            for bar in range(BARS)
        ]
        bar = int(np.argmin(apart))
        for end, length in ((0, half - z), (1, half + z)):
            out.append((int(geometry.bar_channel(layer, bar, end)), way, length))
    for side, sign in ((0, 1.0), (1, -1.0)):
        height = sign * points[:, 2]
        if endcap == "scintillator":
            found = way_to(points, height, 0.5 * sum(geometry.ENDCAP_Z_MM))
            if found is None or found[0] > last:
                continue
            way, (x, y, _) = found
            inner, outer = geometry.ENDCAP_RADII_MM
            if not inner <= math.hypot(x, y) < outer:
                continue
            apart = [
                abs(math.remainder(math.atan2(y, x) - float(geometry.counter_azimuth(c)), 2 * math.pi))
                for c in range(ENDCAP_COUNTERS)
            ]
            channel = int(geometry.counter_channel(side, int(np.argmin(apart))))
            out.append((channel, way, math.hypot(x, y) - inner))
            continue
        for module in range(MODULES):
            found = way_to(points, height, geometry.STRIP_Z_MM[module % 2])
            if found is None or found[0] > last:
                continue
            way, point = found
            phi = float(geometry.module_azimuth(side, module))
            for strip in range(STRIPS):
                x, y, _ = point - geometry.strip_position(side, module, strip)
                outwards = x * math.cos(phi) + y * math.sin(phi)
                across = y * math.cos(phi) - x * math.sin(phi)
                half = 0.5 * geometry.STRIP_LENGTHS_MM[strip]
                if abs(outwards) <= 0.5 * geometry.STRIP_WIDTH_MM and abs(across) <= half:
                    for end, length in ((0, half - across), (1, half + across)):
                        out.append((int(geometry.strip_channel(side, module, strip, end)), way, length))
    return out


def digi(energy):
    """ADC counts and range of an energy in GeV: the finest range of ten bits that holds it, else the largest count."""
    for number, weight in enumerate((2, 16, 64)):
        counts = math.floor(energy * 65535 / 2 / weight + 0.5)
        if counts < 1024:
            return max(counts, 0), number
    return 1023, 2


def energy_of(counts, number):
    """Energy in GeV that a digi stands for."""
    return counts * (2, 16, 64)[number] * 2 / 65535


def digis_of_event(event, crystals, most, emc, collision, seed, frame):
    """Digis (channel, counts, range, time) of one event; ``crystals``: (number, energy in GeV, ns after the collision).

    Purposes of random numbers: 101 electronics, 102 noise, 103 how much of it.
    """
    rows = read_out(event, crystals, most, emc, (60, 50.0, collision), (101, 102, 103), seed, frame)
    return [(number, *digi(energy), int(time)) for number, energy, time in rows]
