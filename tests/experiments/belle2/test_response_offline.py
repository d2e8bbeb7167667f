"""Tracks, clusters and recoil masses of the fast simulation: schemas, resolutions, efficiencies, matching."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trigemu.collider.reconstructed import photon_momenta, track_momenta
from trigemu.collider.response.clusters import energy_resolution
from trigemu.collider.response.helix import perigees, track_at, wrap
from trigemu.collider.response.recoil import recoil_mass, recoil_mass2
from trigemu.collider.response.tracking import layers_crossed, resolution, settings
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.response import crystal_energies
from trigemu.experiments.belle2.response.cdc import cdc_hits
from trigemu.experiments.belle2.response.config import Background, Muons, Photons, Response, Tracking
from trigemu.experiments.belle2.response.detector import FIELD_T, detector
from trigemu.experiments.belle2.response.klm import klm_hits, simulate
from trigemu.experiments.belle2.response.offline import offline
from trigemu.experiments.belle2.sources import CLUSTERS, SCHEMAS, TRACKS
from trigemu.physics.beams import SUPERKEKB
from trigemu.physics.particles import from_columns

MASS = {11: 0.000511, 13: 0.10566, 211: 0.13957, 22: 0.0, 130: 0.49761}
QUIET = Background(wire_rate_khz=(0.0,) * 9, clusters=0.0)
CLEAN = Response(background=QUIET, klm=Muons(noise_hits=0.0))


def guns(pdg, p, theta_deg, n, *, start=(0.0, 0.0, 0.0), phi=None, per_event=1):
    rng = np.random.default_rng(4)
    phi = rng.uniform(-math.pi, math.pi, n) if phi is None else np.broadcast_to(phi, n)
    theta = np.broadcast_to(np.radians(theta_deg), n)
    p = np.broadcast_to(np.asarray(p, float), n)
    pdgs = np.broadcast_to(np.asarray(pdg, np.int32), n)
    neutral = np.isin(np.abs(pdgs), (22, 130))
    return from_columns(
        np.arange(0, n + 1, per_event),
        np.array(pdgs),
        np.where(neutral, 0, np.where(rng.random(n) < 0.5, 1, -1)).astype(np.int8),
        np.array([MASS[abs(int(code))] for code in pdgs]),
        p * np.sin(theta) * np.cos(phi),
        p * np.sin(theta) * np.sin(phi),
        p * np.cos(theta),
        *(np.full(n, float(c)) for c in start),
        np.zeros(n),
        np.zeros(n, np.int32),
    )


def with_config(**sections):
    return CLEAN.model_copy(update=sections)


def test_columns_are_those_of_the_sources():
    codes = np.tile([211, 22, 13, 11, 130], 40)
    tracks, clusters = offline(
        guns(codes, 1.0, np.linspace(15, 155, 200), 200, per_event=5), Response(), 1, 0
    )
    for columns, source in ((tracks, TRACKS), (clusters, CLUSTERS)):
        assert {name: c.dtype.str for name, c in columns.items()} == {
            column.name: column.dtype for column in SCHEMAS[source].columns
        }
        assert len(columns["offsets"]) == 41
        lengths = {len(c) for name, c in columns.items() if name != "offsets"}
        assert lengths == {columns["offsets"][-1]}


def test_tracks_and_clusters_point_at_each_other():
    codes = np.tile([211, 22, 13, 11, 130, 22], 100)
    tracks, clusters = offline(
        guns(codes, 1.3, np.linspace(14, 156, 600), 600, per_event=6), Response(), 1, 0
    )
    matched = 0
    for event in range(100):
        t = slice(*tracks["offsets"][event : event + 2])
        c = slice(*clusters["offsets"][event : event + 2])
        for cluster, energy in zip(tracks["cluster"][t], tracks["energy"][t], strict=True):
            if cluster < 0:
                assert energy == 0.0
                continue
            assert energy == clusters["energy"][c][cluster]
            assert clusters["track"][c][cluster] >= 0
            matched += 1
        for k, track in enumerate(clusters["track"][c]):
            # Two tracks can share a cluster: it names one of them.
            assert track == -1 or tracks["cluster"][t][track] == k
    assert matched > 200


def test_fitted_parameters_have_the_stated_errors():
    n = 4000
    particles = guns(13, 1.0, 70.0, n)
    config = with_config(tracking=Tracking(efficiency=1.0))
    tracks, _ = offline(particles, config, 2, 0)
    found = np.diff(tracks["offsets"]) == 1
    assert found.mean() > 0.98
    true = perigees(particles, FIELD_T)[found]
    pt = math.sin(math.radians(70.0))
    crossed = layers_crossed(track_at(true, 0), detector().chamber.table)[0]
    assert crossed == 56
    relative, d0, z0, angle, _ = resolution(
        pt, MASS[13], 1 / math.tan(math.radians(70.0)), 0.0, 56, settings(config.tracking, detector())
    )
    assert relative == pytest.approx(math.hypot(0.00125 * pt, 0.003 / (1 / math.hypot(1, MASS[13]))))
    pulls = {
        "d0": (tracks["d0"] - true[:, 0]) / d0,
        "phi0": np.array([wrap(a) for a in tracks["phi0"].astype(float) - true[:, 1]]) / angle,
        "omega": (tracks["omega"] / true[:, 2] - 1.0) / relative,
        "z0": (tracks["z0"] - true[:, 3]) / z0,
        "tan_lambda": (tracks["tan_lambda"] - true[:, 4]) / (angle / math.sin(math.radians(70.0)) ** 2),
        "time": tracks["time"] / config.tracking.time_ns,
    }
    for name, pull in pulls.items():
        assert stats.kstest(np.asarray(pull, float), "norm").pvalue > 1e-4, name
    assert (tracks["charge"] == particles.charge[found]).all()


def test_track_efficiency_falls_with_momentum_angle_and_displacement():
    def efficiency(p, theta, start=(0.0, 0.0, 0.0), n=2000):
        tracks, _ = offline(guns(211, p, theta, n, start=start, phi=0.0), CLEAN, 3, 0)
        return tracks["offsets"][-1] / n

    plateau = efficiency(1.0, 75.0)
    assert stats.binomtest(round(plateau * 2000), 2000, 0.95).pvalue > 1e-3
    assert efficiency(0.03, 75.0) < 0.1
    assert efficiency(1.0, 10.0) == 0.0
    assert efficiency(1.0, 155.0) == 0.0
    radii = [efficiency(1.0, 75.0, (r, 0.0, 0.0)) for r in (150.0, 400.0, 700.0, 1000.0)]
    assert all(b < a for a, b in zip([plateau, *radii], radii, strict=False))
    # At 1 m six or seven layers are left; a stiff track points back to the axis.
    stiff = round(2000 * efficiency(100.0, 75.0, (1000.0, 0.0, 0.0)))
    low, high = (0.95 / (1.0 + math.exp((16.0 - left) / 3.0)) for left in (6, 7))
    assert stats.binomtest(stiff, 2000, low).pvalue > 1e-3 or stats.binomtest(stiff, 2000, high).pvalue > 1e-3


def test_chamber_hits_and_layers():
    tracks, _ = offline(guns(211, 1.0, 80.0, 500), CLEAN, 3, 0)
    assert (tracks["first_layer"] == 0).all()
    assert (tracks["last_layer"] == 55).all()
    expected, n = 56 * CLEAN.cdc.efficiency, len(tracks["hits"])
    spread = math.sqrt(56 * 0.98 * 0.02)
    assert (
        abs(tracks["hits"].mean() - expected) < 5.0 * spread / math.sqrt(n) + 0.1
    )  # rounding, never above 56
    soft, _ = offline(guns(211, 0.16, 80.0, 500), CLEAN, 3, 0)  # turns back at 70 cm
    assert (soft["last_layer"] < 40).all()
    late, _ = offline(guns(211, 1.0, 80.0, 500, start=(300.0, 0.0, 0.0), phi=0.0), CLEAN, 3, 0)
    assert set(late["first_layer"]) == {
        11
    }  # cells from 298 mm on: stereo layers are narrower near the middle
    tiny, _ = offline(guns(211, 0.1, 20.0, 3000), CLEAN, 3, 0)
    none = tiny["hits"] == 0
    assert (tiny["first_layer"][none] == 255).all()


def test_klm_layers_are_those_of_the_hits():
    particles = guns(13, np.linspace(0.5, 3.0, 300), 75.0, 300)
    tracks, _ = offline(particles, CLEAN, 6, 1)
    layers = simulate(particles, CLEAN, 6, 1)[1]
    found = np.diff(tracks["offsets"]) == 1
    np.testing.assert_array_equal(tracks["klm_layers"], layers[found])
    assert tracks["klm_layers"].max() == 15


@pytest.mark.parametrize("energy", [0.1, 1.0, 5.0])
def test_photons_are_measured_as_stated(energy):
    n = 3000
    photons = Photons()
    particles = guns(22, energy, 80.0, n)
    _, clusters = offline(particles, CLEAN, 2, 0)
    assert stats.binomtest(len(clusters["energy"]), n, photons.efficiency).pvalue > 1e-3
    sigma = energy_resolution(energy, photons.stochastic, photons.constant)
    assert stats.kstest((clusters["energy"].astype(float) / energy - 1.0) / sigma, "norm").pvalue > 1e-4
    spread = math.hypot(photons.angle_stochastic_rad / math.sqrt(energy), photons.angle_constant_rad)
    theta = (clusters["theta"].astype(float) - math.radians(80.0)) / spread
    assert stats.kstest(theta, "norm").pvalue > 1e-4
    assert abs(clusters["time"].mean()) < 4.0 * photons.time_ns / math.sqrt(energy * n)
    assert (clusters["track"] == -1).all()


def test_stated_resolutions_are_those_of_the_fact_sheet():
    photons = Photons()
    for energy, relative, angle in ((0.1, 0.04, 0.013), (8.0, 0.016, 0.003)):
        assert energy_resolution(energy, photons.stochastic, photons.constant) == pytest.approx(
            relative, rel=0.01
        )
        spread = math.hypot(photons.angle_stochastic_rad / math.sqrt(energy), photons.angle_constant_rad)
        assert spread == pytest.approx(angle, rel=0.01)


def test_gaps_between_barrel_and_endcaps():
    theta = np.array([11.0, 13.0, 30.0, 31.8, 33.0, 90.0, 128.0, 129.7, 131.5, 154.0, 157.0])
    config = with_config(photons=Photons(efficiency=1.0))
    _, clusters = offline(guns(22, 2.0, theta, len(theta)), config, 1, 0)
    assert np.diff(clusters["offsets"]).tolist() == [0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0]


def test_what_charged_particles_leave():
    tracks, _ = offline(guns(11, 2.0, 80.0, 500), CLEAN, 1, 0)
    assert np.median(tracks["energy"]) == pytest.approx(math.hypot(2.0, 0.000511), rel=0.01)
    muons, _ = offline(guns(13, 2.0, 80.0, 500), CLEAN, 1, 0)
    assert 0.18 < np.median(muons["energy"]) < 0.23
    pions, _ = offline(guns(211, 2.0, 80.0, 2000), CLEAN, 1, 0)
    # Interacting ones leave up to 60 % of what ionisation leaves of 1.865 GeV: 0.15 GeV on top is one in seven.
    chance = 0.546 * (1.0 - 0.15 / (0.6 * (1.865 - 0.2)))
    assert stats.binomtest(int((pions["energy"] > 0.35).sum()), len(pions["energy"]), chance).pvalue > 1e-4
    assert (pions["energy"] < 2.0).mean() > 0.99


def test_trigger_and_offline_see_the_same_showers():
    particles = guns(211, 2.0, 80.0, 800, phi=0.3)
    _, clusters = offline(particles, CLEAN, 5, 2)
    crystals = crystal_energies(particles, Ecl(), 5, 2)
    trigger = np.add.reduceat(crystals.energy, crystals.offsets[:-1])
    assert (np.diff(clusters["offsets"]) == 1).all()
    hard = clusters["energy"] > 0.5
    assert ((trigger > 0.45) == hard).mean() > 0.9
    assert 0.3 < hard.mean() < 0.6


def test_close_photons_merge():
    for step, expected in ((1.5, 1), (12.0, 2)):
        particles = guns(22, 1.0, np.tile([80.0, 80.0 + step], 300), 600, per_event=2, phi=0.3)
        config = with_config(
            photons=Photons(efficiency=1.0, angle_stochastic_rad=0.0, angle_constant_rad=0.0)
        )
        _, clusters = offline(particles, config, 1, 0)
        assert np.bincount(np.diff(clusters["offsets"])).argmax() == expected
        if expected == 1:
            assert clusters["energy"].mean() == pytest.approx(2.0, rel=0.01)


def test_background_clusters():
    events = 500
    background = Background(wire_rate_khz=(0.0,) * 9, clusters=4.0, cluster_gev=0.05, cluster_window_ns=100.0)
    empty = guns(22, 1.0, 5.0, events)  # into the beam pipe
    tracks, clusters = offline(empty, with_config(background=background), 1, 0)
    n = len(clusters["energy"])
    assert tracks["offsets"][-1] == 0
    assert abs(n - 4.0 * events) < 5.0 * math.sqrt(4.0 * events)
    alone = clusters["energy"].astype(float) - 0.02
    assert abs(alone.mean() - 0.05) < 0.05 * 5.0 / math.sqrt(n)
    assert stats.kstest(clusters["time"].astype(float), "uniform", (-100.0, 200.0)).pvalue > 1e-4


def test_recoil_of_what_is_there():
    # e+e- -> gamma A': the recoil of the true photon is the A' mass, of both together nothing.
    rng = np.random.default_rng(2)
    n, sqrt_s = 300, SUPERKEKB.sqrt_s
    for mass in (0.5, 6.0, 9.5):
        energy = (sqrt_s**2 - mass**2) / (2 * sqrt_s)
        cos, phi = rng.uniform(-0.9, 0.9, n), rng.uniform(-math.pi, math.pi, n)
        sin = np.sqrt(1 - cos**2)
        photon = energy * np.stack([sin * np.cos(phi), sin * np.sin(phi), cos, np.ones(n)], 1)
        other = np.array([0.0, 0.0, 0.0, sqrt_s]) - photon
        np.testing.assert_allclose(recoil_mass(SUPERKEKB.to_lab(photon), SUPERKEKB), mass, rtol=1e-5)
        assert (
            np.abs(recoil_mass2(SUPERKEKB.to_lab(photon) + SUPERKEKB.to_lab(other), SUPERKEKB)).max() < 1e-6
        )


@pytest.mark.parametrize("mass", [5.0, 8.0])
def test_recoil_mass_width_is_the_analytic_one(mass):
    # sigma(M) = sqrt(s) sigma(E*) / M for the energy's error alone (belle2_facts 12.1).
    n, sqrt_s = 6000, SUPERKEKB.sqrt_s
    rng = np.random.default_rng(8)
    energy = (sqrt_s**2 - mass**2) / (2 * sqrt_s)
    cos, phi = rng.uniform(-0.4, 0.4, n), rng.uniform(-math.pi, math.pi, n)
    sin = np.sqrt(1 - cos**2)
    lab = SUPERKEKB.to_lab(energy * np.stack([sin * np.cos(phi), sin * np.sin(phi), cos, np.ones(n)], 1))
    particles = guns(22, 1.0, 90.0, n)
    for name, column in zip(("px", "py", "pz"), lab.T, strict=False):
        getattr(particles, name)[:] = column
    config = with_config(photons=Photons(efficiency=1.0, angle_stochastic_rad=0.0, angle_constant_rad=0.0))
    _, clusters = offline(particles, config, 1, 0)
    measured = recoil_mass(photon_momenta(clusters), SUPERKEKB)
    relative = energy_resolution(lab[:, 3].mean(), 0.0117, 0.0155)
    sigma = sqrt_s * relative * energy / mass
    low, high = np.percentile(measured, [15.865, 84.135])
    # 6000 events: the half-width is known to 1.5 %; the mean energy stands for all.
    assert (high - low) / 2.0 == pytest.approx(sigma, rel=0.06)
    assert abs(np.median(measured) - mass) < 0.05 * sigma + 1.3 * sigma / math.sqrt(n)


def test_track_momenta_come_back():
    particles = guns(13, 1.7, 60.0, 200)
    quiet = Tracking(
        efficiency=1.0, pt_slope=0.0, pt_constant=0.0, angle_rad=0.0, angle_scattering_gev=0.0, d0_mm=0.0
    )
    tracks, _ = offline(particles, with_config(tracking=quiet), 1, 0)
    found = np.diff(tracks["offsets"]) == 1
    momenta = track_momenta(tracks, MASS[13], FIELD_T)
    true = np.stack([particles.px, particles.py, particles.pz], 1)[found]
    np.testing.assert_allclose(momenta[:, :3], true, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(momenta[:, 3], math.hypot(1.7, MASS[13]), rtol=1e-6)


def test_an_event_depends_on_its_number_alone():
    particles = guns(np.tile([211, 22], 30), 1.0, 70.0, 60, per_event=6)
    whole, part = (offline(p, Response(), 9, 4) for p in (particles, particles.take(np.arange(6))))
    for a, b in zip(whole, part, strict=True):
        end = b["offsets"][-1]
        for name in b:
            if name != "offsets":
                np.testing.assert_array_equal(a[name][:end], b[name])
    tracks, clusters = offline(particles.take(np.array([], np.int64)), Response(), 9, 4)
    assert tracks["offsets"].tolist() == clusters["offsets"].tolist() == [0]


def test_numbers_that_are_none_leave_nothing():
    particles = guns(np.tile([211, 13, 22], 4), 1.0, 70.0, 12, per_event=3)
    particles.px[::2], particles.z[1::4], particles.x[3::4] = np.nan, np.inf, -np.inf
    tracks, clusters = offline(particles, CLEAN, 1, 0)
    assert tracks["offsets"][-1] == clusters["offsets"][-1] == 0
    assert klm_hits(particles, CLEAN, 1, 0)["offsets"][-1] == 0
    assert cdc_hits(particles, CLEAN, 1, 0)["offsets"][-1] == 0
