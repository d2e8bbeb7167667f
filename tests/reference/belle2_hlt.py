"""The software trigger of one event, written out (belle2_facts 9)."""

from __future__ import annotations

import math

from reference.vertices import meet

PION = 0.13957039
FLAT = (0, 19, 22, 25, 30, 35, 45, 60, 90, 180)


class Vector:
    """A four-vector."""

    def __init__(self, x, y, z, e):
        self.x, self.y, self.z, self.e = x, y, z, e
        self.p = math.sqrt(x * x + y * y + z * z)
        self.pt = math.hypot(x, y)
        self.theta = math.degrees(math.atan2(self.pt, z))
        self.phi = math.degrees(math.atan2(y, x))

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z, self.e + other.e)

    @property
    def mass(self):
        return math.sqrt(max(self.e**2 - self.p**2, 0))


def dphi(a, b):
    apart = abs(a.phi - b.phi)
    return 360 - apart if apart > 180 else apart


def angle(a, b):
    if a.p * b.p == 0:
        return 90.0
    cosine = (a.x * b.x + a.y * b.y + a.z * b.z) / (a.p * b.p)
    return math.degrees(math.acos(max(-1, min(1, cosine))))


def beams():
    """Return the sum of both beams (px, py, pz, E) and the electron's momentum."""
    me = 0.51099895e-3
    p = [math.sqrt(e * e - me * me) for e in (7.004, 4.002)]
    electron = [p[0] * math.sin(0.0415), 0, p[0] * math.cos(0.0415), 7.004]
    positron = [p[1] * math.sin(0.0415), 0, -p[1] * math.cos(0.0415), 4.002]
    return [a + b for a, b in zip(electron, positron, strict=True)], electron


def boosted(p, beta):
    """Boost (px, py, pz, E) into the frame that moves with ``beta``."""
    b2 = sum(b * b for b in beta)
    gamma = 1 / math.sqrt(1 - b2)
    along = sum(b * c for b, c in zip(beta, p[:3], strict=True))
    factor = (gamma - 1) * along / b2 - gamma * p[3]
    return [c + factor * b for c, b in zip(p[:3], beta, strict=True)] + [gamma * (p[3] - along)]


def to_cm(p):
    """Return a four-vector of the laboratory as seen in the centre of mass, electrons along +z."""
    total, electron = beams()
    beta = [c / total[3] for c in total[:3]]
    q = boosted([p.x, p.y, p.z, p.e], beta)
    e = boosted(electron, beta)
    turn = math.atan2(e[0], e[2])  # beams lie in the x-z plane, so one rotation about y does it
    x = q[0] * math.cos(turn) - q[2] * math.sin(turn)
    z = q[0] * math.sin(turn) + q[2] * math.cos(turn)
    return Vector(x, q[1], z, q[3])


class Track:
    def __init__(self, row):
        self.__dict__.update(row)
        self.pt = 0.000299792458 * 1.5 / abs(self.omega)
        pz = self.pt * self.tan_lambda
        px, py = self.pt * math.cos(self.phi0), self.pt * math.sin(self.phi0)
        self.lab = Vector(px, py, pz, math.sqrt(px * px + py * py + pz * pz + PION**2))
        self.cm = to_cm(self.lab)
        self.leg = self.energy * self.cm.p / self.lab.p


class Cluster:
    def __init__(self, row):
        self.__dict__.update(row)
        s, e = math.sin(self.theta), self.energy
        self.lab = Vector(e * s * math.cos(self.phi), e * s * math.sin(self.phi), e * math.cos(self.theta), e)
        self.cm = to_cm(self.lab)
        self.angle = math.degrees(self.theta)
        self.charged = self.track >= 0


def leading(tracks, charge):
    mine = [t for t in tracks if t.charge == charge]
    return max(mine, key=lambda t: t.pt) if mine else None


def fired(tracks, clusters):
    """Return the names (without prefix) that fire in an event with default cuts; rows are dicts of columns."""
    names = set()

    def when(condition, *given):
        if condition:
            names.update(given)

    everything = len(tracks)
    tracks = [Track(row) for row in tracks if row["charge"] != 0 and row["omega"] != 0]
    clusters = [Cluster(row) for row in clusters if abs(row["time"]) <= 200 and not row["energy"] < 0.1]
    track_c = [t for t in tracks if abs(t.z0) < 10 and abs(t.time) <= 15 and t.cm.p > 0.2]
    tracks = [t for t in tracks if t.hits > 0]
    loose = [t for t in tracks if abs(t.z0) < 100]
    tight = [t for t in tracks if abs(t.z0) < 20]
    loose_b = [t for t in tracks if t.hits >= 5 and abs(t.z0) < 50]
    tight_b = [t for t in tracks if t.hits >= 5 and abs(t.z0) < 10]
    p_max = max((t.cm.p for t in loose), default=math.nan)
    p_max_b = max((t.cm.p for t in loose_b), default=math.nan)

    # tags of leading tracks
    minus, plus = leading(loose, -1), leading(loose, 1)
    flat = None
    for t in (minus, plus):
        if t is None:
            continue
        when(t.leg > 4.5, "ee1leg")
        when(t.cm.p > 3 and 0 < t.energy < 1, "single_muon")
        if t.leg > 1.5:
            best = max(clusters, key=lambda c: (t.lab + c.lab).mass, default=None)
            if best is not None and (t.lab + best.lab).mass > 5.29:
                names.add("selectee_cluster")
                flat = t.lab.theta if t is minus else best.angle
    if minus and plus:
        a, b = minus, plus
        turn, tilt = dphi(a.cm, b.cm), a.cm.theta + b.cm.theta
        line = turn > 175 and abs(tilt - 180) < 15
        total, _ = beams()
        energy = math.sqrt(total[3] ** 2 - sum(c * c for c in total[:3]))
        both = a.cm + b.cm
        missing = Vector(-both.x, -both.y, -both.z, energy - both.e)
        when(line and min(a.leg, b.leg) > 3 and max(a.leg, b.leg) > 4.5, "ee2leg")
        when(line and ((a.leg > 4.5 and b.cm.p > 3) or (b.leg > 4.5 and a.cm.p > 3)), "ee1leg1trk")
        when((a.leg > 4.5 and b.leg > 0.8 * b.cm.p) or (b.leg > 4.5 and a.leg > 0.8 * a.cm.p), "ee1leg1e")
        down = missing.theta < 20 or missing.theta > 160
        when(down and ((p_max < 1.2 and turn > 150) or (p_max < 2 and turn > 175)), "eexx")
        when(p_max < 2 and turn > 160 and (missing.theta < 25 or missing.theta > 155), "eexx_select")
        high, low = max(a.cm.p, b.cm.p), min(a.cm.p, b.cm.p)
        near = angle(a.cm, missing) < 5 or angle(b.cm, missing) < 5
        when(high > 4.5 and max(a.energy, b.energy) > 1 and missing.p > 1 and near and loose_b, "ee_brem")
        quiet = max(a.energy, b.energy) < 0.5
        when(high > 4.5 and quiet and 175 < tilt < 185 and turn > 175 and len(loose_b) == 2, "muon_pair")
        muon = 0 < a.energy < 1 or 0 < b.energy < 1
        when(high > 3 and low > 2.5 and turn > 165 and muon, "selectmumu")
        electron = a.leg > 0.8 * a.cm.p or b.leg > 0.8 * b.cm.p
        radiative = low > 1 and 10 < missing.theta < 170 and turn < 170 and missing.p > 1 and electron
        when(radiative and len(loose_b) == 2 and tight_b, "radiative_bhabha")
        when((a.lab + b.lab).mass > 5.29 and max(a.leg, b.leg) > 1.5, "selectee_track")
        flat = a.lab.theta
    if names & {"selectee_cluster", "selectee_track"}:
        names.add("selectee")
        for k in range(9):
            when(FLAT[k] <= flat < FLAT[k + 1], f"ee_flat_{k}")

    # tracks from anywhere
    a, b = leading(tracks, -1), leading(tracks, 1)
    if a and b:
        field = all(t.z0 < 570 or abs(t.d0) > 265 for t in (a, b))
        hard = min(a.pt, b.pt) > 0.5 and max(a.energy, b.energy) < 1
        straight = 180 - dphi(a.lab, b.lab) < 2 and abs(180 - a.lab.theta - b.lab.theta) < 2
        when(everything == 2 and field and hard and straight, "cosmic")
        vertex = meet(a, b, 0.5, 3.0)
        radius = math.hypot(*vertex.point[:2])
        theta = math.degrees(math.atan2(radius, vertex.point[2]))
        fits = math.erfc(math.sqrt(vertex.chi2 / 2)) > 0.005
        away = 30 < radius < 600 and 30 < theta < 120
        when(fits and away and not opposite_in_lab(a.lab, b.lab), "displaced_vertex")

    # leading clusters
    by_energy = sorted(clusters, key=lambda c: -c.cm.e)
    if len(clusters) > 1:
        a, b = by_energy[:2]
        turn, tilt = dphi(a.cm, b.cm), a.cm.theta + b.cm.theta
        strong = b.cm.e > 3 and a.cm.e > 4.5 and abs(tilt - 180) < 15
        when(strong and 160 < turn < 178, "ee2clst")
        when(strong and turn > 178, "gg2clst")
        when(names & {"ee2clst", "gg2clst"} and "ee1leg" in names, "ee1leg1clst")
        barrel = any(32 < c.angle < 130 for c in (a, b))
        neutral = not (a.charged and b.charged)
        if b.cm.e > 2 and a.cm.e > 4 and turn > 177 and neutral:
            names.add("gg_barrel" if barrel else "gg_endcap")
        soft = all(0.15 < c.energy < 0.5 for c in (a, b))
        when(turn > 155 and 165 < tilt < 195 and soft, "ecl_muon_pair")
        photons = not a.charged and not b.charged
        view = all(26 < c.angle < 130 for c in (a, b))
        medium = [c for c in clusters if c.cm.e > 0.3]
        when(b.cm.e > 0.3 and view and photons and (a.cm + b.cm).pt > 1 and len(medium) == 2, "diphoton")
        accepted = photons and all(17 < c.angle < 150 for c in (a, b))
        two = len([c for c in clusters if c.energy > 0.25]) == 2
        mild = not any(c.cm.e > 4 for c in clusters)
        when(accepted and turn > 170 and two and mild, "photons_back_to_back")
    neutral = [c for c in by_energy if not c.charged and 17 < c.angle < 150]
    if len(loose_b) == 1 and p_max_b > 0.8 and len(neutral) > 1:
        leg = minus or plus
        pair = neutral[0].cm + neutral[1].cm
        total, _ = beams()
        energy = math.sqrt(total[3] ** 2 - sum(c * c for c in total[:3]))
        tilt = pair.theta + leg.cm.theta
        if 1 < pair.e < 0.525 * energy and not 170 <= tilt <= 190 and dphi(leg.cm, pair) > 160:
            when(pair.mass < 0.7, "single_tag_low_mass")
            when(pair.mass > 0.7, "single_tag_high_mass")

    # lines
    def none_of(*given):
        return not names & set(given)

    when(len(loose_b) > 2 and tight_b and none_of("ee2leg"), "three_tracks")
    when(len(track_c) > 2 and none_of("ee2leg"), "three_tracks_c")
    if len(loose_b) == 2:
        zero = sum(t.charge for t in loose_b) == 0
        when(p_max_b < 0.8 and tight_b and zero and none_of("eexx"), "two_tracks_low")
        when(0.8 < p_max_b < 4.5 and none_of("ee2leg", "ee1leg1trk", "eexx"), "two_tracks_mid")
        vetoes = ("ee2leg", "ee1leg1trk", "ee1leg1e", "ee_brem", "muon_pair")
        when(p_max_b > 4.5 and none_of(*vetoes), "two_tracks_high")
    if len(loose) == 2:
        when(p_max < 0.8, "two_loose_low")
        when(0.8 < p_max < 4.5, "two_loose_mid")
        when(p_max > 4.5, "two_loose_high")
    when(tight, "tight_track")
    quiet = [c for c in clusters if 18.5 < c.angle < 139.3]
    above = {e: len([c for c in quiet if c.energy > e]) for e in (0.18, 0.3, 0.5)}
    no_hard = not any(c.cm.e > 2 for c in quiet)
    when(above[0.5] and above[0.18] > 2 and no_hard, "three_clusters")
    when(above[0.3] and above[0.18] > 3 and no_hard, "four_clusters")
    hard = [c for c in clusters if c.cm.e > 2]
    central = [c for c in hard if not c.charged and 32 < c.angle < 130]
    ends = [c for c in hard if not c.charged and (22 < c.angle < 32 or 130 < c.angle < 145)]
    when(central and none_of("gg2clst", "ee1leg1clst", "ee1leg1trk", "ee_brem"), "neutral_2gev_barrel")
    when(ends and none_of("gg2clst", "ee2clst", "ee1leg", "ee_brem"), "neutral_2gev_endcap")
    charged = [c for c in hard if c.charged and 22 <= c.angle <= 145]
    when(charged and none_of("gg2clst", "ee2clst", "ee1leg"), "charged_2gev")
    when(hard, "cluster_2gev")
    others = [c for c in clusters if c.cm.e > 0.3]
    if len(others) == 1:
        c = others[0]
        photon = not c.charged
        when(c.cm.e > 1, "single_cluster")
        when(c.cm.e > 1 and photon and 45 < c.angle < 115, "single_photon_barrel")
        when(c.cm.e > 1 and photon and 30 < c.angle < 130, "single_photon_extended")
        when(c.cm.e > 1 and photon and (22 < c.angle < 45 or 115 < c.angle < 145), "single_photon_endcap")
        when(c.cm.e > 1 and not photon and 45 < c.angle < 115, "single_electron_barrel")
        when(c.cm.e > 1 and not photon and 30 < c.angle < 130, "single_electron_extended")
        when(c.cm.e > 0.5 and photon and 44 < c.angle < 98, "single_photon_reduced")
    return names


def opposite_in_lab(a, b, tolerance=10.0):
    apart = abs(a.phi - b.phi)
    apart = 360 - apart if apart > 180 else apart
    return abs(a.theta + b.theta - 180) < tolerance and 180 - apart < tolerance
