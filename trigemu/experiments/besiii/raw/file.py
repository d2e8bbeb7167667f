"""The structure of a raw data file: header, events one after the other, tail.

Everything is little-endian words of 32 bits; every fragment begins with a marker and its size (besiii_real_facts 1.2).
The whole structure is looked at before anything in it is decoded, in pieces of bounded size.  The number of events in
the tail is not compared with what is there: files of selected events keep that of the file they were taken from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, NoReturn

import numpy as np

from trigemu._kernels import besiii_raw as _kernel
from trigemu.arrays import I64, U32
from trigemu.errors import InputError
from trigemu.files import MIB, open_regular, shown

FILE_START, FILE_NAME, RUN_PARAMETERS = 0x1234AAAA, 0x1234AABB, 0x1234BBBB
TAIL, FILE_END = 0x1234DDDD, 0x1234EEEE
TAIL_WORDS = 10

WORD = 4
"""Bytes of a word."""

MAX_EVENT_WORDS = 1 << 20
"""Words of an event at most (guess): 4 MiB; real ones have about 3,000."""

MAX_EVENTS = 10_000_000
"""Events of a file at most (guess)."""

_PIECE = 16 * MIB
_HEAD_BYTES = 256
_STATUS = 5
"""Word of an event's header that counts its status words."""

_MAX_NAME = 1024
_MORE, _END = 0, 1
_WRONG = {
    2: "there is {0:#010x} where the marker of a fragment must be",
    3: "a fragment says that it has {1} words, which do not fit into what holds it",
    4: "a fragment says that its header has {2} words, which do not fit into its {1}",
    5: "the words that a crate's block counts do not fit into it",
}
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, eq=False)
class RawFile:
    """A raw data file whose structure is sound.

    Attributes
    ----------
    path
        Where it is.
    run
        Number of the run, as the first event says.
    date
        When the file was begun, as it says: ddmmyy.
    starts
        int64[n], byte at which each event begins.
    end
        Byte at which the tail begins.
    """

    path: str
    run: int
    date: int
    starts: I64
    end: int

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def name(self) -> str:
        """What messages call the file."""
        return name_of(self.path)

    def read(self, first: int, stop: int) -> tuple[U32, I64]:
        """Return words of some events (separators between them included) and where each event begins in them.

        Raises
        ------
        InputError
            The file is not what it was when its structure was looked at.
        """
        if not 0 <= first < stop <= len(self):
            return np.zeros(0, np.uint32), np.zeros(0, np.int64)
        begin = int(self.starts[first])
        end = int(self.starts[stop]) if stop < len(self) else self.end
        with open_regular(self.path, self.name) as file:
            file.seek(begin)
            data = file.read(end - begin)
        places = (self.starts[first:stop] - begin) // WORD
        if len(data) == end - begin:
            words = np.frombuffer(data, "<u4")
            found = np.empty(len(places) + 1, np.int64)
            events, _, _, _ = _kernel.scan(words, MAX_EVENT_WORDS, found)
            if events == len(places) and np.array_equal(found[:events], places):
                last = int(places[-1])
                return words[: last + int(words[last + 1])], places
        raise InputError(f"{self.name} has changed since it was opened")


def number_of_event(words: U32) -> int:
    """Return the number of an event in its run, -1 if its header is too short to say; ``words`` as `run_of_event`."""
    own = _own(words)
    return int(words[own + 2]) if own >= 0 else -1


def event_numbers(raw: RawFile) -> I64:
    """Return the number of each event in its run, int64[n], -1 where its header does not say; raises as `read`."""
    found = np.empty(len(raw), np.int64)
    with open_regular(raw.path, raw.name) as file:
        for place, start in enumerate(raw.starts.tolist()):
            file.seek(start)
            data = file.read(_HEAD_BYTES)
            found[place] = number_of_event(np.frombuffer(data[: len(data) // WORD * WORD], "<u4"))
    return found


def name_of(path: str) -> str:
    """Return what messages call a file."""
    return f"raw data file {shown(path)}"


def open_raw(path: str) -> RawFile:
    """Look at the structure of a raw data file, from its first to its last byte.

    Raises
    ------
    InputError
        It is not there, not a raw data file, empty, cut, or its fragments do not fit into one another; the sentence
        names the byte.
    """
    with open_regular(path, name_of(path), "give the file that the experiment wrote") as file:
        run, date, start = read_header(file, path)
        try:
            starts, end = _events(file, path, start)
            _check_tail(file, path, end)
            if not len(starts):
                _refuse(path, start, "the file holds no event")
            file.seek(int(starts[0]))
            run = run_of_event(np.frombuffer(file.read(_HEAD_BYTES), "<u4"), run)
        except OSError as error:
            raise InputError(f"{name_of(path)} cannot be read ({error.strerror})") from None
    return RawFile(str(path), run, date, starts, end)


def run_of_event(words: U32, otherwise: int) -> int:
    """Return the run that an event says it is of: files of selected events may have another one's header.

    Parameters
    ----------
    words
        uint32[m], the event's first words.
    otherwise
        What is returned if its header is too short to say.
    """
    own = _own(words)
    return int(words[own + 3]) if own >= 0 else otherwise


def _own(words: U32) -> int:
    """Return where an event's own words begin, -1 if there are none."""
    # Marker, size, size of the header, version, source, status words, and what is the event's own: time, number, run.
    own = _STATUS + 1 + int(words[_STATUS]) if len(words) > _STATUS else len(words)
    if own + 3 >= min(len(words), int(words[2]) if len(words) > 2 else 0) or words[own] < 3:
        return -1
    return own


def read_header(file: BinaryIO, path: str) -> tuple[int, int, int]:
    """Return run number, date and the byte at which data begin; raises as `open_raw`."""
    head = file.read(2)
    if not head:
        _refuse(path, 0, "the file is empty")
    if head == _GZIP:
        _refuse(path, 0, "the file is compressed with gzip: unpack it first")
    file.seek(0)
    at = 0

    def take(what: str) -> int:
        nonlocal at
        data = file.read(WORD)
        if len(data) < WORD:
            _refuse(path, at + len(data), f"the file ends before {what}")
        at += WORD
        return int.from_bytes(data, "little")

    def marker(wanted: int, what: str) -> None:
        found = take(what)
        if found != wanted:
            _refuse(
                path, at - WORD, f"{what} must be {wanted:#010x}, not {found:#010x}: no raw data of BESIII"
            )

    def text(what: str) -> None:
        nonlocal at
        size = take(what)
        if size > _MAX_NAME:
            _refuse(path, at - WORD, f"{what} has {size} characters, allowed are {_MAX_NAME}")
        whole = -(-size // WORD) * WORD
        if len(file.read(whole)) < whole:
            _refuse(path, at, f"the file ends inside {what}")
        at += whole

    marker(FILE_START, "the marker of the file")
    take("the header")
    _, _, date, _ = (take("the header") for _ in range(4))
    take("the header")
    take("the header")
    marker(FILE_NAME, "the marker of the file's name")
    text("the file's name")
    text("the file's tag")
    marker(RUN_PARAMETERS, "the marker of the run's parameters")
    take("the run's parameters")
    run = take("the run's number")
    for _ in range(6):
        take("the run's parameters")
    return run, date, at


def _events(file: BinaryIO, path: str, start: int) -> tuple[I64, int]:
    """Return the byte of each event and that of the tail."""
    found: list[I64] = []
    count, at, rest = 0, start, b""
    while True:
        more = file.read(_PIECE)
        data = rest + more
        words = np.frombuffer(data[: len(data) // WORD * WORD], "<u4")
        starts = np.empty(len(words) // 5 + 1, np.int64)
        events, used, reason, place = _kernel.scan(words, MAX_EVENT_WORDS, starts)
        found.append(at + WORD * starts[:events])
        count += events
        if count > MAX_EVENTS:
            _refuse(path, at, f"the file holds more than {MAX_EVENTS} events")
        if reason == _END:
            return np.concatenate(found), at + WORD * used
        if reason != _MORE:
            shown_words = [int(word) for word in words[place : place + 3]] + [0, 0, 0]
            _refuse(path, at + WORD * place, _WRONG[reason].format(*shown_words))
        if not more:
            _refuse(path, at + len(data), "the file is cut: it ends inside an event or before its tail")
        at, rest = at + WORD * used, data[WORD * used :]


def _check_tail(file: BinaryIO, path: str, end: int) -> None:
    file.seek(end)
    data = file.read(WORD * TAIL_WORDS + 1)
    if len(data) < WORD * TAIL_WORDS:
        _refuse(path, end + len(data), f"the file is cut: its tail has {TAIL_WORDS} words")
    if len(data) > WORD * TAIL_WORDS:
        _refuse(path, end + WORD * TAIL_WORDS, "there is more behind the file's tail")
    last = int.from_bytes(data[-WORD:], "little")
    if last != FILE_END:
        place = end + WORD * (TAIL_WORDS - 1)
        _refuse(path, place, f"the last word must be {FILE_END:#010x}, not {last:#010x}")


def _refuse(path: str, byte: int, what: str) -> NoReturn:
    raise InputError(f"{name_of(path)}, byte {byte}: {what}")
