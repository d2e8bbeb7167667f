"""BaBar's selections beside a reconstructed B, crossing by crossing; helices are walked along."""

from __future__ import annotations

import math
from types import SimpleNamespace

from reference.vertices import arc_nearest, meet

PROTON, PION = 0.9382721, 0.1395704
GEV_PER_MM = 0.000299792458 * 1.5
ELECTRON_BEAM, POSITRON_BEAM = 9.0, 3.109
ME = 0.000510999


def rows(columns, crossing):
    """Return the rows of a crossing."""
    first, last = columns["offsets"][crossing], columns["offsets"][crossing + 1]
    names = [name for name in columns if name != "offsets"]
    return [SimpleNamespace(**{name: float(columns[name][k]) for name in names}) for k in range(first, last)]


def beams(energy):
    """Return (0, 0, pz, E) of both beams together; ``energy`` in 0.1 MeV."""
    e, p = ELECTRON_BEAM, POSITRON_BEAM
    pz = math.sqrt(e * e - ME * ME) - math.sqrt(p * p - ME * ME)
    scale = 1e-4 * energy / math.sqrt((e + p) ** 2 - pz * pz)
    e, p = scale * e, scale * p
    return (0.0, 0.0, math.sqrt(e * e - ME * ME) - math.sqrt(p * p - ME * ME), e + p)


def momentum(track, mass, arc=0.0):
    """Return the four-momentum of a track, ``arc`` mm beyond its perigee."""
    pt = GEV_PER_MM / abs(track.omega)
    phi = track.phi0 - track.omega * arc
    px, py, pz = pt * math.cos(phi), pt * math.sin(phi), pt * track.tan_lambda
    return (px, py, pz, math.sqrt(px * px + py * py + pz * pz + mass * mass))


def plus(a, b, sign=1.0):
    return tuple(x + sign * y for x, y in zip(a, b, strict=True))


def mass(p):
    square = p[3] ** 2 - p[0] ** 2 - p[1] ** 2 - p[2] ** 2
    return math.copysign(math.sqrt(abs(square)), square)


def length(p):
    return math.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2)


def lambda_of(pair, config):
    """Return momentum and radius of the Lambda that two tracks are, or None."""
    a, b = pair
    if a.charge * b.charge >= 0:
        return None
    found = meet(a, b, config.sigma_xy_mm, config.sigma_z_mm)
    x, y, _ = found.point
    radius = math.hypot(x, y)
    proton, pion = (a, b) if length(momentum(a, 0.0)) > length(momentum(b, 0.0)) else (b, a)
    total = plus(
        momentum(proton, PROTON, arc_nearest(proton, x, y)), momentum(pion, PION, arc_nearest(pion, x, y))
    )
    fits = found.chi2 < config.chi2_limit and config.radius_mm[0] < radius < config.radius_mm[1]
    return (total, radius) if fits and config.mass_gev[0] < mass(total) < config.mass_gev[1] else None


def proton_of(track, config):
    near = abs(track.d0) < config.d0_mm and abs(track.z0) < config.z0_mm
    return (momentum(track, PROTON), 0.0) if near else None


def candidate(name, tracks, tags, energy, config):
    """Return momenta of the signal B and of the baryon and its radius in one crossing, or None."""
    own = [track for track in tracks if track.tagged == 0]
    if len(tags) != 1 or len(own) != (2 if name == "lambda_psid" else 1):
        return None
    (tag,) = tags
    signal = plus(beams(energy), (tag.px, tag.py, tag.pz, tag.energy), -1.0)
    found = lambda_of(own, config) if name == "lambda_psid" else proton_of(own[0], config)
    return None if found is None else (signal, *found)


def features(found, clusters, sigma_xy_mm):
    signal, baryon, radius = found
    own = [cluster.energy for cluster in clusters if cluster.tagged == 0 and cluster.track < 0]
    return {
        "b_momentum": length(signal),
        "b_px": signal[0],
        "b_py": signal[1],
        "b_pz": signal[2],
        "clusters": len(own),
        "neutral_energy": sum(own),
        "baryon_energy": baryon[3],
        "baryon_momentum": length(baryon),
        "flight_significance": radius / sigma_xy_mm,
    }
