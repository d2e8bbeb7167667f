"""Events of HepMC3 and Les Houches files as signals and processes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.colliders import MODELS, make_sampler

from trigemu.errors import InputError
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.hepmc_events import read_events

E = 0.5 * SUPERKEKB.sqrt_s
PZ = 3.0
PT = math.sqrt(E**2 - PZ**2 - 1.77693**2)


def lhe(first=-11, energies=(E, E), particles=None, scale=1.0):
    """One event e+ e- -> tau- tau+ in the frame of the beams given."""
    rows = particles or [
        (15, 1, PT, 0.0, PZ, E, 1.77693, 0.0),
        (-15, 1, -PT, 0.0, -PZ, E, 1.77693, 0.0),
    ]
    lines = [
        (first, -1, 0.0, 0.0, energies[0], energies[0], 0.0, 0.0),
        (-first, -1, 0.0, 0.0, -energies[1], energies[1], 0.0, 0.0),
        *rows,
    ]
    text = f'<LesHouchesEvents version="1.0">\n<init>\n{first} {-first} {energies[0]} {energies[1]} 0 0 0 0 3 1\n'
    text += f"919.0 1.0 1.0 1\n</init>\n<event>\n {len(lines)} 1 1.0 10.0 0.0 0.1\n"
    for code, status, px, py, pz, e, m, tau in lines:
        values = " ".join(f"{v * scale:.12e}" for v in (px, py, pz, e, m))
        mothers = "0 0" if status == -1 else "1 2"
        text += f" {code} {status} {mothers} 0 0 {values} {tau} 9.\n"
    return text + "</event>\n</LesHouchesEvents>\n"


def write(path, text):
    path.write_text(text)
    return str(path)


def total(particles):
    energy = np.sqrt(particles.px**2 + particles.py**2 + particles.pz**2 + particles.mass**2)
    out = np.zeros((particles.events, 4))
    np.add.at(out, particles.event, np.stack([particles.px, particles.py, particles.pz, energy], axis=1))
    return out


def test_les_houches_events_of_protons_are_refused(tmp_path):
    text = lhe().replace("\n11 -11 ", "\n2212 2212 ", 1).replace("\n-11 11 ", "\n2212 2212 ", 1)
    model = MODELS["lhe-signal"](file=write(tmp_path / "pp.lhe", text))
    with pytest.raises(InputError, match="first beam has the code 2212"):
        make_sampler(model, 1, 0)


def test_taus_of_a_les_houches_file_decay(tmp_path):
    model = MODELS["lhe-signal"](file=write(tmp_path / "a.lhe", lhe()))
    p = make_sampler(model, 1, 0).sample(0, 500).particles
    assert total(p) == pytest.approx(np.tile(SUPERKEKB.total, (500, 1)), abs=2e-6)
    assert not np.bincount(p.event, p.charge).any()
    assert not (np.abs(p.pdg) == 15).any()
    # Every event has other decays.
    assert np.unique(p.px).size > 0.99 * len(p.px)
    charged = np.bincount(p.event[p.charge != 0])
    assert set(charged) <= {2, 4, 6}
    assert np.mean(charged == 2) > 0.6


MUONS = [
    (13, 1, math.sqrt(E**2 - PZ**2), 0.0, PZ, E, 0.0, 0.0),
    (-13, 1, -math.sqrt(E**2 - PZ**2), 0.0, -PZ, E, 0.0, 0.0),
]


@pytest.mark.parametrize(
    ("first", "flip", "forward"),
    [(11, None, True), (-11, None, False), (-11, False, True), (11, True, False)],
)
def test_beam_directions(tmp_path, first, flip, forward):
    path = write(tmp_path / "a.lhe", lhe(first, particles=MUONS))
    model = MODELS["lhe-signal"](file=path, flip_z=flip, beam_spot_mm=(0, 0, 0))
    p = make_sampler(model, 1, 0).sample(0, 1).particles
    assert total(p)[0] == pytest.approx(SUPERKEKB.total, abs=1e-6)
    minus = np.array([[p.px[0], p.py[0], p.pz[0], math.hypot(p.px[0], p.py[0], p.pz[0])]])
    assert SUPERKEKB.to_cm(minus)[0, 2] == pytest.approx(PZ if forward else -PZ, abs=1e-6)


def test_head_on_laboratory_is_brought_to_the_crossing_one(tmp_path):
    # Beams of 7 and 4 GeV head on have the same energy in the CM; boosted there along z.
    high = 7.0
    low = SUPERKEKB.sqrt_s**2 / (4 * high)
    beta = (high - low) / (high + low)
    gamma = 1 / math.sqrt(1 - beta**2)
    boosted = [
        (c, s, px, py, gamma * (pz + beta * e), gamma * (e + beta * pz), m, t)
        for c, s, px, py, pz, e, m, t in MUONS
    ]
    path = write(tmp_path / "a.lhe", lhe(11, (high, low), boosted))
    plain = write(tmp_path / "b.lhe", lhe(11, particles=MUONS))
    one, two = (
        make_sampler(MODELS["lhe-signal"](file=f), 1, 0).sample(0, 1).particles for f in (path, plain)
    )
    for column in ("px", "py", "pz"):
        assert getattr(one, column) == pytest.approx(getattr(two, column), abs=1e-6)
    with pytest.raises(InputError, match="those of the laboratory to"):
        make_sampler(MODELS["lhe-signal"](file=path, boost=False), 1, 0)


def test_displaced_daughters(tmp_path):
    path = write(tmp_path / "a.lhe", lhe(11, particles=MUONS))
    text = (tmp_path / "a.lhe").read_text()
    # A new particle of c tau = 30 mm at rest in the CM that takes everything and gives the two muons.
    text = text.replace(" 4 1 1.0", " 5 1 1.0")
    text = text.replace(" 13 1 1 2", f" 9900035 2 1 2 0 0 0 0 0 {2 * E:.12e} {2 * E:.12e} 30.0 9.\n 13 1 3 3")
    text = text.replace(" -13 1 1 2", " -13 1 3 3")
    (tmp_path / "a.lhe").write_text(text)
    model = MODELS["lhe-signal"](file=path, displaced=9900035, beam_spot_mm=(0, 0, 0), acceptance="tracks")
    made = make_sampler(model, 1, 0).sample(0, 3)
    p = made.particles
    # At rest it only moves with the CM: c tau beta gamma.
    path_mm = 30.0 * SUPERKEKB.total[:3] / SUPERKEKB.sqrt_s
    assert p.x == pytest.approx(path_mm[0])
    assert p.z == pytest.approx(path_mm[2])
    assert made.radius == pytest.approx(path_mm[0], rel=1e-5)
    assert (p.mother == 9900035).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lhe(11, particles=MUONS, scale=1000.0), "in other units: its beams have 10579.6 GeV"),
        (lhe(11, particles=MUONS)[:-30], "is truncated"),
        (lhe(11, particles=MUONS).replace(f"{PZ:.12e}", "nan", 1), "a number is not finite"),
    ],
)
def test_bad_les_houches_files(tmp_path, text, message):
    path = write(tmp_path / "a.lhe", text)
    for model in (MODELS["lhe-signal"](file=path), MODELS["lhe"](file=path)):
        with pytest.raises(InputError, match=message):
            make_sampler(model, 1, 0)


def test_cross_sections_of_files(tmp_path, shared_data):
    path = write(tmp_path / "a.lhe", lhe())
    assert make_sampler(MODELS["lhe"](file=path), 1, 0).cross_section_nb == pytest.approx(0.919)
    assert make_sampler(MODELS["lhe"](file=path, cross_section_nb=2.0), 1, 0).cross_section_nb == 2.0
    events = shared_data / "events"
    sampler = make_sampler(MODELS["hepmc"](file=str(events / "belle2_mumu.hepmc3.gz")), 1, 0)
    assert sampler.cross_section_nb == pytest.approx(1.042, rel=1e-3)
    pairs = str(events / "belle2_bpbm.hepmc3.gz")
    with pytest.raises(InputError, match="has no cross-section: give cross_section_nb or rate_hz"):
        make_sampler(MODELS["hepmc"](file=pairs), 1, 0)
    assert make_sampler(MODELS["hepmc"](file=pairs, rate_hz=5.0), 1, 0).cross_section_nb is None
    assert make_sampler(MODELS["hepmc"](file=pairs, cross_section_nb=0.55), 1, 0).cross_section_nb == 0.55


def test_how_events_are_drawn(shared_data):
    path = str(shared_data / "events" / "belle2_mumu.hepmc3.gz")
    file = read_events(path)
    still = {"file": path, "beam_spot_mm": (0, 0, 0)}
    first = {round(float(v), 7): i for i, v in enumerate(file.final.momentum[file.final.offsets[:-1], 0])}

    def numbers(model, frame, n):
        p = make_sampler(model, 1, 0).sample(frame, n).particles
        return np.array([first[round(float(v), 7)] for v in p.px[p.offsets[:-1]]])

    ordered = numbers(MODELS["hepmc"](order="file", **still), 0, 200)
    assert (np.diff(ordered) % len(file) == 1).all()
    assert ordered[0] != numbers(MODELS["hepmc"](order="file", **still), 1, 1)[0]
    drawn = numbers(MODELS["hepmc"](**still), 0, 4000)
    assert len(np.unique(drawn)) > 3000
    # The mean of a uniform number: four standard deviations.
    assert drawn.mean() / len(file) == pytest.approx(0.5, abs=4 / math.sqrt(12 * 4000))
    weight = file.weights["generator_weight"]
    heavy = np.flatnonzero(weight > 1.5)
    share = weight[heavy].sum() / weight.sum()
    seen = np.mean(np.isin(numbers(MODELS["hepmc"](weight="generator_weight", **still), 0, 20_000), heavy))
    assert seen == pytest.approx(share, abs=4 * math.sqrt(share / 20_000))
    assert share > 3 * len(heavy) / len(file)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"weight": "other"}, "has no weight 'other'; it has nominal, generator_weight"),
        ({"weight": "nominal", "order": "file"}, "needs order = 'random'"),
    ],
)
def test_refused_ways_to_draw(shared_data, keys, message):
    path = str(shared_data / "events" / "belle2_mumu.hepmc3.gz")
    with pytest.raises(InputError, match=message):
        make_sampler(MODELS["hepmc"](file=path, **keys), 1, 0)


def test_hepmc_signal(shared_data):
    path = str(shared_data / "events" / "belle2_eegamma_single_photon.hepmc3.gz")
    made = make_sampler(MODELS["hepmc-signal"](file=path, acceptance="photon"), 1, 0).sample(0, 300)
    p = made.particles
    theta = np.degrees(np.arctan2(np.hypot(p.px, p.py), p.pz))[p.pdg == 22]
    inside = ((theta > 12.4) & (theta < 31.4)) | ((theta > 32.2) & (theta < 128.7))
    inside |= (theta > 130.7) & (theta < 155.1)
    assert np.array_equal(made.accepted, inside)
    assert 0.5 < made.accepted.mean() < 1.0
    tracks = make_sampler(MODELS["hepmc-signal"](file=path, acceptance="tracks"), 1, 0).sample(0, 300)
    # Both electrons are lost near the beams.
    assert not tracks.accepted.any()
    assert total(made.particles) == pytest.approx(np.tile(SUPERKEKB.total, (300, 1)), abs=1e-3)


def test_a_file_of_another_experiment(shared_data):
    path = str(shared_data / "events" / "besiii_mumu_4178.hepmc3.gz")
    with pytest.raises(InputError, match="is not of this collider or in other units"):
        make_sampler(MODELS["hepmc-signal"](file=path), 1, 0)
