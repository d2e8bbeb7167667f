"""The software trigger against a slow, obvious twin, and by constructed events."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference.belle2_hlt import Vector, fired

from trigemu.errors import InputError
from trigemu.experiments.belle2.hlt.bits import HLT_BITS
from trigemu.experiments.belle2.hlt.config import Hlt, Photons
from trigemu.experiments.belle2.hlt.frame import sqrt_s, to_cm
from trigemu.experiments.belle2.hlt.objects import FIELD_T
from trigemu.experiments.belle2.hlt.software import SoftwareTrigger
from trigemu.experiments.belle2.sources import CLUSTERS, SCHEMAS, TRACKS
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import gev_per_mm

TRIGGER = SoftwareTrigger(Hlt())
TRACK = {
    "d0": 0.0,
    "z0": 0.0,
    "time": 0.0,
    "energy": 0.0,
    "hits": 40,
    "first_layer": 0,
    "last_layer": 55,
    "klm_layers": 0,
    "cluster": -1,
}


def track(p, theta, phi, charge, **changes):
    """Return a track from the collision point: momentum in GeV, angles in degrees, all in the laboratory."""
    pt = p * math.sin(math.radians(theta))
    bend = {"omega": charge * gev_per_mm(FIELD_T) / pt, "tan_lambda": 1 / math.tan(math.radians(theta))}
    return {**TRACK, "phi0": math.radians(phi), "charge": charge, **bend, **changes}


def cluster(energy, theta, phi, track=-1, time=0.0):
    return {
        "energy": energy,
        "theta": math.radians(theta),
        "phi": math.radians(phi),
        "time": time,
        "track": track,
    }


def columns(source, events):
    rows = [row for event in events for row in event]
    made = {"offsets": np.cumsum([0, *(len(event) for event in events)])}
    for column in SCHEMAS[source].columns:
        values = made.get(
            column.name, [row[column.name] for row in rows] if column.name != "offsets" else None
        )
        made[column.name] = np.array(values, column.dtype)
        made[column.name].flags.writeable = False
    return made


def as_stored(rows, source):
    """Return rows with the numbers that their columns hold."""
    kinds = {c.name: np.dtype(c.dtype) for c in SCHEMAS[source].columns if c.name != "offsets"}
    return [{name: kinds[name].type(value).item() for name, value in row.items()} for row in rows]


def bits(*events, trigger=TRIGGER):
    """Return the names (without prefix) that fire in events given as (tracks, clusters)."""
    words = trigger.words(columns(TRACKS, [e[0] for e in events]), columns(CLUSTERS, [e[1] for e in events]))
    return [
        {name.removeprefix("hlt_") for i, name in enumerate(HLT_BITS) if int(row[i // 64]) >> i % 64 & 1}
        for row in words
    ]


def from_cm(energy, theta, phi, mass=0.0):
    """Return the laboratory four-vector of something in the centre of mass (angles in degrees)."""
    p = math.sqrt(energy * energy - mass * mass)
    t, f = math.radians(theta), math.radians(phi)
    q = [p * math.sin(t) * math.cos(f), p * math.sin(t) * math.sin(f), p * math.cos(t), energy]
    return Vector(*(float(c) for c in np.linalg.inv(to_cm()) @ q))


def photon_cm(energy, theta, phi):
    v = from_cm(energy, theta, phi)
    return cluster(v.e, v.theta, v.phi)


def charged_cm(energy, theta, phi, charge, deposit, index=0):
    """Return a track and its cluster (energy ``deposit`` in the laboratory, as a fraction of the momentum)."""
    v = from_cm(energy, theta, phi, 0.13957)
    made = track(v.p, v.theta, v.phi, charge, energy=deposit * v.p, cluster=index)
    return made, cluster(deposit * v.p, v.theta, v.phi, track=index)


def pair(energy, deposit, theta=70.0, phi=20.0, other=None):
    a = charged_cm(energy, theta, phi, -1, deposit, 0)
    b = charged_cm(energy, 180 - theta, phi + 180, 1, deposit if other is None else other, 1)
    return [a[0], b[0]], [a[1], b[1]]


HALF = sqrt_s() / 2


def test_frame_is_that_of_the_physics_package():
    p = np.random.default_rng(3).normal(size=(20, 4))
    np.testing.assert_allclose(p @ to_cm().T, SUPERKEKB.to_cm(p), atol=1e-12)
    assert sqrt_s() == pytest.approx(SUPERKEKB.sqrt_s, rel=1e-9)


def test_bhabha_is_vetoed():
    found = bits(pair(HALF, 1.0))[0]
    assert {"ee2leg", "ee1leg", "ee1leg1trk", "ee1leg1e", "ee1leg1clst", "selectee", "gg2clst"} <= found
    assert not found & {
        "two_tracks_mid",
        "two_tracks_high",
        "three_tracks",
        "neutral_2gev_barrel",
        "charged_2gev",
    }


def test_one_leg_without_cluster_is_still_a_bhabha():
    found = bits(pair(HALF, 1.0, other=0.0))[0]
    assert "ee2leg" not in found
    assert {"ee1leg", "ee1leg1trk"} <= found
    assert "two_tracks_high" not in found


def test_muon_pairs_are_selected_and_vetoed():
    found = bits(pair(HALF, 0.04))[0]
    assert {"selectmumu", "single_muon", "muon_pair"} <= found
    assert not found & {"two_tracks_high", "ee2leg", "ee1leg"}


def test_two_muons_with_missing_energy_are_kept():
    """mu mu Z' to nothing: soft, not back to back."""
    a, b = charged_cm(3.0, 60, 20, -1, 0.06, 0), charged_cm(3.5, 100, 150, 1, 0.06, 1)
    found = bits(([a[0], b[0]], [a[1], b[1]]))[0]
    assert {"two_tracks_mid", "two_loose_mid", "tight_track"} <= found


def test_two_photon_pairs_are_vetoed():
    """Soft, opposite in azimuth, and what is missing went down the beam pipe."""
    a, b = (
        charged_cm(0.6, 50, phi, charge, 0.3, k)[0] for k, (phi, charge) in enumerate(((20, 1), (200, -1)))
    )
    found = bits(([a, b], []), ([a, {**b, "phi0": b["phi0"] + math.radians(50)}], []))
    assert {"eexx", "eexx_select", "two_loose_low"} <= found[0]
    assert "two_tracks_low" not in found[0]
    assert "two_tracks_low" in found[1]


def test_bhabha_with_hard_bremsstrahlung_is_vetoed():
    a, b = charged_cm(HALF, 60, 20, -1, 0.9, 0), charged_cm(2.0, 120, 200, 1, 0.2, 1)
    found = bits(([a[0], b[0]], [a[1], b[1]]))[0]
    assert "ee_brem" in found
    assert "two_tracks_high" not in found


def test_radiative_bhabha():
    a, b = charged_cm(3.0, 60, 20, -1, 1.0, 0), charged_cm(3.0, 90, 160, 1, 1.0, 1)
    assert "radiative_bhabha" in bits(([a[0], b[0]], [a[1], b[1]]))[0]
    soft = charged_cm(0.9, 90, 160, 1, 1.0, 1)
    assert "radiative_bhabha" not in bits(([a[0], soft[0]], [a[1], soft[1]]))[0]


@pytest.mark.parametrize(("energy", "theta", "lines"), [
    (1.1, 90, {"single_photon_barrel", "single_photon_extended", "single_photon_reduced", "single_cluster"}),
    (1.1, 35, {"single_photon_extended", "single_photon_endcap", "single_cluster"}),
    (1.1, 125, {"single_photon_extended", "single_photon_endcap", "single_cluster"}),
    (1.1, 25, {"single_photon_endcap", "single_cluster"}),
    (1.1, 15, {"single_cluster"}),
    (0.9, 90, {"single_photon_reduced"}),
    (0.9, 110, set()),
    (0.45, 90, set()),
])  # fmt: skip
def test_single_photons(energy, theta, lines):
    """``energy`` in the centre of mass, ``theta`` in the laboratory."""
    lab = cluster(1.0, theta, 40)
    scale = energy / float((to_cm() @ np.array([*_direction(theta, 40), 1.0]))[3])
    lab["energy"] = scale
    assert bits(([], [lab]))[0] - {"cluster_2gev", "neutral_2gev_barrel"} == lines


def _direction(theta, phi):
    t, f = math.radians(theta), math.radians(phi)
    return math.sin(t) * math.cos(f), math.sin(t) * math.sin(f), math.cos(t)


def test_single_photon_means_nothing_else_above_300_mev():
    photon = photon_cm(1.5, 80, 10)
    found = bits(([], [photon, photon_cm(0.29, 60, 200)]), ([], [photon, photon_cm(0.31, 60, 200)]))
    assert "single_photon_barrel" in found[0]
    assert "single_photon_barrel" not in found[1]


def test_late_clusters_and_clusters_of_tracks_are_no_photons():
    v = photon_cm(1.5, 80, 10)
    assert "single_photon_barrel" not in bits(([], [{**v, "time": 200.1}]))[0]
    assert "single_photon_barrel" in bits(([], [{**v, "time": 199.9}]))[0]
    t = track(1.5, 80, 10, 1)
    found = bits(([t], [{**v, "track": 0}]))[0]
    assert "single_photon_barrel" not in found
    assert "single_electron_barrel" in found


def test_photon_pairs():
    two = [photon_cm(HALF, 70, 10), photon_cm(HALF, 110, 190)]
    found = bits(([], two), ([], [photon_cm(0.7, 70, 10), photon_cm(0.9, 100, 185)]))
    assert {"gg2clst", "gg_barrel"} <= found[0]
    assert not found[0] & {"neutral_2gev_barrel", "photons_back_to_back", "single_photon_barrel"}
    assert "photons_back_to_back" in found[1]


def meeting(radius, angle=0.3, p=1.2, theta=70):
    """Return two tracks that start at (radius, 0, radius cot 60 deg) at +-angle, and their perigees."""
    out = []
    for charge, phi in ((1, angle), (-1, -angle)):
        pt = p * math.sin(math.radians(theta))
        w, cot = charge * gev_per_mm(FIELD_T) / pt, 1 / math.tan(math.radians(theta))
        # the circle's centre lies to the right of the flight of a positive track
        cx, cy = radius + math.sin(phi) / w, -math.cos(phi) / w
        reach = math.hypot(cx, cy) * (1 if w > 0 else -1)
        phi0 = math.atan2(cx / reach, -cy / reach)
        arc = math.remainder(phi0 - phi, 2 * math.pi) / w
        z0 = radius / math.tan(math.radians(60)) - arc * cot
        out.append(
            {
                **TRACK,
                "phi0": phi0,
                "omega": w,
                "d0": reach - 1 / w,
                "z0": z0,
                "tan_lambda": cot,
                "charge": charge,
            }
        )
    return out


@pytest.mark.parametrize(
    ("radius", "wanted"),
    [(10.0, False), (28.0, False), (33.0, True), (100.0, True), (550.0, True), (650.0, False)],
)
def test_displaced_vertices_fire_between_3_and_60_cm(radius, wanted):
    assert ("displaced_vertex" in bits((meeting(radius), []))[0]) == wanted


def test_prompt_pairs_and_tracks_that_do_not_meet_are_not_displaced():
    prompt = [track(1.0, 70, 10, 1), track(1.2, 80, 60, -1)]
    a, b = meeting(100.0)
    apart = {**b, "z0": b["z0"] + 30.0}
    one_charge = [a, {**b, "charge": 1, "omega": -b["omega"]}]
    assert all(
        "displaced_vertex" not in found for found in bits((prompt, []), ([a, apart], []), (one_charge, []))
    )


def test_cosmic_rays():
    a, b = track(2.0, 80, 90, -1, energy=0.2), track(2.0, 100, -90, 1, energy=0.2)
    found = bits(([a, b], []), ([a, {**b, "phi0": b["phi0"] + math.radians(3)}], []), ([a, b, a], []))
    assert ["cosmic" in names for names in found] == [True, False, False]
    assert "cosmic" not in bits(([{**a, "z0": 600.0}, b], []))[0]
    assert "cosmic" in bits(([{**a, "z0": 600.0, "d0": 300.0}, b], []))[0]


def test_three_tracks_need_a_tight_one():
    far = [track(0.8, 60 + 10 * k, 100 * k, 1 - 2 * (k % 2), z0=30.0) for k in range(3)]
    near = [*far[:2], {**far[2], "z0": 9.0}]
    found = bits((far, []), (near, []), ([{**t, "hits": 4} for t in near], []))
    assert ["three_tracks" in names for names in found] == [False, True, False]


def test_empty_events_fire_nothing():
    assert bits(([], []), ([], [])) == [set(), set()]
    assert TRIGGER.words(columns(TRACKS, []), columns(CLUSTERS, [])).shape == (0, 2)


def test_tracks_without_curvature_or_charge_are_ignored():
    neutral = {**track(1.0, 70, 10, 1), "charge": 0}
    straight = {**track(1.0, 70, 10, 1), "omega": 0.0}
    assert bits(([neutral, straight], []))[0] == set()


def any_track(rng):
    made = track(rng.uniform(0.1, 4), rng.uniform(20, 150), rng.uniform(-180, 180), int(rng.choice([-1, 1])))
    changes = {
        "energy": rng.uniform(0, 3),
        "z0": rng.choice([0.0, 15.0, 45.0, 90.0, 150.0]),
        "hits": int(rng.choice([0, 4, 5, 40])),
        "time": rng.uniform(-20, 20),
        "d0": rng.normal(0, 20),
    }
    return {**made, **changes}


def any_cluster(rng):
    angles = rng.uniform(13, 155), rng.uniform(-180, 180)
    return cluster(rng.exponential(0.5), *angles, int(rng.choice([-1, 0])), rng.choice([0.0, 150.0, 250.0]))


def event(rng, kind):
    """Return a random event: tracks and clusters, loosely like those of e+e- collisions."""
    tracks, clusters = [], []
    theta, phi, energy = rng.uniform(30, 150), rng.uniform(-180, 180), rng.uniform(0.3, 5.3)
    if kind in ("pair", "pair and photon"):
        deposits = rng.choice([0.05, 0.5, 1.0]), rng.choice([0.0, 0.05, 0.9])
        a, b = pair(energy, deposits[0], theta, phi, deposits[1])
        tracks, clusters = [dict(t) for t in a], [dict(c) for c in b]
        for t in tracks:
            t["phi0"] += rng.normal(0, 0.02)
    if kind in ("photons", "pair and photon"):
        theta, phi, energy = rng.uniform(15, 165), rng.uniform(-180, 180), rng.uniform(0.1, 5.3)
        clusters.append(photon_cm(energy, theta, phi))
        if rng.random() < 0.7:
            theta, phi = 180 - theta + rng.normal(0, 3), phi + 180 + rng.normal(0, 2)
            clusters.append(photon_cm(energy * rng.uniform(0.6, 1), theta, phi))
    if kind == "tau":
        tracks.append(track(rng.uniform(0.5, 4), rng.uniform(40, 120), 0.0, int(rng.choice([-1, 1]))))
        phi = 180 + rng.normal(0, 10)
        for _ in range(2):
            clusters.append(cluster(rng.uniform(0.3, 3), rng.uniform(60, 100), phi + rng.normal(0, 8)))
    more = kind == "any" or rng.random() < 0.2
    tracks += [any_track(rng) for _ in range(rng.integers(0, 4) * more)]
    clusters += [any_cluster(rng) for _ in range(rng.integers(0, 5) * more)]
    if kind == "vertex":
        tracks += meeting(
            rng.uniform(5, 700), rng.uniform(0.05, 0.6), rng.uniform(0.3, 3), rng.uniform(50, 110)
        )
    order = rng.permutation(len(tracks))
    return [tracks[k] for k in order], clusters


KINDS = ("any", "pair", "photons", "pair and photon", "tau", "vertex")


@settings(max_examples=150, phases=[Phase.generate])
@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
def test_words_are_the_reference(seed, kinds):
    rng = np.random.default_rng(seed)
    events = [event(rng, kind) for kind in kinds]
    found = bits(*events)
    for names, (tracks, clusters) in zip(found, events, strict=True):
        assert names == fired(as_stored(tracks, TRACKS), as_stored(clusters, CLUSTERS))


def test_the_random_events_meet_every_line():
    rng = np.random.default_rng(11)
    seen = set()
    for _ in range(40):
        seen |= set().union(*bits(*(event(rng, kind) for kind in KINDS * 12)))
    rare = {
        "cosmic",
        "ee_brem",
        "radiative_bhabha",
        "ecl_muon_pair",
        "gg_endcap",
        "three_tracks",
        "three_tracks_c",
    }
    assert {name.removeprefix("hlt_") for name in HLT_BITS} - seen <= rare | {
        f"ee_flat_{k}" for k in range(9)
    }


def test_words_do_not_depend_on_which_events_come_together():
    rng = np.random.default_rng(5)
    events = [event(rng, kind) for kind in KINDS * 15]
    together = bits(*events)
    assert together == [bits(one)[0] for one in events]
    assert together == bits(*events[:7]) + bits(*events[7:])


def test_offsets_that_do_not_fit_are_refused():
    wrong = {**columns(TRACKS, [[TRACK | {"phi0": 0, "omega": 1e-3, "tan_lambda": 0, "charge": 1}]])}
    wrong["offsets"] = np.array([0, 2])
    with pytest.raises(InputError, match="tracks"):
        TRIGGER.words(wrong, columns(CLUSTERS, [[]]))


def test_ranges_must_rise():
    with pytest.raises(ValidationError, match="barrel_deg"):
        Photons(barrel_deg=(115.0, 45.0))


def test_names_fit():
    assert len(HLT_BITS) == len(set(HLT_BITS)) <= 128
    assert all(name.startswith("hlt_") and name == name.lower() for name in HLT_BITS)
