"""The same decisions streamed and offline, known efficiencies, histograms that count what frames hold."""

from math import atanh, cos, radians
from pathlib import Path

import numpy as np
from trigemu_minicollider.detector import COLLIDER
from trigemu_minicollider.trigger import LAYER

from trigemu.measure.efficiency import efficiency
from trigemu.setup.build import load_setup
from trigemu.streaming import run

CONFIG = Path(__file__).resolve().parents[1] / "minicollider.toml"
FOUR_SIGMA = 1 - 6.3e-5


def test_streamed_decisions_are_the_offline_decisions(tmp_path):
    offline = run(load_setup(CONFIG), tmp_path / "offline", offline=True)
    streamed = run(load_setup(CONFIG, ["streaming.workers=2"]), tmp_path / "streamed")
    assert streamed.closed
    assert streamed.decisions_sha256 == offline.decisions_sha256
    assert streamed.fired.min() > 100
    assert np.array_equal(streamed.accepted, streamed.fired // [1, 1, 10, 1, 1])


def test_single_photons_fire_inside_the_calorimeter_if_they_are_hard_enough():
    table = efficiency(CONFIG, "gamma-aprime", {"mass": [1.0, 3.5], "isr": [0]}, events=4000, cl=FOUR_SIGMA)
    light, heavy = (row for row in table.rows if row.line == "photon")
    kappa = 4 * (s := COLLIDER.sqrt_s**2) / (s - 1) ** 2  # mass 1

    def born(low, high):  # integral of (1 + c^2 + kappa) / (1 - c^2) between two angles
        return np.subtract(*((2 + kappa) * atanh(c) - c for c in (cos(radians(low)), cos(radians(high)))))

    expected = sum(born(*part) for part in COLLIDER.acceptance.calorimeter_degrees) / born(10.0, 170.0)
    assert light.acceptance_low < expected < light.acceptance_high
    assert light.low > 0.99  # showers at the edges of the calorimeter are lost
    assert heavy.high < 0.01  # 0.26 GeV


def test_every_muon_of_the_tracker_fires_the_track_line():
    grid = {"pt": [0.25, 1.0], "theta": [31.0], "theta_max": [149.0]}
    table = efficiency(CONFIG, "muon-gun", grid, events=3000, cl=FOUR_SIGMA)
    # 12 of 16 layers, each missed by 2 % of the tracks: 1e-5 are lost.
    assert min(row.low for row in table.rows if row.line == "track") > 0.995
    assert max(row.high for row in table.rows if row.line in ("tracks", "photon")) < 0.005


def test_histograms_count_what_the_frames_hold(tmp_path):
    setup = load_setup(CONFIG, ["run.frames=2", "record.monitor_every=1"])
    counted, layers, energies = run(setup, tmp_path / "run", offline=True).monitor, np.zeros(16, int), []
    for frame in range(2):
        make = setup.make_generator(("chamber", "calorimeter")).fragment
        wires, crystals = make("chamber", frame), make("calorimeter", frame)
        layers += np.bincount(LAYER[wires["channel"]], minlength=16)
        energies += [piece.sum() for piece in np.split(crystals["value"], crystals["offsets"][1:-1])]
    assert np.array_equal(counted["layers"], layers)
    assert np.array_equal(counted["energy"], np.histogram(energies, 50, (0, 5000))[0])
    assert counted["tracks"].sum() == counted["clusters"].sum() == len(energies)
