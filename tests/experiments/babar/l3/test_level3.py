"""Level 3 and the filters after it: random events against a slow, obvious twin, and data that nobody should give it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference import babar_l3 as slow
from support.babar_l3_events import (
    BEAM,
    ENERGY,
    as_stored,
    bits,
    charged,
    columns,
    offline,
    online,
    pair,
    photon,
)

from trigemu.errors import InputError
from trigemu.experiments.babar.l3.bits import FILTERS, L3_BITS, OUTPUTS
from trigemu.experiments.babar.l3.config import L3, Bhabha
from trigemu.experiments.babar.l3.offline_config import Isr
from trigemu.experiments.babar.l3.quantities import Finder
from trigemu.experiments.babar.l3.software import Level3
from trigemu.experiments.babar.sources import L3_CLUSTERS, L3_TRACKS

CONFIG = L3()
LEVEL3 = Level3(CONFIG)


def found(*event, level3=LEVEL3, **options):
    """Return the names of bits, without prefix, of one event given as its tracks and clusters."""
    (names,) = bits(level3, [event], **options)
    return {name.removeprefix("l3_").removeprefix("l3out_") for name in names}


EDGES = (0.05, 0.1, 0.24, 0.3, 0.6, 0.7, 1.0, 2.0, 2.6, 3.1, 4.0, 0.6 * BEAM, BEAM)
ANGLES = (14.0, 30.0, 60.0, 70.0, 110.0, 120.0, 150.0, 160.0)
AZIMUTHS = (-170.0, -160.0, 10.0, 13.0, 20.0, 100.0)
TRACKS = st.builds(
    lambda p, theta, phi, charge, deposit, d0, z0, hits: charged(
        max(p, 0.15), theta, phi, charge, deposit, d0=d0, z0=z0, hits=hits
    ),
    *(st.sampled_from(values) for values in (EDGES, ANGLES, AZIMUTHS, (-1, 1), (0.0, 0.1, 0.75, 0.95))),
    *(st.sampled_from(values) for values in ((0.0, 12.0, -18.0), (0.0, 80.0, 120.0), (5, 12, 40))),
)
SHOWERS = st.builds(
    lambda e, theta, phi, track, time: photon(e, theta, phi, track=track, time=time),
    *(st.sampled_from(values) for values in (EDGES, ANGLES, AZIMUTHS, (-1, 0), (0.0, 600.0, 700.0))),
)
PAIRS = st.builds(
    lambda e, deposit, theta, tilt: pair(e, deposit, theta, 20.0, tilt),
    *(st.sampled_from(v) for v in ((BEAM, 0.65 * BEAM, 1.0), (0.0, 0.05, 0.95), ANGLES, (0.0, 4.0, 15.0))),
)
ANY = st.tuples(st.lists(TRACKS, max_size=4), st.lists(SHOWERS, max_size=5))
EVENT = st.one_of(
    ANY,
    PAIRS,
    st.tuples(PAIRS, ANY).map(lambda both: (both[0][0] + both[1][0][:1], both[0][1] + both[1][1])),
    st.tuples(PAIRS, ANY).map(lambda both: (both[0][0][:1], both[0][1] + both[1][1][:2])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENT, min_size=1, max_size=5), st.sampled_from((ENERGY, 100_233)), st.booleans())
def test_words_are_the_twin_s(events, energy, random):
    for event, names in zip(events, bits(LEVEL3, events, energy, random), strict=True):
        expected, flat = slow.level3(*as_stored(event), energy, random, CONFIG)
        wanted = {f"l3_{name}" if name in FILTERS else f"l3out_{name}" for name in expected}
        wanted |= slow.offline(*as_stored(event), CONFIG)
        assert names == wanted
        assert flat is None or 0 <= flat[0] < 1


def test_random_events_meet_every_bit():
    rng = np.random.default_rng(11)
    seen = set()
    for _ in range(300):
        kind = rng.integers(3)
        tracks = [
            charged(
                *rng.uniform((0.2, 20, -170), (5.3, 160, 170)),
                int(rng.choice((-1, 1))),
                rng.choice((0.1, 0.95)),
            )
            for _ in range(rng.integers(4) if kind else 0)
        ]
        clusters = [photon(*rng.uniform((0.1, 20, -170), (5.3, 160, 170))) for _ in range(rng.integers(6))]
        if kind == 2:
            tracks, clusters = pair(BEAM, rng.choice((0.05, 0.95)), rng.uniform(15, 165))
            tracks = tracks[: rng.integers(3)]
        seen |= bits(LEVEL3, [(tracks, clusters)])[0]
    rare = ("random", "cosmic", "background", "virtual_compton")
    assert set(L3_BITS) - seen <= {f"l3out_{name}" for name in rare}


def test_events_do_not_know_their_neighbours():
    rng = np.random.default_rng(5)
    events = []
    for _ in range(100):
        tracks = [
            charged(*rng.uniform((0.2, 25, -170), (5.3, 155, 170)), int(rng.choice((-1, 1))), 0.9)
            for _ in range(rng.integers(4))
        ]
        events.append(
            (tracks, [photon(*rng.uniform((0.1, 20, -170), (5, 160, 170))) for _ in range(rng.integers(5))])
        )
    alone = [bits(LEVEL3, [event])[0] for event in events]
    assert bits(LEVEL3, events) == alone
    assert bits(LEVEL3, events[::-1]) == alone[::-1]


HOSTILE = (np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 0.0, -0.0)


def test_hostile_numbers_give_defined_answers():
    """No warning (all are errors in tests), the same words again, no cut passed by what is no number."""
    rng = np.random.default_rng(2)
    events = [pair(BEAM, 0.97, 40 + k) for k in range(40)]
    events = [(tracks * 3, clusters * 3) for tracks, clusters in events]
    sources = [dict(columns) for columns in (*online(events), *offline(events))]
    for source in sources:
        for name, values in source.items():
            if values.dtype == np.float32:
                spoilt = values.copy()
                places = rng.random(len(spoilt)) < 0.4
                spoilt[places] = rng.choice(np.array(HOSTILE, np.float32), places.sum())
                source[name] = spoilt
    energy = rng.choice(np.array([0, 1, ENERGY, 2**32 - 1], np.uint32), len(events))
    random = np.zeros(len(events), np.uint8)
    given = (sources[0], sources[1]), (sources[2], sources[3]), energy, random
    np.testing.assert_array_equal(LEVEL3.words(*given), LEVEL3.words(*given))


def test_what_is_no_number_passes_no_cut():
    tracks, clusters = online([pair(BEAM, 0.97)] * 2)
    for columns_ in (tracks, clusters):
        for name, values in columns_.items():
            if values.dtype == np.float32:
                columns_[name] = np.full(len(values), np.nan, np.float32)
    words = LEVEL3.words(
        (tracks, clusters), offline([([], [])] * 2), np.full(2, ENERGY, np.uint32), np.zeros(2, np.uint8)
    )
    assert (words == 1 << L3_BITS.index("l3out_background")).all()


def test_hundreds_of_objects():
    tracks = [charged(1.0, 30 + k % 120, k % 340 - 170, 1, 0.1) for k in range(400)]
    clusters = [photon(0.3, 30 + k % 120, k % 340 - 170) for k in range(600)]
    expected, _ = slow.level3(*as_stored((tracks, clusters)), ENERGY, 0, CONFIG)
    names = found(tracks, clusters)
    assert {name for name in names if name in FILTERS or name in OUTPUTS} == expected
    assert "bgf_multi_hadron" in names


def test_no_events():
    words = LEVEL3.words(online([]), offline([]), np.zeros(0, np.uint32), np.zeros(0, np.uint8))
    assert words.shape == (0,)


def test_sources_must_fit():
    energy, random = np.full(2, ENERGY, np.uint32), np.zeros(2, np.uint8)
    events = [([], [photon(1.5, 80, 10)])] * 2
    good = (online(events), offline(events), energy, random)
    tracks, clusters = good[0]
    with pytest.raises(InputError, match="'l3_clusters': columns of different lengths"):
        LEVEL3.words((tracks, {**clusters, "phi": clusters["phi"][:1]}), *good[1:])
    with pytest.raises(InputError, match="'l3_clusters': offsets must start at 0"):
        LEVEL3.words((tracks, {**clusters, "offsets": np.array([0, 1, 1])}), *good[1:])
    with pytest.raises(InputError, match="'l3_tracks' has pieces for 2 events of 1"):
        LEVEL3.words(good[0], good[1], energy[:1], random[:1])
    with pytest.raises(InputError, match="'tracks' has pieces for 1 events of 2"):
        LEVEL3.words(good[0], (columns("tracks", [[]]), good[1][1]), energy, random)
    assert L3_TRACKS == "l3_tracks"
    assert L3_CLUSTERS == "l3_clusters"


def test_the_kernel_refuses_arrays_that_do_not_fit():
    summary = Finder(CONFIG, offline=True).summary
    tracks = {name: np.zeros(2, np.float32) for name in ("d0", "phi0", "omega", "z0", "tan_lambda", "energy")}
    tracks |= {"hits": np.zeros(2, np.uint8), "charge": np.zeros(2, np.int8)}
    clusters = {name: np.zeros(2, np.float32) for name in ("energy", "theta", "phi", "time")}
    clusters |= {"track": np.zeros(2, np.int16)}
    cuts = np.array([0, 2])
    sizes = {"tracks": ((1, 10), (1,), (1, 4, 13)), "clusters": ((1, 8), (1, 3), (1, 3, 13))}
    for name, columns_ in (("tracks", tracks), ("clusters", clusters)):
        call = getattr(summary, name)
        good = [np.zeros(sizes[name][0], np.int32), *(np.zeros(size) for size in sizes[name][1:])]
        call(columns_, cuts, *good)
        for bad in (np.array([0, 3]), np.array([1, 2]), np.array([0, 2, 1]), np.zeros(0, np.int64)):
            with pytest.raises(InputError, match=name):
                call(columns_, bad, *good)
        for key, values in columns_.items():
            with pytest.raises(InputError, match=name):
                call({**columns_, key: values[:1]}, cuts, *good)
        for k in range(3):
            with pytest.raises(InputError, match=name):
                call(columns_, cuts, *good[:k], good[k][:0], *good[k + 1 :])


def test_bad_configurations():
    with pytest.raises(ValidationError, match="partner_deg must rise"):
        Bhabha(partner_deg=(150.0, 20.0))
    with pytest.raises(ValidationError, match="cosine must rise"):
        Isr(cosine=(0.5, 0.5))
    with pytest.raises(ValidationError, match="flat_from"):
        Bhabha(flat_from=1.0)


def test_level_3_compiles_nothing():
    """What a trigger worker imports starts no compiler."""
    code = (
        "import sys; import trigemu.experiments.babar.l3.software; "
        "print(*[m for m in ('numba', 'scipy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.strip()
