"""Good messages, changed in many ways: nothing but `WireError` comes out, and with a checksum no changed data go in."""

from __future__ import annotations

import faulthandler
import resource
import sys
from collections import Counter

import msgpack
import numpy as np
import pytest
from xxhash import xxh3_64_intdigest

from trigemu.decision.candidates import Candidates
from trigemu.decision.rows import SCHEMAS as ROWS
from trigemu.decision.rows import Row, decode_rows, encode_rows
from trigemu.frames.columns import Column, Schema, pack
from trigemu.frames.frame import Fragment
from trigemu.frames.wire import WireError, decode, fragment_message, parse_fragment
from trigemu.streaming.core.builder import EventBuilder
from trigemu.streaming.core.protocol import read_note, write_note

HITS = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2"))).with_offsets()
FREE = Schema("free", (Column("time", "<i8"), Column("value", "<f4")))
SCHEMAS = {"hits": HITS, "free": FREE}
EDGES = (
    0,
    1,
    -1,
    2**31,
    2**32,
    2**62,
    2**63 - 1,
    2**64 - 1,
    -(2**63),
    7,
    0.5,
    float("nan"),
    None,
    True,
    "hits",
    b"x",
)
CUT = 60
"""Seconds that a batch takes at most: a message that hangs ends the process with the place."""


def fragment(schema, columns, checksum):
    made = Fragment(1, 2, schema.source, pack(schema, columns), 3, 4)
    return [bytes(part) for part in fragment_message(made, checksum=checksum)]


def originals():
    hits = {"time": np.arange(9), "channel": np.arange(9, dtype="<u2"), "offsets": np.array([0, 3, 9])}
    free = {"time": np.arange(5), "value": np.zeros(5, "<f4")}
    lines = np.ones((3, 2), np.uint64)
    rows = [Row(f, 1, 2, 3, 4, 5, 6, candidates=Candidates(np.arange(3), lines, lines)) for f in range(2)]
    rows += [Row(2, tally=np.arange(4), extra=fragment(FREE, free, True)), Row(3, lost=3, missing=1)]
    made = []
    for checksum in (True, False):
        made += [fragment(HITS, hits, checksum), fragment(FREE, free, checksum)]
        made.append([bytes(part) for part in encode_rows(rows, checksum=checksum)])
    note = {
        "assign": [["worker-0", 0, 16, 0]],
        "frame_ns": 0.0,
        "release": 3,
        "name": "x",
        "counters": {"sent": 1},
    }
    return [*made, [bytes(part) for part in write_note("assign", note)]]


def header_of(parts):
    return msgpack.unpackb(parts[0], strict_map_key=False)


def flip(parts, random):
    part = bytearray(parts[place := int(random.integers(len(parts)))])
    for _ in range(int(random.integers(1, 4))):
        if part:
            part[int(random.integers(len(part)))] ^= 1 << int(random.integers(8))
    return [*parts[:place], bytes(part), *parts[place + 1 :]]


def cut(parts, random):
    place = int(random.integers(len(parts)))
    return [*parts[:place], parts[place][: int(random.integers(len(parts[place]) + 1))], *parts[place + 1 :]]


def splice(parts, random, others):
    other = others[int(random.integers(len(others)))]
    place = int(random.integers(len(parts)))
    new = other[int(random.integers(len(other)))]
    if random.integers(2):
        at = int(random.integers(len(parts[place]) + 1))
        new = parts[place][:at] + new[int(random.integers(len(new) + 1)) :]
    return [*parts[:place], new, *parts[place + 1 :]]


def stretch(parts, random):
    place = int(random.integers(len(parts)))
    at = int(random.integers(len(parts[place]) + 1))
    new = random.bytes(int(random.integers(1, 70)))
    return [*parts[:place], parts[place][:at] + new + parts[place][at:], *parts[place + 1 :]]


def fewer_or_more(parts, random):
    kind = random.integers(3)
    if kind == 0 and len(parts) > 1:
        return parts[:-1]
    return [*parts, parts[-1]] if kind == 1 else parts[::-1]


def nest(random, depth):
    value = EDGES[int(random.integers(len(EDGES)))]
    for _ in range(depth):
        value = [value] * int(random.integers(1, 3)) if random.integers(2) else {"k": value, 7: None}
    return value


def rewrite(parts, random):
    """Change a value of the header, and give it its right checksum again."""
    header = header_of(parts)
    place = int(random.integers(1, 4))
    new = nest(random, int(random.integers(0, 12)))
    inside = header[place]
    if isinstance(inside, dict) and inside and random.integers(4):
        header[place][str(random.choice(sorted(map(str, inside))))] = new
    elif isinstance(inside, list) and random.integers(4):
        at = int(random.integers(len(inside)))
        if isinstance(inside[at], list) and inside[at]:
            inside[at][int(random.integers(len(inside[at])))] = new
        else:
            inside[at] = new
    else:
        header[place] = new
    return sealed([msgpack.packb(header, default=str), *parts[1:]], header[4] is not None)


def edit_payload(parts, random):
    """Change bytes of the payload, and give the message its right checksum again."""
    if len(parts) < 2 or not parts[1]:
        return parts
    payload = bytearray(parts[1])
    at = int(random.integers(len(payload)))
    new = random.choice([bytes(8), b"\xff" * 8, b"\xff" * 7 + b"\x7f", bytes(7) + b"\x80", random.bytes(3)])
    payload[at : at + len(new)] = new[: len(payload) - at]
    return sealed([parts[0], bytes(payload), *parts[2:]], header_of(parts)[4] is not None)


def sealed(parts, checksum):
    if not checksum:
        return parts
    header = header_of(parts)
    header[4] = None
    body = msgpack.packb(header, default=str)[:-1]
    seed = xxh3_64_intdigest(body)
    total = seed if len(parts) < 2 else xxh3_64_intdigest(parts[1], seed)
    return [body + b"\xcf" + total.to_bytes(8, "big"), *parts[1:]]


def take(parts, builder):
    """Let everything that reads messages read this one; return what it was taken for."""
    found = "refused"
    try:
        got = parse_fragment(parts, SCHEMAS)
    except WireError:
        pass
    else:
        columns = got.columns
        hits = len(columns["time"])
        if "offsets" in columns:
            assert columns["offsets"][0] == 0
            assert columns["offsets"][-1] == hits
            assert (np.diff(columns["offsets"]) >= 0).all()
        assert all(len(columns[name]) == hits for name in columns if name != "offsets")
        builder.add(got.run, got.frame, got.source, got, 0.0)
        builder.give_up(1e9, 0.0)
        found = "fragment"
    for schemas, read in ((SCHEMAS, decode), (ROWS, lambda p, s: decode_rows(decode(p[:2], s), p[2:]))):
        try:
            read(parts, schemas)
        except WireError:
            continue
        found = found if found != "refused" else "message"
    try:
        read_note(parts)
    except WireError:
        return found
    return found if found != "refused" else "note"


def survive(count, seed):
    random = np.random.default_rng(seed)
    kept = originals()
    sums = [header_of(parts)[4] is not None for parts in kept]
    broken = (flip, cut, stretch, fewer_or_more, lambda p, r: splice(p, r, kept))
    careful = (rewrite, edit_payload)
    builder = EventBuilder(1, tuple(SCHEMAS), 10, 20)
    states: Counter[str] = Counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        if number % 10_000 == 0:
            faulthandler.dump_traceback_later(CUT, exit=True)
        which = int(random.integers(len(kept)))
        parts = kept[which]
        resealed = bool(random.integers(2))
        for _ in range(int(random.integers(1, 3))):
            changes = careful if resealed else broken
            parts = changes[int(random.integers(len(changes)))](parts, random)
        state = take(parts, builder)
        if sums[which] and not resealed and parts[:2] != kept[which][:2] and parts not in kept:
            # Whatever happened to header and payload, and was not made good by who did it, is found out (but for the
            # checksum of another message, or of none, that was put in its place).
            others = [message[:2] for message in kept]
            assert state == "refused" or parts[:2] in others or _without_sum(parts), (which, parts)
        states[state] += 1
    faulthandler.cancel_dump_traceback_later()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10
    assert states["refused"] > count // 4
    return states


def _without_sum(parts):
    """Return whether the header is one without checksum, so that nobody can tell."""
    try:
        header = header_of(parts)
    except ValueError:
        return False
    return isinstance(header, list) and len(header) == 5 and header[4] is None


def test_mutated_messages():
    survive(3_000, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_million_mutated_messages(seed):
    sys.stdout.write(f"{survive(50_000, seed)}\n")
