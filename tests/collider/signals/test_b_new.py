"""B -> K a, a -> photon photon, and B -> baryon psi_D: end points, kinematics, flight, the other B from a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats
from support.colliders import HEAD_ON, OFFERED, make_sampler
from support.four_vectors import cosine_in, mass, momentum_in, summed

from trigemu.collider.signals.collision import Sampled
from trigemu.errors import InputError
from trigemu.physics import angles
from trigemu.physics.constants import AXION, DARK_FERMION, SPEED_OF_LIGHT
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.particles import Particles

PARENT = {"b-ka-gammagamma": 5.27941, "b-p-psi": 5.27941, "b-lambda-psi": 5.27972}
BABAR = {"b-ka-gammagamma": "babar_bpbm", "b-p-psi": "babar_bpbm", "b-lambda-psi": "babar_b0b0bar"}
LAMBDA = 3122


def sample(name: str, n: int, frame: int = 0, seed: int = 3, **keys: Any) -> Sampled:
    return make_sampler(OFFERED[HEAD_ON.name][name].model(**keys), seed, 0).sample(frame, n)


def of(p: Particles, code: int) -> np.ndarray:
    """Return rows of a code of either sign."""
    return np.abs(p.pdg) == code


@pytest.mark.parametrize("name", PARENT)
def test_the_signal_is_one_b_meson_made_for_itself(name: str) -> None:
    n = 300
    made = sample(name, n, frame=3)
    p = made.particles
    assert mass(summed(p)) == pytest.approx(PARENT[name], abs=1e-6)
    assert mass(p.momentum) == pytest.approx(p.mass, abs=1e-5)
    charge = np.bincount(p.event, p.charge, minlength=n)
    assert set(charge) == ({0} if name == "b-lambda-psi" else {-1, 1})
    # As many of either charge: 300 fair throws are within four standard deviations of one half.
    sign = np.sign(p.pdg[p.offsets[:-1]])
    assert abs(np.mean(sign > 0) - 0.5) < 0.12
    few = sample(name, 7, frame=3).particles
    assert np.array_equal(few.momentum, p.momentum[: len(few)])
    assert np.array_equal(few.point, p.point[: len(few)])
    for other in (sample(name, n, frame=4), sample(name, n, frame=3, seed=4)):
        assert not np.isin(other.particles.momentum[:, 2], p.momentum[:, 2]).any()


# besiii_babar_facts B8.2: momentum where the B rests, of the Lambda and of the proton.
BARYONS = {
    1.0: (2.418, 2.455),
    2.0: (2.101, 2.148),
    3.0: (1.545, 1.618),
    3.5: (1.143, 1.250),
    4.0: (0.547, 0.760),
    4.15: (0.157, 0.559),
    4.3: (None, 0.253),
}


@pytest.mark.parametrize("m", BARYONS)
def test_momentum_of_the_baryon(m: float) -> None:
    for name, momentum in zip(("b-lambda-psi", "b-p-psi"), BARYONS[m], strict=True):
        if momentum is None:
            continue
        p = sample(name, 100, mass=m).particles
        dark = of(p, DARK_FERMION)
        assert mass(p.momentum[dark]) == pytest.approx(m, abs=1e-6)
        found = momentum_in(summed(p), summed(p, ~dark))
        # Within 1 %, the rounding of the table apart.
        assert found == pytest.approx(momentum, rel=0.01, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "end"), [("b-lambda-psi", 4.16404), ("b-p-psi", 4.34114), ("b-ka-gammagamma", 4.78573)]
)
def test_masses_end_where_the_b_does(name: str, end: float) -> None:
    # besiii_babar_facts B8.2: 4.164 and 4.341 GeV; besiii_babar_published RB-13: 4.786 GeV.
    model = OFFERED[HEAD_ON.name][name].model
    assert mass(summed(sample(name, 5, mass=end - 2e-4).particles)) == pytest.approx(PARENT[name], abs=1e-6)
    for wrong in (end + 1e-4, 0.0 if name == "b-p-psi" else 7.0):
        with pytest.raises(ValidationError) as caught:
            model(mass=wrong)
        (error,) = caught.value.errors()
        if wrong:
            assert error["msg"].endswith(f"mass must be between 0 and {end:.6g} GeV, not {wrong:.6g}")
        else:
            assert error["msg"] == "Input should be greater than 0"


def test_the_lambda_decays_where_it_flies_to() -> None:
    n = 8000
    made = sample("b-lambda-psi", n, mass=2.0, beam_spot_mm=(0.0, 0.0, 0.0))
    p = made.particles
    # In the order in which what tags the other B wants it: proton, pion, psi_D.
    codes = p.pdg.reshape(n, 3)
    assert np.array_equal(np.abs(codes), np.tile([2212, 211, DARK_FERMION], (n, 1)))
    assert (np.sign(codes[:, 0]) == np.sign(codes[:, 2])).all()
    assert (np.sign(codes[:, 0]) == -np.sign(codes[:, 1])).all()
    assert np.array_equal(np.abs(p.mother.reshape(n, 3)), np.tile([LAMBDA, LAMBDA, 511], (n, 1)))
    dark, rows = of(p, DARK_FERMION), np.abs(p.mother) == LAMBDA
    baryon = summed(p, rows)
    assert mass(baryon) == pytest.approx(1.115683, abs=1e-6)
    proton = p.momentum[of(p, 2212)]
    # Recalled: 0.1006 GeV.
    assert momentum_in(baryon, proton) == pytest.approx(0.1006, abs=2e-4)
    b = summed(p)
    assert stats.kstest(cosine_in(baryon, proton, b), stats.uniform(-1, 2).cdf).pvalue > 1e-3
    # From where the B decays, straight, at its own speed, 78.9 mm of proper length.
    start, end = p.point[dark], p.point[of(p, 2212)]
    assert np.array_equal(end, p.point[of(p, 211)])
    away = end - start
    length = np.linalg.norm(away[:, :3], axis=1)
    momentum = np.linalg.norm(baryon[:, :3], axis=1)
    assert (away[:, :3] * baryon[:, :3]).sum(axis=1) == pytest.approx(length * momentum, rel=1e-6)
    assert away[:, 3] * SPEED_OF_LIGHT * momentum / baryon[:, 3] == pytest.approx(length, rel=1e-6)
    assert stats.kstest(length * 1.115683 / momentum / 78.9, "expon").pvalue > 1e-3
    assert made.radius == pytest.approx(np.hypot(away[:, 0], away[:, 1]), rel=1e-5, abs=1e-5)
    path = np.linalg.norm(start[:, :3], axis=1) * PARENT["b-lambda-psi"] / np.linalg.norm(b[:, :3], axis=1)
    assert stats.kstest(path / 0.4531, "expon").pvalue > 1e-3
    theta = angles.theta(p.momentum[rows]).reshape(n, 2)
    low, high = HEAD_ON.acceptance.tracker_degrees
    inside = ((theta >= low) & (theta <= high)).all(axis=1) & (np.hypot(end[:, 0], end[:, 1]) < 600.0)
    assert np.array_equal(made.accepted, inside)
    assert 0.3 < inside.mean() < 0.95


def test_all_decays_of_the_lambda() -> None:
    n = 4000
    made = sample("b-lambda-psi", n, lambda_decay="all")
    p = made.particles
    seen = np.bincount(p.event[p.charge != 0], minlength=n)
    assert set(seen) == {0, 2}
    # signals_facts 0: 0.641.
    assert stats.binomtest(int((seen == 2).sum()), n, 0.641).pvalue > 1e-4
    assert not made.accepted[seen == 0].any()
    neutral = np.flatnonzero(seen == 0)
    assert np.array_equal(np.bincount(p.event[of(p, 2112)], minlength=n)[neutral], np.ones(len(neutral)))
    assert mass(summed(p)) == pytest.approx(PARENT["b-lambda-psi"], abs=1e-6)
    with pytest.raises(ValidationError, match="lambda_decay"):
        OFFERED[HEAD_ON.name]["b-lambda-psi"].model(lambda_decay="n pi")


@pytest.mark.parametrize("name", PARENT)
def test_what_the_b_makes_goes_everywhere(name: str) -> None:
    p = sample(name, 6000, mass=2.0).particles
    b = summed(p)
    first = np.flatnonzero(of(p, AXION if name == "b-ka-gammagamma" else DARK_FERMION))
    new = p.momentum[first] if len(first) else summed(p, p.mother == AXION)
    # Against the laboratory, from where the B comes.
    lab = np.zeros((6000, 4))
    lab[:, 3] = 1.0
    assert stats.kstest(cosine_in(b, new, lab), stats.uniform(-1, 2).cdf).pvalue > 1e-3
    c = HEAD_ON.beams.to_cm(b)
    c = c[:, 2] / np.linalg.norm(c[:, :3], axis=1)
    # Upsilon(4S) -> B B: 3/4 (1 - c^2).
    assert stats.kstest(c, lambda x: 0.25 * (2 + 3 * x - x**3)).pvalue > 1e-3


# signals_published D: momentum beside a kaon.
@pytest.mark.parametrize(("m", "momentum"), [(0.3, 2.608), (1.0, 2.520), (3.0, 1.742), (4.5, 0.558)])
def test_momentum_of_the_axion(m: float, momentum: float) -> None:
    p = sample("b-ka-gammagamma", 100, mass=m).particles
    photons = p.mother == AXION
    assert (p.pdg[photons] == 22).all()
    assert mass(summed(p, photons)) == pytest.approx(m, abs=1e-6)
    assert momentum_in(summed(p), summed(p, photons)) == pytest.approx(momentum, abs=6e-4)


@pytest.mark.parametrize("ctau", [0.0, 30.0])
def test_photons_come_from_where_the_axion_decays(ctau: float) -> None:
    n, m = 6000, 1.0
    made = sample("b-ka-gammagamma", n, mass=m, ctau=ctau, radius_max=100.0)
    p = made.particles
    rows = np.flatnonzero(p.mother == AXION)
    kaon, axion = of(p, 321), summed(p, rows)
    photon = p.momentum[rows[::2]]
    assert np.array_equal(p.point[rows[::2]], p.point[rows[1::2]])
    away = p.point[rows[::2]] - p.point[kaon]
    length, momentum = np.linalg.norm(away[:, :3], axis=1), np.linalg.norm(axion[:, :3], axis=1)
    if ctau:
        assert stats.kstest(length * m / momentum / ctau, "expon").pvalue > 1e-3
        assert (away[:, :3] * axion[:, :3]).sum(axis=1) == pytest.approx(length * momentum, rel=1e-6)
    else:
        assert not length.any()
    assert made.radius == pytest.approx(np.hypot(away[:, 0], away[:, 1]), rel=1e-5, abs=1e-5)
    assert stats.kstest(cosine_in(axion, photon, summed(p)), stats.uniform(-1, 2).cdf).pvalue > 1e-3
    acceptance = HEAD_ON.acceptance
    inside = acceptance.in_tracker(p.momentum[kaon]) & acceptance.in_calorimeter(photon)
    inside &= acceptance.in_calorimeter(p.momentum[rows[1::2]])
    inside &= np.hypot(*p.point[rows[::2], :2].T) < 100.0
    assert np.array_equal(made.accepted, inside)
    assert 0.2 < inside.mean() < 0.9


@pytest.mark.parametrize("name", PARENT)
def test_other_b_of_a_file(shared_data: Any, name: str) -> None:
    path = shared_data / "events" / f"{BABAR[name]}.hepmc3.gz"
    n, own = 600, 2 if name == "b-p-psi" else 3
    p = sample(name, n, mass=1.0, other_b=str(path)).particles
    file = read_events(path)
    # The files' momenta have seven digits.
    assert np.abs(summed(p) - HEAD_ON.beams.total).max() < 2e-3
    assert not np.bincount(p.event, p.charge, minlength=n).any()
    # The signal's rows come first: they are one of the file's B mesons, the rest is its other one.
    first = np.arange(len(p)) - p.offsets[p.event] < own
    signal, other = summed(p, first), summed(p, ~first)
    codes, momenta = file.primaries.pdg.reshape(-1, 2), file.primaries.momentum.reshape(-1, 2, 4)
    gap = np.abs(momenta[None, ..., :2] - signal[:, None, None, :2]).sum(axis=3).reshape(n, -1)
    which = gap.argmin(axis=1)
    assert gap.min(axis=1).max() < 1e-6
    event, side = which // 2, which % 2
    assert np.abs(momenta[event, side] - signal).max() < 1e-6
    assert np.abs(momenta[event, 1 - side] - other).max() < 1e-3
    # Flavour: what the signal makes follows the sign of the B that it replaces; what is left is the other's.
    sign = np.sign(codes[event, side])
    assert (np.sign(p.pdg[p.offsets[:-1]]) == sign).all()
    if name != "b-lambda-psi":
        assert (codes[event, 0] == -codes[event, 1]).all()
        assert np.array_equal(np.bincount(p.event[~first], p.charge[~first], minlength=n), -sign)
    # Every event and both sides are used alike: chi-squared over 20 groups of events.
    counts = np.bincount(event * 20 // len(codes), minlength=20)
    assert stats.chisquare(counts).pvalue > 1e-4
    assert stats.binomtest(int(side.sum()), n, 0.5).pvalue > 1e-4
    # Where the replaced B decayed, the signal starts.
    there = file.primaries.point.reshape(-1, 2, 4)[event, side, :3]
    last = p.point[p.offsets[:-1] + own - 1, :3] if name != "b-ka-gammagamma" else p.point[p.offsets[:-1], :3]
    spread = np.std(last - there, axis=0)
    assert spread == pytest.approx(HEAD_ON.spot_mm, rel=0.15)


def test_files_that_cannot_be(shared_data: Any) -> None:
    def refused(words: str, name: str, file: str, **keys: Any) -> None:
        path = str(shared_data / "events" / f"{file}.hepmc3.gz")
        with pytest.raises(InputError, match=words) as caught:
            sample(name, 1, other_b=path, **keys)
        assert "\n" not in str(caught.value)

    refused(r"\(other_b\) is not of B pairs: .* of PDG code 511", "b-lambda-psi", "babar_bpbm")
    refused(r"\(other_b\) is not of B pairs: .* of PDG code 521", "b-p-psi", "babar_b0b0bar")
    refused(r"those of the laboratory to", "b-p-psi", "belle2_bpbm")
    path = shared_data / "events" / "babar_b0b0bar.hepmc3.gz"
    lightest = float(read_events(path).primaries.mass.min())
    end = lightest - 1.115683
    # The files' B mesons are 0.14 MeV lighter than the table's.
    assert end < 4.16403
    refused(
        rf"has B mesons of {lightest:.6g} GeV: mass must be below {end:.6g} GeV, not 4\.16403",
        "b-lambda-psi",
        "babar_b0b0bar",
        mass=4.16403,
    )
