"""Noise, occupancy and times of simulated events against the ten real ones, to which they were fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.response.emc import emc_hits
from trigemu.experiments.besiii.response.mdc import mdc_hits
from trigemu.experiments.besiii.response.tof import tof_hits
from trigemu.experiments.besiii.sources import FIRST_ENDCAP
from trigemu.physics.particles import make_particles, no_particles

NO_VALUE = 0x7FFFFFFF
RANDOM_EVENT = 8
TRACKS_DECIDED = (0, 2, 5, 7)
WEIGHTS = np.array([2, 16, 64])


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Any:
    with np.load(shared_data / "besiii" / "real_run91668.npz") as file:
        return dict(file)


def test_noise_of_the_calorimeter(real: Any) -> None:
    energy = real["emc_chargeChannel"] * WEIGHTS[real["emc_measure"]] * 2 / 65535
    time = real["emc_timeChannel"]
    # Away from the collision, and from the ends of the window, where what lies outside piles up.
    away = (time > 35) & (time < 55)
    made = emc_hits(no_particles(300), Response(), 1, 0)
    fake = made["value"] * WEIGHTS[made["range"]] * 2 / 65535
    per_count = len(fake) / 300 / 60
    assert per_count == pytest.approx(away.sum() / 10 / 19, rel=0.15)
    for part in (0.1, 0.5, 0.9):
        assert np.quantile(fake, part) == pytest.approx(np.quantile(energy[away], part), rel=0.35)


def test_occupancy_of_the_chamber_in_a_random_event(real: Any) -> None:
    rows = slice(*real["mdc_offsets"][[RANDOM_EVENT, RANDOM_EVENT + 1]])
    timed = real["mdc_timeChannel"][rows] != NO_VALUE
    made = mdc_hits(no_particles(300), Response(), 1, 0, inner_chamber=False)
    assert len(made["time"]) / 300 == pytest.approx(timed.sum(), rel=0.35)


def test_bars_fire_when_they_do_in_events_that_tracks_decided(real: Any) -> None:
    found = []
    for event in TRACKS_DECIDED:
        rows = slice(*real["tof_offsets"][[event, event + 1]])
        time, part = real["tof_timeChannel"][rows], real["tof_intId"][rows] >> 14 & 3
        ns = time[(time != NO_VALUE) & (part == 1)] * (24.0 / 8192)
        found.append(np.median(ns[(ns > 540.0) & (ns < 620.0)]))
    phi = np.linspace(0.0, 2 * np.pi, 500, endpoint=False)
    four = np.stack([np.cos(phi), np.sin(phi), 0.3 + 0 * phi, np.full(500, 1.1)], axis=1)
    made = tof_hits(make_particles(np.arange(500), 13, 0.1057, four), Response(), 1, 0)
    fake = np.median(made["time"][made["channel"] < FIRST_ENDCAP] * (24.0 / 8192))
    # Trigger decisions come in steps of 24 ns.
    assert fake == pytest.approx(np.mean(found), abs=12.0)
