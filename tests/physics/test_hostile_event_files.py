"""Event files that were made to fill the memory or to take for ever: one sentence each, from bounded memory."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.event_texts import HEPMC_END, HEPMC_HEAD, hepmc, lhe
from support.memory import PRINT_PEAK_KIB

from trigemu.errors import InputError
from trigemu.physics import event_rows, event_text, hepmc_ascii
from trigemu.physics.hepmc import read
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.lhe import read_lhe

HEAD = (HEPMC_HEAD + "W nominal\n").encode()
EVENT = b"E 0 1 4\nU GEV MM\n"
LHE_HEAD = lhe().split("<event>")[0].encode()
DIGITS = b"9" * 5000

BOMBS = {
    "zeros.hepmc3.gz": (b"", b"\0", "is not HepMC3 ascii"),
    "zeros-behind-head.hepmc3.gz": (HEAD, b"\0", "what stands before the first event is larger than 16 MiB"),
    "one-line.hepmc3.gz": (HEAD + EVENT, b"1 ", "event 0 is larger than 16 MiB"),
    "particles.hepmc3.gz": (HEAD + EVENT, b"P 1 0 13 0 0 1 1 0 1\n", "event 0 is larger than 16 MiB"),
    "vertices.hepmc3.gz": (HEAD + EVENT, b"V -1 0 []\n", "event 0 is larger than 16 MiB"),
    "empty-events.hepmc3.gz": (HEAD, b"E 0 0 0\n", "no line of units"),
    "names.hepmc3.gz": (HEAD[:-1], b"\\|w", "what stands before the first event is larger than 16 MiB"),
    "zeros.lhe.gz": (b"", b"\0", "is not a Les Houches file"),
    "zeros-behind-head.lhe.gz": (LHE_HEAD, b"\0", "a line is longer than 1 MiB"),
    "lines.lhe.gz": (LHE_HEAD, b"\n", "what stands between events is larger than 16 MiB"),
    "header.lhe.gz": (b"<LesHouchesEvents>\n<header>\n", b"x\n", "the header is larger than 16 MiB"),
    "tags.lhe.gz": (b"<LesHouchesEvents>\n", b"<a>\n", "the header is larger than 16 MiB"),
    "event.lhe.gz": (LHE_HEAD + b"<event>\n", b"1 2 3\n", "event 0 is larger than 16 MiB"),
    "unclosed.lhe.gz": (LHE_HEAD, b"<event>\n", "event 0 is not closed before the next <event>"),
}

READ = """
import sys
from trigemu.errors import InputError
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.lhe import read_lhe
for path in sys.argv[1:]:
    try:
        (read_lhe if ".lhe" in path else read_events)(path)
        print("read")
    except InputError as error:
        print(error)
"""


def bomb(path: Path, head: bytes, unit: bytes, size: int) -> None:
    block = unit * ((1 << 20) // len(unit))
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(head)
        for _ in range(size // len(block)):
            file.write(block)


@pytest.mark.parametrize(
    "size", [24 << 20, pytest.param(4 << 30, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_bombs_are_refused_from_bounded_memory(tmp_path: Path, size: int) -> None:
    for name, (head, unit, _) in BOMBS.items():
        bomb(tmp_path / name, head, unit, size)
    command = [sys.executable, "-P", "-c", READ + PRINT_PEAK_KIB, *(str(tmp_path / name) for name in BOMBS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=True)
    *sentences, memory = done.stdout.splitlines()
    for name, sentence in zip(BOMBS, sentences, strict=True):
        assert BOMBS[name][2] in sentence, name
        assert len(sentence) < 400
    assert int(memory) < 500_000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"P 3 -1 13", b"P 3 -1 " + DIGITS, r"damaged at line \d+ .*a number of 5000 digits"),
        (b"E 0 1 4", b"E 0 1 " + DIGITS, "a number of 5000 digits"),
        (b"V -1 0", b"V -" + DIGITS + b" 0", "a number of 5001 digits"),
        (b"0.10566 1\n", b"0.10566 " + b"9" * 30 + b"\n", "which no integer column can hold"),
        (b"E 0 1 4", b"E 0 1 1000000000", "4 particles where 1000000000 are announced"),
        (b"E 0 1 4", b"E 0", "words are missing"),
    ],
)
def test_numbers_of_hepmc_files(tmp_path: Path, old: bytes, new: bytes, message: str) -> None:
    path = tmp_path / "a.hepmc3"
    path.write_bytes(hepmc().encode().replace(old, new, 1))
    with pytest.raises(InputError, match=message) as error:
        read_events(path)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b" 13 1 1", b" " + DIGITS + b" 1 1", "a number is not finite"),
        (b" 4 1 1.0", b" 4 1 " + DIGITS, "a number is not finite"),
        (b" 4 1 1.0", b" 1000000000 1 1.0", "announces other lines than there are"),
        (b"-4 1\n", b"-4 1000000000\n", "<init> block is damaged"),
    ],
)
def test_numbers_of_les_houches_files(tmp_path: Path, old: bytes, new: bytes, message: str) -> None:
    path = tmp_path / "a.lhe"
    path.write_bytes(lhe().encode().replace(old, new, 1))
    with pytest.raises(InputError, match=message) as error:
        read_lhe(path)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("reader", [read_events, read_lhe, lambda path: read(path, (13,))])
def test_only_regular_files_are_opened(tmp_path: Path, reader: object) -> None:
    assert callable(reader)
    os.mkfifo(tmp_path / "pipe")
    for path, message in (
        (tmp_path / "pipe", "cannot be read .it is a pipe"),
        (Path("/dev/zero"), "cannot be read .it is a device"),
        (tmp_path, "cannot be read .Is a directory"),
        (Path("a" * 5000), "does not exist"),
    ):
        with pytest.raises(InputError, match=message) as error:
            reader(path)
        assert len(str(error.value)) < 400


def test_a_vertex_of_very_many_particles_takes_no_square_time(tmp_path: Path) -> None:
    n = 20_000
    rows = "".join(f"P {i} 0 13 0 0 1 1 0 2\n" for i in range(1, n + 1))
    rows += f"V -1 0 [{','.join(map(str, range(1, n + 1)))}]\n"
    rows += "".join(f"P {i} -1 22 0 0 1 1 0 1\n" for i in range(n + 1, 2 * n + 1))
    path = tmp_path / "a.hepmc3"
    path.write_text(HEPMC_HEAD + f"E 0 1 {2 * n}\nU GEV MM\n" + rows + HEPMC_END)
    assert len(read_events(path).final) == n


def test_a_long_chain_in_another_form(tmp_path: Path) -> None:
    n = 20_000
    rows = "P 1 0 11 0 0 7 7 0 4\n"
    rows += "".join(f"P {i} {i - 1} 13 0 0 1 1 0 {1 if i == n else 2}\n" for i in range(2, n + 1))
    path = tmp_path / "a.hepmc3"
    path.write_text(HEPMC_HEAD + f"E 0 1 {n}\nU GEV  MM\n" + rows + HEPMC_END)
    file = read_events(path)
    assert list(file.final.mother) == [0]


def test_many_weights_are_not_all_kept(tmp_path: Path) -> None:
    names = [f"w{i}" for i in range(2000)]
    path = tmp_path / "a.hepmc3"
    path.write_text(hepmc([range(2000)] * 3, names=names))
    assert list(read_events(path).weights) == names[: len(read_events(path).weights)]
    assert len(read_events(path).weights) < 20
    assert list(read_events(path, "w1234").weights["w1234"]) == [1234.0] * 3


def same(one: object, other: object) -> None:
    for name in ("weight", "event", "pdg", "charge", "mother", "mass", "momentum", "point"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_large_files_are_read_as_small_ones(
    tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = gzip.decompress((shared_data / "events" / "belle2_eeee.hepmc3.gz").read_bytes())
    begin, end = text.find(b"\nE ") + 1, text.rfind(b"HepMC::")
    (tmp_path / "a.hepmc3").write_bytes(text[:begin] + text[begin:end] * 3 + text[end:])
    whole = read_events(tmp_path / "a.hepmc3")
    pool = read(tmp_path / "a.hepmc3", (11, -11))
    (tmp_path / "b.hepmc3.gz").write_bytes(gzip.compress((tmp_path / "a.hepmc3").read_bytes(), 1))
    # Pieces that end anywhere, and particles in a temporary file.
    monkeypatch.setattr(event_text, "CHUNK", 99_991)
    monkeypatch.setattr(event_rows, "IN_MEMORY", 200_000)
    file = read_events(tmp_path / "b.hepmc3.gz")
    assert file.final_rows.kept is None
    assert len(file) == len(whole) == 3 * 3514
    same(file.final, whole.final)
    same(file.primaries, whole.primaries)
    np.testing.assert_array_equal(file.origin, whole.origin)
    np.testing.assert_array_equal(file.weights["nominal"], whole.weights["nominal"])
    events = np.array([5, 6, 7, 7, 0, 10_541, 3, 2])
    same(file.take(events), whole.take(events))
    same(file.take(events[:0]), whole.take(events[:0]))
    same(read(tmp_path / "b.hepmc3.gz", (11, -11)), pool)
    assert (file.energies.most, file.energies.most_event) == (whole.energies.most, whole.energies.most_event)


def test_lines_are_counted_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = hepmc()
    broken = text.replace("\nE 15 1 4\n", "\nE 15 1 4\nQ\n")
    (tmp_path / "a.hepmc3").write_text(broken)
    monkeypatch.setattr(event_text, "CHUNK", 700)
    line = broken[: broken.index("\nQ\n")].count("\n") + 2
    with pytest.raises(InputError, match=rf"damaged at line {line} \(event 15\): an unknown line 'Q'"):
        read_events(tmp_path / "a.hepmc3")
    blocks = list(hepmc_ascii.read_blocks(tmp_path / "a.hepmc3"))
    assert len(blocks) > 5
    assert b"".join([blocks[0].head, *(block.body for block in blocks)]).decode() == broken
