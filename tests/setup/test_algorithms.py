"""Algorithms in a file of the user's: found, named for good, and where they go wrong is said, from every process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trigemu.decision.candidates import CandidateFinder
from trigemu.errors import InputError, RunError
from trigemu.measure.offline import make_frames
from trigemu.setup.algorithm import trigger_algorithm
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming import replay, run

HEAD = """\
import numpy as np
from trigemu.config.model import Model
from trigemu.setup.algorithm import trigger_algorithm


class Crowd(Model):
    least: int = 3


@trigger_algorithm(name="crowd", version="1", bits=("some", "many"), config=Crowd)
def crowd(frame, time, config):
"""
COUNT = """\
    hits = frame["p0"]["time"]
    near = np.searchsorted(hits, time + 200) - np.searchsorted(hits, time - 200)
    return ((near > 0) + 2 * (near >= config.least)).astype(np.uint64)
"""
CONFIG = """\
experiment = "pulser"
run = { frames = 6 }

[[algorithm]]
file = "crowd.py"
least = 2

[[menu.line]]
name = "crowded"
when = "two and crowd.many"

[[signal]]
signal = "burst"

[pulser]
pulses = 40
bursts = 20
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "crowd.py").write_text(HEAD + COUNT)
    file = tmp_path / "run.toml"
    file.write_text(CONFIG)
    return file


def body(config: Path, text: str) -> Setup[Any]:
    """Give the algorithm another body, and return the configuration's setup."""
    (config.parent / "crowd.py").write_text(HEAD + text)
    return load_setup(config)


def found(setup: Setup[Any]) -> list[int]:
    finder = CandidateFinder(setup)
    return [
        int(t)
        for frame in make_frames(setup, range(3))
        for t in finder.candidates(frame.without_truth()).time
    ]


def test_its_bits_are_those_of_the_hits(config: Path) -> None:
    everything = found(load_setup(config, ["menu.line.crowded.when=two"]))
    expected = []
    for frame in make_frames(load_setup(config), range(3)):
        hits = frame["p0"]["time"]
        finder = CandidateFinder(load_setup(config, ["menu.line.crowded.when=two"]))
        for time in finder.candidates(frame.without_truth()).time:
            if np.count_nonzero((hits >= time - 200) & (hits < time + 200)) >= 2:
                expected.append(int(time))
    assert found(load_setup(config)) == expected
    assert 0 < len(expected) < len(everything)


def test_live_offline_and_replayed_are_the_same(config: Path, tmp_path: Path) -> None:
    setup = load_setup(config, ["record.mode=all"])
    offline = run(setup, tmp_path / "offline", offline=True)
    live = run(setup, tmp_path / "live")
    again = replay(tmp_path / "offline", setup, tmp_path / "again", offline=True)
    assert offline.decisions > 0
    assert offline.decisions_sha256 == live.decisions_sha256 == again.decisions_sha256


def test_paths_begin_beside_the_configuration_and_those_of_overrides_where_one_is(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    monkeypatch.chdir(other)
    assert load_setup(config).config.algorithm[0]["file"] == str(tmp_path / "crowd.py")
    (other / "second.py").write_text(HEAD.replace('"many")', '"many", "most")') + COUNT)
    setup = load_setup(config, ["algorithm.0.file=second.py"])
    assert setup.config.algorithm[0]["file"] == str(other / "second.py")
    assert setup.algorithms[0].algorithm.bits == ("some", "many", "most")


def test_what_is_decided_depends_on_the_text_and_not_on_the_place(config: Path, tmp_path: Path) -> None:
    first = load_setup(config)
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "crowd.py").write_text(HEAD + COUNT)
    (moved / "run.toml").write_text(CONFIG)
    assert load_setup(moved / "run.toml").digest == first.digest
    assert body(config, COUNT + "    # another text\n").digest != first.digest


def test_another_text_is_refused_where_the_first_was_recorded(config: Path) -> None:
    recorded = load_setup(config).to_dict()
    assert build_setup(recorded).to_dict() == recorded
    (config.parent / "crowd.py").write_text(HEAD + COUNT + "\n")
    with pytest.raises(InputError, match=r"crowd\.py: is not the file that the run was set up with"):
        build_setup(recorded)


SEVERAL = """

@trigger_algorithm(name="other", version="1", bits=("one",), config=Crowd)
def other(frame, time, config):
    return np.ones(len(time), np.uint64)
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + COUNT + SEVERAL, "holds 2 algorithms; say which by name: crowd, other"),
        ("import numpy\n", "holds no algorithm; decorate a function"),
        (HEAD + "    return (\n", r"SyntaxError: .* \(line 12\)"),
        ("raise SystemExit(0)\n", r"SystemExit: 0 \(crowd.py, line 1, in <module>\)"),
        ("a = '\0'\n", "cannot be run: .*null bytes"),
        ("import nonsense_that_is_not_there\n", r"ModuleNotFoundError: .* \(crowd.py, line 1, in <module>\)"),
        (
            HEAD.replace('"some", ', '"many", ') + COUNT,
            "ValueError: algorithm 'crowd' has a bit twice: many, many",
        ),
        (HEAD.replace('name="crowd"', 'name="my crowd"') + COUNT, "'my crowd' is no name"),
        (HEAD.replace('bits=("some", "many")', 'bits="many"') + COUNT, "must have 1 to 64 bits, not 'many'"),
        (HEAD.replace('bits=("some", "many")', "bits=()") + COUNT, "must have 1 to 64 bits"),
    ],
)
def test_a_bad_file_is_one_sentence(config: Path, text: str, sentence: str) -> None:
    (config.parent / "crowd.py").write_text(text)
    with pytest.raises(InputError, match=sentence):
        load_setup(config)


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("algorithm.0.file=nowhere.py", r"nowhere\.py: does not exist"),
        ("algorithm.0.file=3", "file must be the path of a Python file, not 3"),
        ("algorithm.0.name=crowds", "holds no algorithm 'crowds'; .*crowd"),
        ("algorithm.0.least=many", "least"),
        ("algorithm.0.most=3", "most"),
    ],
)
def test_a_bad_table_is_one_sentence(config: Path, override: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        load_setup(config, [override])


EVIL = """\
    class Evil(Exception):
        def __str__(self):
            raise ValueError("in str")
    raise Evil
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("    return np.ones(len(time))\n", r"frame 0: returned float64\[\d+\], not uint64\[\d+\]"),
        ("    return np.ones(len(time) + 1, np.uint64)\n", r"returned uint64\[\d+\], not uint64\[\d+\]"),
        ("    return np.ones((len(time), 1), np.uint64)\n", r"returned uint64\[\d+, 1\]"),
        ("    return np.ones(len(time), np.int64)\n", r"returned int64\[\d+\]"),
        ("    return [1] * len(time)\n", "returned of type list"),
        ("    pass\n", "returned None"),
        (
            "    return np.ma.masked_array(np.ones(len(time), np.uint64))\n",
            r"returned MaskedArray of uint64\[\d+\]",
        ),
        ("    frame['p0']['time'][:] = 0\n", "ValueError: assignment destination is read-only"),
        ("    frame['p0']['time'].setflags(write=True)\n", "ValueError: cannot set WRITEABLE flag"),
        ("    raise SystemExit('\\x1b[31m')\n", "SystemExit: .*crowd.py, line 12, in crowd"),
        ("    raise GeneratorExit\n", r"GeneratorExit \(crowd.py, line 12, in crowd\)"),
        ("    raise MemoryError\n", r"MemoryError \(crowd.py, line 12, in crowd\)"),
        (EVIL, r"Evil \(crowd.py, line 15, in crowd\)"),
        (
            "    return np.full(len(time), 5, np.uint64)\n",
            "sets bit 2, which .*; its bits are 0 some, 1 many",
        ),
        ("    return np.full(len(time), 2**64 - 1, np.uint64)\n", "sets bit 63, which it does not declare"),
    ],
)
def test_a_bad_answer_is_refused(config: Path, text: str, sentence: str) -> None:
    with pytest.raises(
        InputError, match=f"algorithm 'crowd', {'' if 'frame' in sentence else '.*'}{sentence}"
    ):
        found(body(config, text))


FAILS = """\
    if frame.number == 4:
        return helper(time)
    return np.zeros(len(time), np.uint64)


def helper(time):
    return time / {}["key that is not there"]
"""


@pytest.mark.parametrize("offline", [True, False])
def test_where_it_fails_is_said_from_every_process(config: Path, tmp_path: Path, offline: bool) -> None:
    setup = body(config, FAILS)
    with pytest.raises((InputError, RunError)) as caught:
        run(setup, tmp_path / "run", offline=offline)
    assert str(caught.value) == (
        "algorithm 'crowd', frame 4: KeyError: 'key that is not there' (crowd.py, line 18, in helper)"
    )
    lines = caught.value.detail.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line.strip() for line in lines if "crowd.py" in line] == [
        f'File "{config.parent / "crowd.py"}", line 13, in crowd',
        f'File "{config.parent / "crowd.py"}", line 18, in helper',
    ]
    assert lines[-1] == "KeyError: 'key that is not there'"


def test_the_command_line_shows_it_below_its_sentence(config: Path, tmp_path: Path) -> None:
    body(config, FAILS)
    command = [sys.executable, "-P", "-m", "trigemu", "run", str(config), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    said = done.stderr.splitlines()
    first = next(
        index for index, line in enumerate(said) if line.startswith("trigemu: algorithm 'crowd', frame 4")
    )
    assert said[first + 1] == "Traceback (most recent call last):"
    assert said[-1] == "KeyError: 'key that is not there'"
    assert done.returncode == 1


def test_what_it_prints_does_not_come_between_results(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found(body(config, '    print("seen")\n' + COUNT))
    said = capsys.readouterr()
    assert said.out == ""
    assert "seen" in said.err


def test_names_are_looked_at_when_an_algorithm_is_made() -> None:
    from trigemu.config.model import Model

    with pytest.raises(ValueError, match="is no name"):
        trigger_algorithm(name="a", version="1", bits=("1st",), config=Model)
