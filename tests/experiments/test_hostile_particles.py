"""Particles with numbers that no event has: the response makes of them what the detector can give, or nothing."""

from __future__ import annotations

import faulthandler
import warnings

import numpy as np
import pytest
from support.hostile import extremes

from trigemu.collider.response.helix import perigees
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.response import emc as babar_emc
from trigemu.experiments.babar.response.dch import dch_hits
from trigemu.experiments.babar.response.ifr import ifr_hits
from trigemu.experiments.babar.response.reconstruction import level3, reconstructed
from trigemu.experiments.babar.sources import SCHEMAS as BABAR
from trigemu.experiments.belle2.config import Belle2
from trigemu.experiments.belle2.ecl.response import ecl_hits
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.klm import klm_hits
from trigemu.experiments.belle2.response.offline import offline
from trigemu.experiments.belle2.sources import CDC, ECL, KLM
from trigemu.experiments.belle2.sources import SCHEMAS as BELLE2
from trigemu.experiments.besiii.config import section_of
from trigemu.experiments.besiii.response import emc as besiii_emc
from trigemu.experiments.besiii.response import mdc as besiii_mdc
from trigemu.experiments.besiii.response import offline as besiii_offline
from trigemu.experiments.besiii.response import tof as besiii_tof
from trigemu.experiments.besiii.sources import EMC, MDC, TOF
from trigemu.experiments.besiii.sources import SIMULATED as BESIII
from trigemu.experiments.na62.config import NA62, Losses
from trigemu.experiments.na62.response.detectors import Exposure, detectors
from trigemu.experiments.na62.response.hits import unpack
from trigemu.experiments.na62.sources import SCHEMAS as NA62_SOURCES
from trigemu.frames.columns import pack
from trigemu.frames.ranges import Ranges
from trigemu.physics.particles import Particles

KINDS = np.array([11, -11, 13, -13, 22, 211, -211, 321, 2212, -2212, 2112, -2112, 130, 12], np.int32)
CHARGES = {11: -1, -11: 1, 13: -1, -13: 1, 211: 1, -211: -1, 321: 1, 2212: 1, -2212: -1}
HUGE = np.array([*extremes(np.dtype(np.float64)), 1e-300, 1e300, -1e300, 1e154, 1e160, 1e12, 3e3, np.pi])
SECONDS = 200


def particles(random: np.random.Generator, events: int) -> Particles:
    count = 12 * events
    pdg = random.choice(KINDS, count)
    momentum, point = random.normal(size=(count, 4)), 10.0 * random.normal(size=(count, 4))
    momentum[:, 2] = np.abs(momentum[:, 2])
    mass = np.full(count, 0.1)
    for values in (momentum, point, mass):
        flat = values.reshape(-1)
        places = random.integers(0, len(flat), len(flat) // 5)
        flat[places] = random.choice(HUGE, len(places))
    momentum[:, 3] = 5.0
    charge = np.array([CHARGES.get(kind, 0) for kind in pdg.tolist()], np.int8)
    mother = np.zeros(count, np.int32)
    return Particles(
        np.ones(events), np.repeat(np.arange(events), 12), pdg, charge, mother, mass, momentum, point
    )


@pytest.fixture(autouse=True)
def watched():
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    with warnings.catch_warnings():
        # Sums and squares of such numbers overflow, on purpose.
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize("seed", range(3))
def test_belle2(seed):
    section = Belle2()
    given = particles(np.random.default_rng(seed), 40)
    assert np.isfinite(perigees(given, 1.5)).all()
    made = {
        CDC: cdc_hits(given, section.response, 1, 0),
        ECL: ecl_hits(given, section.ecl, 1, 0),
        KLM: klm_hits(given, section.response, 1, 0),
    }
    for source, columns in made.items():
        assert Ranges(BELLE2[source]).complaint(pack(BELLE2[source], columns)) == ""
        assert (np.diff(columns["offsets"]) >= 0).all()
    tracks, clusters = offline(given, section.response, 1, 0)
    assert len(tracks["offsets"]) == len(clusters["offsets"]) == 41


@pytest.mark.parametrize("epoch", ["2009", "2026"])
def test_besiii(epoch):
    section = section_of(epoch)
    response, endcap, inner = section.response, section.tof.endcap, section.mdc.inner_chamber
    given = particles(np.random.default_rng(int(epoch)), 40)
    made = {
        MDC: besiii_mdc.mdc_hits(given, response, 1, 0, inner_chamber=inner),
        TOF: besiii_tof.tof_hits(given, response, 1, 0, endcap=endcap),
        EMC: besiii_emc.emc_hits(given, response, 1, 0),
    }
    for source, columns in made.items():
        assert Ranges(BESIII[source]).complaint(pack(BESIII[source], columns)) == ""
        assert (np.diff(columns["offsets"]) >= 0).all()
    tracks, clusters = besiii_offline.offline(given, response, 1, 0)
    assert len(tracks["offsets"]) == len(clusters["offsets"]) == 41


@pytest.mark.parametrize("seed", range(3))
def test_babar(seed):
    response = Babar.of().response
    given = particles(np.random.default_rng(seed), 40)
    makers = {"dch": dch_hits, "emc": babar_emc.emc_hits, "ifr": ifr_hits}
    for source, make in makers.items():
        columns = make(given, response, 1, 0)
        assert Ranges(BABAR[source]).complaint(pack(BABAR[source], columns)) == ""
        assert (np.diff(columns["offsets"]) >= 0).all()
    for find in (level3, reconstructed):
        found = find(given, response, 1, 0)
        assert len(found.tracks["offsets"]) == len(found.clusters["offsets"]) == 41


@pytest.mark.parametrize("seed", range(3))
def test_na62(seed):
    given = particles(np.random.default_rng(seed), 40)
    count = len(given.pdg)
    exposure = Exposure(given, np.zeros(count), np.full(count, 7, np.uint8))
    losses = Losses(newchod_noise_hz=1e5, muv3_noise_hz=1e5, dead={"newchod": [101, 188]})
    for source, detector in detectors(NA62().response, losses, 1, 65536).items():
        raw = detector.raw(exposure, 0)
        columns = unpack(detector.core(raw, raw))
        assert Ranges(NA62_SOURCES[source]).complaint(pack(NA62_SOURCES[source], columns)) == ""
