from __future__ import annotations

import gzip
import math
from dataclasses import replace

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.experiments.na62.beam.halo import muon_parents
from trigemu.physics import event_text, hepmc
from trigemu.physics.decay_cells import pool_cells
from trigemu.physics.flight import Flight

HEADER = "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW nominal\n"
FOOTER = "HepMC::Asciiv3-END_EVENT_LISTING\n\n"


def event(number=0, units="GEV MM", scale=1.0, length=1.0):
    """A beam proton makes a pi0 (and its copy) and, at a displaced K0, a pi+."""
    p = f"{1.5 * scale:.8e}"
    e = f"{1.50606 * scale:.8e}"
    m = f"{0.13497 * scale:.8e}"
    return (
        f"E {number} 3 6\nU {units}\nW 1.0\n"
        f"P 1 0 2212 0 0 {400 * scale} {400 * scale} {0.938 * scale} 4\n"
        "V -1 0 [1]\n"
        f"P 2 -1 111 0 0 {p} {e} {m} 2\n"
        f"P 3 -1 311 0 0 {p} {e} {m} 2\n"
        "V -2 0 [2]\n"
        f"P 4 -2 111 0 0 {p} {e} {m} 1\n"
        f"V -3 0 [3] @ {1.0 * length} {2.0 * length} {30.0 * length} {30.0 * length}\n"
        f"P 5 -3 211 0 0 {p} {e} {m} 1\n"
        f"P 6 -3 -211 0 0 {p} {e} {m} 1\n"
    )


def write(path, text):
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["a.hepmc3", "a.hepmc3.gz"])
@pytest.mark.parametrize(
    ("units", "scale", "length"),
    [("GEV MM", 1, 1), ("MEV MM", 1000, 1), ("GEV CM", 1, 0.1), ("MEV CM", 1000, 0.1)],
)
def test_units_vertices_and_copies(tmp_path, name, units, scale, length):
    text = HEADER + event(0, units, scale, length) + event(1, units, scale, length) + FOOTER
    sample = hepmc.read(write(tmp_path / name, text), (111, 211))
    assert sample.events == 2
    assert list(sample.event) == [0, 0, 1, 1]
    assert list(sample.pdg) == [111, 211, 111, 211]
    assert sample.pz == pytest.approx(1.5, rel=1e-6)
    assert sample.energy == pytest.approx(1.50606, rel=1e-6)
    assert sample.mass == pytest.approx(0.13497, rel=1e-6)
    pion = sample.select(sample.pdg == 211)
    assert pion.x == pytest.approx(1.0)
    assert pion.y == pytest.approx(2.0)
    assert pion.z == pytest.approx(30.0)


def test_columns_cannot_be_changed(tmp_path):
    sample = hepmc.read(write(tmp_path / "a.hepmc3", HEADER + event() + FOOTER), (111,))
    with pytest.raises(ValueError, match="read-only"):
        sample.px[0] = 1.0


GOOD = HEADER + event(0) + event(1) + FOOTER
BAD = {
    "no end of listing": (GOOD.replace(FOOTER, ""), "is truncated: it does not end with"),
    "torn event": (GOOD[: len(GOOD) // 2], "is truncated"),
    "plain text": ("hello\nworld\n", "is not HepMC3 ascii"),
    "binary": ("\x00\x01\x02", "is not HepMC3 ascii"),
    "empty": ("", "is empty"),
    "blank": ("\n\n", "is empty"),
    "HepMC2": ("HepMC::Version 2.06.09\nHepMC::IO_GenEvent-START_EVENT_LISTING\n", "is in HepMC2 format"),
    "LHE": ("<LesHouchesEvents version='3.0'>", "is not HepMC3 ascii"),
    "no event": (HEADER + FOOTER, "holds no event"),
    "no such particle": (
        GOOD.replace(" 111 ", " 22 ").replace(" 211 ", " 22 "),
        "has no particle with PDG code",
    ),
    "garbage in an event": (GOOD.replace("P 3 -1 311", "P three minus 311", 1), "is damaged"),
    "not a number": (GOOD.replace("1.50000000e+00", "nan"), "is damaged"),
    "lines lost": (GOOD.replace("V -2 0 [2]\n", "", 1), "is damaged"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("name", ["a.hepmc3", "a.hepmc3.gz"])
def test_bad_files(tmp_path, what, name):
    text, message = BAD[what]
    path = write(tmp_path / name, text)
    with pytest.raises(InputError, match=message) as error:
        hepmc.read(path, (111, 211))
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("keep", [5, 60, -12])
def test_torn_gzip(tmp_path, keep):
    path = tmp_path / "a.hepmc3.gz"
    path.write_bytes(gzip.compress(GOOD.encode(), mtime=0)[:keep])
    with pytest.raises(InputError, match="is truncated or damaged"):
        hepmc.read(path, (111,))


def test_damaged_gzip(tmp_path):
    path = tmp_path / "a.hepmc3.gz"
    data = bytearray(gzip.compress(GOOD.encode(), mtime=0))
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="is truncated or damaged"):
        hepmc.read(path, (111,))


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        hepmc.read(tmp_path / "none.hepmc3", (111,))
    with pytest.raises(InputError, match="cannot be read"):
        hepmc.read(tmp_path, (111,))


def test_file_that_changed_is_read_again(tmp_path):
    path = write(tmp_path / "a.hepmc3", GOOD)
    assert hepmc.read(path, (111,)).events == 2
    write(path, HEADER + event() + FOOTER)
    assert hepmc.read(path, (111,)).events == 1


def test_shared_file(shared_data):
    sample = hepmc.read(shared_data / "events" / "na62_p400_cu_inclusive.hepmc3.gz", (111, 221, 333))
    assert sample.events == 3300
    counts = {pdg: np.mean(sample.pdg == pdg) * len(sample) / 3300 for pdg in (111, 221, 333)}
    assert counts == pytest.approx({111: 4.989, 221: 0.577, 333: 0.022}, abs=6e-4)


def test_weights_of_events(tmp_path):
    text = HEADER + event(0) + event(1).replace("W 1.0", "W 3.0") + FOOTER
    sample = hepmc.read(write(tmp_path / "a.hepmc3", text), (111,))
    assert list(sample.weight) == [0.5, 1.5]
    flight = Flight(80_000.0, 155_000.0, 0.05, math.inf)
    (cells,) = pool_cells(flight, 5.0, (111,), replace(sample, momentum=100.0 * sample.momentum))
    assert cells.weight[1] == pytest.approx(3.0 * cells.weight[0])
    for weights, message in (
        (("-1.0", "3.0"), "1 of its 2 events have negative weights"),
        (("0.0", "0.0"), "are 0"),
    ):
        text = HEADER + "".join(event(i).replace("W 1.0", f"W {w}") for i, w in enumerate(weights)) + FOOTER
        with pytest.raises(InputError, match=message):
            hepmc.read(write(tmp_path / "b.hepmc3", text), (111,))


def test_muons_have_the_weights_of_their_events(tmp_path):
    text = HEADER + event(0) + event(1).replace("W 1.0", "W 3.0") + FOOTER
    _, weight = muon_parents(str(write(tmp_path / "a.hepmc3", text)))
    assert weight[2:] == pytest.approx(3.0 * weight[:2])


def test_partons_and_other_beams(tmp_path):
    path = write(tmp_path / "a.hepmc3", GOOD.replace(" -211 ", " 21 "))
    with pytest.raises(InputError, match="has a final gluon"):
        hepmc.read(path, (111,))
    for new in (" 450.0 450.0 ", " -400.0 400.0 ", " 6500.0 6500.0 "):
        path = write(tmp_path / "b.hepmc3", GOOD.replace(" 400.0 400.0 ", new))
        with pytest.raises(InputError, match=r"a beam of 400 GeV along \+z on a target is wanted"):
            hepmc.check_beam(path, (111,), 400.0)
        assert len(hepmc.read(path, (111,))) == 2
    hepmc.check_beam(write(tmp_path / "c.hepmc3", GOOD), (111,), 400.0)
    none = GOOD.replace(" 4\n", " 2\n")
    hepmc.check_beam(write(tmp_path / "d.hepmc3", none), (111,), 400.0)


def test_a_pool_is_made_of_the_first_events(tmp_path, monkeypatch):
    path = write(tmp_path / "a.hepmc3", HEADER + "".join(event(i) for i in range(40)) + FOOTER)
    monkeypatch.setattr(hepmc, "MOST", 5)
    monkeypatch.setattr(event_text, "CHUNK", 600)
    sample = hepmc.read(path, (111,))
    assert 5 <= sample.events < 15
    assert len(sample) == sample.events
