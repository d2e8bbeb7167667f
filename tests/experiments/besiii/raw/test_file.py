"""The structure of raw data files: whole ones are read, all others end with one sentence."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import besiii_raw as reference
from support import besiii_raw as make

from trigemu._kernels import besiii_raw as kernel
from trigemu.errors import InputError
from trigemu.experiments.besiii.raw.file import MAX_EVENT_WORDS, open_raw, run_of_event
from trigemu.experiments.besiii.raw.hardware import CHANNELS, WORDS, read_boards

EVENT = make.event([make.detector(0xA1, [make.crate(1, [5, 6])]), make.detector(0xA5, [make.crate(2, [7])])])


@pytest.fixture
def real(shared_data):
    return shared_data / "besiii" / "run91668.raw"


def test_real_file(real):
    file = open_raw(str(real))
    assert (file.run, file.date, len(file)) == (91668, 8042026, 10)
    assert file.end == real.stat().st_size - 40
    words, starts = file.read(3, 5)
    assert (words[starts] == 0xAA1234AA).all()
    assert len(words) == (file.starts[5] - file.starts[3]) // 4 - 4  # without the separator behind them
    assert len(file.read(10, 20)[1]) == 0


def test_file_made_here(tmp_path):
    file = open_raw(str(make.write(tmp_path / "a.raw", [EVENT, EVENT[4:], EVENT], run=91668)))
    assert (file.run, len(file)) == (91668, 3)


def test_the_run_is_that_of_the_events(tmp_path):
    """Files of selected events may have a header of another run, or of none."""
    event = make.event([make.detector(0xA1, [make.crate(1, [5, 6])])], run=10266)
    assert open_raw(str(make.write(tmp_path / "a.raw", [event], run=0))).run == 10266


@pytest.mark.parametrize(
    ("words", "run"),
    [
        ([], 7),
        ([0xAA1234AA, 5, 5, 0, 0], 7),
        ([0xAA1234AA, 9, 9, 0, 0, 3, 0, 0, 0], 7),
        ([1, 12, 12, 0, 0, 0, 3, 8, 9, 6, 0], 6),
    ],
)
def test_events_without_a_run_have_that_of_the_file(words, run):
    assert run_of_event(np.array(words, np.uint32), 7) == run


def test_what_separators_say_is_not_looked_at(tmp_path):
    odd = [EVENT[0], 0, 5, 6, *EVENT[4:]]
    assert len(open_raw(str(make.write(tmp_path / "a.raw", [EVENT, odd])))) == 2


def test_pieces_smaller_than_events(tmp_path, monkeypatch):
    monkeypatch.setattr("trigemu.experiments.besiii.raw.file._PIECE", 52)
    path = make.write(tmp_path / "a.raw", [EVENT] * 7)
    assert len(open_raw(str(path))) == 7


def test_an_empty_buffer_is_none(tmp_path):
    empty = make.detector(0xA5, [[], make.crate(2, make.board(0xD3, [0x5000010])), []])
    file = open_raw(str(make.write(tmp_path / "a.raw", [make.event([empty])])))
    assert read_boards(*file.read(0, 1))[0, CHANNELS] == 0x10


def test_no_prefix_of_a_file_is_one(real, tmp_path):
    data = real.read_bytes()
    path = tmp_path / "cut.raw"
    for size in [*range(0, len(data), 100), len(data) - 1]:
        path.write_bytes(data[:size])
        with pytest.raises(InputError, match=rf"^raw data file {path}, byte \d+: [^\n]+$"):
            open_raw(str(path))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "byte 0: the file is empty"),
        (
            gzip.compress(b"x" * 10_000_000, mtime=0),
            "byte 0: the file is compressed with gzip: unpack it first",
        ),
        (b"PK\3\4 something else", "byte 0: the marker of the file must be 0x1234aaaa, not 0x04034b50"),
        (np.array(make.header(), "<u4").tobytes()[:30], "byte 30: the file ends before the header"),
        (np.array([*make.header(), *make.tail(0)], "<u4").tobytes(), "byte 88: the file holds no event"),
        (
            np.array([*make.header(), *EVENT, *make.tail(1), 1], "<u4").tobytes(),
            "there is more behind the file's tail",
        ),
        (
            np.array([*make.header(), *EVENT, *make.tail(1)[:9], 3], "<u4").tobytes(),
            "the last word must be 0x1234eeee, not 0x00000003",
        ),
    ],
)
def test_what_is_no_raw_data_file(tmp_path, data, said):
    path = tmp_path / "bad.raw"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        open_raw(str(path))
    assert said in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="does not exist: give the file that the experiment wrote"):
        open_raw(str(tmp_path / "none.raw"))
    with pytest.raises(InputError, match="Is a directory"):
        open_raw(str(tmp_path))


def test_an_event_too_large_is_not_waited_for(tmp_path):
    words = [*make.header(), EVENT[4], MAX_EVENT_WORDS + 1, 18, 0, 0]
    path = tmp_path / "large.raw"
    path.write_bytes(np.array(words, "<u4").tobytes() + bytes(1000))
    with pytest.raises(InputError, match="byte 88: a fragment says that it has 1048577 words"):
        open_raw(str(path))


def test_a_file_that_changes_is_noticed(tmp_path):
    path = make.write(tmp_path / "a.raw", [EVENT] * 3)
    file = open_raw(str(path))
    make.write(path, [EVENT[4:]] * 3)
    with pytest.raises(InputError, match="has changed since it was opened"):
        file.read(1, 3)


@given(st.data())
@settings(max_examples=300)
def test_damaged_events_are_found_as_by_the_reference(data):
    words = EVENT[4:].copy()
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(words) - 1))
        small = st.integers(0, 80)
        words[place] = data.draw(st.one_of(small, st.integers(0, 2**32 - 1), st.just(words[place] ^ 1)))
    given_words = np.array([*words, *make.tail(1)], np.uint32)
    starts = np.zeros(4, np.int64)
    events, used, reason, _ = kernel.scan(given_words, MAX_EVENT_WORDS, starts)
    try:
        if words[1] != len(words):
            raise reference.DamagedError
        list(reference.crates(words))
    except reference.DamagedError:
        assert events == 0 or reason != 1 or used != len(words)
    else:
        assert (events, used, reason) == (1, len(words), 1)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=60), st.lists(st.integers(-5, 70), max_size=3))
def test_any_words_at_any_place(words, starts):
    out = np.zeros((len(starts), WORDS), np.uint32)
    given_words = np.array(words, np.uint32)
    found = np.zeros(2, np.int64)
    kernel.scan(given_words, MAX_EVENT_WORDS, found)
    assert kernel.boards(given_words, np.array(starts, np.int64), out) == (0 if starts else -1)


def test_rows_of_another_shape_are_refused():
    with pytest.raises(InputError):
        kernel.boards(np.zeros(4, np.uint32), np.zeros(2, np.int64), np.zeros((1, WORDS), np.uint32))
    assert read_boards(np.zeros(0, np.uint32), np.zeros(0, np.int64)).shape == (0, WORDS)
