"""Level 3 and the filters after it: constructed events, each with the bits that it must have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.babar_l3_events import (
    BEAM,
    ENERGY,
    bits,
    charged,
    cluster,
    offline,
    online,
    pair,
    photon,
    shower,
    track,
)

from trigemu.experiments.babar.l3.bits import FILTERS, L3_BITS, OFFLINE, OUTPUTS
from trigemu.experiments.babar.l3.config import L3
from trigemu.experiments.babar.l3.filters import expected_momenta
from trigemu.experiments.babar.l3.quantities import BETA, GAMMA
from trigemu.experiments.babar.l3.software import Level3
from trigemu.physics.beams import pep2

CONFIG = L3()
LEVEL3 = Level3(CONFIG)


def found(*event, level3=LEVEL3, **options):
    """Return the names of bits, without prefix, of one event given as its tracks and clusters."""
    (names,) = bits(level3, [event], **options)
    return {name.removeprefix("l3_").removeprefix("l3out_") for name in names}


def test_names():
    assert len(L3_BITS) == len(set(L3_BITS)) == len(FILTERS) + len(OUTPUTS) + len(OFFLINE) <= 64


def test_the_cm_moves_alike_at_all_energies():
    """10.58 GeV of 9.0 on 3.1 GeV: beta gamma 0.56 (besiii_babar_facts B1.2); C12: angles of the calorimeter."""
    assert pytest.approx(0.558, abs=2e-3) == BETA * GAMMA
    for root in (9.0, 10.0233, 10.3552, 11.3):
        np.testing.assert_allclose(pep2(root).beta, [0, 0, BETA], atol=1e-8)
    for degrees, cosine in ((15.8, 0.894), (141.8, -0.921)):
        c = math.cos(math.radians(degrees))
        assert (c - BETA) / (1 - BETA * c) == pytest.approx(cosine, abs=1e-3)


@pytest.mark.parametrize(
    ("tracks", "one", "two"),
    [
        ([track(0.61, 90, 10)], True, False),
        ([track(0.59, 90, 10)], False, False),
        ([track(2.0, 10, 10)], False, False),  # pT, not p
        ([track(1.0, 90, 10, d0=-9.9)], True, False),
        ([track(1.0, 90, 10, d0=-10.1)], False, False),
        ([track(1.0, 90, 10, z0=-71.0)], False, False),
        ([track(0.26, 90, 10), track(0.26, 90, 100, d0=14.9, z0=99.0)], False, True),
        ([track(0.26, 90, 10), track(0.24, 90, 100)], False, False),
        ([track(0.26, 90, 10), track(0.26, 90, 100, d0=15.1)], False, False),
        ([track(0.26, 90, 10), track(0.26, 90, 100, z0=100.1)], False, False),
        # The pions of a K_S that flew 3 cm
        ([track(0.5, 90, 10, 1, d0=20.0), track(0.5, 90, 40, -1, d0=-25.0)], False, False),
    ],
)
def test_filters_of_tracks(tracks, one, two):
    names = found(tracks, [])
    assert ("dch_one_track" in names, "dch_two_tracks" in names) == (one, two)
    assert ("dch" in names) == (one or two)


def test_distances_are_from_where_beams_meet():
    moved = Level3(L3(objects={"collision_z_mm": 30.0}))
    assert "dch_one_track" in found([track(1.0, 90, 10, z0=-39.0)], [], level3=moved)
    assert "dch_one_track" not in found([track(1.0, 90, 10, z0=-41.0)], [], level3=moved)
    assert "dch_one_track" in found([track(1.0, 90, 10, z0=99.0)], [], level3=moved)


@pytest.mark.parametrize(
    ("energies", "two", "four"),
    [
        ((0.8, 0.8), True, False),  # mass 1.6: back to back
        ((0.74, 0.74), False, False),
        ((3.0, 0.34), False, False),  # mass 2.02
        ((3.0, 0.36), True, False),
        ((0.3, 0.3, 0.3, 0.3, 0.3, 0.3), False, True),
        ((0.8, 0.8, 0.2, 0.2), True, True),
        ((0.3, 0.3, 0.3, 0.3), False, False),  # mass 1.2
    ],
)
def test_filters_of_clusters(energies, two, four):
    ways = ((90, 0), (90, 180), (90, 90), (90, -90), (30, 45), (150, -135))
    clusters = [photon(e, *way, track=0) for e, way in zip(energies, ways, strict=False)]
    names = found([], clusters)
    assert ("emc_two_clusters" in names, "emc_four_clusters" in names) == (two, four)
    assert ("emc" in names) == (two or four)


def test_clusters_count_in_time_and_above_their_energy():
    two = [photon(0.8, 90, 0), photon(0.8, 90, 180)]
    late = [two[0], {**two[1], "time": 651.0}]
    assert "emc_two_clusters" in found([], [two[0], {**two[1], "time": -649.0}])
    assert "emc_two_clusters" not in found([], late)
    soft = [cluster(0.09, 60, phi) for phi in (0, 90)]
    assert "emc_four_clusters" not in found([], two + soft)
    assert "emc_four_clusters" in found([], two + [{**c, "energy": 0.11} for c in soft])


def test_bhabha_events():
    for theta in (30, 70, 110, 140):
        names = found(*pair(BEAM, 0.97, theta))
        assert {"bhabha_two_prong", "bhabha", "dch_one_track", "emc_two_clusters", "lumi"} <= names
        assert not names & {"dch", "emc", "mu_pair", "cosmic", "gamma_gamma", "background"}
    assert "bhabha_two_prong" not in found(*pair(BEAM, 0.69))
    assert "bhabha_two_prong" in found(*pair(BEAM, 0.71))
    assert "bhabha_two_prong" in found(*pair(0.61 * BEAM, 0.97))
    assert "bhabha_two_prong" not in found(*pair(0.59 * BEAM, 0.97))
    assert "bhabha_two_prong" in found(*pair(BEAM, 0.97, tilt=9))
    assert "bhabha_two_prong" not in found(*pair(BEAM, 0.97, tilt=11))
    tracks, clusters = pair(BEAM, 0.97)
    for k in (0, 1):  # one leg alone is no electron, or slow
        other = [*tracks]
        other[k] = {**tracks[k], "energy": 0.3}
        assert "bhabha_two_prong" not in found(other, clusters)
        other[k] = {**tracks[k], "omega": 2.5 * tracks[k]["omega"]}
        assert "bhabha_two_prong" not in found(other, clusters)
    assert "dch" in found([*tracks, track(0.5, 100, 90)], clusters)
    assert "dch" not in found([*tracks, track(0.5, 100, 90, z0=200.0)], clusters)


def test_radiation_along_the_beams_is_still_bhabha():
    """A pair beside a photon of 1 GeV along the electrons: momenta follow from the angles."""
    k, theta = 1.0, math.radians(70.0)
    # p1 + p2 = root - k, p1 sin1 = p2 sin2, p1 cos1 + p2 cos2 = -k: solve for the second by hand.
    root = 2 * BEAM
    p1 = (root**2 - 2 * root * k) / (2 * (root - k + k * math.cos(theta)))
    p2 = root - k - p1
    second = math.atan2(p1 * math.sin(theta), -k - p1 * math.cos(theta))
    a = [p1 * math.sin(theta), 0.0, p1 * math.cos(theta), p1]
    b = [-p2 * math.sin(second), 0.0, p2 * math.cos(second), p2]
    assert p1 * math.sin(theta) == pytest.approx(p2 * math.sin(second))
    np.testing.assert_allclose(expected_momenta(np.array([a]), np.array([b]), np.array([BEAM])), [[p1, p2]])

    def event(share):
        legs = [
            charged(share * p1, math.degrees(theta), 0, -1, 0.97),
            charged(share * p2, math.degrees(second), -180, 1, 0.97),
        ]
        return legs, [shower(leg, i) for i, leg in enumerate(legs)]

    assert "bhabha_two_prong" in found(*event(1.0))
    assert "bhabha_two_prong" not in found(*event(0.58))


def test_one_prong():
    positron = charged(BEAM, 156, 30, 1, 0.97)
    names = found([positron], [shower(positron, 0)])
    assert "bhabha_one_prong" in names  # the electron flies at 14 degrees
    assert not names & {"dch", "emc", "bhabha_two_prong"}
    electron = charged(BEAM, 15, 30, -1, 0.97)
    assert "bhabha_one_prong" in found([electron], [shower(electron, 0)])  # the positron flies at 156 degrees
    central = charged(BEAM, 100, 30, 1, 0.97)
    own = shower(central, 0)
    assert "bhabha_one_prong" not in found([central], [own])
    assert "bhabha_one_prong" in found([central], [own, photon(BEAM, 80, -150)])
    assert "bhabha_one_prong" in found([central], [own, photon(0.7 * BEAM, 80, -150)])
    assert "bhabha_one_prong" not in found([central], [own, photon(BEAM, 80, -138)])
    assert "bhabha_one_prong" not in found([central], [own, photon(0.49 * BEAM, 80, -150)])
    assert "bhabha_one_prong" not in found([{**positron, "energy": 0.2}], [])
    slow_one = charged(0.59 * BEAM, 156, 30, 1, 0.97)
    assert "bhabha_one_prong" not in found([slow_one], [shower(slow_one, 0)])


def test_muon_and_photon_pairs():
    names = found(*pair(BEAM, 0.04))
    assert {"lumi", "mu_pair", "dch"} <= names
    assert not names & {"bhabha", "emc", "cosmic"}
    tracks, clusters = pair(BEAM, 0.04)
    assert "mu_pair" not in found([{**t, "charge": 1} for t in tracks], clusters)
    assert "lumi" not in found(*pair(0.59 * BEAM, 0.04))
    assert "lumi" not in found(*pair(BEAM, 0.04, tilt=11))
    two = [photon(BEAM, 70, 20), photon(BEAM, 110, -160)]
    names = found([], two)
    assert {"gamma_gamma", "emc", "single_photon_high", "single_photon_low"} <= names
    assert "gamma_gamma" not in found([track(0.3, 50, 0)], two)
    assert "gamma_gamma" in found([track(0.3, 50, 0, z0=300.0)], two)
    assert "gamma_gamma" not in found([], [two[0], photon(0.69 * BEAM, 110, -160)])
    assert "gamma_gamma" not in found([], [two[0], photon(BEAM, 110, -148)])


def test_virtual_compton():
    electron = charged(4.0, 70, 20, -1, 0.97)
    own = shower(electron, 0)
    balance = photon(4.0 * math.sin(math.radians(70)) / math.sin(math.radians(45)), 45, -160)
    assert "virtual_compton" in found([electron], [own, balance])
    assert "virtual_compton" not in found([electron], [own, {**balance, "phi": math.radians(-145)}])
    assert "virtual_compton" not in found([electron], [own, photon(4.0, 105, -160)])  # in line to 5 degrees
    assert "virtual_compton" not in found([{**electron, "energy": 0.3}], [balance])
    assert "virtual_compton" not in found([electron], [own, {**balance, "track": 0}])
    assert "virtual_compton" not in found([electron], [own, photon(0.9, 45, -160)])


@pytest.mark.parametrize("theta", [40, 90, 140])
def test_single_photons(theta):
    high, low = "single_photon_high", "single_photon_low"
    for energy, wanted in ((2.02, {high, low}), (1.98, {low}), (1.02, {low}), (0.98, set())):
        assert found([], [photon(energy, theta, 10)]) & {high, low} == wanted
    one = photon(3.0, theta, 10)
    assert not found([track(0.1, 80, 100)], [one]) & {high, low}
    assert {high, low} <= found([track(0.5, 80, 100, z0=150.0)], [one])
    near = {**one, "energy": 0.15, "phi": one["phi"] + 0.3}
    assert found([], [one, near]) & {high, low} == {low}
    assert {high, low} <= found([], [one, {**near, "energy": 0.09}])
    assert {high, low} <= found([], [one, {**near, "phi": one["phi"] + 1.6}])
    bold = Level3(L3(single_photon={"isolation_gev": 0.2}))
    assert {high, low} <= found([], [one, near], level3=bold)
    off = Level3(L3(low_energy_line=False))
    assert found([], [one], level3=off) & {high, low} == {high}


def test_cosmic_rays_background_and_random_triggers():
    def halves(tilt=0.0, second=104.0, p=3.0):
        return [track(3.0, 80, 10, 1, d0=100.0), track(p, 100, -170 + tilt, -1, d0=-second)]

    names = found(halves(), [])
    assert {"cosmic", "background"} <= names
    assert not names & {"dch", "bhabha"}
    assert "cosmic" not in found(halves(tilt=6.0), [])
    assert "cosmic" not in found(halves(second=105.0), [])
    assert "cosmic" in found(halves(p=2.5), [])
    assert "cosmic" not in found(halves(p=2.0), [])
    # Electrons in line in the laboratory beside a photon along the beam are not cosmic, muons like that may be.
    for deposit, wanted in ((5.0, {"bhabha_two_prong"}), (0.2, {"cosmic"})):
        line = [track(BEAM, 90, phi, charge, energy=deposit) for phi, charge in ((10, 1), (-170, -1))]
        assert found(line, []) & {"bhabha_two_prong", "cosmic"} == wanted
    assert "background" not in found([*halves(), track(0.2, 90, 0)], [])
    assert "background" not in found([], [photon(3.0, 90, 0)])
    assert found([], [], random=1) == {"random"}
    assert found([], []) == set()


def test_isr_filter():
    gamma = photon(4.0, 60, 10)
    pions = [charged(0.7, 100, 170, 1, 0.3), charged(0.5, 120, -150, -1, 0.3)]
    assert "bgf_isr" in found(pions[:1], [gamma])
    assert "bgf_isr" not in found(pions[1:], [gamma])
    assert "bgf_isr" in found([pions[1], {**pions[1], "phi0": 3.0}], [gamma])
    assert "bgf_isr" not in found([{**pions[0], "hits": 11}], [gamma])
    assert "bgf_isr" not in found([{**pions[0], "z0": 101.0}], [gamma])
    assert "bgf_isr" not in found(pions, [photon(2.45, 60, 10)])
    assert "bgf_isr" not in found(pions, [photon(4.0, 140, 10)])  # cos -0.77
    assert "bgf_isr" not in found(pions, [photon(4.0, 20, 10)])  # cos 0.94
    soft = [cluster(0.11, 50, -120), cluster(0.11, 80, -100)]
    assert "bgf_isr" in found([], [gamma, *soft])
    assert "bgf_isr" not in found([], [gamma, soft[0]])
    assert "bgf_isr" not in found([*pions, charged(4.1, 110, -170, -1, 0.9)], [gamma])
    assert "bgf_isr" in found([*pions, charged(3.9, 110, -170, -1, 0.9)], [gamma])


def test_single_photon_filters():
    low, high = "bgf_single_photon_low_mass", "bgf_single_photon_high_mass"
    one = photon(3.1, 70, 10)
    assert {low, high} <= found([], [one])
    assert found([charged(0.9, 90, 100, 1, 0)], [one]) & {low, high} == {low}
    assert not found([charged(1.1, 90, 100, 1, 0)], [one]) & {low, high}
    assert found([], [one, photon(3.2, 100, -150)]) & {low, high} == {high}
    assert found([], [photon(2.9, 70, 10)]) & {low, high} == {high}
    assert not found([], [photon(1.4, 70, 10)]) & {low, high}
    assert found([], [{**one, "track": 0}]) & {low, high} == {low}


def test_hadron_filters():
    star = [charged(1.0, 90, phi, 1, 0.2) for phi in (0, 120, -120)]
    assert "bgf_multi_hadron" in found(star, [])
    assert "bgf_multi_hadron" not in found([*star[:2], {**star[2], "hits": 11}], [])
    line = [charged(4.0, 60, 0, 1, 0), charged(3.0, 120, 180, -1, 0), charged(1.0, 120, 179, -1, 0)]
    assert "bgf_multi_hadron" not in found(line, [])
    clusters = [photon(1.5, 90, phi) for phi in (0, 120, -120)]
    assert "bgf_neutral_hadron" in found([], clusters)
    assert "bgf_neutral_hadron" not in found(star, clusters)
    assert "bgf_neutral_hadron" not in found([], clusters[:2])
    assert "bgf_neutral_hadron" not in found([], [photon(1.2, 90, phi) for phi in (0, 120, -120)])


def test_level_3_and_reconstruction_are_looked_at_apart():
    n = np.array([ENERGY], np.uint32), np.zeros(1, np.uint8)
    nothing, event = ([], []), pair(BEAM, 0.97)
    words = [LEVEL3.words(online([a]), offline([b]), *n)[0] for a, b in ((event, nothing), (nothing, event))]
    first = np.uint64((1 << L3_BITS.index("bgf_isr")) - 1)
    assert words[0] & ~first == 0
    assert words[1] & first == 0
