"""Blocks of columns: layout, sharing of memory, refusal of what does not fit."""

from __future__ import annotations

import mmap

import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trigemu.errors import InputError
from trigemu.frames.columns import (
    ALIGNMENT,
    DTYPES,
    Block,
    Column,
    Schema,
    allocate,
    block_size,
    check_offsets,
    cut_windows,
    pack,
    take_pieces,
)

HITS = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2"), Column("value", "|u1")))


def columns(n: int) -> dict[str, np.ndarray]:
    return {
        "time": np.arange(n, dtype="<i8") * 7 - 3,
        "channel": np.arange(n, dtype="<u2"),
        "value": np.arange(n, dtype=np.uint8),
    }


def as_mmap(data: bytes) -> memoryview:
    room = mmap.mmap(-1, max(len(data), 1))
    room[: len(data)] = data
    return memoryview(room)[: len(data)]


SOURCES = {
    "array": lambda data: np.frombuffer(bytearray(data), np.uint8),
    "read-only array": lambda data: np.frombuffer(data, np.uint8),
    "bytes": lambda data: data,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "received frame": lambda data: zmq.Frame(data).buffer,
    "mapped file": as_mmap,
}


@st.composite
def schemas_with_columns(draw: st.DrawFn) -> tuple[Schema, dict[str, np.ndarray]]:
    dtypes = draw(st.lists(st.sampled_from(sorted(DTYPES)), max_size=5))
    schema = Schema("any", tuple(Column(f"c{i}", dtype) for i, dtype in enumerate(dtypes)))
    values = {c.name: draw(hnp.arrays(c.dtype, draw(st.integers(0, 70)))) for c in schema.columns}
    return schema, values


@given(schemas_with_columns())
@settings(deadline=None)
def test_pack_lays_columns_out_as_documented(case: tuple[Schema, dict[str, np.ndarray]]) -> None:
    schema, values = case
    expected = b""
    for column in schema.columns:
        data = values[column.name].tobytes()
        expected += data + bytes(-len(data) % ALIGNMENT)
    block = pack(schema, values)
    assert block.buffer.tobytes() == expected
    assert block_size(schema, block.lengths) == len(expected)
    for name, value in values.items():
        np.testing.assert_array_equal(block[name], value)
        assert block[name].flags.aligned


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("n", [0, 1, 33])
def test_block_is_a_view_of_any_buffer(kind: str, n: int) -> None:
    original = pack(HITS, columns(n))
    memory = SOURCES[kind](original.buffer.tobytes())
    block = Block(HITS, original.lengths, memory)
    for name in HITS.names:
        np.testing.assert_array_equal(block[name], original[name])
        assert block[name].flags.aligned
    outside = np.frombuffer(memory, np.uint8)
    if n and outside.ctypes.data % 8 == 0:
        assert all(np.shares_memory(block[name], outside) for name in HITS.names)
    assert block["time"].flags.writeable == outside.flags.writeable


@pytest.mark.parametrize("shift", range(1, 8))
def test_block_at_an_odd_address_is_aligned_by_a_copy(shift: int) -> None:
    original = pack(HITS, columns(20))
    room = np.zeros(original.buffer.size + 16, np.uint8)
    start = (-room.ctypes.data) % 8 + shift
    room[start : start + original.buffer.size] = original.buffer
    block = Block(HITS, original.lengths, room[start : start + original.buffer.size])
    assert all(block[name].flags.aligned for name in HITS.names)
    np.testing.assert_array_equal(block["time"], original["time"])
    assert block.buffer.tobytes() == original.buffer.tobytes()


def test_block_is_a_mapping() -> None:
    block = pack(HITS, columns(3))
    assert list(block) == ["time", "channel", "value"]
    assert len(block) == 3
    assert "time" in block
    assert "energy" not in block
    assert repr(block) == "Block(hits: time[3], channel[3], value[3])"
    assert block["time"] is block["time"]
    with pytest.raises(KeyError):
        block["energy"]


def test_pack_returns_a_block_as_it_is() -> None:
    block = pack(HITS, columns(3))
    same = Schema(HITS.source, HITS.columns)
    assert pack(same, block) is block
    other = Schema("others", HITS.columns)
    assert pack(other, block).schema is other


def test_allocate_is_zeroed_and_writable() -> None:
    block = allocate(HITS, (5, 5, 5))
    assert not block.buffer.any()
    block["time"][:] = 1
    assert block.buffer.any()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"value": None}, "instead of"),
        ({"more": np.zeros(4)}, "instead of"),
        ({"channel": np.zeros((4, 2), "<u2")}, "column 'channel' has 2 dimensions"),
        ({"channel": np.zeros(4, "<f8")}, "column 'channel': Cannot cast"),
        ({"channel": np.zeros(4, "<i8")}, "column 'channel': Cannot cast"),
    ],
)
def test_pack_refuses(change: dict[str, np.ndarray | None], sentence: str) -> None:
    wrong = {name: value for name, value in {**columns(4), **change}.items() if value is not None}
    with pytest.raises(InputError, match=sentence):
        pack(HITS, wrong)


@pytest.mark.parametrize(
    ("lengths", "buffer", "sentence"),
    [
        ((4, 4), bytes(192), "do not fit"),
        ((4, 4, -1), bytes(192), "do not fit"),
        ((4, 4, 4), bytes(191), "191 bytes instead of 192"),
        ((9, 4, 4), bytes(192), "192 bytes instead of 256"),
        ((2**62, 4, 4), bytes(192), "192 bytes instead of"),
        ((4, 4, 4), np.zeros(24, "<i8"), "contiguous array of bytes"),
        ((4, 4, 4), np.zeros(384, np.uint8)[::2], "contiguous array of bytes"),
        ((4, 4, 4), np.zeros((3, 64), np.uint8), "contiguous array of bytes"),
        ((4, 4, 4), memoryview(bytes(384))[::2], "contiguous memory"),
        ((4, 4, 4), "text", "contiguous memory"),
    ],
)
def test_block_refuses(lengths: tuple[int, ...], buffer: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Block(HITS, lengths, buffer)  # type: ignore[arg-type]


def test_schema_digest_changes_with_everything() -> None:
    time, channel = Column("time", "<i8"), Column("channel", "<u2")
    schemas = [
        Schema("a", (time, channel)),
        Schema("b", (time, channel)),
        Schema("a", (channel, time)),
        Schema("a", (time,)),
        Schema("a", (time, Column("channel", "<u4"))),
        Schema("a", (time, channel)).with_offsets(),
    ]
    assert len({schema.digest for schema in schemas}) == len(schemas)
    assert Schema("a", (time, channel)).digest == schemas[0].digest
    assert schemas[-1].with_offsets() is schemas[-1]
    # The digest is written into recorded runs: it must not change from one version to the next.
    assert schemas[0].digest == "5d536fa402761262"


@pytest.mark.parametrize(
    ("source", "names"), [("", ("a",)), ("s", ("",)), ("s;t", ("a",)), ("s", ("a:b",)), ("s", ("a", "a"))]
)
def test_schema_refuses_names(source: str, names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="schema of"):
        Schema(source, tuple(Column(name, "<i8") for name in names))


@pytest.mark.parametrize("dtype", [">i8", "O", "<c16", "|S4", "<i3", ""])
def test_column_refuses_dtypes(dtype: str) -> None:
    with pytest.raises(InputError, match="is not one of"):
        Column("time", dtype)


def test_empty_columns_pack() -> None:
    schema = HITS.with_offsets()
    block = pack(schema, schema.empty())
    assert block.lengths == (0, 0, 0, 1)


@pytest.mark.parametrize("offsets", [[], [1, 3], [0, 2], [0, 2, 1, 3], [0, 4, 3]])
def test_check_offsets_refuses(offsets: list[int]) -> None:
    with pytest.raises(InputError, match="here: offsets must start at 0"):
        check_offsets(np.array(offsets, np.int64), 3, "here")


def test_check_offsets_accepts() -> None:
    check_offsets(np.array([0, 0, 2, 3, 3]), 3, "here")


@given(
    time=st.lists(st.integers(-50, 50), max_size=40).map(sorted),
    windows=st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), max_size=10),
)
@settings(deadline=None)
def test_cut_windows_against_a_loop(time: list[int], windows: list[tuple[int, int]]) -> None:
    hits = {"time": np.array(time, np.int64), "channel": np.arange(len(time), dtype="<u2")}
    bounds = np.array(windows, np.int64).reshape(-1, 2)
    cut = cut_windows(hits, bounds[:, 0], bounds[:, 1])
    check_offsets(cut["offsets"], len(cut["time"]), "cut")
    for i, (start, stop) in enumerate(windows):
        inside = [j for j, t in enumerate(time) if start <= t < stop]
        piece = slice(cut["offsets"][i], cut["offsets"][i + 1])
        assert cut["channel"][piece].tolist() == inside
        assert cut["time"][piece].tolist() == [time[j] for j in inside]


@given(pieces=st.lists(st.tuples(st.lists(st.integers(0, 99), max_size=5), st.booleans()), max_size=10))
@settings(deadline=None)
def test_take_pieces_against_a_loop(pieces: list[tuple[list[int], bool]]) -> None:
    offsets = np.cumsum([0, *(len(values) for values, _ in pieces)])
    flat = np.array([value for values, _ in pieces for value in values], np.int64)
    keep = np.array([kept for _, kept in pieces], bool)
    taken = take_pieces({"time": flat, "offsets": offsets}, keep)
    expected = [values for values, kept in pieces if kept]
    assert taken["time"].tolist() == [value for values in expected for value in values]
    assert np.diff(taken["offsets"]).tolist() == [len(values) for values in expected]
