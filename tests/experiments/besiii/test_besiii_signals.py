"""Signals and processes of BESIII: kinematics, cross-sections, energies, tables whose limits follow the energy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from trigemu.collider.signals.collision import PROCESS_STREAMS, Sampled
from trigemu.collider.signals.energy_scan import shares
from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.signals import SEARCH_ENERGIES, besiii, processes, signals
from trigemu.physics.pairs import born, photon_vector
from trigemu.physics.particles import Particles
from trigemu.physics.vectors import invariant_mass
from trigemu.setup.reference import resolve

NB = 1e-3


def specs(sqrt_s: float) -> dict[str, Any]:
    return {spec.name: spec for spec in (*signals(Besiii(sqrt_s=sqrt_s)), *processes(sqrt_s))}


def sample(name: str, sqrt_s: float, n: int, frame: int = 0, **keys: Any) -> Sampled:
    spec = specs(sqrt_s)[name]
    table = validate(
        spec.model, {"signal" if name in _signal_names(sqrt_s) else "process": name, **keys}, name
    )
    sampler: Any = resolve(spec.sampler)(table, besiii(sqrt_s), 7, PROCESS_STREAMS)
    made: Sampled = sampler.sample(frame, n)
    return made


def _signal_names(sqrt_s: float) -> set[str]:
    return {spec.name for spec in signals(Besiii(sqrt_s=sqrt_s))}


def totals(particles: Particles) -> np.ndarray:
    out = np.zeros((particles.events, 4))
    np.add.at(out, particles.event, particles.momentum)
    return out


# besiii_babar_facts A11: energy in the CM -> photon energies for masses of 1.5, 2.0, 2.5, 2.9 GeV.
PHOTONS = {
    4.130: (1.793, 1.581, 1.308, 1.047),
    4.178: (1.820, 1.610, 1.341, 1.083),
    4.260: (1.866, 1.661, 1.396, 1.143),
    4.420: (1.955, 1.758, 1.503, 1.259),
    4.600: (2.055, 1.865, 1.621, 1.386),
}


@pytest.mark.parametrize("sqrt_s", PHOTONS)
def test_energies_of_photons_beside_an_aprime(sqrt_s: float) -> None:
    beams = besiii(sqrt_s).beams
    for mass, energy in zip((1.5, 2.0, 2.5, 2.9), PHOTONS[sqrt_s], strict=True):
        p = sample("gamma-aprime", sqrt_s, 400, mass=mass, isr=False).particles
        photon = p.momentum[p.pdg == 22]
        assert beams.to_cm(photon)[:, 3] == pytest.approx(energy, abs=6e-4)
        # Beams that cross at 22 mrad: up to 1.1 % in the laboratory.
        assert np.abs(photon[:, 3] / energy - 1.0).max() == pytest.approx(0.0105, abs=0.001)
        missing = beams.total - photon
        assert invariant_mass(missing) == pytest.approx(mass, rel=1e-9)


# besiii_babar_facts A11: mass -> cross-section over epsilon^2 in nb for abs(cos) < 0.6, 0.8, 0.83 at 4.178 GeV.
APRIME = {1.5: (16.4, 27.9, 30.6), 2.0: (21.4, 35.6, 38.9), 2.5: (30.6, 50.0, 54.4), 2.9: (44.6, 71.8, 77.9)}


@pytest.mark.parametrize("mass", APRIME)
def test_cross_sections_of_photon_aprime(mass: float) -> None:
    for c, expected in zip((0.6, 0.8, 0.83), APRIME[mass], strict=True):
        found = photon_vector(4.178**2, mass, -c, c) * NB
        # Within 1 %, the rounding of the table apart.
        assert found == pytest.approx(expected, rel=0.01, abs=0.0)
    p = sample("gamma-aprime", 4.178, 20_000, mass=mass, isr=False, theta_star=(34.0, 146.0)).particles
    star = besiii(4.178).beams.to_cm(p.momentum[p.pdg == 22])
    cosine = np.abs(star[:, 2] / star[:, 3])
    part = photon_vector(4.178**2, mass, -0.6, 0.6) / photon_vector(
        4.178**2, mass, *np.cos(np.radians([146, 34]))
    )
    assert stats.binomtest(int((cosine < 0.6).sum()), len(cosine), part).pvalue > 1e-4


# besiii_babar_facts A12: two photons below 0.6, 0.83, 0.93; Bhabha below 0.83, 0.93, 0.95; two muons below 0.93 (nb).
BORN = {
    3.097: ((10.7, 21.0, 32.4), (213, 627, 920), 8.1),
    3.773: ((7.2, 14.2, 21.8), (143, 422, 620), 5.5),
    4.178: ((5.9, 11.5, 17.8), (117, 344, 505), 4.5),
    4.600: ((4.8, 9.5, 14.7), (97, 284, 417), 3.7),
}


@pytest.mark.parametrize("sqrt_s", BORN)
def test_cross_sections_of_backgrounds(sqrt_s: float) -> None:
    photons, bhabha, muons = BORN[sqrt_s]

    def check(name: str, pair: Any, cosine: float, expected: float, digit: float) -> None:
        angle = float(np.degrees(np.arccos(cosine)))
        table = specs(sqrt_s)[name].model(theta_star=(angle, 180.0 - angle), isr=False)
        own = resolve(specs(sqrt_s)[name].sampler)(table, besiii(sqrt_s), 1, 0).cross_section_nb
        assert own == pytest.approx(expected, abs=0.01 * expected + 0.5 * digit)
        if pair != "muons":
            assert own == pytest.approx(
                born(pair, besiii(sqrt_s).sqrt_s ** 2, -cosine, cosine) * NB, rel=1e-9
            )

    for cosine, expected in zip((0.6, 0.83, 0.93), photons, strict=True):
        check("gammagamma", "photons", cosine, expected, 0.1)
    for cosine, expected in zip((0.83, 0.93, 0.95), bhabha, strict=True):
        check("bhabha", "bhabha", cosine, expected, 1.0)
    check("mumu", "muons", 0.93, muons, 0.1)


def test_events_of_a_list_of_energies() -> None:
    n, mass = 20_000, 2.9
    made = sample("gamma-aprime", 4.178, n, mass=mass, energies=SEARCH_ENERGIES, isr=False)
    assert made.sqrt_s is not None
    p = made.particles
    assert np.diff(p.offsets).tolist() == [2] * n
    # Each event has its own beams.
    assert invariant_mass(totals(p)) == pytest.approx(made.sqrt_s, rel=1e-9)
    s = made.sqrt_s
    star = invariant_mass(totals(p) - p.momentum[p.pdg == 22])
    assert star == pytest.approx(mass, rel=1e-7)
    table = specs(4.178)["gamma-aprime"].model(mass=mass, energies=SEARCH_ENERGIES)
    part = shares(table)
    low, high = np.cos(np.radians([170.0, 10.0]))
    weights = np.array([taken * photon_vector(e * e, mass, low, high) for e, taken in SEARCH_ENERGIES])
    assert part == pytest.approx(weights / weights.sum(), rel=1e-12)
    counts = [int(np.isclose(s, energy, atol=1e-6).sum()) for energy, _ in SEARCH_ENERGIES]
    assert sum(counts) == n
    assert stats.chisquare(counts, n * part).pvalue > 1e-4
    again = sample("gamma-aprime", 4.178, 50, mass=mass, energies=SEARCH_ENERGIES, isr=False)
    assert np.array_equal(again.particles.momentum, p.momentum[:100])


def test_energies_that_cannot_make_a_mass_make_none() -> None:
    energies = [(4.0, 1000.0), (4.6, 1.0)]
    made = sample("gamma-aprime", 4.178, 200, mass=4.2, energies=energies)
    assert made.sqrt_s == pytest.approx(np.full(200, 4.6))
    with pytest.raises(InputError, match=r"mass must be below 4\.\d+ GeV .* BESIII has 4\.6 GeV"):
        sample("gamma-aprime", 4.178, 1, mass=4.55, energies=energies)
    for wrong in ([(4.0, 0.0)], [(4.0,)], [(0.1, 3.0)], [(4.0, 1.0)] * 257, [("a", 1.0)]):
        with pytest.raises(InputError, match="energies"):
            sample("gamma-aprime", 4.178, 1, energies=wrong)
    with_isr = sample("gamma-aprime", 4.178, 300, mass=2.0, energies=[(4.1, 5.0), (4.6, 5.0)])
    assert with_isr.sqrt_s is not None
    assert invariant_mass(totals(with_isr.particles)) == pytest.approx(with_isr.sqrt_s, rel=1e-9)
    assert len(np.unique(with_isr.sqrt_s)) == 2


def test_jpsi_to_a_photon_and_a_scalar() -> None:
    n = 20_000
    made = sample("jpsi-gamma-a0", 3.0969, n, mass=0.3)
    p, beams = made.particles, besiii(3.0969).beams
    assert np.abs(totals(p) - beams.total).max() < 1e-9
    photon, muon = p.momentum[p.pdg == 22], p.momentum[p.pdg == 13]
    star = beams.to_cm(photon)
    assert star[:, 3] == pytest.approx((3.0969**2 - 0.09) / (2 * 3.0969), rel=1e-6)
    cosine = star[:, 2] / star[:, 3]
    assert stats.kstest(cosine, lambda x: (x**3 + 3 * x + 4) / 8).pvalue > 1e-4
    pair = muon + p.momentum[p.pdg == -13]
    assert invariant_mass(pair) == pytest.approx(0.3, abs=1e-7)
    # Isotropic: the muon's energy in the J/psi's frame is uniform.
    energy = beams.to_cm(muon)[:, 3]
    assert stats.kstest((energy - energy.min()) / np.ptp(energy), "uniform").pvalue > 1e-4
    acceptance = besiii(3.0969).acceptance
    seen = acceptance.in_calorimeter(photon) & acceptance.in_tracker(muon)
    seen &= acceptance.in_tracker(p.momentum[p.pdg == -13])
    assert np.array_equal(made.accepted, seen)
    with pytest.raises(InputError, match=r"made at the J/psi: sqrt_s must be 3\.0969 GeV .* not 4\.178"):
        sample("jpsi-gamma-a0", 4.178, 1)
    with pytest.raises(InputError, match="mass"):
        sample("jpsi-gamma-a0", 3.0969, 1, mass=0.2)


def test_lambda_c_to_a_proton_and_something_invisible() -> None:
    n = 6000
    p = sample("lambdac-p-gammaprime", 4.6, n).particles
    beams = besiii(4.6).beams
    assert np.abs(totals(p) - beams.total).max() < 1e-9
    assert not np.bincount(p.event, p.charge, minlength=n).any()
    dark = p.pdg == 4900023
    proton = (np.abs(p.pdg) == 2212) & (p.mother == p.mother[dark][p.event])
    assert proton.sum() == dark.sum() == n
    parent = p.momentum[proton] + p.momentum[dark]
    assert invariant_mass(parent) == pytest.approx(2.28646, abs=1e-7)
    # Momentum in the parent's frame (signal: 0.951 GeV), and its direction against the parent's: isotropic.
    dot = lambda a, b: a[:, 3] * b[:, 3] - (a[:, :3] * b[:, :3]).sum(axis=1)  # noqa: E731
    energy = dot(parent, p.momentum[proton]) / 2.28646
    assert np.sqrt(energy**2 - 0.9382721**2) == pytest.approx(0.951, abs=5e-4)
    top = beams.to_cm(p.momentum[proton])[:, 3]
    assert stats.kstest((top - top.min()) / np.ptp(top), "uniform").pvalue > 1e-4
    # The other one decays to a baryon and mesons with four-momenta that add up to its mass.
    other = totals(p.select(~(proton | dark)))
    assert invariant_mass(other) == pytest.approx(2.28646, abs=1e-7)
    assert 0.4 < (p.pdg[proton] > 0).mean() < 0.6
    with pytest.raises(InputError, match=r"sqrt_s of at least 4\.5779 GeV, not 4\.178"):
        sample("lambdac-p-gammaprime", 4.178, 1)


def test_limits_of_process_tables_follow_the_energy_of_the_section() -> None:
    def refused(words: str, **section: Any) -> None:
        with pytest.raises(InputError, match=words):
            validate(Besiii, section, "run.toml")

    tables = [{"process": "mumu"}, {"process": "gammagammagamma", "photon_energy": 1.2}]
    assert Besiii(sqrt_s=4.178, process=tables).process[1].photon_energy == 1.2
    refused(
        r"process\[1\].*photon_energy must be below 1\.0323 GeV.*3\.097 GeV", sqrt_s=3.097, process=tables
    )
    refused(r"'tautau' cannot be made at sqrt_s = 3\.5 GeV", sqrt_s=3.5, process=[{"process": "tautau"}])
    refused(
        r"process\[0\]: unknown key 'isrr'; did you mean 'isr'", process=[{"process": "tautau", "isrr": True}]
    )
    refused(r"process\[0\]\.mass_min: must be a number", process=[{"process": "eemumu", "mass_min": True}])
    refused(r"at most 256 values, not 300", process=[{"process": "mumu"}] * 300)
    refused(r"sqrt_s: must be at most 4\.95, not 9", sqrt_s=9.0, process=[{"process": "tautau"}])
    section = Besiii(sqrt_s=3.097, process=[{"process": "cosmic"}, {"process": "beamgas", "rate_hz": 1.0}])
    assert Besiii.model_validate(section.model_dump(mode="json")) == section
    assert Besiii(sqrt_s=3.097, process=section.process) == section
    shown = Besiii.model_json_schema()["properties"]["process"]
    assert shown["maxItems"] == 256
    assert shown["items"]["discriminator"]["propertyName"] == "process"


@pytest.mark.parametrize("sqrt_s", [2.0, 3.097, 3.773, 4.178, 4.6, 4.95])
def test_all_that_is_offered_at_an_energy_can_be_made(sqrt_s: float) -> None:
    elsewhere = {"jpsi-gamma-a0", "lambdac-p-gammaprime", "aprime-higgs", "mumu-tautau"}
    for name in specs(sqrt_s):
        if "hepmc" in name or "lhe" in name or name in elsewhere:
            continue
        made = sample(name, sqrt_s, 40)
        assert made.particles.events == 40
        assert len(made.particles) >= 40
