"""What plug-ins offer badly is one sentence that names the entry point."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from trigemu.cli import cli
from trigemu.errors import InputError
from trigemu.setup.build import build_setup
from trigemu.setup.registry import experiment_names, find_experiment

GOOD = """
from trigemu.config.model import Model
from trigemu.frames.schema import Column, Schema
from trigemu.setup.data import Clock
from trigemu.setup.experiment import ExperimentSpec

class Section(Model):
    pass

EXPERIMENT = ExperimentSpec(
    name="{name}",
    config_model=Section,
    clock=Clock(1.0, 1, 1000),
    sources={{"hits": Schema("hits", (Column("time", "<i8"),))}},
    bits=("one",),
    generator="{generator}",
    trigger="plugged:Trigger",
    selections=("good",),
)

class Trigger:
    def __init__(self, setup):
        pass
"""
CONFIG = {
    "experiment": "plug",
    "run": {"frames": 1},
    "menu": {"line": [{"name": "a", "when": "one", "select": "good"}]},
}

Plug = Callable[[str], None]


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plug]:
    """Install a package whose module ``plugged`` has this text, for this process."""
    info = tmp_path / "plug-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[trigemu.experiments]\nplug = plugged:EXPERIMENT\n")

    def install(text: str) -> None:
        (tmp_path / "plugged.py").write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "plugged", raising=False)
        experiment_names.cache_clear()

    yield install
    sys.modules.pop("plugged", None)
    experiment_names.cache_clear()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import nowhere", "cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("1 / 0", "cannot be imported: ZeroDivisionError"),
        ("EXPERIMENT = object()", "of type object; it must be a trigemu.setup.experiment.ExperimentSpec"),
        (GOOD.format(name="plag", generator="a:b"), "names an experiment called 'plag'"),
    ],
)
def test_entry_points_that_lead_nowhere(plug: Plug, text: str, sentence: str) -> None:
    plug(text)
    with pytest.raises(InputError) as error:
        find_experiment("plug")
    assert str(error.value).startswith("entry point 'plug' of trigemu.experiments (plugged:EXPERIMENT)")
    assert sentence in str(error.value)
    answer = CliRunner().invoke(cli, ["list", "signals"])
    assert answer.exit_code == 2
    assert sentence in answer.stderr


@pytest.mark.parametrize(
    ("generator", "sentence"),
    [
        ("plugged", "'plugged' is no reference: write 'module:attribute'"),
        ("plugged:Nope", "has no attribute 'Nope'"),
        ("nowhere:Nope", "No module named 'nowhere'"),
    ],
)
def test_references_that_lead_nowhere(plug: Plug, generator: str, sentence: str) -> None:
    plug(GOOD.format(name="plug", generator=generator))
    setup = build_setup(CONFIG)
    with pytest.raises(InputError) as error:
        setup.make_generator(("hits",))
    assert str(error.value).startswith(f"experiment 'plug': generator = {generator!r}: ")
    assert sentence in str(error.value)


def test_methods_that_a_trigger_must_have(plug: Plug) -> None:
    from trigemu.decision.candidates import CandidateFinder
    from trigemu.decision.decide import Decider

    text = GOOD.format(name="plug", generator="a:b")
    plug(text)
    with pytest.raises(
        InputError, match="experiment 'plug' offers selections, but its trigger Trigger has no method"
    ):
        CandidateFinder(build_setup(CONFIG))
    plug(text + "\n    def select(self, name, frame, words, time):\n        pass\n")
    with pytest.raises(InputError, match="continuous data, but its trigger Trigger has no method 'windows'"):
        Decider(build_setup(CONFIG))
