"""Cuts of the offline selections on frames."""

from __future__ import annotations

import numpy as np
import pytest
from support.hostile import extremes

from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.offline.judging import OfflineSelections
from trigemu.experiments.na62.response.detectors import Exposure
from trigemu.experiments.na62.sources import BACKGROUND
from trigemu.physics.particles import Particles, no_particles
from trigemu.setup.build import build_setup
from trigemu.setup.offline import SelectsOffline

MUMU = {"signal": "aprime-mumu", "mass": 0.3, "every_ns": 2000.0}
EE = {"signal": "aprime-ee", "mass": 0.1, "every_ns": 2000.0}
HALO = {"rate_hz": 0.28e6, "neutral_rate_hz": 2e3}


def generator_of(*signals, **section):
    setup = build_setup(
        {
            "experiment": "na62",
            "run": {"seed": 8, "frames": 4},
            "menu": {"line": [{"name": "H2", "when": "h2"}]},
            "section": {"halo": HALO, **section},
            "signal": list(signals),
        },
        "test",
    )
    return setup, setup.make_generator(tuple(setup.schemas))


def passed(name="mumu", signal=MUMU, frames=(1, 2), **section):
    """Return which cuts the accepted events of some frames pass."""
    _, generator = generator_of(signal, **section)
    rows = []
    for frame in frames:
        accepted = generator.fragment("truth", frame)["accepted"] != 0
        rows.append(generator.offline(name, frame)[accepted])
    return np.concatenate(rows)


def test_most_accepted_decays_are_selected():
    assert 0.8 < passed().all(axis=1).mean() < 0.98
    assert 0.8 < passed("ee", EE).all(axis=1).mean() < 0.98


def test_one_search_does_not_select_what_the_other_looks_for():
    assert not passed("ee", MUMU).all(axis=1).any()
    assert not passed("mumu", EE).all(axis=1).any()


def test_rows_are_those_of_the_truth_and_halo_passes_nothing():
    setup, generator = generator_of(MUMU, EE)
    truth = generator.fragment("truth", 2)
    got = generator.offline("mumu", 2)
    assert isinstance(generator, SelectsOffline)
    assert got.dtype == np.bool_
    assert got.shape == (len(truth["time"]), len(setup.offline["mumu"]))
    assert not got[truth["signal"] == BACKGROUND].any()
    # The muons of the A' are in the rows of its table.
    tracks, muv3 = (
        [cut.name for cut in setup.offline["mumu"]].index(name) for name in ("two tracks", "MUV3 pair")
    )
    assert got[truth["signal"] == 0][:, muv3].sum() > 50
    assert got[truth["signal"] == 1][:, muv3].sum() == 0
    assert got[truth["signal"] == 1][:, tracks].sum() > 50


def test_a_frame_is_the_same_alone_and_in_any_order():
    _, first = generator_of(MUMU)
    forward = [first.offline("mumu", frame) for frame in range(4)]
    _, second = generator_of(MUMU)
    backward = [second.offline("mumu", frame) for frame in reversed(range(4))][::-1]
    for one, other in zip(forward, backward, strict=True):
        assert (one == other).all()
    assert not all((forward[0].shape == each.shape) and (forward[0] == each).all() for each in forward[1:])


LOOSE = [
    ({"track_p_min_gev": 20.0}, {"track_p_min_gev": 5.0}),
    ({"pair_cda_mm": 1.0}, {"pair_cda_mm": 20.0}),
    ({"vertex_min_m": 130.0}, {"vertex_min_m": 105.0}),
    ({"pair_ns": 1.0}, {"pair_ns": 6.0}),
    ({"trigger_ns": 0.5}, {"trigger_ns": 5.0}),
    ({"newchod_sigmas": 0.1}, {"newchod_sigmas": 6.0}),
    ({"mumu": {"muv3_sigmas": 0.2}}, {"mumu": {"muv3_sigmas": 4.0}}),
    ({"mumu": {"muv3_ns": 0.3}}, {"mumu": {"muv3_ns": 5.0}}),
    ({"mumu": {"ep_max": 0.01}}, {"mumu": {"ep_max": 0.2}}),
    ({"track_efficiency": 0.5}, {"track_efficiency": 1.0}),
    ({"region": "signal"}, {"region": "control"}),
]


@pytest.mark.parametrize(("tight", "loose"), LOOSE, ids=[str(tight) for tight, _ in LOOSE])
def test_a_tighter_cut_keeps_a_part_of_what_a_looser_one_keeps(tight, loose):
    few, many = passed(offline=tight), passed(offline=loose)
    assert not (few & ~many).any()
    assert few.sum() < many.sum()


def judged(name="mumu", muv3=True, lav=(), anti0=()):
    """Judge the events of a quiet frame with other hits of some sources; their times count from each event."""
    setup, generator = generator_of(
        MUMU if name == "mumu" else EE, halo={"rate_hz": 0.0, "neutral_rate_hz": 0.0}
    )
    truth = generator.fragment("truth", 1)
    time, accepted = truth["time"], truth["accepted"] != 0

    def columns(offsets):
        rows = sorted((t + dt, channel, value) for t in time.tolist() for dt, channel, value in offsets)
        table = np.array(rows, np.int64).reshape(-1, 3)
        return {
            "time": table[:, 0],
            "channel": table[:, 1].astype(np.uint16),
            "value": table[:, 2].astype(np.uint16),
        }

    def hits(source):
        real = generator.fragment(source, 1)
        if source == "muv3" and not muv3:
            return {key: column[:0] for key, column in real.items()}
        return {"lav": columns(lav), "anti0": columns(anti0)}.get(source, real)

    events, exposure = generator._events(1), generator._exposure(1)
    selections = OfflineSelections(setup.section, setup.config.run.seed)
    got = selections.judge(name, exposure, events.ticks, 1, hits)
    names = [cut.name for cut in setup.offline[name]]
    return {cut: got[accepted, k] for k, cut in enumerate(names)}


def lav_hit(dt, channel=3):
    return [(dt + 5, channel, 0), (dt + 15, channel, 1)]


def test_detectors_behind_each_cut():
    usual = judged()
    assert usual["MUV3 pair"].mean() > 0.9
    assert not judged(muv3=False)["MUV3 pair"].any()
    assert judged("ee", muv3=False)["no MUV3"].mean() > 0.9


@pytest.mark.parametrize(
    ("name", "lav_ns", "anti0_ns", "pairs"), [("mumu", 3.0, 5.0, 3), ("ee", 6.0, 10.0, 1)]
)
def test_vetoes_have_their_windows(name, lav_ns, anti0_ns, pairs):
    tracks = judged(name)["two tracks"]

    def vetoed(cut, **hits):
        return ~judged(name, **hits)[cut][tracks]

    inside, outside = int(lav_ns / LSB_NS) - 1, int(lav_ns / LSB_NS) + 2
    many = [hit for channel in range(pairs) for hit in lav_hit(inside, channel)]
    assert vetoed("LAV veto", lav=many).all()
    assert not vetoed("LAV veto", lav=many[2:]).any()
    assert not vetoed("LAV veto", lav=[hit for c in range(pairs) for hit in lav_hit(outside, c)]).any()
    assert vetoed("ANTI0 veto", anti0=[(int(anti0_ns / LSB_NS) - 1, 0, 0)]).all()
    assert not vetoed("ANTI0 veto", anti0=[(int(anti0_ns / LSB_NS) + 2, 0, 0)]).any()


NO_HITS = {"time": np.zeros(0, np.int64), "channel": np.zeros(0, np.uint16), "value": np.zeros(0, np.uint16)}


def judge_alone(particles, name="mumu"):
    n = len(particles)
    exposure = Exposure(particles, np.zeros(n), np.zeros(n, np.uint8))
    selections = OfflineSelections(NA62(), 1)
    return selections.judge(name, exposure, np.zeros(particles.events), 0, lambda _: NO_HITS)


@pytest.mark.parametrize("name", ["mumu", "ee"])
def test_events_without_tracks_pass_nothing(name):
    for events in (0, 5):
        assert judge_alone(no_particles(events), name).shape == (events, 14)
        assert not judge_alone(no_particles(events), name).any()


@pytest.mark.parametrize("name", ["mumu", "ee"])
def test_numbers_that_no_event_has_are_judged(name):
    random = np.random.default_rng(5)
    n = 2000
    bad = np.array([*extremes(np.dtype(np.float64)), 1e-300, 1e300, -1e300])
    momentum, point = random.normal(size=(n, 4)), 100.0 * random.normal(size=(n, 4))
    momentum[:, 2] = np.abs(momentum[:, 2]) * 1e3
    point[:, 2] += 150_000.0
    for values in (momentum, point):
        flat = values.reshape(-1)
        places = random.integers(0, len(flat), len(flat) // 10)
        flat[places] = random.choice(bad, len(places))
    pdg = np.tile(np.array([13, -13], np.int32), n // 2)
    particles = Particles(
        np.ones(n // 2),
        np.repeat(np.arange(n // 2), 2),
        pdg,
        np.sign(-pdg).astype(np.int8),
        np.zeros(n, np.int32),
        np.full(n, 0.1),
        momentum,
        point,
    )
    got = judge_alone(particles, name)
    assert got.shape == (n // 2, 14)
    # Without a hit in NewCHOD nothing is selected, whatever the numbers.
    assert not got.all(axis=1).any()
