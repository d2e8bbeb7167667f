"""Events by hand and at random for BaBar's level 3: rows of tracks and clusters, as columns of its sources."""

from __future__ import annotations

import math

import numpy as np
from reference.babar_l3 import GEV_PER_MM, to_cm

from trigemu.experiments.babar.l3.bits import L3_BITS
from trigemu.experiments.babar.sources import CLUSTERS, L3_CLUSTERS, L3_TRACKS, SCHEMAS, TRACKS

ENERGY = 105_794
"""Energy in the CM, 0.1 MeV."""

BEAM = ENERGY / 2e4


def track(p, theta, phi, charge=1, **changes):
    """Return a track from the collision point: momentum in GeV, angles in degrees, all in the laboratory."""
    pt = p * math.sin(math.radians(theta))
    return {
        **{"d0": 0.0, "z0": 0.0, "time": 0.0, "energy": 0.0, "hits": 40, "first_layer": 0, "last_layer": 39},
        "phi0": math.radians(phi),
        "omega": charge * GEV_PER_MM / pt,
        "tan_lambda": 1 / math.tan(math.radians(theta)),
        "charge": charge,
        "cluster": -1,
        "tagged": 0,
        **changes,
    }


def cluster(energy, theta, phi, track=-1, time=0.0):
    """Return a cluster: GeV and degrees in the laboratory, ns."""
    angles = {"theta": math.radians(theta), "phi": math.radians(phi)}
    return {"energy": energy, **angles, "time": time, "track": track, "tagged": 0}


def in_lab(energy, theta, phi, mass=0.0):
    """Return energy, momentum and polar angle (degrees) in the laboratory of what has these in the CM."""
    p = math.sqrt(energy * energy - mass * mass)
    t, f = math.radians(theta), math.radians(phi)
    q = [p * math.sin(t) * math.cos(f), p * math.sin(t) * math.sin(f), p * math.cos(t), energy]
    x, y, z, e = to_cm(q, back=True)
    return e, math.sqrt(x * x + y * y + z * z), math.degrees(math.atan2(math.hypot(x, y), z))


def photon(energy, theta, phi, **changes):
    """Return the cluster of a photon: GeV and degrees in the CM."""
    e, _, angle = in_lab(energy, theta, phi)
    return cluster(e, angle, phi, **changes)


def charged(energy, theta, phi, charge, deposit, **changes):
    """Return a track, in the CM, that leaves ``deposit`` of its momentum in the calorimeter."""
    _, p, angle = in_lab(energy, theta, phi, 0.1395704)
    return track(p, angle, phi, charge, **{"energy": deposit * p, **changes})


def shower(made, index):
    """Return the cluster of a track."""
    theta = math.degrees(math.pi / 2 - math.atan(made["tan_lambda"]))
    return cluster(made["energy"], theta, math.degrees(made["phi0"]), track=index)


def pair(energy, deposit, theta=70.0, phi=20.0, tilt=0.0, **changes):
    """Return tracks and clusters of two particles back to back in the CM, the second turned by ``tilt`` degrees."""
    legs = [
        charged(energy, theta, phi, -1, deposit, **changes),
        charged(energy, 180 - theta, phi - 180 + tilt, 1, deposit, **changes),
    ]
    return legs, [shower(leg, k) for k, leg in enumerate(legs) if leg["energy"] > 0]


def columns(source, events):
    """Return columns of a source for events that are lists of rows."""
    rows = [row for event in events for row in event]
    made = {"offsets": np.cumsum([0, *(len(event) for event in events)])}
    for column in SCHEMAS[source].columns:
        if column.name != "offsets":
            made[column.name] = np.array([row[column.name] for row in rows], column.dtype)
            made[column.name].flags.writeable = False
    return made


def online(events):
    """Return the columns of level 3's sources for events (tracks, clusters)."""
    return columns(L3_TRACKS, [e[0] for e in events]), columns(L3_CLUSTERS, [e[1] for e in events])


def offline(events):
    """Return the columns of the sources of reconstruction for events (tracks, clusters)."""
    return columns(TRACKS, [e[0] for e in events]), columns(CLUSTERS, [e[1] for e in events])


def as_stored(event):
    """Return the rows of an event (tracks, clusters) with the numbers that their columns hold."""
    kinds = [
        {c.name: np.dtype(c.dtype) for c in SCHEMAS[source].columns if c.name != "offsets"}
        for source in (TRACKS, CLUSTERS)
    ]
    return tuple(
        [{name: kind[name].type(value).item() for name, value in row.items()} for row in rows]
        for rows, kind in zip(event, kinds, strict=True)
    )


def bits(level3, events, energy=ENERGY, random=0):
    """Return the names of the bits that are true in each event, found and reconstructed alike."""
    n = len(events)
    words = level3.words(
        online(events), offline(events), np.full(n, energy, np.uint32), np.full(n, random, np.uint8)
    )
    assert words.shape == (n,)
    assert (words >> np.uint64(len(L3_BITS)) == 0).all()
    return [{name for i, name in enumerate(L3_BITS) if int(word) >> i & 1} for word in words]
