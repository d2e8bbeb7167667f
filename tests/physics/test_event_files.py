"""Whole events from HepMC3 files."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trigemu.errors import InputError
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.event_energy import check_energy
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.pdg import charge_of

HEADER = "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW nominal\\|other\n"
FOOTER = "HepMC::Asciiv3-END_EVENT_LISTING\n\n"


def event(number=0, units="GEV MM", scale=1.0, length=1.0):
    """e- e+ -> B (decays to K+ and a copied pi0 that ends in two photons) and a photon."""

    def p(pdg, status, parent, row, px, pz, e, m):
        values = " ".join(f"{v * scale:.10e}" for v in (px, 0.0, pz, e, m))
        return f"P {row} {parent} {pdg} {values} {status}\n"

    at = " ".join(f"{v * length:.10e}" for v in (0.1, 0.2, 0.3, 0.6))
    later = " ".join(f"{v * length:.10e}" for v in (1.0, 2.0, 3.0, 6.0))
    return (
        f"E {number} 4 9\nU {units}\nW 1.0 2.5\n"
        "A 0 GenCrossSection 1.5e3 1.0e1 -1 -1\n"
        + p(11, 4, 0, 1, 0.0, 7.0, 7.0, 0.0)
        + p(-11, 4, 0, 2, 0.0, -4.0, 4.0, 0.0)
        + "V -1 0 [1,2]\n"
        + p(521, 2, -1, 3, 0.5, 1.0, 7.0, 5.28)
        + p(22, 1, -1, 4, -0.5, 2.0, 4.0, 0.0)
        + f"V -2 0 [3] @ {at}\n"
        + p(321, 1, -2, 5, 0.5, 0.0, 3.0, 0.49)
        + p(111, 2, -2, 6, 0.0, 1.0, 4.0, 0.135)
        + "V -3 0 [6]\n"
        + p(111, 2, -3, 7, 0.0, 1.0, 4.0, 0.135)
        + f"V -4 0 [7] @ {later}\n"
        + p(22, 1, -4, 8, 0.0, 0.5, 2.0, 0.0)
        + p(22, 1, -4, 9, 0.0, 0.5, 2.0, 0.0)
    )


GOOD = HEADER + event(0) + event(1) + FOOTER


def write(path, text):
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["a.hepmc3", "a.hepmc3.gz"])
@pytest.mark.parametrize(
    ("units", "scale", "length"), [("GEV MM", 1, 1), ("MEV CM", 1000, 0.1), ("MEV MM", 1000, 1)]
)
def test_all_of_an_event(tmp_path, name, units, scale, length):
    text = HEADER + event(0, units, scale, length) + event(1, units, scale, length) + FOOTER
    file = read_events(write(tmp_path / name, text))
    assert len(file) == 2
    final = file.final
    assert list(final.offsets) == [0, 4, 8]
    assert list(final.pdg[:4]) == [22, 321, 22, 22]
    assert list(final.mother[:4]) == [0, 521, 111, 111]
    assert list(file.origin[:4]) == [1, 0, 0, 0]
    assert final.momentum[1] == pytest.approx([0.5, 0, 0, 3.0])
    assert final.mass[1] == pytest.approx(0.49)
    assert final.point[0] == pytest.approx([0, 0, 0, 0])
    assert final.point[1] == pytest.approx([0.1, 0.2, 0.3, 0.6 / SPEED_OF_LIGHT])
    assert final.point[2] == pytest.approx([1, 2, 3, 6 / SPEED_OF_LIGHT])
    assert list(file.primaries.pdg[:2]) == [521, 22]
    assert file.primaries.point[0] == pytest.approx([0.1, 0.2, 0.3, 0.6 / SPEED_OF_LIGHT])
    assert file.cross_section_pb == pytest.approx(1500)
    assert list(file.weights["other"]) == [2.5, 2.5]
    assert file.beams == pytest.approx(np.array([[0, 0, 7, 7], [0, 0, -4, 4]]))
    assert file.first_beam == 11
    with pytest.raises(ValueError, match="read-only"):
        final.momentum[0] = 0.0


BAD = {
    "no end": (GOOD.replace(FOOTER, ""), "is truncated"),
    "text": ("hello", "is not HepMC3 ascii"),
    "empty": ("", "is empty"),
    "no event": (HEADER + FOOTER, "holds no event"),
    "nan": (GOOD.replace("3.0000000000e+00 4.9", "nan 4.9", 1), "is damaged"),
    "no final particle": (HEADER + event().replace(" 1\n", " 2\n") + FOOTER, "has no final particle"),
    "lost lines": (GOOD.replace("V -3 0 [6]\n", "", 1), "is damaged"),
    "weight": (GOOD.replace("W 1.0 2.5", "W 1.0 inf", 1), "is damaged"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_files(tmp_path, what):
    text, message = BAD[what]
    with pytest.raises(InputError, match=message) as error:
        read_events(write(tmp_path / "a.hepmc3", text))
    assert "\n" not in str(error.value)


def test_missing(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_events(tmp_path / "none")


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(["", "x", "\n", "-", "9e999", " "]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_damaged_place_never_gives_more_than_a_sentence(tmp_path, at, what):
    path = write(tmp_path / "a.hepmc3", GOOD[:at] + what + GOOD[at + 1 :])
    try:
        file = read_events(path)
    except InputError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert np.isfinite(file.final.momentum).all()
    assert "\n" not in sentence


@given(st.integers(0, len(GOOD) - len(FOOTER) - 1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_torn_files_are_refused(tmp_path, at):
    with pytest.raises(InputError):
        read_events(write(tmp_path / "a.hepmc3", GOOD[:at]))


def test_energies_in_other_units(tmp_path):
    # A file in MeV that says GeV.
    file = read_events(write(tmp_path / "a.hepmc3", HEADER + event(0, "GEV MM", 1000.0) + FOOTER))
    with pytest.raises(InputError, match="in other units: its beams have"):
        check_energy(file.name, file.energies, SUPERKEKB.sqrt_s, SUPERKEKB.total, lab=True)


def test_beams_of_the_files(shared_data):
    file = read_events(shared_data / "events" / "belle2_mumu.hepmc3.gz")
    check_energy(file.name, file.energies, SUPERKEKB.sqrt_s, SUPERKEKB.total, lab=True)
    # README of the events: 15000 events, 1.042 nb, mean number of photons 1.377.
    assert len(file) == 15000
    assert file.cross_section_pb == pytest.approx(1042, rel=1e-3)
    assert np.mean(file.final.pdg == 22) * len(file.final.pdg) / 15000 == pytest.approx(1.377, abs=5e-4)
    other = read_events(shared_data / "events" / "besiii_mumu_4178.hepmc3.gz")
    with pytest.raises(InputError, match=r"its beams have 4\.178 GeV"):
        check_energy(other.name, other.energies, SUPERKEKB.sqrt_s, SUPERKEKB.total, lab=True)
    babar = read_events(shared_data / "events" / "babar_mumu.hepmc3.gz")
    with pytest.raises(InputError, match="its beams add up to p"):
        check_energy(babar.name, babar.energies, SUPERKEKB.sqrt_s, SUPERKEKB.total, lab=True)


@pytest.mark.parametrize(
    ("pdg", "charge"),
    [
        (11, -1), (-13, 1), (15, -1), (12, 0), (22, 0), (111, 0), (211, 1), (-211, -1), (321, 1), (-321, -1),
        (310, 0), (130, 0), (313, 0), (2212, 1), (-2212, -1), (2112, 0), (3122, 0), (3112, -1), (3222, 1),
        (3334, -1), (411, 1), (421, 0), (431, 1), (521, 1), (511, 0), (4122, 1), (4900023, 0), (32, 0), (24, 1),
        (20213, 1), (413, 1), (5122, 0),
    ],
)  # fmt: skip
def test_charges(pdg, charge):
    assert charge_of(pdg) == charge


@pytest.mark.parametrize("name", ["belle2_bksmumu_m0p5_ctau10", "besiii_gammagamma_4178"])
def test_as_pyhepmc_reads_it(shared_data, name):
    import pyhepmc

    path = shared_data / "events" / f"{name}.hepmc3.gz"
    file = read_events(path)
    final = file.final
    with pyhepmc.open(path) as reader:
        for number, event in zip(range(100), reader, strict=False):
            particles = [p for p in event.particles if p.status == 1 and p.end_vertex is None]
            rows = slice(final.offsets[number], final.offsets[number + 1])
            assert list(final.pdg[rows]) == [p.pid for p in particles]
            want = [(p.momentum.px, p.momentum.py, p.momentum.pz, p.momentum.e) for p in particles]
            assert final.momentum[rows] == pytest.approx(np.array(want), rel=1e-12)
            want = [p.production_vertex.position for p in particles]
            points = np.array([(v.x, v.y, v.z, v.t / SPEED_OF_LIGHT) for v in want])
            assert final.point[rows] == pytest.approx(points, rel=1e-12)
            assert list(file.weights.values())[-1][number] == pytest.approx(event.weights[-1])
