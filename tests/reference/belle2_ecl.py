"""The calorimeter trigger in plain Python, one crossing at a time: slow, obvious, with the default thresholds.

Written from the description (belle2_facts 6 and the notes on the conformance vectors), apart from the kernels: cells
are looked up by (theta, phi), neighbours and vetoes are found anew for each cell.
"""

from __future__ import annotations

from trigemu.experiments.belle2.ecl.cells import theta_phi
from trigemu.experiments.belle2.ecl.cm import formula
from trigemu.experiments.belle2.ecl.positions import centres

_THETA, _PHI = ([int(v) for v in values] for values in theta_phi())
_TABLE = [int(v) for v in formula()]
_NUMBER = {(_THETA[c], _PHI[c]): c for c in range(1, 577)}
_NUMBER |= {(1, _PHI[c] + 1): c for c in range(1, 577) if _THETA[c] == 1}

FORWARD = [
    (1, 2, 3),
    (3,),
    (4,),
    (5,),
    (4, 5),
    (5,),
    (5,),
    (5, 6),
    (5, 6),
    (6, 7),
    (6, 7),
    (7, 8),
    (8,),
    (8, 9),
]
BACKWARD = [
    *((16, 17), (15,), (14, 15), (14, 15), (14,), (13, 14), (12, 13)),
    *((13,), (12,), (12,), (11,), (11,), (10, 11), (9, 10)),
]


def _region(theta):
    return 0 if theta <= 3 else 1 if theta <= 15 else 2


def _at(cell, dtheta, dphi):
    """Return the cell that many steps away in the same region, None if there is none."""
    theta, region = _THETA[cell] + dtheta, _region(_THETA[cell])
    if not 1 <= theta <= 17 or _region(theta) != region:
        return None
    return _NUMBER[theta, (_PHI[cell] + dphi - 1) % (36 if region == 1 else 32) + 1]


def _block(cell):
    if _THETA[cell] == 1:
        steps = [(0, 0), (0, -2), (1, -1), (1, 0), (1, 1), (1, 2), (0, 2)]
    else:
        steps = [(0, 0), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1)]
    found = [_at(cell, *step) for step in steps]
    return [c for c in dict.fromkeys(found) if c is not None]


def _is_seed(cell, hit):
    if _THETA[cell] == 1:
        blocked = any(_at(cell, *step) in hit for step in ((0, -2), (1, 0), (1, 1)))
        return not blocked and not (_at(cell, 1, 2) in hit and _at(cell, 0, 2) in hit)
    blocked = _at(cell, 0, -1) in hit or _at(cell, 1, 0) in hit
    return not blocked and not (_at(cell, 0, 1) in hit and _at(cell, 1, 1) in hit)


def _clusters(hit):
    """Return (clusters by region, seeds by region); a cluster is (centre, energy, time, cells, position)."""
    clusters, seeds = ([], [], []), [0, 0, 0]
    for cell in sorted(hit):
        if not _is_seed(cell, hit):
            continue
        region = _region(_THETA[cell])
        seeds[region] += _THETA[cell] != 1
        near = [c for c in _block(cell) if c in hit]
        centre = max(near, key=lambda c: hit[c][0])  # the first of equals
        block = [c for c in _block(centre) if c in hit]
        total = sum(hit[c][0] for c in block)
        time = sum(hit[c][0] * hit[c][1] for c in block) / total
        place = [sum(hit[c][0] * centres()[c, k] for c in block) / total for k in range(3)]
        clusters[region].append((centre, total, time, len(block), place))
    return clusters, seeds


def _window(hits, u):
    shift = (u - 1.0) * 125.0
    best, start = 0.0, shift - 4000.0
    for k in (31, 32, 33):
        begin = k * 125.0 + shift - 4000.0
        total = sum(e for _, e, t in hits if begin < t < begin + 250.0)
        if total > best:
            best, start = total, begin
    return start, [h for h in hits if start < h[2] < start + 250.0]


def _background(hits):
    """Return the three bits of the beam-background veto."""
    opposite = []
    for region, around in ((0, 32), (1, 36)):
        phis = {_PHI[c] for c, _, _ in hits if _region(_THETA[c]) == region and _THETA[c] != 1}
        fired = []
        for k in range(4):
            first = 1 + k * around // 4
            wide = {(p - 1) % around + 1 for p in range(first - 1, first + around // 4 + 1)}
            fired.append(bool(phis & wide))
        opposite.append((fired[0] and fired[2]) or (fired[1] and fired[3]))
    forward, barrel = opposite
    return int(forward or barrel) + 2 * int(barrel and not forward) + 4 * int(forward and not barrel)


def decide(tcid, energy, time, u):
    """Return a dictionary of everything, None without energy in any window."""
    order = sorted(range(len(tcid)), key=lambda i: tcid[i])
    start, hits = _window([(int(tcid[i]), float(energy[i]), float(time[i])) for i in order], float(u))
    if not hits:
        return None
    rings = [0.0] * 18
    for c, e, _ in hits:
        rings[_THETA[c]] += e
    etot, everything = sum(rings[2:16]), sum(rings)
    clusters, seeds = _clusters({c: (e, t) for c, e, t in hits})
    every = clusters[1] + clusters[0] + clusters[2]
    kept = every[:6]
    icn = seeds[0] + seeds[1]
    top = max(hits, key=lambda h: h[1])
    types = [
        sum(rings[r] for r in f) >= (4.0 if k < 12 else (3.0, 3.5)[k - 12])
        and sum(rings[r] for r in b) >= (2.5 if k < 12 else 3.0)
        for k, (f, b) in enumerate(zip(FORWARD, BACKWARD, strict=True))
    ]
    bha2d = any(types) and icn < 4
    out = {
        "window_start_ns": start,
        "cells_in_window": len(hits),
        "clusters": kept,
        "clusters_all": len(every),
        "icn": (icn, *seeds),
        "etot": etot,
        "everything": everything,
        "event": (top[0], top[2], 1 if top[0] <= 80 else 2 if top[0] <= 512 else 4),
        "quality": 3 if top[1] > 20 else 2 if top[1] > 1 else 1,
        "background": _background(hits),
        "types": sum(1 << k for k in range(14) if types[k]),
        "bha2d": bha2d,
        "physics": (int(etot * 1000 + 0.5) > 1000 or icn > 3) and not bha2d,
    }
    return out | _decisions(kept, etot, everything)


def _decisions(kept, etot, everything):
    energy = [c[1] for c in kept]
    theta = [_THETA[c[0]] for c in kept]
    star = [(_TABLE[c[0]] >> 13, _TABLE[c[0]] >> 4 & 511, _TABLE[c[0]] & 15) for c in kept]
    n = len(kept)
    pairs = [
        (i, j, abs(star[i][1] - star[j][1]), star[i][0] + star[j][0])
        for i in range(n)
        for j in range(i + 1, n)
    ]

    def above(i, cut):
        return energy[i] > cut * star[i][2] * 0.1

    def counted(cut, thetas):
        return sum(energy[i] > 0.1 * star[i][2] * cut and theta[i] in thetas for i in range(n))

    def select(low, high, phi, total):
        return [
            (i, j)
            for i, j, dphi, sum_theta in pairs
            if phi[0] < dphi < phi[1]
            and total[0] < sum_theta < total[1]
            and above(i, low)
            and above(j, low)
            and (above(i, high) or above(j, high))
        ]

    def facing(phi, total):
        return [(i, j) for i, j, dphi, s in pairs if phi[0] < dphi < phi[1] and total[0] < s < total[1]]

    veto = select(3.0, 4.5, (160, 200), (165, 190))
    chosen = select(2.5, 4.0, (140, 220), (160, 200))
    taus = [
        any(energy[i] < 1.9 or energy[j] < 1.9 for i, j in facing((110, 250), (130, 230))),
        any(energy[i] > 0.162 and energy[j] > 0.162 for i, j in facing((120, 240), (140, 220)))
        and sum((theta[i] <= 3 or theta[i] >= 16) and energy[i] > 3.0 for i in range(n)) < 2,
        any(
            (energy[i] > 0.14 or energy[j] > 0.14) and {theta[i], theta[j]}.isdisjoint({1, 17})
            for i, j in facing((120, 240), (140, 220))
        )
        and all(0.12 < e <= 4.5 for e in energy),
    ]
    mumu = [
        (i, j)
        for i, j in facing((160, 200), (165, 190))
        if energy[i] < 2.0 * star[i][2] * 0.1 and energy[j] < 2.0 * star[j][2] * 0.1
    ]
    n300, barrel, ends = sum(e > 0.3 for e in energy), range(4, 16), (2, 3, 15, 16)
    none_above = counted(2.0, range(1, 18)) == 0
    folded = [(i, j, min(d, 360 - d), s) for i, j, d, s in pairs]
    back_to_back = [(energy[i], energy[j]) for i, j, d, _ in folded if d > 170]
    lml = [
        n >= 3 and n300 >= 1 and not veto,
        counted(2.0, range(4, 15)) > 0,
        counted(2.0, ends) > 0 and not veto,
        counted(2.0, ends) > 0 and bool(veto),
        counted(2.0, (1, 17)) > 0 and not veto,
        counted(2.0, (1, 17)) > 0 and bool(veto),
        counted(1.0, barrel) == 1 and n300 == 1,
        counted(1.0, (2, 3, 16)) == 1 and n300 == 1,
        none_above and any(min(pair) > 0.25 for pair in back_to_back),
        none_above and any(min(pair) < 0.25 < max(pair) for pair in back_to_back),
        none_above and any(d > 160 and 160 < s < 200 for _, _, d, s in folded),
        none_above,
        sum(2 <= t <= 16 for t in theta) >= 3
        and any(2 <= t <= 16 and e > 0.5 for t, e in zip(theta, energy, strict=True))
        and not veto,
        counted(0.5, range(6, 12)) == 1 and n300 == 1,
    ]
    hie = [etot > 1.0 and not (n == 1 and theta[0] <= 3)] * 4
    if n == 2:
        _, _, dphi, total = pairs[0]
        phi_fits, total_fits = 150 < dphi < 210, 160 < total < 200
        soft = theta[0] if energy[0] < energy[1] else theta[1]
        endcap = soft <= 3 or soft >= 16
        vetoes = [phi_fits and total_fits, phi_fits or total_fits, endcap, endcap and min(energy) > 0.5]
        hie = [h and not v for h, v in zip(hie, vetoes, strict=True)]
    return {
        "veto": bool(veto),
        "veto_cells": tuple(kept[i][0] for i in veto[-1]) if veto else (-10, -10),
        "in_track": int(any(3 <= theta[i] <= 15 for i in veto[-1])) if veto else -1,
        "select": bool(chosen),
        "select_cells": tuple(kept[i][0] for i in chosen[-1]) if chosen else (-10, -10),
        "flag": min(min(theta[i] for i in chosen[-1]) - 1, 3) if chosen else -1,
        "mumu": bool(mumu),
        "taub2b": sum(1 << k for k in range(3) if taus[k] and everything < 7.0),
        "hie": sum(1 << k for k in range(4) if hie[k]),
        "lml": sum(1 << k for k in range(14) if lml[k]),
        "burst": everything > 20.0,
    }
