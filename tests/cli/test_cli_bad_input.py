"""Bad input: one sentence on stderr, exit code 2, nothing left behind."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.commands import complaints

from trigemu.cli import cli

RUN = """
experiment = "na62"
[run]
frames = 2
[menu]
line = [{name = "H2", when = "h2"}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "run.toml"
    path.write_text(RUN)
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def refused(result: Result, *words: str) -> str:
    """Check exit code and form of the error; return the sentence."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("trigemu: ")
    assert "Traceback" not in lines[0]
    for word in words:
        assert word in lines[0]
    return lines[0]


def test_missing_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(call("run", tmp_path / "no.toml", "--out", out), "no.toml", "no such file")
    assert not out.exists()


def test_toml_syntax_error(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[run\nseed = 1\n")
    refused(call("run", path, "--out", tmp_path / "out"), "bad.toml", "line 1", "TOML")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("run.sed=2", ("sed", "seed")),
        ("streaming.workers=0", ("workers",)),
        ("na62.halo.rate_hz=-1", ("rate_hz",)),
        ("na62.halo.colour=1", ("colour",)),
        ("menu.line.H2.prescale=-1", ("prescale",)),
        ("menu.line.H2.when=h2 and nonsense", ("nonsense",)),
        ("menu.line.H9.prescale=2", ("H9", "H2")),
        ("menu.line.H2.on=nowhere", ("nowhere", "reference")),
        ("menu.line.H2.select=nothing", ("nothing",)),
        ("experiment=cms", ("cms", "na62")),
        ("run.frames=soon", ("frames",)),
        ("run", ("KEY=VALUE",)),
    ],
)
def test_bad_values(config: Path, tmp_path: Path, change: str, words: tuple[str, ...]) -> None:
    out = tmp_path / "deep" / "out"
    refused(call("run", config, "--set", change, "--out", out), *words)
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--frames", "0"),
        ("--frames", "many"),
        ("--duration", "-1"),
        ("--workers", "0"),
        ("--seed", "-1"),
        ("--record", "some"),
        ("--colour",),
    ],
)
def test_usage_errors_are_one_sentence_too(config: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    out = tmp_path / "out"
    refused(call("run", config, "--out", out, *arguments), arguments[0].lstrip("-"))
    assert not out.exists()


def test_no_such_command() -> None:
    refused(call("rum"), "rum")


def test_existing_output_directory_is_kept_as_it_is(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious").write_text("data")
    refused(call("run", config, "--out", out), "exists already")
    assert [path.name for path in out.iterdir()] == ["precious"]


def test_output_below_a_file(config: Path, tmp_path: Path) -> None:
    refused(call("run", config, "--out", config / "out"), "not a folder")


HEPMC = b"""HepMC::Version 3.02.05
HepMC::Asciiv3-START_EVENT_LISTING
W Weight
E 0 1 3
U GEV MM
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent.hepmc3", None),
        ("empty.hepmc3", b""),
        ("foreign.hepmc3", b"<LesHouchesEvents version='3.0'>\n<init>\n</init>\n"),
        ("noise.hepmc3", bytes(range(256)) * 8),
        ("truncated.hepmc3", HEPMC),
        ("torn.hepmc3.gz", gzip.compress(HEPMC * 50, mtime=0)[:60]),
    ],
)
def test_bad_event_files(tmp_path: Path, name: str, content: bytes | None) -> None:
    path, out = tmp_path / name, tmp_path / "out"
    if content is not None:
        path.write_bytes(content)
    result = call(
        "run", "na62-hepmc", "--set", f"input.path={path}", "--frames", 2, "--out", out, "--offline"
    )
    refused(result, name)
    assert not out.exists()


def test_event_file_that_was_not_given(tmp_path: Path) -> None:
    refused(call("run", "na62-hepmc", "--frames", 2, "--out", tmp_path / "out"), "input")


def test_replay_of_what_is_no_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(call("replay", tmp_path / "nothing", "--out", out), "nothing")
    (tmp_path / "folder").mkdir()
    refused(call("replay", tmp_path / "folder", "--out", out), "folder")
    assert not out.exists()


@pytest.mark.parametrize("version", [0, 999])
def test_replay_of_another_format_version(tmp_path: Path, version: int) -> None:
    from trigemu.frames.rundir import create_run
    from trigemu.setup.build import load_setup

    source, out = tmp_path / "old", tmp_path / "out"
    create_run(source, load_setup("na62-dump").to_dict(), "run-1")
    info = json.loads((source / "run.json").read_text())
    (source / "run.json").write_text(json.dumps({**info, "format_version": version}))
    refused(call("replay", source, "--out", out), "run format", str(version))
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--signal", "aprime-tautau"), ("aprime-tautau", "aprime-mumu")),
        (("--signal", "aprime-mumu", "--grid", "mass=0.2:0.7"), ("mass=0.2:0.7", "START:STOP:STEP")),
        (("--signal", "aprime-mumu", "--grid", "mass=0.7:0.2:0.1"), ("does not lead",)),
        (("--signal", "aprime-mumu", "--grid", "weight=1,2"), ("weight", "mass")),
        (("--signal", "aprime-mumu", "--grid", "mass=0.1"), ("mass",)),
        (("--signal", "aprime-mumu", "--events", "0"), ("events",)),
        ((), ("signal",)),
    ],
)
def test_bad_scans(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    out = tmp_path / "scan"
    refused(call("efficiency", "na62-dump", *arguments, "--out", out), *words)
    assert not out.exists()


def test_unknown_experiment_and_row_to_validate() -> None:
    refused(call("validate", "cms"), "cms", "na62")
    refused(call("validate", "na62", "--only", "Z9"), "Z9")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("worker", "--control", "nonsense"), ("nonsense", "tcp://")),
        (("recorder", "--control", "tcp://127.0.0.1:1", "--keys", "no-keys"), ("no-keys",)),
        (("producer",), ("--control",)),
        (("control", "pulser", "--offline", "--out", "never"), ("--offline",)),
        (("control", "pulser", "--bind", "tcp://0.0.0.0:5799", "--out", "never"), ("0.0.0.0", "keys")),
        (("control", "pulser", "--bind", "tcp://127.0.0.1:port", "--out", "never"), ("port",)),
    ],
)
def test_roles(tmp_path: Path, monkeypatch, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    refused(call(*arguments), *words)
    assert list(tmp_path.iterdir()) == []


def test_export_of_what_is_no_run_or_to_an_unknown_format(tmp_path: Path) -> None:
    refused(call("export", tmp_path / "none", "--to", "parquet", tmp_path / "x.parquet"), "none")
    refused(call("export", tmp_path / "none", "--to", "excel", tmp_path / "x.xls"), "excel")
    assert list(tmp_path.iterdir()) == []


def process(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "trigemu", *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "no.toml"),
        ("run", "na62-dump", "--set", "run.sed=1"),
        ("efficiency", "na62-dump", "--signal", "aprime-mumu", "--grid", "mass"),
        ("replay", "nowhere"),
        ("run", "na62-dump", "--frames", "-3"),
    ],
)
def test_as_a_process(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = process(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(complaints(done.stderr)) == 1
    assert list(tmp_path.iterdir()) == []
