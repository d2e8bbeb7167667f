"""The beam's intensity against time in the spill, as seen by frames.

Time is counted in TDC counts since the begin of burst, in integers, so that no frame is too late to be exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.experiments.na62.clock import LSB_NS, TIMESTAMP_LSB
from trigemu.experiments.na62.config import NA62, Spill
from trigemu.experiments.na62.purposes import NA62Purpose
from trigemu.physics.profile import Profile, profile
from trigemu.physics.rng import uniforms

if TYPE_CHECKING:
    from trigemu.setup.experiment import Setup

_PER_PERIOD = 32
"""Values of the polygon in a period of the fastest wave: off by less than 0.5 % of its amplitude."""

_LEAST, _MOST = 1 << 12, 1 << 20


def relative_intensity(spill: Spill, seconds: F64, seed: int) -> F64:
    """Return the intensity of the profile "ripple" at these times since the begin of burst, before it is normalised.

    Parameters
    ----------
    spill
        The table of the configuration.
    seconds
        float64[n], between 0 and the length of the spill.
    seed
        Seed of the run, for the noise.
    """
    share = seconds / spill.length_s
    shape = 1.0 + spill.drift * (share - 0.5)
    for wave in spill.ripple:
        phase = math.radians(wave.phase_deg)
        shape = shape + wave.amplitude * np.sin(2.0 * math.pi * wave.frequency_hz * seconds + phase)
    if spill.noise:
        count = math.ceil(spill.length_s / spill.noise_s) + 1
        draws = 2.0 * uniforms(seed, 0, NA62Purpose.SPILL, count)[:, 0] - 1.0
        shape = shape + spill.noise * np.interp(seconds, spill.noise_s * np.arange(count), draws)
    for edge, left in ((spill.rise_s, seconds), (spill.fall_s, spill.length_s - seconds)):
        if edge:
            shape = shape * np.clip(left / edge, 0.0, 1.0)
    # Amplitudes that are 1 together touch 0, and rounding may go below.
    return np.asarray(np.maximum(shape, 0.0), np.float64)


def spill_profile(spill: Spill, seed: int) -> Profile:
    """Return the profile "ripple" against TDC counts since the begin of burst."""
    fastest = max((wave.frequency_hz for wave in spill.ripple), default=0.0)
    count = spill.length_s * max(_PER_PERIOD * fastest, 4.0 / spill.noise_s if spill.noise else 0.0)
    count = min(max(math.ceil(count), _LEAST), _MOST)
    values = relative_intensity(spill, np.linspace(0.0, spill.length_s, count + 1), seed)
    return profile(values, float(round(spill.length_s * 1e9 / LSB_NS)))


@dataclass(frozen=True, slots=True, eq=False)
class Beam:
    """Intensity in frames.

    Attributes
    ----------
    profile
        Against TDC counts since the begin of burst.
    frame_ticks
        Length of a frame in TDC counts.
    """

    profile: Profile
    frame_ticks: int

    def share(self, frames: I64) -> F64:
        """Return the mean intensity in frames, int64[n] -> float64[n]."""
        phase = self._phase(frames)
        whole = self.profile.until(phase + self.frame_ticks) - self.profile.until(phase)
        return np.asarray(whole / self.frame_ticks, np.float64)

    def placed(self, frame: int, ticks: F64) -> F64:
        """Return times in a frame that are distributed as the intensity is, from uniform ones (TDC counts)."""
        if not len(ticks):
            return ticks
        phase = float(self._phase(np.array([frame]))[0])
        begin, end = self.profile.until(np.array([phase, phase + self.frame_ticks]))
        times = self.profile.when(begin + (end - begin) / self.frame_ticks * ticks) - phase
        return np.clip(times, 0.0, np.nextafter(float(self.frame_ticks), 0.0))

    def _phase(self, frames: I64) -> F64:
        return ((frames * self.frame_ticks) % int(self.profile.length)).astype(np.float64)


def beam(section: NA62, seed: int) -> Beam | None:
    """Return the intensity of the beam in frames; None where it does not change."""
    if section.spill.profile == "flat":
        return None
    return Beam(spill_profile(section.spill, seed), section.frame_timestamps * TIMESTAMP_LSB)


def intensity(setup: Setup[NA62]) -> Callable[[I64], F64] | None:
    """Return frame numbers -> relative intensity; None where nothing in a run follows one."""
    section = setup.section
    signals = section.spill.signals_follow and any(getattr(each, "rate_hz", 0) for each in setup.signals)
    if setup.config.input.once or not (section.halo.rate_hz or section.halo.neutral_rate_hz or signals):
        return None
    found = beam(section, setup.config.run.seed)
    return None if found is None else found.share
