"""The process that runs pybes3: words of events in, columns of digis out.

    python -P -m trigemu.experiments.besiii.raw.child

It is a process of its own because damaged events may end it.  A request on standard input is a number of words and the
words; an empty one ends it.  An answer on standard output is a line of JSON (what follows, or what went wrong) and the
arrays.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
from typing import Any, BinaryIO

import numpy as np

COLUMNS = {
    "mdc": ("m_intId", "m_timeChannel"),
    "tof": ("m_intId", "m_timeChannel"),
    "emc": ("m_intId", "m_chargeChannel", "m_timeChannel", "m_measure"),
}
"""Detector -> what is taken of its digis, uint32 each, behind int64 offsets."""

MISSING = "missing"
"""What is wrong where pybes3 is not there."""

MAX_MEMORY = 4 << 30
"""Bytes of address space: damaged events may ask for any amount."""

# A header and a tail around the words, as the library wants them of a file; what they say is not used.
_NAME = b"none"
_HEADER = np.array([0x1234AAAA, 8, 2, 0, 0, 0, 0, 0, 0x1234AABB], "<u4").tobytes()
_HEADER += b"\4\0\0\0" + _NAME + b"\4\0\0\0" + _NAME
_HEADER += np.array([0x1234BBBB, 9, *[0] * 7], "<u4").tobytes()
_TAIL = (0x1234DDDD, 10, 0, 0, 0, 0, 0, 0, 0, 0x1234EEEE)


def digis(words: bytes, events: int) -> tuple[dict[str, list[int]], list[bytes]]:
    """Return what pybes3 says of events: lengths of the arrays of each detector, and their bytes."""
    import pybes3

    tail = list(_TAIL)
    tail[4] = events
    with tempfile.NamedTemporaryFile(prefix="trigemu-", suffix=".raw") as events_file:
        events_file.write(b"".join([_HEADER, words, np.array(tail, "<u4").tobytes()]))
        events_file.flush()
        opened = pybes3.open_raw(events_file.name)
    # The file has no name any more when the events are decoded: nothing is left of it if that ends this process.
    with opened as file:
        found = file.arrays(filter_name=list(COLUMNS))
    lengths: dict[str, list[int]] = {}
    parts: list[bytes] = []
    for detector, names in COLUMNS.items():
        content = found[detector].layout.to_packed()
        arrays = [np.asarray(content.offsets.data, np.int64)]
        arrays += [np.asarray(content.content[name].data, np.uint32) for name in names]
        lengths[detector] = [len(array) for array in arrays]
        parts += [array.tobytes() for array in arrays]
    return lengths, parts


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while len(head := source.read(16)) == 16:
        size, events = np.frombuffer(head, "<i8").tolist()
        words = source.read(size)
        if not size or len(words) < size:
            return
        answer: dict[str, Any]
        parts: list[bytes] = []
        try:
            lengths, parts = digis(words, events)
            answer = {"lengths": lengths}
        except ModuleNotFoundError as error:
            answer = {"error": MISSING, "what": str(error)}
        except Exception as error:
            answer = {"error": type(error).__name__, "what": str(error)}
        sink.write(json.dumps(answer).encode() + b"\n")
        sink.writelines(parts)
        sink.flush()


def main() -> None:
    """Serve the process that started this one; who stops that one stops this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for what, most in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    # What the library prints must not get between the answers.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
