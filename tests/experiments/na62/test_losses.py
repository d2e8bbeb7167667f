"""What channels of NewCHOD and MUV3 lose and add, against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from support.na62_guns import FRAME_TICKS, SPACING_NS, guns

from trigemu.errors import InputError
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import L0, Losses, Response
from trigemu.experiments.na62.experiment import EXPERIMENT
from trigemu.experiments.na62.generator import NA62Generator
from trigemu.experiments.na62.level0.primitives import tile_keys
from trigemu.experiments.na62.response.detectors import Exposure, detectors
from trigemu.experiments.na62.response.digitiser import UNSEEN, Deposits, TileLogic, digitise
from trigemu.experiments.na62.response.hits import unpack
from trigemu.setup.build import build_setup, load_setup

P_VALUE = 1e-3
"""Seeds are fixed; each statistical test would fail for one in a thousand of them."""

N = 20_000
NOTHING: dict[str, Any] = {"newchod_noise_hz": 0.0, "muv3_noise_hz": 0.0}
# A muon in the middle of tile 102 and of pad 91, and one channel of each.
PLACE = {"newchod": (400.0, 50.0), "muv3": (330.0, 330.0)}
CHANNELS = {"newchod": (102, 152), "muv3": (91, 291)}
EFFICIENCY = {"newchod": 0.956, "muv3": 0.917}
WINDOW = {"newchod": L0().tight_window, "muv3": L0().muv3_tight_window}


def response(source: str, exposure: Exposure, frame: int = 3, **losses: Any) -> dict[str, np.ndarray]:
    """Hits of particles; with no losses named all there are by default, without noise."""
    table = Losses(**(NOTHING | losses))
    detector = detectors(Response(scattering=False), table, 5, FRAME_TICKS)[source]
    return dict(unpack(detector.core(detector.nothing(), detector.raw(exposure, frame))))


def muons(source: str, n: int = N) -> Exposure:
    return guns(n, *PLACE[source], mass=0.10566)


def number(hits: dict[str, np.ndarray]) -> np.ndarray:
    """Which muon each hit is of."""
    return np.round((hits["time"] * LSB_NS - 300.0) / SPACING_NS).astype(int)


@pytest.fixture(scope="module", params=["newchod", "muv3"])
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def hits(source: str) -> dict[str, np.ndarray]:
    return response(source, muons(source))


def test_each_channel_sees_by_itself(source: str, hits: dict[str, np.ndarray]) -> None:
    e = EFFICIENCY[source]
    first, second = (
        np.bincount(number(hits)[hits["channel"] == channel], minlength=N) for channel in CHANNELS[source]
    )
    seen = np.bincount(first + 2 * second, minlength=4)
    expected = N * np.array([(1 - e) ** 2, e * (1 - e), e * (1 - e), e * e])
    assert seen.sum() == N
    assert stats.chisquare(seen, expected).pvalue > P_VALUE


def test_tight_fractions_are_the_measured_ones(source: str, hits: dict[str, np.ndarray]) -> None:
    e = EFFICIENCY[source]
    keys = tile_keys(hits, source, WINDOW[source])
    tight = int(np.sum(keys & 1))
    # Pairs are never further apart than the window here: 1.2 ns against 10 ns, 0.64 ns against 5 ns.
    assert stats.binomtest(tight, len(keys), e / (2 - e)).pvalue > P_VALUE
    assert e / (2 - e) == pytest.approx({"newchod": 0.916, "muv3": 0.846}[source], abs=1e-3)


def test_a_loose_hit_has_the_time_of_its_channel() -> None:
    exposure = muons("newchod")
    keys = tile_keys(response("newchod", exposure), "newchod", WINDOW["newchod"])
    time = (keys >> 16) * LSB_NS - 300.0
    residual = time - SPACING_NS * np.round(time / SPACING_NS)
    # The mean of two channels has 0.6 ns, one channel sqrt(2) times as much; rounding down by a quarter of a count.
    for tight, sigma, bias in ((1, 0.6, -LSB_NS / 4), (0, 0.6 * np.sqrt(2.0), 0.0)):
        mine = residual[keys & 1 == tight]
        assert len(mine) > 1000
        # Uniform within a count, so that rounding does not show.
        smooth = mine + LSB_NS * (np.random.default_rng(7).random(len(mine)) - 0.5)
        assert stats.kstest(smooth, stats.norm(bias - 0.002, sigma).cdf).pvalue > P_VALUE


def test_losses_take_hits_and_change_none(source: str, hits: dict[str, np.ndarray]) -> None:
    full = response(source, muons(source), enabled=False)
    rows = [set(zip(*(each[name].tolist() for name in full), strict=True)) for each in (hits, full)]
    assert rows[0] < rows[1]
    assert len(rows[1]) == 2 * N


def test_perfect_channels_are_the_same_as_no_losses(source: str) -> None:
    perfect = response(source, muons(source), newchod_channel_efficiency=1.0, muv3_channel_efficiency=1.0)
    without = response(source, muons(source), enabled=False)
    assert all(np.array_equal(perfect[name], without[name]) for name in without)


def test_channels_without_any_efficiency_see_nothing(source: str) -> None:
    blind = response(source, muons(source, 50), **{f"{source}_channel_efficiency": 0.0})
    assert len(blind["time"]) == 0


def test_a_dead_channel_sends_nothing_and_the_others_all_they_did(
    source: str, hits: dict[str, np.ndarray]
) -> None:
    first, second = CHANNELS[source]
    some = response(source, muons(source), dead={source: [first]})
    assert set(some["channel"].tolist()) == {second}
    other = hits["channel"] == second
    assert all(np.array_equal(some[name], hits[name][other]) for name in some)


# --- one channel after the other

SEEN = {"both": (0, 0), "first": (0, UNSEEN), "second": (UNSEEN, 0)}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # A channel that did not see the pulse is not dead.
        ([(0.0, 9.0, "first"), (30.0, 9.0, "both")], [(0, 101), (1, 151)]),
        ([(0.0, 9.0, "both"), (30.0, 9.0, "both")], [(0, 101), (0, 151)]),
        # What it does not see does not merge there: 2 MeV alone are below the threshold of 3 MeV.
        ([(0.0, 2.0, "first"), (5.0, 2.0, "both")], [(0, 101)]),
        ([(0.0, 2.0, "second"), (5.0, 4.0, "both")], [(0, 151), (1, 101)]),
    ],
)
def test_dead_time_and_merging_are_of_the_channel(
    rows: list[tuple[float, float, str]], expected: list[tuple[int, int]]
) -> None:
    time, energy = (np.array([row[k] for row in rows], float) for k in range(2))
    edge = np.repeat(np.arange(len(rows))[:, None], 2, axis=1)
    width = np.array([SEEN[row[2]] for row in rows], np.int64)
    now = Deposits(time, energy, np.full(len(rows), 101), edge, width)
    got = unpack(digitise(now.first(0), now, TileLogic(500, 3.0, 15.0, 40.0, 2, 50), 1e6))
    assert list(zip(got["time"].tolist(), got["channel"].tolist(), strict=True)) == expected


# --- noise


def noise(source: str, frames: int, **losses: Any) -> list[dict[str, np.ndarray]]:
    nothing = guns(0, 0.0, 0.0)
    return [response(source, nothing, frame, **losses) for frame in range(frames)]


def test_noise_is_poisson_in_time_and_the_same_for_all_channels(source: str) -> None:
    rate, frames = 200.0, 60
    found = noise(source, frames, **{f"{source}_noise_hz": rate})
    channels = len(CHANNELS_OF[source])
    counts = np.array([len(each["time"]) for each in found])
    mean = rate * channels * FRAME_TICKS * LSB_NS * 1e-9
    assert P_VALUE < stats.chisquare(counts).pvalue < 1 - P_VALUE
    # Two hits of a channel within 40 ns: one in 10^5.
    assert abs(counts.sum() - frames * mean) < 3.3 * np.sqrt(frames * mean)
    time = np.concatenate([each["time"] for each in found])
    assert stats.kstest(time, stats.uniform(0, FRAME_TICKS).cdf).pvalue > P_VALUE
    by_channel = np.bincount(np.concatenate([each["channel"] for each in found]), minlength=500)
    hit = by_channel[CHANNELS_OF[source]]
    assert hit.sum() == counts.sum()
    assert stats.chisquare(hit).pvalue > P_VALUE
    width = np.concatenate([each["value"] for each in found]) * LSB_NS
    assert width.mean() == pytest.approx(35.0, abs=4 * 1.5 / np.sqrt(len(width)))


CHANNELS_OF = {
    "newchod": np.array([100 * q + n for q in range(1, 5) for n in (*range(1, 39), *range(51, 89))]),
    "muv3": np.array([n + s for s in (0, 200) for n in range(152) if n not in (65, 66, 77, 78)]),
}


def test_noise_of_a_channel_depends_on_no_other(source: str) -> None:
    first = CHANNELS[source][0]
    loud = {"detector": source, "channel": first, "rate_hz": 2e5}
    (common,) = noise(source, 1, **{f"{source}_noise_hz": 1000.0})
    (both,) = noise(source, 1, **{f"{source}_noise_hz": 1000.0}, noisy=[loud])
    others = [each["channel"] != first for each in (common, both)]
    assert all(np.array_equal(common[name][others[0]], both[name][others[1]]) for name in common)
    # Rates add: 201 kHz in a frame of 1.022 ms, Poisson sigma 14.
    assert np.count_nonzero(~others[1]) == pytest.approx(205, abs=58)
    assert np.count_nonzero(others[0]) > 200


def test_dead_channels_have_no_noise(source: str) -> None:
    dead = [int(channel) for channel in CHANNELS_OF[source][:-1]]
    (found,) = noise(source, 1, **{f"{source}_noise_hz": 1e5}, dead={source: dead})
    assert set(found["channel"].tolist()) == {int(CHANNELS_OF[source][-1])}


def test_noise_shifts_no_other_hit(source: str, hits: dict[str, np.ndarray]) -> None:
    lone = [{"detector": source, "channel": CHANNELS_OF[source][0], "rate_hz": 1e5}]
    noisy = response(source, muons(source), noisy=lone)
    theirs = np.isin(noisy["channel"], CHANNELS[source])
    assert np.count_nonzero(~theirs) > 50
    assert all(np.array_equal(noisy[name][theirs], hits[name]) for name in hits)


def test_neighbouring_frames_agree_on_noise() -> None:
    setup = build_setup(
        {
            "experiment": "na62",
            "run": {"seed": 4, "frames": 10},
            "menu": {"line": [{"name": "Q1", "when": "q1"}]},
            "section": {
                "frame_timestamps": 1024,
                "losses": {"newchod_noise_hz": 1e6, "muv3_noise_hz": 1e6, "dead": {"muv3": [3]}},
            },
        }
    )
    length, guard = 1024 * 256, 16 * 256
    for source in ("newchod", "muv3"):
        generator, alone = NA62Generator(setup, ("newchod", "muv3")), NA62Generator(setup, (source,))
        for frame in range(3):
            here, after = generator.fragment(source, frame), alone.fragment(source, frame + 1)
            ours, theirs = here["time"] >= length - guard, after["time"] < guard
            assert np.count_nonzero(ours) > 50
            assert np.array_equal(here["time"][ours] - length, after["time"][theirs])
            assert all(np.array_equal(here[n][ours], after[n][theirs]) for n in ("channel", "value"))
            assert not np.any(here["channel"] == (3 if source == "muv3" else 139))


# --- configuration


def test_scans_and_frames_of_one_event_have_no_noise_and_keep_the_rest() -> None:
    noisy = [{"detector": "muv3", "channel": 1, "rate_hz": 5.0}]
    losses = {"muv3_channel_efficiency": 0.5, "noisy": noisy, "dead": {"muv3": [2]}}
    setup = load_setup("na62-dump")
    data = {**setup.to_dict(), "section": {"losses": losses}}
    scanned = build_setup(EXPERIMENT.scan.configuration(data, data["signal"][0])).section
    assert EXPERIMENT.each_event is not None
    for found in (scanned.losses, Losses(**{**losses, **EXPERIMENT.each_event.quiet["losses"]})):
        assert found.newchod_noise_hz == found.muv3_noise_hz == len(found.noisy) == 0
        assert found.muv3_channel_efficiency == 0.5
        assert found.dead.muv3 == (2,)
        assert found.enabled


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("noisy=[{detector='muv3', channel=65, rate_hz=1}]", "noisy[0].channel: muv3 has no channel 65"),
        (
            "noisy=[" + "{detector='muv3', channel=3, rate_hz=1}, " * 2 + "]",
            "noisy: channel 3 of muv3 is there twice",
        ),
        ("dead={newchod=[101, 102, 101]}", "dead.newchod: channel 101 is there twice"),
        (
            "{noisy=[{detector='muv3', channel=3, rate_hz=1}], dead={muv3=[3]}}",
            "noisy: channel 3 of muv3 is in dead.muv3 too",
        ),
    ],
)
def test_contradictions_are_refused_by_key(override: str, sentence: str) -> None:
    key = f"na62.losses={override}" if override.startswith("{") else f"na62.losses.{override}"
    with pytest.raises(InputError) as caught:
        load_setup("na62-dump", [key])
    assert f": [na62] losses.{sentence}" in str(caught.value)


def test_a_channel_of_one_detector_may_be_noisy_and_its_number_dead_in_the_other() -> None:
    found = Losses(noisy=[{"detector": "newchod", "channel": 101, "rate_hz": 1.0}], dead={"muv3": [101.0]})
    # Whole numbers may be written with a point, as everywhere.
    assert found.dead.muv3 == (101,)


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("na62.losses.newchod_noise_hz=1e7", "na62.losses.newchod_noise_hz: about 3"),
        (
            "na62.losses.noisy=["
            + ", ".join(f"{{detector='muv3', channel={n}, rate_hz=1e7}}" for n in range(20))
            + "]",
            "na62.losses.noisy.0.rate_hz: about 1",
        ),
    ],
)
def test_more_noise_than_a_frame_holds_is_refused(override: str, key: str) -> None:
    setup = load_setup("na62-dump", [override])
    with pytest.raises(InputError, match=r"noise hits are expected.*a frame can hold 1e\+05") as caught:
        setup.make_generator(("lkr",))
    assert key in str(caught.value)
    assert ("with all others" in str(caught.value)) == ("noisy" in override)
    assert load_setup("na62-dump", [override, "na62.losses.enabled=false"]).make_generator(("lkr",))
