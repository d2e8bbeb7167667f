"""``trigemu quantise``: the cost of fixed point of any network, and what it refuses."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.experiments.belle2.neuro.network import Network, make_expert, save_npz

OWN = resources.files("trigemu.experiments.belle2.neuro") / "data" / "belle2-neuro.npz"


def test_coarser_bits_change_more() -> None:
    precisions = ("10,8,8", "6,4,6")
    options = [option for text in precisions for option in ("--precision", text)]
    result = CliRunner().invoke(cli, ["quantise", str(OWN), *options, "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)["costs"]
    assert [row["bits node,weight,table"] for row in rows] == ["float", "12,10,10", *precisions]
    changes = [row["rms_change"] for row in rows]
    assert changes == sorted(changes)
    assert changes[0] == 0.0 < changes[1]
    # The hardware's bits cost next to nothing, four bits of weight do.
    assert rows[1]["half_width_68"] == pytest.approx(rows[0]["half_width_68"], rel=0.02)
    assert rows[3]["half_width_68"] > 1.05 * rows[0]["half_width_68"]
    assert rows[0]["near_pass"] > 0.9 > 0.5 > rows[0]["far_pass"]


@pytest.mark.needs_data
def test_the_experiments_own_network(shared_data: Path) -> None:
    file = shared_data / "belle2" / "NeuroTrigger_BkgPh2_T10170_300k_fp.root"
    result = CliRunner().invoke(cli, ["quantise", str(file), "--precision", "10,8,8", "--json"])
    assert result.exit_code == 0, result.output
    float_row, fixed_row, _ = json.loads(result.output)["costs"]
    assert 0.0 < fixed_row["largest_change"] < 0.5
    assert fixed_row["far_pass"] == pytest.approx(float_row["far_pass"], abs=0.01)


def test_bad_precision_is_one_sentence() -> None:
    result = CliRunner().invoke(cli, ["quantise", str(OWN), "--precision", "12,10"])
    assert result.exit_code == 2
    assert "must be three numbers of bits" in result.output


@pytest.mark.parametrize("weight", [1e13, 1e20, -1e38, 3e38])
@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("column", [0, -1])
def test_weights_that_fixed_point_cannot_hold(tmp_path, weight, layer, column):
    """One sentence, wherever the weight is; never a crash, never another number."""
    rng = np.random.default_rng(1)
    layers = [rng.normal(size=(5, 28)), rng.normal(size=(2, 6))]
    layers[layer][1, column] = weight
    flat = np.concatenate([each.ravel() for each in layers]).astype(np.float32)
    save_npz(tmp_path / "large.npz", Network((make_expert([27, 5, 2], flat),)))
    result = CliRunner().invoke(cli, ["quantise", str(tmp_path / "large.npz")])
    assert result.exit_code == 2
    assert f"large.npz: network, expert 0, layer {layer}, node 1: weights up to" in result.stderr
    assert result.stderr.count("\n") == 1
