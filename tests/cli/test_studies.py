"""Commands that experiments' studies bring: how they are found, and what is said where there is none."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.calling import call

from trigemu.cli import cli
from trigemu.measure import studies
from trigemu.measure.studies import Report, Studies

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("belle", "na62", "besiii", "babar", "pulser")


def refused(*arguments: object) -> str:
    sentence = call(*arguments, code=2).stderr.strip()
    assert "\n" not in sentence
    return sentence


@click.command()
@click.option("--number", type=int, default=3)
def count(number: int) -> Report:
    """Count to a number."""
    return Report({"number": number}, {"all numbers": [{"n": n} for n in range(number)]}, "done")


def cost(network: Path, precisions: tuple[str, ...]) -> list[dict[str, object]]:
    return [{"file": str(network), "bits": bits} for bits in precisions or ("9",)]


@pytest.fixture
def installed(monkeypatch):
    """Return what says which studies are installed."""

    def install(**found: Studies) -> None:
        monkeypatch.setattr(studies, "all_studies", lambda: found)

    return install


def test_shipped_trainings_are_listed_and_have_help():
    text = call("train", "--help").stdout
    for name in ("belle2-left-right", "belle2-neuro"):
        assert name in text
        assert "--json" in call("train", name, "--help").stdout
    assert "no such command 'na62-neuro'" in refused("train", "na62-neuro")


def test_looking_for_trainings_imports_nothing_heavy():
    code = (
        "import sys\nfrom trigemu.cli import cli\ntry:\n    cli(['train', '--help'])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert "belle2-neuro" in done.stdout
    loaded = done.stdout.splitlines()[-1].split()
    assert not {"numpy", "numba", "scipy", "matplotlib", "zmq", "pydantic", "rich", "torch"} & set(loaded)


def test_a_training_of_a_plugin_prints_its_report(installed):
    reference: object = count
    installed(ring=Studies("ring_studies", train={"count": reference}))
    for _ in range(2):  # looked up twice: the option --json is there once
        assert json.loads(call("train", "ring-count", "--number", 2, "--json").stdout) == {"number": 2}
    text = call("train", "ring-count").stdout
    assert "all numbers" in text
    assert text.endswith("done\n")
    assert "Count to a number." in call("train", "--help").stdout


def test_quantise_asks_whose_network_it_is(installed):
    reference: object = cost
    offered = Studies("any", quantise=reference)
    installed(ring=offered, other=Studies("any"))
    data = json.loads(call("quantise", "net.npz", "--json").stdout)
    assert data == {"file": "net.npz", "costs": [{"file": "net.npz", "bits": "9"}]}
    installed(ring=offered, wheel=offered)
    assert "--experiment NAME with one of ring, wheel" in refused("quantise", "net.npz")
    assert "--experiment cms" in refused("quantise", "net.npz", "--experiment", "cms")
    call("quantise", "net.npz", "--experiment", "wheel")
    installed()
    assert "no installed experiment" in refused("quantise", "net.npz")
    assert "no installed experiment" in refused("quantise", "net.npz", "--experiment", "ring")


def test_without_any_studies_there_is_nothing_to_show(installed, tmp_path):
    installed()
    assert "Commands" not in call("train", "--help").stdout
    sentence = refused("display", "pulser", "--out", tmp_path / "out")
    assert "for no installed experiment" in sentence
    assert "of pulser" in sentence
    assert "no published numbers for 'na62'; there are for none" in refused("validate", "na62")
    assert json.loads(call("validate", "--json").stdout) == []


@pytest.mark.parametrize("package", ["cli", "measure"])
def test_nothing_here_names_an_experiment(package):
    """Outside docstrings, which may have examples."""
    for file in (ROOT / "trigemu" / package).glob("**/*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            texts = [value for _, value in ast.iter_fields(node) if isinstance(value, str)]
            if id(node) not in prose:
                found = [name for name in NAMES for text in texts if name in text.lower()]
                assert not found, f"{file}, line {getattr(node, 'lineno', '?')}"


def test_a_misspelt_training_is_answered_with_what_is_near() -> None:
    answer = CliRunner().invoke(cli, ["train", "belle2-left-rihgt"])
    assert answer.exit_code == 2
    assert "no such command 'belle2-left-rihgt'; did you mean 'belle2-left-right'" in answer.stderr


def test_a_broken_package_of_studies_does_not_stop_the_others(monkeypatch, tmp_path):
    info = tmp_path / "shaky-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shaky\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[trigemu.studies]\nshaky = shaky_studies:STUDIES\n")
    (tmp_path / "shaky_studies.py").write_text("raise RuntimeError('[bold]broken')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    studies.all_studies.cache_clear()
    try:
        assert "belle2-neuro" in call("train", "--help").stdout
        assert "broken" in refused("validate", "shaky")
        assert "broken" in refused("train", "shaky-net")
        assert "no published numbers for 'cms'" in refused("validate", "cms")
        assert "there is no row" in refused("validate", "--only", "N1", "--json")
    finally:
        studies.all_studies.cache_clear()


@click.command()
def silent() -> None:
    """Return nothing."""


def test_a_training_must_report(installed):
    reference: object = silent
    installed(ring=Studies("ring_studies", train={"silent": reference}))
    assert "the training 'silent' returned nothing" in refused("train", "ring-silent")
