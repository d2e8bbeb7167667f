"""BESIII's event filter and the search's selection for one event, written out (besiii_babar_facts A9.2, A10)."""

from __future__ import annotations

import math

GEV_PER_MM = 0.000299792458


def shower_way(row):
    theta, phi = row["theta"], row["phi"]
    return [math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)]


def momentum(row):
    if row["omega"] == 0:
        return [0.0, 0.0, 0.0]
    pt = GEV_PER_MM / abs(row["omega"])
    return [pt * math.cos(row["phi0"]), pt * math.sin(row["phi0"]), pt * row["tan_lambda"]]


def size(a):
    return math.sqrt(sum(x * x for x in a))


def acollinearity(a, b):
    if size(a) * size(b) == 0:
        return math.nan
    cosine = sum(x * y for x, y in zip(a, b, strict=True)) / (size(a) * size(b))
    return 180 - math.degrees(math.acos(max(-1, min(1, cosine))))


def event_class(tracks, clusters, energy, random, config):
    """Return the class of an event: rows of tracks and clusters, energy in counts of 0.1 MeV."""
    root = energy * 1e-4
    beam = root / 2
    o = config.objects
    showers = [c for c in clusters if c["energy"] > o.shower_gev and abs(c["time"]) < o.shower_ns]
    showers.sort(key=lambda c: -c["energy"])
    fast = sorted(tracks, key=lambda t: -size(momentum(t)))
    central = [t for t in tracks if abs(t["d0"]) < o.track_r_mm and abs(t["z0"]) < o.track_z_mm]
    total = sum(c["energy"] for c in showers)
    if random:
        return "random"
    if len(showers) >= 2:
        a, b = showers[:2]
        hard = b["energy"] > config.pair.energy_share * beam
        if hard and acollinearity(shower_way(a), shower_way(b)) < config.pair.acollinearity_deg:
            return "bhabha" if tracks else "digamma"
    if len(tracks) == 2:
        a, b = fast
        angle = acollinearity(momentum(a), momentum(b))
        cosmics, muons = config.cosmics, config.muons
        if angle < cosmics.acollinearity_deg and abs(a["time"] - b["time"]) > cosmics.time_ns:
            return "cosmic"
        if (
            len(central) == 2
            and a["charge"] * b["charge"] < 0
            and size(momentum(b)) > muons.momentum_share * beam
            and all(muons.leg_gev[0] < leg["energy"] < muons.leg_gev[1] for leg in (a, b))
            and angle < muons.acollinearity_deg
        ):
            return "dimuon"
    if tracks and not central:
        return "beam_gas"
    if not tracks:
        if total < config.beam_gas.energy_share * root:
            return "beam_gas"
        second = showers[1]["energy"] if len(showers) > 1 else 0.0
        central_shower = abs(math.cos(showers[0]["theta"])) < config.single_photon.cosine
        if central_shower and second <= config.single_photon.other_gev:
            return "single_photon"
        if len(showers) >= 3:
            return "hadron"
    if len(central) >= 2:
        return "hadron"
    return "other"


def search(tracks, clusters, config):
    """Return the number of the photon that the search selects, None without."""
    if tracks:
        return None
    low, high = config.energy_gev
    photons, others = [], 0
    for number, c in enumerate(clusters):
        if abs(c["time"]) >= config.time_ns:
            continue
        inside = low < c["energy"] < high and abs(math.cos(c["theta"])) < config.cosine and c["track"] < 0
        if inside:
            photons.append(number)
        elif c["energy"] > config.other_gev:
            others += 1
    return photons[0] if len(photons) == 1 and not others else None


def missing_mass(cluster, energy):
    """Return the mass (GeV) that recoils against a photon; beams cross at 22 mrad, electron mass left out."""
    root = energy * 1e-4
    # Each beam has sqrt(s) / (2 cos 11 mrad), 11 mrad to +x.
    total = root / math.cos(0.011)
    px = root * math.tan(0.011)
    way = shower_way(cluster)
    e = cluster["energy"]
    square = (total - e) ** 2 - (px - e * way[0]) ** 2 - (e * way[1]) ** 2 - (e * way[2]) ** 2
    return math.copysign(math.sqrt(abs(square)), square)
