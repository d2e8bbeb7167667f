"""The samplers at other colliders: equal energies with both beams to +x at 3.77 GeV, and 9.0 on 3.1 GeV head-on."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from support.colliders import CHARM, HEAD_ON, OFFERED, make_sampler

from trigemu.collider.collider import Collider, CrossSection
from trigemu.collider.signals.file_sampler import ProcessFile, SignalFile
from trigemu.errors import InputError
from trigemu.physics import angles
from trigemu.physics.beams import bepc2
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.pairs import born
from trigemu.physics.particles import Particles
from trigemu.physics.vectors import invariant_mass
from trigemu.setup.reference import resolve

COLLIDERS = (CHARM, HEAD_ON)
WHOLE = ("gun", "b-", "hepmc", "lhe")
CASES = [
    (collider, name)
    for collider in COLLIDERS
    for name in OFFERED[collider.name]
    if not any(part in name for part in WHOLE)
]
IDS = [f"{collider.name}-{name}" for collider, name in CASES]


def table(collider: Collider, name: str, **keys: Any) -> Any:
    return OFFERED[collider.name][name].model(**keys)


def totals(particles: Particles) -> np.ndarray:
    """Four-momentum of every event, float64[n, 4]."""
    out = np.zeros((particles.events, 4))
    np.add.at(out, particles.event, particles.momentum)
    return out


@pytest.mark.parametrize(("collider", "name"), CASES, ids=IDS)
def test_four_momentum_and_charge_are_those_of_the_beams(collider: Collider, name: str) -> None:
    made = make_sampler(table(collider, name), 11, 0).sample(3, 80)
    p = made.particles
    # Electrons of the two-photon process are massless in its kinematics.
    assert np.abs(totals(p) - collider.beams.total).max() < (2e-3 if name == "eemumu" else 1e-7)
    assert not np.bincount(p.event, p.charge, minlength=80).any()
    assert invariant_mass(p.momentum) == pytest.approx(p.mass, abs=2e-5 if name != "eemumu" else 1e-3)
    few = make_sampler(table(collider, name), 11, 0).sample(3, 7).particles
    assert np.array_equal(few.momentum, p.momentum[: len(few)])
    spread = np.std(p.point[p.offsets[:-1], :3], axis=0)
    # 80 events: four standard errors are 32 %; flight of taus adds to x and y.
    assert spread[2] == pytest.approx(collider.spot_mm[2], rel=0.35)
    assert spread[0] > 0.6 * collider.spot_mm[0]


def test_energies_in_the_cm() -> None:
    assert CHARM.sqrt_s == pytest.approx(3.77, abs=1e-9)
    assert HEAD_ON.sqrt_s == pytest.approx(10.579, abs=1e-3)
    assert CHARM.beams.total[0] == pytest.approx(3.77 * math.tan(0.011), rel=1e-3)
    assert CHARM.beams.total[2] == pytest.approx(0.0, abs=1e-12)
    assert HEAD_ON.beams.total[:3] == pytest.approx([0.0, 0.0, 5.891], abs=1e-3)


@pytest.mark.parametrize("collider", COLLIDERS, ids=lambda c: c.name)
def test_photons_beside_an_aprime(collider: Collider) -> None:
    made = make_sampler(table(collider, "gamma-aprime", mass=1.5, isr=False), 5, 0).sample(0, 4000)
    p = made.particles
    photon = p.momentum[p.pdg == 22]
    star = collider.beams.to_cm(photon)
    top = collider.sqrt_s
    assert star[:, 3] == pytest.approx((top**2 - 1.5**2) / (2 * top), rel=1e-9)
    theta = np.degrees(np.arccos(star[:, 2] / star[:, 3]))
    assert theta.min() > 10 - 1e-6
    assert theta.max() < 170 + 1e-6
    lab = angles.theta(photon)
    inside = np.zeros(len(lab), bool)
    for low, high in collider.acceptance.calorimeter_degrees:
        inside |= (lab >= low) & (lab <= high)
    assert np.array_equal(made.accepted, inside)
    assert 0.1 < inside.mean() < 0.95


@pytest.mark.parametrize("collider", COLLIDERS, ids=lambda c: c.name)
def test_pairs_follow_their_angle(collider: Collider) -> None:
    made = make_sampler(table(collider, "mumu", isr=False), 5, 0).sample(0, 8000).particles
    star = collider.beams.to_cm(made.momentum[made.pdg == 13])
    c = star[:, 2] / np.sqrt((star[:, :3] ** 2).sum(axis=1))
    # Four times the muon's squared mass over s is 0.3 % at most: 3/8 (1 + c^2) is good enough for 8000 events.
    assert stats.kstest(c, lambda x: (x**3 + 3 * x + 4) / 8).pvalue > 1e-3
    bhabha = make_sampler(table(collider, "bhabha"), 5, 0).sample(0, 3000).particles
    pair = collider.beams.to_cm(bhabha.momentum[np.abs(bhabha.pdg) == 11])
    theta = np.degrees(np.arccos(pair[:, 2] / pair[:, 3]))
    assert theta.min() > 10 - 1e-3
    assert theta.max() < 170 + 1e-3


def test_cross_sections_are_born_without_published_ones() -> None:
    for collider in COLLIDERS:
        s, c = collider.sqrt_s**2, math.cos(math.radians(10.0))
        for name, pair in (("gammagamma", "photons"), ("bhabha", "bhabha")):
            found = make_sampler(table(collider, name), 1, 0).cross_section_nb
            assert found == pytest.approx(born(pair, s, -c, c) * 1e-3, rel=1e-12)
        for name in ("eemumu", "mumugamma", "eegamma", "gammagammagamma"):
            assert make_sampler(table(collider, name), 1, 0).cross_section_nb > 0
    # Lowest order goes as 1 / s.
    low, high = (make_sampler(table(c, "bhabha"), 1, 0).cross_section_nb for c in COLLIDERS)
    assert low / high == pytest.approx((HEAD_ON.sqrt_s / CHARM.sqrt_s) ** 2, rel=1e-6)


def test_published_cross_sections_replace_them() -> None:
    spec = OFFERED[CHARM.name]["bhabha"]
    other = replace(CHARM, cross_sections={"bhabha": CrossSection(2000.0, 20.0)}, two_photon_scale=0.5)
    same = spec.model(theta_star=(20.0, 160.0))
    assert resolve(spec.sampler)(same, other, 1, 0).cross_section_nb == pytest.approx(2000.0, rel=1e-12)
    wide = resolve(spec.sampler)(spec.model(theta_star=(10.0, 170.0)), other, 1, 0).cross_section_nb
    # Mostly 1 / theta^2.
    assert wide / 2000.0 == pytest.approx(4.0, rel=0.15)
    eemumu = OFFERED[CHARM.name]["eemumu"]
    plain, halved = (
        resolve(eemumu.sampler)(eemumu.model(), c, 1, 0).cross_section_nb for c in (CHARM, other)
    )
    assert halved == pytest.approx(0.5 * plain)


@pytest.mark.parametrize("collider", COLLIDERS, ids=lambda c: c.name)
def test_guns_are_accepted_in_the_collider_s_own_angles(collider: Collider) -> None:
    low, high = collider.acceptance.tracker_degrees
    for name, limits in (
        ("muon-gun", (low, high)),
        ("photon-gun", collider.acceptance.calorimeter_degrees[0]),
    ):
        for theta, inside in ((limits[0] - 0.5, 0), (limits[0] + 0.5, 1)):
            made = make_sampler(table(collider, name, p=1.0, theta=theta), 1, 0).sample(0, 3)
            assert (made.accepted == inside).all(), (name, theta)
    assert not make_sampler(table(collider, "pion-gun", theta=high + 0.5), 1, 0).sample(0, 3).accepted.any()


@pytest.mark.parametrize("collider", COLLIDERS, ids=lambda c: c.name)
def test_taus_to_lepton_and_alpha(collider: Collider) -> None:
    made = make_sampler(table(collider, "tau-mualpha", mass=0.5), 5, 0).sample(0, 1000)
    p = made.particles
    alpha = p.pdg == 9900036
    muon = (np.abs(p.pdg) == 13) & (p.mother == p.mother[alpha][p.event])
    assert invariant_mass(p.momentum[muon] + p.momentum[alpha]) == pytest.approx(1.77693, abs=1e-6)
    theta = angles.theta(p.momentum)
    low, high = collider.acceptance.tracker_degrees
    outside = (p.charge != 0) & ((theta < low) | (theta > high))
    assert np.array_equal(made.accepted == 0, np.bincount(p.event[outside], minlength=1000) > 0)


def test_b_mesons_of_equal_masses_at_the_asymmetric_collider(shared_data: Any) -> None:
    own = make_sampler(table(HEAD_ON, "b-ks-mumu", mass=1.0), 3, 0).sample(0, 500).particles
    b = HEAD_ON.beams.to_cm(totals(own))
    want = math.sqrt(0.25 * HEAD_ON.sqrt_s**2 - 5.27941**2)
    assert np.sqrt((b[:, :3] ** 2).sum(axis=1)) == pytest.approx(want, abs=1e-6)
    path = str(shared_data / "events" / "babar_bpbm.hepmc3.gz")
    both = make_sampler(table(HEAD_ON, "b-ks-mumu", mass=1.0, other_b=path), 3, 0).sample(0, 300).particles
    assert np.abs(totals(both) - HEAD_ON.beams.total).max() < 2e-3
    assert not np.bincount(both.event, both.charge).any()


FOUR_GEV = replace(CHARM, name="charm factory at 4.178 GeV", beams=bepc2(4.178))


@pytest.mark.parametrize(
    ("collider", "file", "section"),
    [
        (HEAD_ON, "babar_mumu", 1.072),
        (HEAD_ON, "babar_tautau", None),
        (HEAD_ON, "babar_udsc", None),
        (FOUR_GEV, "besiii_mumu_4178", None),
        (FOUR_GEV, "besiii_tautau_4178", None),
        (FOUR_GEV, "besiii_hadrons_4178", None),
        (FOUR_GEV, "besiii_bhabha_4178", None),
        (FOUR_GEV, "besiii_gammagamma_4178", None),
    ],
)
def test_events_of_files(shared_data: Any, collider: Collider, file: str, section: float | None) -> None:
    path = shared_data / "events" / f"{file}.hepmc3.gz"
    specs = OFFERED[HEAD_ON.name]
    process = ProcessFile(specs["hepmc"].model(file=str(path)), collider, 1, 0)
    # Files of the other generators state a running estimate.
    stated = read_events(path).cross_section_pb
    assert stated is not None
    assert process.cross_section_nb == pytest.approx(section or stated * 1e-3, rel=1e-3)
    p = process.sample(0, 200).particles
    # Photons below 0.1 MeV are missing in some files.
    assert np.abs(totals(p) - collider.beams.total).max() < 2e-3
    signal = SignalFile(specs["hepmc-signal"].model(file=str(path), acceptance="tracks"), collider, 1, 0)
    made = signal.sample(0, 200)
    seen = (made.particles.charge != 0) & collider.acceptance.in_tracker(made.particles.momentum)
    assert np.array_equal(made.accepted, np.bincount(made.particles.event[seen], minlength=200) >= 2)


def test_files_of_another_energy_are_refused(shared_data: Any) -> None:
    path = str(shared_data / "events" / "besiii_mumu_4178.hepmc3.gz")
    for collider in COLLIDERS:
        with pytest.raises(InputError, match=r"its beams have 4\.178 GeV in the CM, .* GeV are allowed"):
            make_sampler(table(collider, "hepmc", file=path), 1, 0)
    # The energy of both B factories is the same, their laboratories are not.
    other = str(shared_data / "events" / "belle2_mumu.hepmc3.gz")
    with pytest.raises(InputError, match="those of the laboratory to"):
        make_sampler(table(HEAD_ON, "hepmc", file=other), 1, 0)


def test_energy_spread_is_that_of_the_beams() -> None:
    beams = replace(CHARM.beams, spread_gev=0.002)
    spec = OFFERED[CHARM.name]["mumu"]
    sampler = resolve(spec.sampler)(
        spec.model(energy_spread=True, isr=False), replace(CHARM, beams=beams), 5, 0
    )
    energy = invariant_mass(totals(sampler.sample(0, 4000).particles))
    assert np.std(energy) == pytest.approx(0.002, rel=0.05)
    assert np.mean(energy) == pytest.approx(CHARM.sqrt_s, abs=4 * 0.002 / math.sqrt(4000))
