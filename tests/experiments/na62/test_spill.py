"""The spill: an intensity of mean 1, arrivals that follow it, and a flat one that changes nothing."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from scipy.stats import chi2

from trigemu.arrays import F64
from trigemu.errors import InputError
from trigemu.experiments.na62.beam.spill import beam, intensity
from trigemu.experiments.na62.clock import LSB_NS
from trigemu.experiments.na62.config import NA62, Ripple, Spill
from trigemu.experiments.na62.events import EventSource
from trigemu.experiments.na62.sources import BACKGROUND
from trigemu.physics.arrivals import poisson_times
from trigemu.setup.build import load_setup

SHORT = (
    "na62.spill.profile=ripple",
    "na62.spill.length_s=0.1",
    "na62.spill.rise_s=0.02",
    "na62.spill.fall_s=0.01",
)


def integral_of_wave(spill: Spill, omega: float, phase: float) -> float:
    """Return the integral of the edges times sin(omega t + phase), by parts."""
    rise, fall, end = spill.rise_s, spill.fall_s, spill.length_s

    def cosine(t: float) -> float:
        return math.cos(omega * t + phase)

    def sine(t: float) -> float:
        return math.sin(omega * t + phase)

    up = -cosine(rise) / omega + (sine(rise) - sine(0.0)) / (rise * omega**2)
    flat = (cosine(rise) - cosine(end - fall)) / omega
    down = cosine(end - fall) / omega - (sine(end) - sine(end - fall)) / (fall * omega**2)
    return up + flat + down


@pytest.mark.parametrize("length", [0.5, 4.8])
def test_the_profile_is_the_formula_over_its_integral_in_closed_form(length: float) -> None:
    waves = (
        Ripple(frequency_hz=50.0, amplitude=0.2, phase_deg=30.0),
        Ripple(frequency_hz=1000.0, amplitude=0.3, phase_deg=-90.0),
    )
    spill = Spill(profile="ripple", length_s=length, rise_s=0.013, fall_s=0.2, ripple=waves, drift=0.4)
    found = beam(NA62(spill=spill), 1)
    assert found is not None
    shape = found.profile
    assert np.trapezoid(shape.values, dx=shape.step) == pytest.approx(shape.length, rel=1e-12)
    assert shape.length == pytest.approx(length * 1e9 / LSB_NS, rel=1e-9)
    t = np.linspace(0.0, length, len(shape.values))
    formula = 1.0 + 0.4 * (t / length - 0.5)
    area = length - 0.5 * (spill.rise_s + spill.fall_s)
    # First moment of the edges about the middle: what a fall takes away weighs more than what a rise does.
    rise, fall = spill.rise_s, spill.fall_s
    gone_early, gone_late = 0.5 * rise * (rise / 3 - 0.5 * length), 0.5 * fall * (0.5 * length - fall / 3)
    area -= 0.4 / length * (gone_early + gone_late)
    for wave in waves:
        omega, phase = 2.0 * math.pi * wave.frequency_hz, math.radians(wave.phase_deg)
        formula = formula + wave.amplitude * np.sin(omega * t + phase)
        area += wave.amplitude * integral_of_wave(spill, omega, phase)
    formula = formula * np.minimum(1.0, np.minimum(t / rise, (length - t) / fall))
    assert np.allclose(shape.values, formula * length / area, rtol=1e-3, atol=1e-9)


def background_times(*overrides: str, frames: int) -> F64:
    """Return when halo muons and neutral particles come, TDC counts since the begin of burst."""
    setup = load_setup("na62-dump", ["signal=[]", *overrides])
    source, ticks = EventSource(setup), setup.clock.frame_ticks
    return np.concatenate([source.events(frame).ticks + frame * ticks for frame in range(frames)])


def chance(found: F64, expected: F64) -> float:
    """Return the p-value of Poisson counts against what is expected, all of them large."""
    return float(chi2.sf(((found - expected) ** 2 / expected).sum(), len(expected)))


@pytest.mark.parametrize(("timestamps", "frames"), [(10240, 1200), (40960, 300), (1 << 22, 3)])
def test_arrivals_follow_the_profile_in_frames_of_any_length(timestamps: int, frames: int) -> None:
    # Three spills of 0.1 s; the longest frames are longer than a spill.
    overrides = (
        *SHORT,
        "na62.spill.noise=0.2",
        "na62.spill.noise_s=0.004",
        f"na62.frame_timestamps={timestamps}",
    )
    setup = load_setup("na62-dump", ["signal=[]", *overrides])
    found = beam(setup.section, setup.config.run.seed)
    assert found is not None
    times = background_times(*overrides, frames=frames)
    end = frames * setup.clock.frame_ticks
    assert times.max() < end
    rate = sum(EventSource(setup)._rates) * LSB_NS * 1e-9
    # Slices of 3 ms against time, and of a fiftieth of a spill against its phase.
    edges = np.arange(0.0, end, 3e6 / LSB_NS)
    expected = rate * np.diff(found.profile.until(edges))
    counts = np.histogram(times, edges)[0]
    assert len(expected) > 99
    assert chance(counts, expected) > 1e-3
    flat = np.full(len(expected), counts.mean())
    assert chance(counts, flat) < 1e-30
    period = found.profile.length
    edges = np.linspace(0.0, period, 51)
    spills = times[times < 3 * period] % period
    assert chance(np.histogram(spills, edges)[0], 3 * rate * np.diff(found.profile.until(edges))) > 1e-3


def test_shares_of_frames_are_integrals_and_late_frames_are_exact() -> None:
    section = load_setup("na62-dump", list(SHORT)).section
    found = beam(section, 1)
    assert found is not None
    period = int(found.profile.length)
    shares = found.share(np.arange(1000))
    assert shares.sum() * found.frame_ticks == pytest.approx(
        found.profile.until(np.array([1000.0 * found.frame_ticks]))[0], rel=1e-9
    )
    # After as many frames as a spill has TDC counts the next one begins.
    assert np.array_equal(
        found.share(np.arange(50) + period // math.gcd(period, found.frame_ticks)), shares[:50]
    )


def digest(*overrides: str) -> str:
    source = EventSource(load_setup("na62-dump", ["run.seed=3", *overrides]))
    found = hashlib.sha256()
    for frame in (0, 1, 7):
        events = source.events(frame)
        found.update(events.ticks.tobytes())
        found.update(events.signal.tobytes())
    return found.hexdigest()


def test_a_flat_spill_is_what_was_before_there_were_spills() -> None:
    before = "818a9c05c6085481d3b49ed7339dceffedc791e64b8828d358f5f23bacd76b9d"
    assert digest() == before
    assert digest("na62.spill.rise_s=1", "na62.spill.signals_follow=true", "na62.spill.drift=1") == before
    assert digest("na62.spill.profile=ripple") != before


def test_a_profile_without_any_change_moves_nothing_by_more_than_rounding() -> None:
    section = load_setup(
        "na62-dump", [*SHORT, "na62.spill.rise_s=0", "na62.spill.fall_s=0", "na62.spill.ripple=[]"]
    ).section
    found = beam(section, 1)
    assert found is not None
    times = poisson_times(3, 7, 0, 300.0, found.frame_ticks)
    assert np.allclose(found.placed(7, times), times, rtol=0, atol=1e-3)
    assert found.share(np.arange(500)) == pytest.approx(1.0, rel=1e-12)


def test_signals_keep_their_rate_unless_they_follow() -> None:
    def signals(*overrides: str) -> F64:
        source = EventSource(load_setup("na62-dump", ["run.seed=3", *overrides]))
        each = [source.events(frame) for frame in range(20)]
        return np.concatenate([events.ticks[events.signal != BACKGROUND] for events in each])

    flat = signals()
    assert np.array_equal(signals(*SHORT), flat)
    followed = signals(*SHORT, "na62.spill.signals_follow=true")
    # The intensity has just begun to rise.
    assert 0 < len(followed) < 0.8 * len(flat)
    assert (
        np.array_equal(
            signals("signal.0.rate_hz=0", "signal.0.every_ns=20000"),
            signals(
                *SHORT, "na62.spill.signals_follow=true", "signal.0.rate_hz=0", "signal.0.every_ns=20000"
            ),
        )
        is False
    )


def test_noise_is_of_the_seed_and_never_negative() -> None:
    waves = (Ripple(frequency_hz=50.0, amplitude=0.5),)
    section = NA62(spill=Spill(profile="ripple", rise_s=0, fall_s=0, ripple=waves, noise=0.5, noise_s=0.002))
    first, second = beam(section, 1), beam(section, 2)
    assert first is not None
    assert second is not None
    assert first.profile.values.min() >= 0.0
    assert np.array_equal(first.profile.values, beam(section, 1).profile.values)  # type: ignore[union-attr]
    assert np.abs(first.profile.values - second.profile.values).max() > 0.3


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["na62.spill.profile=measured"], "profile"),
        (["na62.spill.length_s=1e9"], "length_s"),
        (["na62.spill.length_s=0"], "length_s"),
        (
            ["na62.spill.rise_s=4", "na62.spill.fall_s=1"],
            "rise_s + fall_s must be at most length_s = 4.8 s, not 5 s",
        ),
        (["na62.spill.noise=0.8"], "the intensity would be negative"),
        (["na62.spill.drift=2"], "at most 1 together, not 1.23: the intensity would be negative"),
        (["na62.spill.ripple=[{frequency_hz = 50, amplitude = 1.1}]"], "amplitude"),
        (["na62.spill.ripple=[{frequency_hz = 0, amplitude = 0.1}]"], "frequency_hz"),
        (["na62.spill.ripple=[{frequency_hz = 1e6, amplitude = 0.1}]"], "frequency_hz"),
        (["na62.spill.ripple=[{amplitude = 0.1}]"], "frequency_hz"),
        (["na62.spill.ripple=[[50, 0.1, 0]]"], "ripple"),
        (["na62.spill.ripple=[{frequency_hz = 50, amplitude = nan}]"], "amplitude"),
        (
            ["na62.spill.ripple=[" + ", ".join(["{frequency_hz = 50, amplitude = 0}"] * 17) + "]"],
            "at most 16 values",
        ),
        (["na62.spill.noise=-0.1"], "noise"),
        (["na62.spill.signals_follow=1"], "signals_follow"),
        (["na62.spill.ripples=[]"], "did you mean 'ripple'"),
    ],
)
def test_what_is_no_spill_is_one_sentence(overrides: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_setup("na62-dump", overrides)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_amounts_are_looked_at_where_the_intensity_is_highest() -> None:
    # 60,000 muons in a frame at the mean, twice as many at the peak.
    high = [
        "na62.halo.rate_hz=4e7",
        "na62.spill.profile=ripple",
        "na62.spill.rise_s=0",
        "na62.spill.fall_s=0",
    ]
    EventSource(load_setup("na62-dump", [*high, "na62.spill.ripple=[]"]))
    with pytest.raises(InputError, match=r"na62\.halo\.rate_hz"):
        EventSource(
            load_setup("na62-dump", [*high, "na62.spill.ripple=[{frequency_hz = 50, amplitude = 1}]"])
        )


def test_there_is_an_intensity_only_where_something_follows_it() -> None:
    assert intensity(load_setup("na62-dump")) is None
    assert intensity(load_setup("na62-dump", list(SHORT))) is not None
    dark = [*SHORT, "na62.halo.rate_hz=0", "na62.halo.neutral_rate_hz=0"]
    assert intensity(load_setup("na62-dump", dark)) is None
    assert intensity(load_setup("na62-dump", [*dark, "na62.spill.signals_follow=true"])) is not None
