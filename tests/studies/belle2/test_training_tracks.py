"""Samples for training: the inputs are those of the trigger, the truth is the nearest particle, files hold the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.inference import FixedPoint
from trigemu.experiments.belle2.neuro.trigger import network_of
from trigemu.physics.particles import Particles
from trigemu.setup.build import load_setup
from trigemu.studies.belle2.training.real import INPUT_COLUMNS
from trigemu.studies.belle2.training.tracks import NEAREST_RAD, collect_tracks, nearest_particle, z_at_axis


def particles_of(events, point=(0.0, 0.0, 0.0)) -> Particles:
    """Return pions with px, py, pz and charge, all from one point (mm)."""
    rows = [(i, *row) for i, event in enumerate(events) for row in event]
    p = np.array([row[1:4] for row in rows])
    mass = np.full(len(rows), 0.13957)
    charge = np.array([row[4] for row in rows], np.int8)
    energy = np.sqrt((p**2).sum(axis=1) + mass**2)
    return Particles(
        np.ones(len(events)),
        np.array([row[0] for row in rows]),
        211 * charge.astype(np.int32),
        charge,
        np.zeros(len(rows), np.int32),
        mass,
        np.column_stack([p, energy]),
        np.tile([*point, 0.0], (len(rows), 1)),
    )


@pytest.fixture(scope="module")
def setup():
    return load_setup("belle2", ["run.seed=5"])


@pytest.fixture(scope="module")
def columns(setup):
    return collect_tracks(setup, 60)


def test_inputs_are_those_that_the_network_is_run_on(setup, columns) -> None:
    config = setup.section.neuro
    one = 1 << config.precision.node
    inputs = np.stack([columns[name] for name in INPUT_COLUMNS], axis=1)
    raw = np.trunc(inputs.astype(np.float64) * one).astype(np.int32)
    said = FixedPoint(network_of(config), config.precision).run(raw, columns["expert"])
    matched = columns["expert"] >= 0
    assert matched.sum() > 40
    assert np.array_equal(said.z_cm[matched], columns["network_z_cm"][matched].astype(np.float32))


def test_targets_are_scaled_truth_and_the_network_comes_near_it(columns) -> None:
    true = columns["pdg"] != 0
    assert true.sum() >= 60
    assert np.allclose(columns["target_z"][true] * 100.0, columns["z_cm"][true], atol=1e-4)
    assert np.allclose(columns["target_theta"][true] * 80.0 + 90.0, columns["theta_deg"][true], atol=1e-3)
    assert np.isnan(columns["target_z"][~true]).all()
    assert (columns["dphi_rad"][true] < NEAREST_RAD).all()
    good = true & (columns["expert"] >= 0) & (columns["pt_gev"] > 0.5)
    # A resolution of a few cm (belle2_published 1.1): half of the tracks are nearer than 5 cm, by far.
    assert np.median(np.abs(columns["network_z_cm"] - columns["z_cm"])[good]) < 5.0


def test_the_nearest_particle_of_the_right_sign() -> None:
    def ring(phi: float, pt: float, charge: int) -> tuple[float, ...]:
        return pt * np.cos(phi), pt * np.sin(phi), 0.3, charge

    events = [[ring(3.1, 1.0, 1), ring(-3.1, 1.0, -1), ring(-3.12, 0.1, 1)], [], [ring(0.0, 1.0, 1)]]
    table = particles_of(events)
    crossing = np.array([0, 0, 0, 1, 2])
    row, away = nearest_particle(
        crossing, np.array([-3.13, -3.0, 1.0, 0.0, 0.1]), np.array([0.01, -0.01, 0.01, 0.01, 0.01]), table
    )
    assert row.tolist() == [0, 1, -1, -1, 3]
    assert away[[0, 1, 4]] == pytest.approx([2 * np.pi - 6.23, 0.1, 0.1])


def test_z_at_the_axis_is_where_the_line_comes_nearest() -> None:
    table = particles_of([[(0.3, 0.4, 0.5, 1)]], point=(30.0, 40.0, 10.0))
    # 50 mm out along the direction of flight, which rises as much as it goes out.
    assert z_at_axis(table) == pytest.approx([10.0 - 50.0])


def test_both_files_hold_the_same(tmp_path: Path) -> None:
    files = [tmp_path / "tracks.npz", tmp_path / "tracks.parquet"]
    for file in files:
        arguments = ["train", "belle2-samples", "--tracks", "20", "--seed", "3", "--out", str(file)]
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    with np.load(files[0]) as arrays:
        table = pq.read_table(files[1])
        for name in table.column_names:
            column = table[name].to_numpy()
            kept = arrays["inputs"][:, INPUT_COLUMNS.index(name)] if name in INPUT_COLUMNS else arrays[name]
            assert np.array_equal(column, kept, equal_nan=column.dtype.kind == "f"), name
        assert np.array_equal(arrays["targets"][:, 0], arrays["target_z"], equal_nan=True)
        about = json.loads(str(arrays["about"]))
    assert about == json.loads(table.schema.metadata[b"trigemu"])
    assert about["config"]["run"]["seed"] == 3
    assert about["inputs"] == list(INPUT_COLUMNS)


def test_another_experiment_and_another_ending_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a configuration of belle2 is wanted, this one is of pulser"):
        collect_tracks(load_setup("pulser"), 1)
    result = CliRunner().invoke(cli, ["train", "belle2-samples", "--out", str(tmp_path / "tracks.csv")])
    assert result.exit_code == 2
    assert "must end in .npz or .parquet" in result.output


def test_a_configuration_without_tracks_is_one_sentence() -> None:
    quiet = load_setup("belle2", ["belle2.process=[]", "signal=[]", "belle2.external.random_hz=0.0"])
    with pytest.raises(InputError, match="no 2D track with a particle in 100 frames"):
        collect_tracks(quiet, 1)
