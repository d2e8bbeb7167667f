"""The event filter and the search's selection against a slow, obvious twin, and by constructed events."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import besiii_filter as slow

from trigemu.errors import InputError
from trigemu.experiments.besiii.filter.bits import CLASSES, FILTER_BITS
from trigemu.experiments.besiii.filter.classes import ORDER
from trigemu.experiments.besiii.filter.config import Filter, Muons, Search
from trigemu.experiments.besiii.filter.missing import missing_masses, search_masses
from trigemu.experiments.besiii.filter.quantities import quantities
from trigemu.experiments.besiii.filter.search import single_photons
from trigemu.experiments.besiii.filter.software import EventFilter
from trigemu.experiments.besiii.sources import CLUSTERS, OFFLINE, TRACKS
from trigemu.physics.beams import bepc2

CONFIG = Filter()
ENERGY = 41_780
BEAM = 2.089


def track(p, theta, phi, charge=1, **changes):
    """Return a track from the collision point: momentum in GeV, angles in degrees."""
    pt = p * math.sin(math.radians(theta))
    return {
        **{"d0": 0.0, "z0": 0.0, "time": 0.0, "energy": 0.2, "hits": 40, "first_layer": 0, "last_layer": 42},
        "phi0": math.radians(phi),
        "omega": charge * slow.GEV_PER_MM / pt,
        "tan_lambda": 1 / math.tan(math.radians(theta)),
        "charge": charge,
        "cluster": -1,
        **changes,
    }


def cluster(energy, theta, phi, track=-1, time=0.0):
    angles = {"theta": math.radians(theta), "phi": math.radians(phi)}
    return {"energy": energy, **angles, "time": time, "track": track}


def columns(source, events):
    rows = [row for event in events for row in event]
    made = {"offsets": np.cumsum([0, *(len(event) for event in events)])}
    for column in OFFLINE[source].columns:
        if column.name != "offsets":
            made[column.name] = np.array([row[column.name] for row in rows], column.dtype)
            made[column.name].flags.writeable = False
    return made


def frame(events):
    return columns(TRACKS, [e[0] for e in events]), columns(CLUSTERS, [e[1] for e in events])


def as_stored(rows, source):
    kinds = {c.name: np.dtype(c.dtype) for c in OFFLINE[source].columns if c.name != "offsets"}
    return [{name: kinds[name].type(value).item() for name, value in row.items()} for row in rows]


def bits(*events, energy=ENERGY, random=0, config=CONFIG):
    n = len(events)
    words = EventFilter(config).words(
        *frame(events), np.full(n, energy, np.uint16), np.full(n, random, np.uint8)
    )
    return [{name for i, name in enumerate(FILTER_BITS) if int(word) >> i & 1} for word in words]


def one(tracks, clusters, **options):
    """Return the class of one event."""
    (found,) = bits((tracks, clusters), **options)
    (name,) = found - {"search_single_photon"}
    return name.removeprefix("ef_")


def opposite(size, theta=70, phi=20, **changes):
    """Return two tracks back to back."""
    return [track(size, theta, phi, 1, **changes), track(size, 180 - theta, phi + 180, -1, **changes)]


def showers(size, theta=70, phi=20):
    return [cluster(size, theta, phi), cluster(size, 180 - theta, phi - 180)]


def test_every_class_is_in_the_order_once():
    assert sorted(ORDER) == sorted(CLASSES)
    assert FILTER_BITS.index("search_single_photon") >= len(CLASSES)


def test_classes():
    soft = [cluster(0.2, 60, 20), cluster(0.2, 120, 200)]
    assert one(opposite(BEAM, energy=2.0), showers(0.81 * BEAM)) == "bhabha"
    assert one(opposite(BEAM, energy=2.0), showers(0.79 * BEAM)) != "bhabha"
    assert one([], showers(0.81 * BEAM)) == "digamma"
    assert one([], [*showers(0.9 * BEAM), cluster(0.3, 50, 100)]) == "digamma"
    assert one(opposite(BEAM), soft) == "dimuon"
    assert one(opposite(BEAM, energy=0.0), []) == "hadron"  # electrons in the calorimeter's gaps
    assert one(opposite(0.7 * BEAM), soft) == "hadron"
    assert one([track(BEAM, 70, 20), track(BEAM, 110, 200)], soft) == "hadron"  # both positive
    early, late = opposite(3.0, d0=150.0)
    late["time"] = 5.0
    assert one([early, late], soft) == "cosmic"
    assert one([early, {**late, "time": 2.0}], soft) == "beam_gas"
    assert one([track(0.5, 80, 10, z0=150.0)], []) == "beam_gas"
    assert one([], [cluster(0.5, 80, 10)]) == "beam_gas"
    assert one([], []) == "beam_gas"
    assert one([], [cluster(0.9, 80, 10)]) == "single_photon"
    assert one([], [cluster(0.9, 80, 10), cluster(0.09, 50, 50)]) == "single_photon"
    assert one([], [cluster(0.9, 80, 10), cluster(0.2, 50, 50)]) == "other"
    assert one([], [cluster(0.9, 80, 10), cluster(0.2, 50, 50), cluster(0.2, 50, 150)]) == "hadron"
    assert one([], [cluster(0.9, 80, 10, time=400.0)]) == "beam_gas"
    assert one([track(0.5, 80, 10)], [cluster(1.0, 80, 10)]) == "other"
    assert one(opposite(BEAM), soft, random=1) == "random"


def test_pairs_turned_by_the_crossing_angle_are_still_pairs():
    """Photons of two beams that cross: energies and directions as the laboratory sees them."""
    theta, phi = np.radians(90.0), np.radians(90.0)
    star = BEAM * np.array([[0.0, 1.0, 0.0, 1.0], [0.0, -1.0, 0.0, 1.0]])
    lab = bepc2(4.178).to_lab(star)
    event = []
    for x, y, z, e in lab:
        theta, phi = np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)
        event.append(cluster(e, np.degrees(theta), np.degrees(phi)))
    assert one([], event) == "digamma"
    found = quantities(*frame([([], event)]), np.array([ENERGY], np.uint16), CONFIG.objects)
    assert found.acollinearity[0] == pytest.approx(np.degrees(2 * math.tan(0.011)), rel=1e-3)


def test_quantities_of_an_event():
    event = (
        [track(1.0, 90, 0, z0=200.0), track(2.0, 60, 90, -1, energy=1.7, time=1.5)],
        [cluster(0.3, 90, 0), cluster(1.2, 60, 90), cluster(0.01, 20, 0), cluster(0.6, 120, -60)],
    )
    found = quantities(*frame([event, ([], [])]), np.array([40_000, 40_000], np.uint16), CONFIG.objects)
    np.testing.assert_array_equal(found.showers, [3, 0])
    np.testing.assert_allclose(found.share[0], [0.6, 0.3, 0.15], rtol=1e-6)
    np.testing.assert_allclose(found.cosine[0], [0.5, -0.5, 0.0], atol=1e-6)
    np.testing.assert_allclose(np.degrees(found.phi[0]), [90.0, -60.0, 0.0], atol=1e-5)
    assert found.acoplanarity[0] == pytest.approx(30.0, abs=1e-5)
    assert found.total[0] == pytest.approx(1.05, rel=1e-6)
    np.testing.assert_array_equal(found.charged, [2, 0])
    np.testing.assert_array_equal(found.tracks, [1, 0])
    np.testing.assert_allclose(found.momentum[0], [1.0, 0.5], rtol=1e-6)
    np.testing.assert_allclose(found.leg[0], [1.7, 0.2], rtol=1e-6)
    assert found.opposite.tolist() == [True, False]
    assert found.time[0] == 1.5
    # 2 (0, sin 60, cos 60) + (1, 0, 0), over 2.
    assert found.balance[0] == pytest.approx(math.sqrt(5) / 2, rel=1e-6)
    assert np.isnan(found.acollinearity[1])
    assert np.isnan(found.time[1])


def test_search():
    photon = cluster(1.5, 80, 10)
    for event, selected in (
        (([], [photon]), True),
        (([], [photon, cluster(0.05, 30, 50)]), True),
        (([], [photon, cluster(0.15, 30, 50)]), False),
        (([], [photon, cluster(0.15, 30, 50, time=500.0)]), True),
        (([track(0.1, 50, 0)], [photon]), False),
        (([], [cluster(1.29, 80, 10)]), False),
        (([], [cluster(1.81, 80, 10)]), False),
        (([], [cluster(1.5, 53, 10)]), False),
        (([], [cluster(1.5, 54, 10)]), True),
        (([], [cluster(1.5, 80, 10, track=0)]), False),
        (([], [photon, cluster(1.4, 100, 190)]), False),
    ):
        (found,) = bits(event)
        assert ("search_single_photon" in found) == selected, event


def test_missing_mass_is_that_of_the_boson():
    """A photon beside an A' of 2 GeV, in any direction, at two energies."""
    events, energies = [], []
    for root in (4.178, 4.6):
        star = (root**2 - 4.0) / (2 * root)
        for cosine, phi in ((0.5, 0.0), (-0.3, 2.0), (0.0, 3.1)):
            sine = math.sqrt(1 - cosine**2)
            way = star * np.array([[sine * math.cos(phi), sine * math.sin(phi), cosine, 1.0]])
            x, y, z, e = bepc2(root).to_lab(way)[0]
            event = cluster(e, np.degrees(np.arctan2(np.hypot(x, y), z)), np.degrees(np.arctan2(y, x)))
            events.append(([], [event]))
            energies.append(round(root * 1e4))
    wide = Search(cosine=1.0, energy_gev=(1.0, 2.5))
    mass = search_masses(*frame(events), np.array(energies, np.uint16), wide)
    np.testing.assert_allclose(mass, 2.0, rtol=1e-5)
    assert np.isnan(search_masses(*frame(events), np.zeros(len(events), np.uint16), wide)).all()


EDGES = (0.0, 0.03, 0.05, 0.1, 0.2, 0.6, 0.9, 1.3, 1.5, 1.67, 1.8, 2.1)
SHOWERS = st.builds(
    cluster,
    st.sampled_from(EDGES),
    st.sampled_from((20.0, 53.0, 70.0, 90.0, 110.0, 160.0)),
    st.sampled_from((-170.0, 10.0, 15.0, 100.0)),
    st.sampled_from((-1, 0)),
    st.sampled_from((0.0, 340.0, 400.0)),
)
TRACKING = st.builds(
    lambda p, theta, phi, charge, z0, d0, time, energy: track(
        p, theta, phi, charge, z0=z0, d0=d0, time=time, energy=energy
    ),
    st.sampled_from((0.1, 1.0, 1.7, 2.1)),
    st.sampled_from((70.0, 90.0, 110.0)),
    st.sampled_from((-170.0, 10.0, 100.0)),
    st.sampled_from((-1, 1)),
    st.sampled_from((0.0, 90.0, 120.0)),
    st.sampled_from((0.0, 12.0)),
    st.sampled_from((0.0, 5.0)),
    st.sampled_from((0.0, 0.2, 1.0)),
)
EVENTS = st.lists(
    st.tuples(st.lists(TRACKING, max_size=3), st.lists(SHOWERS, max_size=4)), min_size=1, max_size=6
)


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.sampled_from((30_970, 41_780, 46_000)), st.booleans())
def test_filter_is_its_twin(events, energy, wide):
    search = Search(cosine=0.9, energy_gev=(0.04, 1.55)) if wide else Search()
    config = Filter(search=search)
    tracks, clusters = frame(events)
    photons = single_photons(tracks, clusters, search)
    mass = missing_masses(clusters, photons, np.full(len(events), energy, np.uint16))
    for number, (own, found) in enumerate(
        zip(events, bits(*events, energy=energy, config=config), strict=True)
    ):
        rows = as_stored(own[0], TRACKS), as_stored(own[1], CLUSTERS)
        expected = slow.event_class(*rows, energy, 0, config)
        assert {name for name in found if name.startswith("ef_")} == {f"ef_{expected}"}
        photon = slow.search(*rows, search)
        assert ("search_single_photon" in found) == (photon is not None)
        if photon is None:
            assert photons[number] == -1
            assert np.isnan(mass[number])
        else:
            assert photons[number] - clusters["offsets"][number] == photon
            assert mass[number] == pytest.approx(slow.missing_mass(rows[1][photon], energy), abs=1e-5)


def test_events_do_not_know_their_neighbours():
    """What an event is does not depend on which others come with it."""
    rng = np.random.default_rng(5)
    events = []
    for _ in range(200):
        tracks = [
            track(*rng.uniform((0.2, 25, -170), (2.1, 155, 170)), int(rng.choice((-1, 1))))
            for _ in range(rng.integers(4))
        ]
        found = [cluster(*rng.uniform((0.0, 20, -170), (2.1, 160, 170))) for _ in range(rng.integers(6))]
        events.append((tracks, found))
    assert bits(*events) == [bits(event)[0] for event in events]


def test_hostile_values_pass_no_cut():
    worst = [np.nan, np.inf, -np.inf, 3e38]
    tracks, clusters = frame([([track(1, 80, 10), track(1, 100, 190, -1)], showers(1.9)) for _ in worst])
    for made in (tracks, clusters):
        for name, values in made.items():
            if values.dtype == np.float32:
                hostile = values.copy()
                hostile[::2] = worst
                made[name] = hostile
    words = EventFilter(CONFIG).words(
        tracks, clusters, np.array([0, 1, 2, 65535], np.uint16), np.zeros(4, np.uint8)
    )
    classes = words & np.uint64((1 << len(CLASSES)) - 1)
    assert (np.bitwise_count(classes) == 1).all()


def test_sources_must_fit():
    tracks, clusters = frame([([], [cluster(1.5, 80, 10)])] * 2)
    energy, random = np.full(2, ENERGY, np.uint16), np.zeros(2, np.uint8)
    good = EventFilter(CONFIG)
    with pytest.raises(InputError, match="'clusters': columns of different lengths"):
        good.words(tracks, {**clusters, "phi": clusters["phi"][:1]}, energy, random)
    with pytest.raises(InputError, match="'clusters': offsets must start at 0"):
        good.words(tracks, {**clusters, "offsets": np.array([0, 1, 1])}, energy, random)
    with pytest.raises(InputError, match="'tracks' has pieces for 2 events of 1"):
        good.words(tracks, clusters, energy[:1], random[:1])


def test_windows_rise():
    with pytest.raises(ValidationError, match="energy_gev must rise"):
        Search(energy_gev=(1.8, 1.3))
    with pytest.raises(ValidationError, match="leg_gev must rise"):
        Muons(leg_gev=(0.6, 0.6))


def test_filter_compiles_nothing():
    """What a trigger worker imports starts no compiler."""
    code = (
        "import sys; import trigemu.experiments.besiii.filter.software; "
        "print(*[m for m in ('numba', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.strip()
