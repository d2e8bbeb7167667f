"""Lines of Les Houches event files: the header is skipped, events come one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from trigemu.errors import InputError
from trigemu.files import MIB
from trigemu.physics.event_text import LARGEST, label, read_chunks, too_large

ALLOWED = "give a Les Houches event file (.lhe or .lhe.gz)"

LONGEST = MIB
"""Bytes of a line."""

_PER_LINE = 16
"""Bytes that a line counts besides its text: what it costs to look at it."""

_TAG = re.compile(rb"\s*<(/?)(event|init|header|LesHouchesEvents)(?:\s|>|$)")
"""A tag that matters stands first in its line; ``<initrwgt>`` is another."""


class LheText:
    """A file's ``<init>`` block and, one by one, its events.

    Attributes
    ----------
    where
        What messages call the file.
    init
        Lines of the block; there once the first event has been asked for.
    """

    def __init__(self, path: Path) -> None:
        self.where = label(path)
        self.init: list[bytes] | None = None
        self._path = path
        self._closed = False

    def _lines(self) -> Iterator[bytes]:
        rest, first = b"", True
        for chunk in read_chunks(self._path, ALLOWED):
            if first:
                self._check_head(chunk)
                first = False
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
            if len(rest) > LONGEST:
                raise InputError(f"{self.where} is damaged: a line is longer than {LONGEST // MIB} MiB")
        if first:
            raise InputError(f"{self.where} is empty: {ALLOWED}")
        yield rest

    def _check_head(self, chunk: bytes) -> None:
        head = chunk[:65536].strip()
        if not head:
            raise InputError(f"{self.where} is empty: {ALLOWED}")
        if b"<LesHouchesEvents" not in head:
            raise InputError(f"{self.where} is not a Les Houches file (no <LesHouchesEvents>): {ALLOWED}")

    def events(self) -> Iterator[list[bytes]]:
        """Yield the lines of each event between its tags.

        Raises
        ------
        InputError
            The file is absent, torn or foreign, has no ``<init>`` block, or an event is not closed or far too large.
        """
        inside: list[bytes] | None = None
        block, number, size, skip = b"", 0, 0, b""
        for line in self._lines():
            # All that stands in an event, or before or between events.
            size += len(line) + _PER_LINE
            if size > LARGEST:
                what = "the header" if self.init is None else "what stands between events"
                raise too_large(
                    self._path, f"event {number}" if block == b"event" and inside is not None else what
                )
            if skip:
                # Nothing in a header or comment is what it looks like.
                skip = b"" if skip in line else skip
                continue
            if b"<" not in line:
                if inside is not None:
                    inside.append(line)
                continue
            if line.lstrip().startswith(b"<!--"):
                skip = b"" if b"-->" in line else b"-->"
                continue
            tag = _TAG.match(line)
            if tag is None:
                if inside is None or b"</" + block + b">" not in line:
                    continue
                # The last line of a block and its end, together.
                inside.append(line[: line.index(b"</")])
                closes, name = True, block
            else:
                closes, name = tag[1] == b"/", tag[2]
                if closes and b">" not in line:
                    continue
            if name == b"header" and not closes:
                skip = b"" if b"</header>" in line else b"</header>"
            elif name == b"LesHouchesEvents" and closes:
                self._closed = inside is None
            elif self._closed and name in (b"LesHouchesEvents", b"event", b"init"):
                raise InputError(
                    f"{self.where} holds several listings, one put behind the other: give one file for each"
                )
            elif name in (b"event", b"init") and not closes:
                if inside is not None:
                    raise InputError(
                        f"{self.where} is damaged: {f'event {number}' if block == b'event' else '<init>'} is not "
                        f"closed before the next <{name.decode()}>"
                    )
                inside, block, size = [line.partition(b">")[2]], name, 0
            elif closes and name == block and inside is not None:
                if name == b"init":
                    self.init = inside
                else:
                    if self.init is None:
                        raise InputError(f"{self.where} has no <init> block: {ALLOWED}")
                    yield inside
                    number += 1
                inside, size = None, 0
        if not self._closed:
            raise InputError(
                f"{self.where} is truncated: it does not end with </LesHouchesEvents>; copy it again"
            )
        if self.init is None:
            raise InputError(f"{self.where} has no <init> block: {ALLOWED}")
        if not number:
            raise InputError(f"{self.where} holds no event: {ALLOWED}")
