"""Fragments: pure functions of seed, frame and source, that agree in their guard bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trigemu.experiments.na62.events import EventSource, regular_times
from trigemu.experiments.na62.generator import NA62Generator
from trigemu.experiments.na62.sources import BACKGROUND, DETECTORS, SCHEMAS
from trigemu.physics.arrivals import poisson_times
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup

FRAME = 10_240 * 256
GUARD = 16 * 256
MENU = {"line": [{"name": "Q1", "when": "q1"}]}
MUMU = {"signal": "aprime-mumu", "mass": 0.4, "rate_hz": 20_000.0}
EE = {"signal": "aprime-ee", "mass": 0.1, "rate_hz": 20_000.0}


def make_setup(*signals: dict[str, Any], seed: int = 4, **section: Any) -> Setup[Any]:
    return build_setup(
        {
            "experiment": "na62",
            "run": {"seed": seed, "frames": 10},
            "menu": MENU,
            "signal": list(signals),
            "section": {"frame_timestamps": FRAME // 256, "l0": {"talk_every_ns": 1300.5}, **section},
        }
    )


def busy() -> Setup[Any]:
    """Enough muons that dead time, merging and guard bands all matter."""
    return make_setup(MUMU, EE, halo={"rate_hz": 5e6})


def same(a: Any, b: Any) -> bool:
    return set(a) == set(b) and all(np.array_equal(a[name], b[name]) for name in a)


def test_every_source_has_the_columns_of_its_schema_sorted_in_time() -> None:
    setup = make_setup(MUMU, EE, halo={"rate_hz": 1e6})
    generator = NA62Generator(setup, tuple(SCHEMAS))
    for frame in range(3):
        for source, schema in SCHEMAS.items():
            columns = generator.fragment(source, frame)
            assert tuple(columns) == schema.names
            for column in schema.columns:
                assert columns[column.name].dtype == np.dtype(column.dtype)
            time = columns["time"]
            assert len(time) > 0
            assert np.all(np.diff(time) >= 0)
            guard = 0 if source == "truth" else GUARD
            assert time[0] >= -guard
            assert time[-1] < FRAME + guard


def test_fragments_depend_on_nothing_but_seed_frame_and_source() -> None:
    together = NA62Generator(busy(), tuple(SCHEMAS))
    wanted = {(source, frame): together.fragment(source, frame) for frame in range(4) for source in SCHEMAS}
    for source in SCHEMAS:
        alone = NA62Generator(busy(), (source,))
        for frame in (3, 0, 2, 2, 1):
            assert same(alone.fragment(source, frame), wanted[source, frame])
    other = NA62Generator(make_setup(MUMU, EE, seed=5, halo={"rate_hz": 5e6}), tuple(SCHEMAS))
    assert not any(same(other.fragment(source, 1), wanted[source, 1]) for source in (*DETECTORS, "truth"))


@pytest.mark.parametrize("source", [*DETECTORS, "talk"])
def test_neighbouring_fragments_agree_on_every_hit_near_their_border(source: str) -> None:
    generator = NA62Generator(busy(), (source,))
    found = 0
    for frame in range(3):
        here, next_one = generator.fragment(source, frame), generator.fragment(source, frame + 1)
        ours, theirs = here["time"] >= FRAME - GUARD, next_one["time"] < GUARD
        found += np.count_nonzero(ours)
        assert np.array_equal(here["time"][ours] - FRAME, next_one["time"][theirs])
        for name in ("channel", "value"):
            assert np.array_equal(here[name][ours], next_one[name][theirs])
    assert found > 0


def test_nothing_happens_before_the_burst() -> None:
    generator = NA62Generator(busy(), tuple(SCHEMAS))
    for source in DETECTORS:
        # Hits come from events of frame 0 on; a resolution of a few ns can put one a little before 0.
        assert generator.fragment(source, 0)["time"].min() > -100
        assert len(generator.fragment(source, -2)["time"]) == 0


def test_a_signal_more_leaves_the_halo_as_it_was() -> None:
    few, many = make_setup(), make_setup(MUMU)
    halo, mixed = (EventSource(setup).events(1) for setup in (few, many))
    n = len(halo.ticks)
    assert n > 0
    assert np.array_equal(halo.ticks, mixed.ticks[:n])
    assert np.array_equal(halo.particles.px, mixed.particles.px[: len(halo.particles)])
    assert np.all(mixed.signal[n:] == 0)


def test_truth_is_the_frame_s_events_and_only_decays_are_accepted() -> None:
    setup = make_setup(MUMU, EE)
    generator = NA62Generator(setup, ("truth",))
    generated = np.zeros(2)
    accepted = np.zeros(2)
    for frame in range(100):
        truth = generator.fragment("truth", frame)
        assert np.all((truth["time"] >= 0) & (truth["time"] < FRAME))
        signal = truth["signal"]
        assert set(np.unique(signal).tolist()) <= {0, 1, BACKGROUND}
        assert not np.any(truth["accepted"][signal == BACKGROUND])
        decays = signal != BACKGROUND
        assert np.all((truth["vertex_z"][decays] >= 105_000) & (truth["vertex_z"][decays] <= 180_000))
        for index in range(2):
            generated[index] += np.count_nonzero(signal == index)
            accepted[index] += np.count_nonzero(truth["accepted"][signal == index])
    # 20 kHz for 100 frames of 255.5 us: 511 expected, Poisson sigma 22.6.
    assert generated == pytest.approx(np.full(2, 511.0), abs=91)
    assert np.all(accepted > 30)
    assert np.all(accepted < generated)


def test_poisson_times_have_their_mean_and_are_uniform() -> None:
    counts, times = [], []
    for frame in range(400):
        some = poisson_times(9, frame, 0, 20.0, FRAME)
        counts.append(len(some))
        times.append(some)
    everything = np.concatenate(times) / FRAME
    # Standard errors 0.22 on the mean count; 0.0032 on the mean time; both within 4.
    assert np.mean(counts) == pytest.approx(20.0, abs=0.9)
    assert np.var(counts) == pytest.approx(20.0, rel=0.3)
    assert everything.mean() == pytest.approx(0.5, abs=0.013)
    assert everything.max() < 1.0


def test_regular_events_keep_their_distance_and_fall_anywhere_in_a_split() -> None:
    setup = make_setup(
        {**MUMU, "every_ns": 1000.0},
        {**EE, "every_ns": 1000.0},
        halo={"rate_hz": 0.0, "neutral_rate_hz": 0.0},
    )
    source = EventSource(setup)
    events = source.events(3)
    assert set(events.signal.tolist()) == {0, 1}
    for index in range(2):
        time = np.sort(events.ticks[events.signal == index])
        assert len(time) == pytest.approx(FRAME / (1000.0 / 0.0974647), abs=1)
        assert np.diff(time).min() > 1000.0 / 0.0974647 - 1024
    assert np.diff(np.sort(events.ticks)).min() > 500.0 / 0.0974647 - 1024
    phase = np.concatenate([regular_times(1, f, 2, 10_260.1, 0.0, FRAME) for f in range(40)]) % 1024 / 1024
    # 40 frames of 255 events: standard error 0.0029.
    assert phase.mean() == pytest.approx(0.5, abs=0.012)
    assert np.histogram(phase, 4, (0, 1))[0].min() > 0.9 * len(phase) / 4


def test_detectors_that_were_not_asked_for_are_not_there() -> None:
    generator = NA62Generator(make_setup(), ("newchod",))
    with pytest.raises(KeyError):
        generator.fragment("muv3", 0)


def test_the_largest_frame_still_fits_in_packed_integers() -> None:
    setup = make_setup(halo={"rate_hz": 2e4}, frame_timestamps=1 << 22)
    generator = NA62Generator(setup, ("newchod", "rich"))
    for source in ("newchod", "rich"):
        time = generator.fragment(source, 1)["time"]
        assert len(time) > 1000
        assert np.all(np.diff(time) >= 0)
        assert time[-1] > 0.95 * (1 << 30)
        assert time[-1] < (1 << 30) + GUARD
