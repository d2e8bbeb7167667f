"""Digis through pybes3: what it reads, and what becomes of events that it cannot read."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from support import besiii_raw as make

from trigemu.errors import InputError
from trigemu.experiments.besiii.raw.child import COLUMNS
from trigemu.experiments.besiii.raw.digis import Detector, to_columns
from trigemu.experiments.besiii.raw.file import open_raw
from trigemu.experiments.besiii.raw.hardware import read_boards
from trigemu.experiments.besiii.raw.reader import DigiReader

DETECTOR = Detector("2026", inner_chamber=False, mrpc=True)


@pytest.fixture(scope="module")
def real(shared_data):
    return open_raw(str(shared_data / "besiii" / "run91668.raw"))


@pytest.fixture
def reader(real):
    reader = DigiReader(real)
    yield reader
    reader.close()


def test_digis_of_real_events(reader, shared_data):
    with np.load(shared_data / "besiii" / "real_run91668.npz") as archive:
        decoded = dict(archive)
    # In any order, and a piece that ends before a separator.
    for first, stop in ((4, 7), (0, 10), (9, 10)):
        found = reader.read(first, stop)
        for detector, names in COLUMNS.items():
            offsets = decoded[f"{detector}_offsets"]
            assert np.array_equal(found[detector]["offsets"], offsets[first : stop + 1] - offsets[first])
            for name in names:
                wanted = decoded[f"{detector}_{name.removeprefix('m_')}"]
                assert np.array_equal(found[detector][name], wanted[offsets[first] : offsets[stop]])
    assert len(reader.read(10, 12)["mdc"]["m_intId"]) == 0


def test_entries_that_the_trigger_never_saw(reader):
    found = to_columns(reader.read(0, 10), DETECTOR, "FILE")
    # besiii_real_facts 2.1: 1,552 of 4,355 entries of the drift chamber have no time.
    assert found.dropped == {"mdc": 1552, "tof": 136, "emc": 0}
    assert len(found.columns["mdc"]["time"]) == 4355 - 1552


def fake_child(monkeypatch, code):
    """Let the reader start other code instead of its child."""
    started = subprocess.Popen

    def start(command, **options):
        return started([sys.executable, "-c", textwrap.dedent(code)], **options)

    monkeypatch.setattr("trigemu.experiments.besiii.raw.reader.subprocess.Popen", start)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "import os, signal, sys; sys.stdin.buffer.read(1000); os.kill(os.getpid(), signal.SIGKILL)",
            r"pybes3 ended on them \(signal 9\); they are damaged",
        ),
        ("raise SystemExit(3)", r"pybes3 ended on them \(exit code 3\)"),
        ("import time; time.sleep(60)", "pybes3 does not come to an end with them"),
        (
            "import sys, time; sys.stdin.buffer.read(16); time.sleep(60)",
            "pybes3 does not come to an end with them",
        ),
        (
            'print(\'{"error": "missing", "what": "No module named pybes3"}\')',
            r"raw data are read with pybes3, which cannot be imported \(No module named pybes3\): "
            r"pip install 'trigemu\[besiii\]'",
        ),
        (
            'print(\'{"error": "ValueError", "what": "odd"}\')',
            r"pybes3 cannot read them \(ValueError: odd\)",
        ),
    ],
)
def test_one_sentence_whatever_becomes_of_the_process(real, monkeypatch, code, said):
    fake_child(monkeypatch, code)
    reader = DigiReader(real, patience_s=1.5)
    with pytest.raises(InputError, match=rf"^raw data file .*run91668.raw[^\n]*{said}") as caught:
        reader.read(0, 1)
    assert "\n" not in str(caught.value)
    reader.close()


def test_pybes3_that_is_not_installed(tmp_path):
    # The child itself, with a module search path on which the library cannot be imported.
    (tmp_path / "pybes3.py").write_text("raise ModuleNotFoundError(\"No module named 'pybes3'\")")
    code = "from trigemu.experiments.besiii.raw.child import main; main()"
    request = np.array([4, 1], "<i8").tobytes() + bytes(4)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
        input=request,
        capture_output=True,
        check=True,
    )
    assert done.stdout.startswith(b'{"error": "missing", "what": "No module named \'pybes3\'"}\n')


def opened(path):
    """The file, or the sentence that it ends with."""
    try:
        return open_raw(str(path))
    except InputError as error:
        return str(error)


def read(reader, events):
    """The columns of some events, or the sentence that they end with."""
    try:
        return to_columns(reader.read(0, events), DETECTOR, reader._file.name)
    except InputError as error:
        return str(error)


def test_damaged_files_give_one_sentence_or_events(real, shared_data, tmp_path):
    path = tmp_path / "small.raw"
    make.first_events(shared_data / "besiii" / "run91668.raw", path, 3, real.starts, real.end)
    good = np.fromfile(path, "<u4")
    rng = np.random.default_rng(11)
    outcomes = {"structure": 0, "content": 0, "events": 0}
    reader, last = None, None
    for trial in range(100):
        words = good.copy()
        for _ in range(1 + trial % 3):
            place = int(rng.integers(22, len(words)))
            kind = trial % 5
            if kind < 2:
                words[place] ^= np.uint32(1 << int(rng.integers(32)))
            elif kind == 2:
                words[place] = rng.integers(1 << 32)
            elif kind == 3:
                words[place] = words[int(rng.integers(22, len(words)))]
            else:
                # Sizes and counts of fragments: small numbers.
                small = np.flatnonzero(words[22:] < 4000) + 22
                words[small[int(rng.integers(len(small)))]] += np.uint32(rng.integers(1, 3))
        path.write_bytes(words.tobytes())
        file = opened(path)
        if isinstance(file, str):
            assert file.startswith(f"raw data file {path}, byte ")
            outcomes["structure"] += 1
            continue
        # One process for all files, as long as it lives.
        reader = reader or DigiReader(file)
        reader._file = last = file
        found = read(reader, len(file))
        if isinstance(found, str):
            assert found.startswith(f"raw data file {path}")
            assert "\n" not in found
            outcomes["content"] += 1
            continue
        assert all(len(columns["offsets"]) == len(file) + 1 for columns in found.columns.values())
        assert len(read_boards(*file.read(0, len(file)))) == len(file)
        outcomes["events"] += 1
    assert last is not None
    reader.close()
    assert min(outcomes.values()) >= 5, outcomes
