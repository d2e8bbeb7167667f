"""Belle II's neural z trigger in the plainest form: one track, one node, one number after the other."""

import math

import numpy as np

CELLS = (160, 160, 192, 224, 256, 288, 320, 352, 384)
FIRST = [sum(CELLS[:k]) for k in range(10)]
RADIUS_CM = (
    (19.8, 20.8),
    (29.34, 31.16),
    (40.16, 41.98),
    (51.28, 53.1),
    (62.0, 63.82),
    (73.12, 74.94),
    (83.84, 85.66),
    (94.96, 96.78),
    (105.68, 107.5),
)


def half_away(x):
    """Round half away from zero."""
    return int(math.copysign(math.floor(abs(x) + 0.5), x))


def activation(total, p):
    """Return the fixed-point activation of an exact sum."""
    shift = p.node + p.weight - p.table
    last = math.ceil(math.atanh(1 - 1 / (1 << (p.node + 1))) * (1 << (p.table + 1)))
    address = abs(total) >> shift
    value = 1 << p.node
    if address < last:
        x = float(np.float32((address + 0.5 - 1 / (1 << (shift + 1))) / (1 << p.table)))
        value = half_away(math.tanh(x / 2) * (1 << p.node))
    return -value if total < 0 else value


def fixed_row(layers, row, p):
    """Return the last layer's integers of one row of integer inputs, in Python's unbounded integers."""
    values = [int(x) for x in row]
    for layer in layers:
        values.append(1 << p.node)
        weights = [[half_away(float(w) * (1 << p.weight)) for w in node] for node in layer]
        sums = [sum(w * x for w, x in zip(node, values, strict=True)) for node in weights]
        values = [activation(total, p) for total in sums]
    return values


def float_row(layers, row):
    """Return the last layer's single-precision numbers, added in the order of the weights."""
    values = [np.float32(x) for x in row]
    for layer in layers:
        values.append(np.float32(1))
        following = []
        for node in layer:
            total = np.float32(0)
            for x, w in zip(values, node, strict=True):
                total = np.float32(total + np.float32(x * w))
            following.append(np.float32(math.tanh(float(total) / 2)))
        values = following
    return values


def unscaled(output, low, high):
    """Return cm or rad of an output from -1 to 1."""
    return np.float32((float(output) + 1.0) * float(np.float32(high - low)) / 2 + float(low))


class Track:
    """Where a 2D track crosses the superlayers, in floating (precision None) or fixed point."""

    def __init__(self, phi0, omega, p):
        self.alpha, self.reference = {}, {}
        for layer in range(9):
            for second in range(2):
                r = RADIUS_CM[layer][second]
                alpha = math.asin(r * omega / 2) if r * abs(omega) < 2 else math.pi / 2
                if p is None:
                    place = (phi0 - alpha) * CELLS[layer] / 2.0 / math.pi
                    place = math.remainder(place, CELLS[layer])
                else:
                    angle = half_away(alpha * (1 << p.angle))
                    difference = half_away(phi0 * (1 << p.angle)) - angle
                    scale = half_away(CELLS[layer] / 2.0 / math.pi * (1 << p.scale))
                    place = math.trunc(difference * scale / (1 << (p.angle + p.scale - p.reference)))
                    place, alpha = place / (1 << p.reference), angle / (1 << p.angle)
                self.alpha[layer, second], self.reference[layer, second] = alpha, place

    def relative(self, segment, position):
        layer = layer_of(segment)
        shift = {3: 0.0, 2: 0.5, 1: -0.5, 0: 0.0}[position]
        value = segment + shift - FIRST[layer] - self.reference[layer, int(position < 3)]
        return math.remainder(value, CELLS[layer])


def layer_of(segment):
    return next(k for k in range(9) if segment < FIRST[k + 1])


def inputs_of(track, segments, axial, stereo, event_time, network, p, option, fallback=False):
    """Return expert, valid, chosen row per superlayer and 27 inputs of one track.

    ``axial`` and ``stereo`` are the rows of segments that it may use, ``event_time`` is None or in ticks.
    """
    crossing = Track(*track, p)

    def relevant(expert, row):
        layer = layer_of(segments.segment[row])
        low, high = network.experts[expert].relevant_id[layer]
        return low <= np.float32(relative(row)) <= high

    def relative(row):
        return crossing.relative(int(segments.segment[row]), int(segments.position[row]))

    start = {"zero": 0, "etf_or_zero": 0}.get(option)
    if option not in ("fastestpriority", "zero") and event_time is not None:
        start = event_time
    elif option in ("fastestpriority", "etf_or_fastestpriority"):
        start = min((int(segments.time[row]) for row in axial if relevant(0, row)), default=None)
    seen = {layer_of(segments.segment[row]) for row in (*axial, *stereo) if relevant(0, row)}
    pattern = sum(1 << layer for layer in seen) & network.experts[0].pattern_mask
    number = 0 if fallback else -1
    for k, expert in enumerate(network.experts):
        if expert.pattern & expert.pattern_mask == pattern:
            number = k
            break
    chosen, inputs = [-1] * 9, [np.float32(0)] * 27
    if number < 0:
        return number, 0, chosen, inputs
    expert = network.experts[number]
    best = {}
    for row in (*axial, *stereo):
        layer = layer_of(segments.segment[row])
        if not (expert.pattern >> layer) & 1 or not relevant(number, row):
            continue
        t = 0 if start is None else min(max(int(segments.time[row]) - start, 0), expert.t_max)
        known = int(segments.left_right[row]) in (1, 2)
        # Known sides first, then the shortest time, then the later one.
        if layer not in best or (not known, t) <= best[layer][:2]:
            best[layer] = (not known, t, row)
    for layer, (_, t, row) in best.items():
        chosen[layer] = row
        low, high = expert.relevant_id[layer]
        scale = 2.0 ** math.floor(math.log2(np.float32(2.0 / float(high - low))))
        middle = float(np.float32(float(low + high) / 2))
        side = {2: 1, 1: -1, 3: 0}[int(segments.left_right[row])]
        second = int(segments.position[row] < 3)
        inputs[3 * layer] = np.float32(scale * (relative(row) - middle))
        inputs[3 * layer + 1] = np.float32(side * t * 2.0 ** math.floor(math.log2(1 / expert.t_max)))
        inputs[3 * layer + 2] = np.float32(crossing.alpha[layer, second] * 0.5)
    return number, int(sum(layer % 2 == 0 for layer in best) >= 4), chosen, inputs
