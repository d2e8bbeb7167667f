"""Signals and processes of BaBar: its frames, kinematics, cross-sections, energies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from support.four_vectors import mass, summed

from trigemu.collider.signals.collision import PROCESS_STREAMS, Sampled
from trigemu.collider.signals.energy_scan import shares
from trigemu.config.check import validate
from trigemu.errors import InputError
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.signals import SEARCH_ENERGIES, babar, processes, signals
from trigemu.physics.beams import PEP2, pep2
from trigemu.physics.constants import MUON, TAU
from trigemu.physics.constants import mass as mass_of
from trigemu.physics.pairs import born, photon_vector
from trigemu.setup.reference import resolve

NB = 1e-3


def specs(sqrt_s: float) -> dict[str, Any]:
    return {spec.name: spec for spec in (*signals(Babar(sqrt_s=sqrt_s)), *processes(sqrt_s))}


def sample(name: str, sqrt_s: float, n: int, frame: int = 0, **keys: Any) -> Sampled:
    spec = specs(sqrt_s)[name]
    kind = "signal" if "signal" in spec.model.model_fields else "process"
    table = validate(spec.model, {kind: name, **keys}, name)
    sampler: Any = resolve(spec.sampler)(table, babar(sqrt_s), 7, PROCESS_STREAMS)
    made: Sampled = sampler.sample(frame, n)
    return made


def edges(sqrt_s: float) -> tuple[float, float]:
    """Return the cosines in the CM at which the calorimeter begins behind and ends before (15.8 and 141.8 degrees)."""
    theta = np.radians([141.8, 15.8])
    rows = np.stack([np.sin(theta), np.zeros(2), np.cos(theta), np.ones(2)], axis=1)
    star = babar(sqrt_s).beams.to_cm(rows)
    back, front = star[:, 2] / star[:, 3]
    return float(back), float(front)


def test_boost_and_spread() -> None:
    # besiii_babar_facts C12: 15.8 degrees -> 0.894, 141.8 -> -0.921.
    for sqrt_s in (10.023, 10.355, 10.579):
        assert edges(sqrt_s) == pytest.approx((-0.921, 0.894), abs=0.001)
        beams = pep2(sqrt_s)
        assert beams.sqrt_s == pytest.approx(sqrt_s, abs=1e-6)
        assert beams.beta == pytest.approx(PEP2.beta, abs=1e-8)
        assert beams.spread_gev / PEP2.spread_gev == pytest.approx(sqrt_s / PEP2.sqrt_s, rel=1e-12)
    total = summed(sample("mumu", 10.355, 4000, energy_spread=True, isr=False).particles)
    assert np.std(mass(total)) == pytest.approx(pep2(10.355).spread_gev, rel=0.05)


# besiii_babar_facts B8.1: energy and mass -> E* of the photon; E in the laboratory at the backward edge, at cos* = 0
# and at the forward edge; cross-section over epsilon^2 in the calorimeter and for abs(cos*) < 0.6 (nb).
PHOTONS = {
    (10.355, 0.0): (5.177, (3.27, 5.93, 8.52), (5.17, 1.91)),
    (10.355, 4.0): (4.405, (2.78, 5.05, 7.25), (6.99, 2.81)),
    (10.355, 6.21): (3.315, (2.09, 3.80, 5.45), (11.6, 5.01)),
    (10.355, 8.0): (2.087, (1.32, 2.39, 3.43), (23.9, 10.8)),
    (10.023, 8.0): (1.819, (1.15, 2.08, 2.99), (29.6, 13.4)),
    (10.579, 0.0): (5.289, (3.34, 6.06, 8.70), (4.95, 1.83)),
}


@pytest.mark.parametrize(("sqrt_s", "m"), PHOTONS)
def test_photons_beside_an_aprime(sqrt_s: float, m: float) -> None:
    star, laboratory, sections = PHOTONS[sqrt_s, m]
    n = 4000
    made = sample("gamma-aprime", sqrt_s, n, mass=m, isr=False)
    p, beams = made.particles, babar(sqrt_s).beams
    photon = p.momentum[p.pdg == 22]
    assert beams.to_cm(photon)[:, 3] == pytest.approx(star, abs=6e-4)
    missing = beams.total - photon
    assert missing[:, 3] ** 2 - (missing[:, :3] ** 2).sum(axis=1) == pytest.approx(m * m, abs=1e-6)
    back, front = edges(sqrt_s)
    cosine = np.array([back, 0.0, front])
    rows = star * np.stack([np.sqrt(1 - cosine**2), 0 * cosine, cosine, np.ones(3)], axis=1)
    assert beams.to_lab(rows)[:, 3] == pytest.approx(laboratory, rel=0.01)
    seen = photon[made.accepted == 1, 3]
    assert seen.min() > 0.99 * laboratory[0]
    assert seen.max() < 1.01 * laboratory[2]
    for (low, high), section in zip(((back, front), (-0.6, 0.6)), sections, strict=True):
        assert photon_vector(sqrt_s**2, m, low, high) * NB == pytest.approx(section, rel=0.01)
    # Of the events in 10 to 170 degrees, so many are in the calorimeter.
    wide = math.cos(math.radians(10))
    part = sections[0] / (photon_vector(sqrt_s**2, m, -wide, wide) * NB)
    assert made.accepted.mean() == pytest.approx(part, abs=0.01 * part + 4 * math.sqrt(part * (1 - part) / n))


def test_the_data_of_the_invisible_search() -> None:
    n, m = 6000, 8.0
    made = sample("gamma-aprime", 10.579, n, mass=m, energies=SEARCH_ENERGIES, isr=False)
    assert made.sqrt_s is not None
    assert mass(summed(made.particles)) == pytest.approx(made.sqrt_s, rel=1e-7)
    p = made.particles
    assert mass(summed(p) - p.momentum[p.pdg == 22]) == pytest.approx(m, rel=1e-6)
    # All have the boost of the Upsilon(4S).
    total = summed(p)
    assert total[:, 2] / total[:, 3] == pytest.approx(PEP2.beta[2], abs=1e-7)
    table = specs(10.579)["gamma-aprime"].model(mass=m, energies=SEARCH_ENERGIES)
    counts = [int(np.isclose(made.sqrt_s, energy, atol=1e-6).sum()) for energy, _ in SEARCH_ENERGIES]
    # 15.9, 31.3 and 5.9 1/fb with the cross-sections at 8 GeV in 10 to 170 degrees.
    c = math.cos(math.radians(10))
    want = [
        taken * photon_vector(e * e, m, -c, c) for e, taken in ((10.023, 15.9), (10.355, 31.3), (10.579, 5.9))
    ]
    assert shares(table) == pytest.approx(np.array(want) / sum(want), rel=1e-9)
    assert stats.chisquare(counts, n * np.array(want) / sum(want)).pvalue > 1e-4


def own_nb(name: str, sqrt_s: float, **keys: Any) -> float:
    spec = specs(sqrt_s)[name]
    section: float = resolve(spec.sampler)(spec.model(**keys), babar(sqrt_s), 1, 0).cross_section_nb
    return section


def test_cross_sections_of_lowest_order() -> None:
    # besiii_babar_facts B9: mu mu 0.78 nb in all angles; 0.77 of tau tau (signals_facts 4).
    assert own_nb("mumu", 10.58) == pytest.approx(0.78, rel=0.01)
    assert own_nb("tautau", 10.58) == pytest.approx(0.772, rel=0.01)
    assert own_nb("mumu", 10.58) == pytest.approx(
        born("muons", 10.58**2, -1, 1, mass_of(MUON)) * NB, rel=1e-4
    )
    assert own_nb("tautau", 10.58) == pytest.approx(
        born("taus", 10.58**2, -1, 1, mass_of(TAU)) * NB, rel=1e-4
    )

    def within(cosine: float) -> tuple[float, float]:
        theta = math.degrees(math.acos(cosine))
        return theta, 180.0 - theta

    # Either of a Bhabha pair in the calorimeter is abs(cos*) < 0.921: the electron's or the positron's.
    back, front = edges(10.58)
    assert own_nb("bhabha", 10.58, theta_star=within(-back)) == pytest.approx(46.4, rel=0.01)
    # Both: below the cosine of the forward edge; from the Upsilon(4S) to the Upsilon(2S).
    for name, ends in (("bhabha", (33.0, 37.0)), ("gammagamma", (2.3, 2.6))):
        found = [own_nb(name, e, theta_star=within(front)) for e in (10.58, 10.023)]
        assert found == pytest.approx(ends, rel=0.01)


def test_pairs_keep_to_the_laboratory() -> None:
    for name in ("bhabha", "gammagamma", "mumu", "tautau"):
        p = sample(name, 10.355, 60).particles
        assert np.abs(summed(p) - babar(10.355).beams.total).max() < 1e-6


@pytest.mark.parametrize("sqrt_s", [9.0, 10.355, 11.3])
def test_all_that_is_offered_at_an_energy_can_be_made(sqrt_s: float) -> None:
    offered = specs(sqrt_s)
    above = sqrt_s > 10.56
    assert {name for name in offered if name.startswith("b-")} == (
        {f"b-{k}-{f}" for k in ("ks", "kstar") for f in ("ee", "mumu", "pipi", "kk")}
        | {"b-ka-gammagamma", "b-lambda-psi", "b-p-psi"}
        if above
        else set()
    )
    assert {"gamma-aprime", "darkonium", "tau-hnl", "tau-ealpha", "mumu-tautau", "cosmic", "hepmc"} <= set(
        offered
    )
    for name in offered:
        # Integrals of those with three particles take long; their tests are those of the samplers.
        if any(part in name for part in ("hepmc", "lhe", "mumugamma", "eegamma", "gammagammagamma")):
            continue
        made = sample(name, sqrt_s, 30)
        assert made.particles.events == 30
        assert np.isfinite(made.particles.momentum).all()


def test_limits_of_tables_follow_the_energy_of_the_section() -> None:
    with pytest.raises(
        InputError, match=r"mass must be below 10\.255 GeV .* not 10\.4: BaBar has 10\.355 GeV"
    ):
        sample("gamma-aprime", 10.355, 1, mass=10.4)
    with pytest.raises(InputError, match=r"mass must be below 10\.479 GeV .* BaBar has 10\.579 GeV"):
        sample("gamma-aprime", 10.355, 1, mass=10.5, energies=SEARCH_ENERGIES)
    with pytest.raises(InputError, match=r"sqrt_s: must be at most 11\.3, not 12"):
        validate(Babar, {"sqrt_s": 12.0, "process": [{"process": "mumu"}]}, "run.toml")
    tables = [{"process": "gammagammagamma", "photon_energy": 3.2}]
    with pytest.raises(InputError, match=r"process\[0\].*photon_energy must be below .* BaBar has 9 GeV"):
        validate(Babar, {"sqrt_s": 9.0, "process": tables}, "run.toml")
    section = Babar(sqrt_s=10.355, process=[{"process": "bhabha", "cross_section_nb": 50.0}])
    assert Babar.model_validate(section.model_dump(mode="json")) == section
