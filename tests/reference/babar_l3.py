"""BaBar's level 3 and the filters after it for one event, written out (besiii_babar_facts B7).

Rows are dicts of columns; cuts come from the section of the configuration.
"""

from __future__ import annotations

import math
import struct

GEV_PER_MM = 0.000299792458 * 1.5
PION = 0.1395704
BEAMS = (9.0, 3.109)
ELECTRON = 0.000510999


def velocity():
    p = [math.sqrt(e * e - ELECTRON**2) for e in BEAMS]
    return (p[0] - p[1]) / sum(BEAMS)


def to_cm(p, back=False):
    """Boost (px, py, pz, E) along z to the CM, or back."""
    beta = -velocity() if back else velocity()
    gamma = 1 / math.sqrt(1 - beta * beta)
    return [p[0], p[1], gamma * (p[2] - beta * p[3]), gamma * (p[3] - beta * p[2])]


def size(p):
    return math.sqrt(sum(c * c for c in p[:3]))


def theta(p):
    return math.degrees(math.atan2(math.hypot(p[0], p[1]), p[2]))


def angle(a, b):
    """Return the angle between two momenta in degrees, nan if one is at rest."""
    if size(a) * size(b) == 0:
        return math.nan
    cosine = sum(x * y for x, y in zip(a[:3], b[:3], strict=True)) / (size(a) * size(b))
    return math.degrees(math.acos(max(-1, min(1, cosine))))


def acoplanarity(a, b):
    apart = abs(math.degrees(math.atan2(a[1], a[0])) - math.degrees(math.atan2(b[1], b[0])))
    return 180 - (360 - apart if apart > 180 else apart)


class Track:
    def __init__(self, row, config):
        self.__dict__.update(row)
        self.pt = GEV_PER_MM / abs(self.omega) if self.omega else 0.0
        pz = self.pt * self.tan_lambda
        energy = math.sqrt(self.pt**2 + pz**2 + PION**2)
        self.lab = [self.pt * math.cos(self.phi0), self.pt * math.sin(self.phi0), pz, energy]
        self.cm = to_cm(self.lab)
        self.p = size(self.cm)
        self.ratio = self.energy / size(self.lab) if size(self.lab) else 0.0
        self.z = self.z0 - config.objects.collision_z_mm

    def passes(self, cuts):
        return self.pt > cuts.pt_gev and abs(self.d0) < cuts.d0_mm and abs(self.z) < cuts.z_mm

    def is_good(self, cuts):
        close = abs(self.d0) < cuts.d0_mm and abs(self.z) < cuts.z_mm
        return close and self.pt >= cuts.pt_gev and self.hits >= cuts.hits


class Cluster:
    def __init__(self, row):
        self.__dict__.update(row)
        e, s = self.energy, math.sin(self.theta)
        self.lab = [e * s * math.cos(self.phi), e * s * math.sin(self.phi), e * math.cos(self.theta), e]
        self.cm = to_cm(self.lab)


def objects(tracks, clusters, config):
    kept = [
        Cluster(row)
        for row in clusters
        if row["energy"] > config.objects.cluster_gev and abs(row["time"]) < config.objects.cluster_ns
    ]
    return [Track(row, config) for row in tracks], sorted(kept, key=lambda c: -c.cm[3])


def mass(momenta):
    total = [sum(p[k] for p in momenta) for k in range(4)]
    return math.sqrt(max(0.0, total[3] ** 2 - size(total) ** 2))


def r2(momenta):
    """Return the second Fox-Wolfram moment over the zeroth, pair by pair; nan without momenta."""
    total = sum(size(p) for p in momenta)
    moment = 0.0
    for a in momenta:
        for b in momenta:
            product = size(a) * size(b)
            if product:
                cosine = sum(x * y for x, y in zip(a[:3], b[:3], strict=True)) / product
                moment += product * (3 * cosine**2 - 1) / 2
    return moment / total**2 if total else math.nan


def with_one_photon_along_the_beams(a, b, root):
    """Return the momenta of two massless particles at these angles beside a photon along a beam."""
    if size(a) * size(b) == 0:
        return [math.inf, math.inf]
    s, c = [], []
    for p in (a, b):
        s.append(math.hypot(p[0], p[1]) / size(p))
        c.append(p[2] / size(p))
    # p1 s1 = p2 s2; p1 + p2 + |p1 c1 + p2 c2| = root
    unit = root / (s[1] + s[0] + abs(s[1] * c[0] + s[0] * c[1]))
    return [unit * s[1], unit * s[0]]


def mixed(x):
    """Return SplitMix64's finaliser."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
    return x ^ x >> 31


def draw(a, b):
    """Return the number of a pair of tracks that decides whether flattening keeps it."""
    state = 0x9E3779B97F4A7C15
    for track in (a, b):
        (word,) = struct.unpack("<Q", struct.pack("<ff", track.phi0, track.tan_lambda))
        state = mixed(state ^ word)
    return (state >> 11) / 2**53


def share(a, b, flat_from):
    """Return the share of pairs at this angle that is kept."""
    axis = [x - y for x, y in zip(a.cm[:3], b.cm[:3], strict=True)]
    c = abs(axis[2]) / size(axis)

    def density(c):
        return ((3 + c * c) / (1 - c)) ** 2 + ((3 + c * c) / (1 + c)) ** 2

    return min(1.0, density(flat_from) / density(c))


def level3(tracks, clusters, energy, random, config):
    """Return the names, without prefix, of filters and outputs that are true, and the two numbers of flattening."""
    tracks, clusters = objects(tracks, clusters, config)
    root = energy * 1e-4
    beam = root / 2
    names = set()

    def when(condition, name):
        if condition:
            names.add(name)

    when(any(t.passes(config.dch.one_track) for t in tracks), "dch_one_track")
    when(sum(t.passes(config.dch.two_tracks) for t in tracks) >= 2, "dch_two_tracks")
    heavy = mass([c.cm for c in clusters] or [[0] * 4]) > config.emc.mass_gev
    when(heavy and sum(c.cm[3] > config.emc.two_gev for c in clusters) >= 2, "emc_two_clusters")
    when(heavy and len(clusters) >= 4, "emc_four_clusters")

    prongs = sorted((t for t in tracks if t.passes(config.dch.prong)), key=lambda t: -t.p)
    cuts, pairs = config.bhabha, config.pairs
    flat = None
    if len(prongs) == 2:
        a, b = prongs
        electrons = min(a.ratio, b.ratio) > cuts.energy_over_momentum
        expected = with_one_photon_along_the_beams(a.cm, b.cm, root)
        enough = a.p > cuts.momentum_share * expected[0] and b.p > cuts.momentum_share * expected[1]
        if electrons and enough and acoplanarity(a.cm, b.cm) < cuts.acoplanarity_deg:
            names.add("bhabha_two_prong")
            flat = (draw(a, b), share(a, b, cuts.flat_from))
            when(flat[0] < flat[1], "bhabha_flat")
        if 180 - angle(a.cm, b.cm) < pairs.acollinearity_deg and b.p > pairs.momentum_share * beam:
            names.add("lumi")
            when(max(a.energy, b.energy) < pairs.muon_gev and a.charge * b.charge < 0, "mu_pair")
    if len(prongs) == 1:
        (a,) = prongs
        electron = a.ratio > cuts.energy_over_momentum
        partner = to_cm([-a.cm[0], -a.cm[1], -a.cm[2], a.cm[3]], back=True)
        low, high = cuts.partner_deg
        left = theta(partner) < low or theta(partner) > high
        opposite = any(
            c.cm[3] > cuts.cluster_share * beam and 180 - angle(a.cm, c.cm) < cuts.acollinearity_deg
            for c in clusters[:2]
        )
        when(electron and a.p > cuts.momentum_share * beam and (left or opposite), "bhabha_one_prong")
        photons = [c for c in clusters if c.track < 0]
        compton = config.virtual_compton
        if electron and photons and a.p > compton.least_gev and photons[0].cm[3] > compton.least_gev:
            across = acoplanarity(a.cm, photons[0].cm) < compton.acoplanarity_deg
            when(
                across and 180 - angle(a.cm, photons[0].cm) > compton.acollinearity_deg,
                "virtual_compton",
            )
    bhabha = names & {"bhabha_one_prong", "bhabha_two_prong"}
    when(bhabha, "bhabha")
    when(not bhabha and names & {"dch_one_track", "dch_two_tracks"}, "dch")
    when(not bhabha and names & {"emc_two_clusters", "emc_four_clusters"}, "emc")

    if not prongs:
        when(tracks, "background")
        if len(clusters) > 1:
            a, b = clusters[:2]
            hard = b.cm[3] > pairs.photon_share * beam
            when(hard and 180 - angle(a.cm, b.cm) < pairs.acollinearity_deg, "gamma_gamma")
        if clusters:
            first, photon = clusters[0], config.single_photon
            near = [
                c
                for c in clusters[1:]
                if c.energy > photon.isolation_gev and angle(first.lab, c.lab) < photon.isolation_deg
            ]
            when(first.cm[3] > photon.high_gev and not near, "single_photon_high")
            when(first.cm[3] > photon.low_gev and config.low_energy_line, "single_photon_low")

    if len(tracks) > 1:
        a, b = sorted(tracks, key=lambda t: -t.pt)[:2]
        cosmic = config.cosmic
        if b.pt > cosmic.pt_gev and 180 - angle(a.lab, b.lab) < cosmic.acollinearity_deg:
            alike = abs(abs(a.d0) - abs(b.d0)) < cosmic.d0_mm
            alike = alike and abs(1 / a.pt - 1 / b.pt) < cosmic.curvature
            when(alike and "bhabha_two_prong" not in names, "cosmic")
    when(random, "random")
    return names, flat


def offline(tracks, clusters, config):
    """Return the names of the filters after level 3 that are true."""
    tracks, clusters = objects(tracks, clusters, config)
    cuts = config.offline
    good = [t for t in tracks if t.is_good(cuts.good)]
    names = set()

    isr = cuts.isr
    low, high = isr.cosine
    photons = [c for c in clusters if c.cm[3] > isr.photon_gev and low * c.cm[3] < c.cm[2] < high * c.cm[3]]
    one = [t for t in good if t.ratio < isr.one_track[0] and t.p > isr.one_track[1]]
    two = [t for t in good if t.ratio < isr.two_tracks[0] and t.p > isr.two_tracks[1]]
    electrons = [t for t in good if t.ratio > isr.electron[0] and t.p > isr.electron[1]]
    if photons and not electrons:
        beside = [c for c in clusters if c is not photons[0] and (c.energy > isr.cluster_gev or c in photons)]
        if one or len(two) >= 2 or len(beside) >= 2:
            names.add("bgf_isr")

    (least, fastest), (least_high, fastest_high) = (
        cuts.single_photon.low_mass,
        cuts.single_photon.high_mass,
    )
    if len([c for c in clusters if c.cm[3] > least]) == 1 and not any(t.p > fastest for t in tracks):
        names.add("bgf_single_photon_low_mass")
    showers = [c for c in clusters if c.cm[3] > least_high and c.track < 0]
    if showers and not any(t.p > fastest_high for t in tracks):
        names.add("bgf_single_photon_high_mass")

    multi, neutral = cuts.multi_hadron, cuts.neutral_hadron
    if len(good) >= multi.tracks and r2([t.cm for t in good]) < multi.r2:
        names.add("bgf_multi_hadron")
    count = [c.cm for c in clusters if c.cm[3] > neutral.cluster_gev]
    spread = sum(p[3] for p in count) > neutral.total_gev and r2(count) < neutral.r2
    if len(good) < multi.tracks and len(count) >= neutral.clusters and spread:
        names.add("bgf_neutral_hadron")
    return names
