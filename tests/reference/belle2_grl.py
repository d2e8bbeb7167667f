"""Global reconstruction logic of one crossing, with loops and names as one would explain it."""

from __future__ import annotations

import math

QUADRANTS = (
    (35, *range(0, 10)),
    tuple(range(8, 20)),
    tuple(range(18, 29)),
    (*range(26, 35), 0),
)


def bin_between_edges(phi):
    for k in range(36):
        if k * math.pi / 18 < phi < (k + 1) * math.pi / 18:
            return k
    return 0


def wrap(phi):
    if phi > 2 * math.pi:
        return phi - 2 * math.pi
    if phi < 0:
        return phi + 2 * math.pi
    return phi


def azimuth_at(radius, phi0, omega):
    """Return the azimuth of a track at a radius, None if it does not get there."""
    r = 1 / omega if omega else math.inf
    if radius > 2 * abs(r):
        return None
    angle = math.acos(radius / (2 * abs(r)))
    if r > 0:
        return wrap(phi0 + angle - 0.5 * math.pi)
    return wrap(phi0 - angle + 0.5 * math.pi)


def momentum(omega, cot, straight_passes):
    """Return the trigger's momentum in units of 0.1 GeV."""
    curvature = math.trunc(100 * omega / 0.044) * 0.044
    theta = math.atan(1 / cot) if cot else 0.0
    theta = math.trunc(theta / 0.098125) * 0.098125
    if curvature == 0 or math.sin(theta) == 0:
        return 10**9 if straight_passes else -1
    return math.trunc(abs(4.5 / curvature / math.sin(theta)))


def opposite(a, b, half):
    """Whether some bin of ``a`` is 18 +- half bins from some bin of ``b``."""
    return any(18 - half <= abs(i - j) <= 18 + half for i in a for j in b)


def tens(bins64):
    """Turn bins of 1/64 turn into bins of 10 degrees that overlap them."""
    out = set()
    for k in range(36):
        for b in bins64:
            if b * 36 < (k + 1) * 64 and (b + 1) * 36 > k * 64:
                out.add(k)
    return out


def quadrants(bins36):
    return {q for q in range(4) if any(k in QUADRANTS[q] for k in bins36)}


def runs(bins, size):
    if len(bins) == size:
        return 1
    return sum(1 for b in bins if (b - 1) % size not in bins)


def bits_of(mask, size):
    return {k for k in range(size) if mask >> k & 1}


def one_hot(name, count):
    if count == 0:
        return set()
    return {f"{name}_{min(count, 4) - 1}"}


def fired_bits(tracks, short_mask, inner_mask, clusters, event_time, bhabha, klm, cells, config):
    """Return the names of the bits of one crossing.

    ``tracks``: (phi0, omega, found, z, cot); ``clusters``: (cell, energy, time); ``klm``: masks barrel forward and
    backward, endcap forward and backward; ``cells``: cell -> (bin, barrel, theta number, azimuth in degrees, cot).
    """
    fired = set()

    def when(condition, *names):
        if condition:
            fired.update(names)

    clusters = [c for c in clusters if abs(c[2] - event_time) < config.cluster_window_ns]
    places = [cells[c[0]] for c in clusters]

    # tracks alone
    fired |= one_hot("t2", len(tracks))
    when(tracks, "cdc_active")
    neural = [t for t in tracks if t[2]]
    fired |= one_hot("ty", sum(1 for t in neural if abs(t[3]) < config.neural_z_cm))
    for t in neural:
        if abs(t[3]) < config.single_z_cm:
            p = momentum(t[1], t[4], config.straight_passes)
            when(p > config.single_momentum, "typ")
            for above in (4, 5, 6):
                when(p > above, f"typ{above}")
    own = [math.trunc(t[0] * (180 / math.pi) / 10) for t in tracks]
    for half, name in ((9, "cdc_open90"), (15, "f2f30"), *((k, f"cdc_b2b{2 * k + 1}") for k in (1, 2, 3, 4))):
        when(opposite(own, own, half), name)

    # tracks and clusters
    at_surface = [azimuth_at(config.ecl_radius_cm, t[0], t[1]) for t in tracks]
    surface = [0 if phi is None else bin_between_edges(phi) for phi in at_surface]
    reached = [math.trunc(phi * (180 / math.pi) / 10) for phi in at_surface if phi is not None]
    cluster_bins = [p[0] for p in places]
    for half in (1, 2, 3, 4):
        when(opposite(cluster_bins, cluster_bins, half), f"d{2 * half + 1}")
        when(opposite(reached, cluster_bins, half), f"p{2 * half + 1}")
    matched = []
    for k in surface:
        best = None
        for c, p in zip(clusters, places, strict=True):
            apart = abs(k - p[0])
            apart = min(apart, 36 - apart)
            if p[1] and (best is None or apart < best[0]):
                best = (apart, c[1])
        if best is not None and best[0] <= config.match_bins:
            matched.append(best[1])
    strong = sum(1 for e in matched if e >= config.matched_gev)
    fired |= one_hot("cdcecl", len(matched)) | one_hot("c2gev", strong)
    photons = []
    for c, p in zip(clusters, places, strict=True):
        near = any((p[0] + step) % 36 in surface for step in (-1, 0, 1))
        if not p[1] or (c[1] >= config.photon_gev and not near):
            photons.append(c[1])
    two = sum(1 for e in photons if e > 2)
    fired |= one_hot("n1gev", sum(1 for e in photons if e > 1)) | one_hot("n2gev", two)
    if len(neural) == 1:
        for p in places:
            apart = abs(math.degrees(1) * neural[0][0] - p[3])
            apart = min(apart, 360 - apart)
            when(apart > 80, "opohem")
            away = neural[0][4] - p[4]
            when(apart < 80 and (away < -0.8 or away > 0.6), "samhem")

    # short and inner tracks
    short = bits_of(short_mask, 64)
    inner = bits_of(inner_mask, 64)
    s36, i36 = tens(short), tens(inner)
    full = {bin_between_edges(wrap(t[0])) for t in tracks}
    if config.full_map_needs_cluster and not any(p[1] for p in places):
        full = set()
    fired |= one_hot("ts", runs(short, 64))
    for half, window in ((1, "3"), (2, "5"), (9, "o"), (15, "30")):
        when(opposite(s36, s36, half), f"s2s{window}")
        when(opposite(full, s36, half), f"s2f{window}")
    when(inner, "ti")
    when(opposite(i36, i36, 9), "i2io")
    when(opposite(full, i36, 9), "i2fo")
    forward = {p[0] for p in places if p[2] < 4}
    backward = {p[0] for p in places if p[2] > 15}
    when(s36 & (forward | backward), "secl")
    near_inner = [k for k in forward | backward if any((k + step) % 36 in i36 for step in range(-4, 5))]
    when(len(near_inner) == 1, "iecl_0")
    when(len(near_inner) > 1, "iecl_1")

    # muon detector
    barrel_forward, barrel_backward, endcap_forward, endcap_backward = (bits_of(mask, 8) for mask in klm)
    for name, a, b in (("klm", barrel_forward, barrel_backward), ("eklm", endcap_forward, endcap_backward)):
        count = len(a) + len(b)
        when(count, f"{name}_hit")
        for k in range(3):
            when(count >> k & 1, f"{name}_{k}")
        when(a and b, f"{name}b2b")
    free = barrel_forward | barrel_backward
    taken = set()
    for t in tracks:
        phi = azimuth_at(config.klm_radius_cm, t[0], t[1])
        if phi is None:
            continue
        best = None
        for k in sorted(free):
            apart = abs(phi - k * math.pi / 4)
            if apart >= math.pi:
                apart = 2 * math.pi - apart
            if best is None or apart < best[0]:
                best = (apart, k)
        if best is not None and best[0] < config.klm_dphi_deg * math.pi / 180:
            taken.add(best[1])
    for name, wanted in (
        ("0", len(taken) == 1),
        ("1", len(taken) > 1),
        ("2", len(taken) == 3),
        ("3", len(taken) > 3),
    ):
        when(wanted, f"cdcklm_{name}")
    both = len(quadrants(s36) & endcap_forward) + len(quadrants(s36) & endcap_backward)
    when(both == 1, "seklm_0")
    when(both > 1, "seklm_1")
    when(quadrants(i36) & (endcap_forward | endcap_backward), "ieklm")
    when(quadrants({p[0] for p in places if p[2] < 5}) & endcap_forward, "ecleklm")
    when(quadrants({p[0] for p in places if p[2] > 14}) & endcap_backward, "ecleklm")

    if config.unready == "reading":
        when(tracks or short, "track")
        if bhabha:
            when(strong == 1, "trkbha1")
            when(strong > 1, "trkbha2")
            when(two == 1, "grlgg1")
            when(two > 1, "grlgg2")
    return fired
