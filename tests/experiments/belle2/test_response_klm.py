"""The muon detector's response: ranges, efficiencies, punch-through, decays, noise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from reference.collider_response import bethe, stop
from scipy import stats

from trigemu.collider.response.energy_loss import slowed
from trigemu.collider.response.helix import arc_at_radius, direction, perigees, position
from trigemu.experiments.belle2.klm.geometry import LAYERS, barrel_sector, endcap_sector, exists, unpack
from trigemu.experiments.belle2.response.config import Muons, Response
from trigemu.experiments.belle2.response.klm import klm_hits, simulate
from trigemu.experiments.belle2.sources import KLM, SCHEMAS
from trigemu.physics.particles import from_columns

MUON, PION, KAON, K_LONG, ELECTRON = 13, 211, 321, 130, 11
MASS = {MUON: 0.10566, PION: 0.13957, KAON: 0.49368, K_LONG: 0.49761, ELECTRON: 0.000511}
QUIET = Muons(noise_hits=0.0)


def guns(pdg, p, theta_deg, phi=None, *, charge=-1, n=1):
    theta = np.broadcast_to(np.radians(theta_deg), n)
    p = np.broadcast_to(np.asarray(p, float), n)
    phi = np.random.default_rng(9).uniform(-math.pi, math.pi, n) if phi is None else np.broadcast_to(phi, n)
    zero = np.zeros(n)
    return from_columns(
        np.arange(n + 1),
        np.full(n, pdg, np.int32),
        np.full(n, 0 if pdg == K_LONG else charge, np.int8),
        np.full(n, MASS[pdg]),
        p * np.sin(theta) * np.cos(phi),
        p * np.sin(theta) * np.sin(phi),
        p * np.cos(theta),
        *(zero,) * 4,
        np.zeros(n, np.int32),
    )


def layers_of(particles, muons=QUIET, seed=1):
    return simulate(particles, Response(klm=muons), seed, 0)[1].astype(int)


@pytest.mark.parametrize("momentum", [0.3, 0.5, 0.8, 2.0])
def test_energy_loss_against_tiny_steps(momentum):
    mass = MASS[MUON]
    kinetic = math.hypot(momentum, mass) - mass
    plate = 0.0536
    # Four slices of a plate: exact to a few per mille of the loss unless the muon is about to stop.
    expected = stop(kinetic, mass, plate)
    assert slowed(kinetic, mass, plate) == pytest.approx(expected, abs=0.02 * (kinetic - expected))
    assert slowed(0.01, mass, plate) == 0.0


@pytest.mark.parametrize("mass", [MASS[MUON], MASS[PION], MASS[KAON]])
def test_energy_loss_is_that_of_bethe(mass):
    # Review of Particle Physics: 1.451 MeV cm^2 / g at minimum ionisation in iron, of muons at 0.36 GeV.
    assert min(bethe(0.01 * k, MASS[MUON]) for k in range(10, 60)) == pytest.approx(1.451, abs=0.001)
    thin = 1e-6
    for kinetic in (0.2 * mass, mass, 3 * mass, 10 * mass, 30 * mass):
        lost = kinetic - slowed(kinetic, mass, thin)
        assert lost / thin == pytest.approx(bethe(kinetic, mass) / 1.4503, rel=1e-3)
    # beta^(-5/3) is 7 % too high at the minimum and stays at 1 where the loss rises.
    if mass == MASS[MUON]:
        assert (3.0 - slowed(3.0, mass, thin)) / thin == pytest.approx(1.208, abs=0.003)


def test_muon_range_turns_on():
    reach = {p: layers_of(guns(MUON, p, 90.0, n=400)) for p in (0.4, 0.6, 0.7, 0.9, 1.5, 3.0)}
    assert reach[0.4].max() == 0  # does not even leave the solenoid
    means = [reach[p].mean() for p in sorted(reach)]
    assert all(b >= a - 0.1 for a, b in itertools.pairwise(means))
    # belle2_facts 11: usable above p = 0.6-0.7 GeV; two layers make a sector.
    assert (reach[0.7] >= 2).mean() > 0.9
    assert reach[0.7].mean() < 7.0
    # 15 layers, one in twenty-five tracks near a corner of the octagon where modules end.
    assert means[-1] > 14.0


def test_layers_reached_follow_the_range():
    # Straight through at 90 degrees: the deepest layer is where the energy left ends, without straggling.
    muons = QUIET.model_copy(update={"efficiency": 1.0, "straggling": 0.0, "dead_edge_mm": 0.0})
    for p in (0.8, 1.0, 1.2):
        found = layers_of(guns(MUON, p, 90.0, phi=0.02, n=1), muons)[0]
        track = perigees(guns(MUON, p, 90.0, phi=0.02, n=1), 1.5)[0]
        out = arc_at_radius(0.0, track[2], muons.field_radius_mm)
        face = arc_at_radius(0.0, track[2], 1250.0)
        arc = 0.5 * (face + out)
        x, y, _ = position(*track[:5], arc)
        phi = direction(track[1], track[2], arc)
        front = (x * math.cos(phi) + y * math.sin(phi)) / math.hypot(x, y)
        mass = MASS[MUON]
        kinetic = stop(math.hypot(p, mass) - mass, mass, 0.228 / front)
        # In the yoke: straight on from the coil, sector by sector.
        point = np.array(position(*track[:5], out)[:2])
        phi = direction(track[1], track[2], out)
        along = np.array([math.cos(phi), math.sin(phi)])
        expected = 0
        for layer in range(15):
            for sector in range(8):
                normal = np.array([math.cos(sector * math.pi / 4), math.sin(sector * math.pi / 4)])
                slope = float(along @ normal)
                way = (2041.0 + 91.0 * layer - point @ normal) / slope
                at = point + way * along
                if way > 0.0 and int(barrel_sector(math.atan2(at[1], at[0]))) == sector:
                    break
            if layer > 0:
                kinetic = stop(kinetic, mass, 0.05358 / slope, 500)
            expected += kinetic > 0.0
        assert found == expected


def test_planes_are_efficient_as_configured():
    muons = QUIET.model_copy(update={"efficiency": 0.9, "dead_edge_mm": 0.0})
    columns = klm_hits(guns(MUON, 4.0, 80.0, n=400), Response(klm=muons), 3, 0)
    section, sector, layer, plane = unpack(columns["channel"])
    assert stats.binomtest(len(section), 400 * 15 * 2, 0.9).pvalue > 1e-3
    assert set(layer) == set(range(15))
    assert stats.binomtest(int((plane == 0).sum()), len(plane), 0.5).pvalue > 1e-3
    assert set(sector) == set(range(8))
    assert exists()[columns["channel"].astype(int)].all()


def test_sections_and_sectors():
    phi = np.radians(np.arange(-175.0, 180.0, 10.0))
    barrel = klm_hits(guns(MUON, 7.0, 60.0, phi, n=len(phi)), Response(klm=QUIET), 1, 0)
    for i in range(len(phi)):
        section, sector, _, _ = unpack(barrel["channel"][barrel["offsets"][i] : barrel["offsets"][i + 1]])
        # A stiff negative muon turns by about 0.065 rad + what it keeps of it outside.
        assert set(section) == {1}
        expected = {int(barrel_sector(phi[i] + turn)) for turn in (0.05, 0.1, 0.14)}
        assert set(sector) <= expected
    sides = {20.0: 3, 35.0: 3, 145.0: 2, 80.0: 1, 110.0: 0}
    for theta, expected in sides.items():
        columns = klm_hits(guns(MUON, 7.0, theta, phi, n=len(phi)), Response(klm=QUIET), 1, 0)
        section, sector, layer, _ = unpack(columns["channel"])
        assert np.bincount(section, minlength=4).argmax() == expected
        assert (layer < np.take(LAYERS, section)).all()
        if expected == 3:
            event = np.repeat(np.arange(len(phi)), np.diff(columns["offsets"]))
            rows = section == 3
            turned = [set(endcap_sector(phi[e] + np.array([0.0, 0.1, 0.25])).tolist()) for e in event[rows]]
            assert all(s in t for s, t in zip(sector[rows].tolist(), turned, strict=True))


def test_decays_in_flight_come_at_their_rate():
    # All hadrons interact in the calorimeter and leave nothing behind it: what is seen are muons of decays.
    muons = QUIET.model_copy(
        update={"calorimeter_lengths": 60.0, "shower_layers": 0.0, "efficiency": 1.0, "dead_edge_mm": 0.0}
    )
    n, p = 20000, 1.6
    for pdg, ctau, branching in ((PION, 7804.0, 1.0), (KAON, 3711.0, 0.636)):
        particles = guns(pdg, p, 90.0, n=n)
        way = arc_at_radius(0.0, perigees(particles, 1.5)[0, 2], 1250.0)
        chance = branching * (1.0 - math.exp(-way * MASS[pdg] / (p * ctau)))
        # Of the kaons' muons, those of low energy do not arrive: count them out with the flat spectrum.
        seen = int((layers_of(particles, muons) > 0).sum())
        if pdg == PION:
            assert stats.binomtest(seen, n, chance).pvalue > 1e-3
        else:
            assert 0.6 * chance < seen / n < chance


def test_hadrons_punch_through_by_their_depth():
    # No showers, no decays (neutral kaons do not): charged ones are seen in layer 0 if they survive to it.
    muons = QUIET.model_copy(update={"shower_layers": 0.0, "efficiency": 1.0, "dead_edge_mm": 0.0})
    n = 8000
    seen = int((layers_of(guns(PION, 40.0, 90.0, n=n), muons) > 0).sum())
    assert stats.binomtest(seen, n, math.exp(-0.9)).pvalue > 1e-3
    assert layers_of(guns(K_LONG, 2.0, 90.0, n=200), muons).max() == 0
    assert layers_of(guns(K_LONG, 2.0, 90.0, n=2000)).mean() > 0.3
    assert layers_of(guns(ELECTRON, 5.0, 90.0, n=50)).max() == 0


def test_layer_counts_are_those_of_the_hits():
    particles = guns(MUON, 1.1, np.linspace(20.0, 150.0, 300), n=300)
    columns, layers = simulate(particles, Response(klm=QUIET), 5, 2)
    for event in range(300):
        section, _, layer, _ = unpack(
            columns["channel"][columns["offsets"][event] : columns["offsets"][event + 1]]
        )
        assert len(set(zip((section > 1).tolist(), layer.tolist(), strict=True))) == layers[event]


def test_noise_is_poisson_and_everywhere():
    events = 400
    nothing = guns(ELECTRON, 1.0, 90.0, n=events)
    columns = klm_hits(nothing, Response(klm=Muons(noise_hits=6.0)), 11, 0)
    per_event = np.diff(columns["offsets"])
    assert abs(per_event.mean() - 6.0) < 4.0 * math.sqrt(6.0 / events)
    assert stats.chi2.sf(per_event.var(ddof=1) / per_event.mean() * (events - 1), events - 1) > 1e-4
    planes = np.flatnonzero(exists())
    counts = np.bincount(columns["channel"].astype(int), minlength=1024)
    assert counts.sum() == counts[planes].sum()
    # 688 planes with three or four hits each: in groups.
    groups = np.add.reduceat(counts[planes], np.arange(0, len(planes), 16))
    sizes = np.diff(np.r_[np.arange(0, len(planes), 16), len(planes)])
    assert stats.chisquare(groups, groups.sum() * sizes / sizes.sum()).pvalue > 1e-4


def test_an_event_depends_on_its_number_alone():
    particles = guns(MUON, 1.5, 70.0, n=8)
    whole = klm_hits(particles, Response(), 3, 1)
    part = klm_hits(particles.take(np.arange(5)), Response(), 3, 1)
    np.testing.assert_array_equal(whole["channel"][: part["offsets"][-1]], part["channel"])
    assert klm_hits(particles.take(np.array([], np.int64)), Response(), 3, 1)["offsets"].tolist() == [0]
    assert {name: column.dtype.str for name, column in whole.items()} == {
        column.name: column.dtype for column in SCHEMAS[KLM].columns
    }
