"""Messages of one 256 KiB fragment: what encoding and decoding cost beside moving the bytes.

Run with ``pytest bench/bench_wire.py``; a table at the end compares the cases.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from trigemu.frames.columns import Block, Column, Schema, pack
from trigemu.frames.frame import Fragment
from trigemu.frames.rundir import RunReader, RunWriter, create_run
from trigemu.frames.wire import decode, fragment_message, parse_fragment

HITS = Schema("newchod", (Column("time", "<i8"), Column("channel", "<u2"), Column("value", "<u2")))
SCHEMAS = {"newchod": HITS}
BYTES = 256 * 1024
COUNT = BYTES // 12


def columns(n: int = COUNT) -> dict[str, np.ndarray]:
    small = (np.arange(n) % 304).astype("<u2")
    return {"time": np.arange(n) * 13, "channel": small, "value": small}


@pytest.fixture(scope="module")
def fragment() -> Fragment:
    return Fragment(1, 123_456, "newchod", pack(HITS, columns()), 10**15, 10**15 + 1)


@pytest.fixture(params=[True, False], ids=["checksum", "bare"])
def checksum(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def received(fragment: Fragment, checksum: bool) -> list[memoryview]:
    return [memoryview(bytes(part)) for part in fragment_message(fragment, checksum=checksum)]


@pytest.mark.benchmark(group="wire: 256 KiB fragment")
def test_encode(benchmark: BenchmarkFixture, fragment: Fragment, checksum: bool) -> None:
    header, payload = benchmark(fragment_message, fragment, checksum=checksum)
    assert payload is fragment.columns.buffer
    assert len(header) < 200


@pytest.mark.benchmark(group="wire: 256 KiB fragment")
def test_decode(benchmark: BenchmarkFixture, fragment: Fragment, checksum: bool) -> None:
    parts = received(fragment, checksum)
    message = benchmark(decode, parts, SCHEMAS)
    assert message.fields["frame"] == fragment.frame


@pytest.mark.benchmark(group="wire: 256 KiB fragment")
def test_parse_fragment(benchmark: BenchmarkFixture, fragment: Fragment, checksum: bool) -> None:
    parts = received(fragment, checksum)
    parsed = benchmark(parse_fragment, parts, SCHEMAS)
    assert np.shares_memory(parsed.columns["time"], np.frombuffer(parts[1], np.uint8))


@pytest.mark.benchmark(group="wire: 256 KiB fragment")
def test_copy_of_the_payload(benchmark: BenchmarkFixture, fragment: Fragment) -> None:
    """The yardstick: what it costs to touch the bytes once."""
    assert len(benchmark(fragment.columns.buffer.tobytes)) == fragment.columns.buffer.nbytes


@pytest.mark.benchmark(group="block: views and packing")
def test_block_from_a_buffer(benchmark: BenchmarkFixture, fragment: Fragment) -> None:
    block = fragment.columns
    assert benchmark(Block, HITS, block.lengths, block.buffer).lengths == block.lengths


@pytest.mark.benchmark(group="block: views and packing")
def test_block_and_its_columns(benchmark: BenchmarkFixture, fragment: Fragment) -> None:
    block = fragment.columns
    time = benchmark(lambda: Block(HITS, block.lengths, block.buffer)["time"])
    assert len(time) == COUNT


@pytest.mark.benchmark(group="block: views and packing")
@pytest.mark.parametrize("n", [10, COUNT])
def test_pack(benchmark: BenchmarkFixture, n: int) -> None:
    values = columns(n)
    assert benchmark(pack, HITS, values).lengths == (n, n, n)


@pytest.mark.benchmark(group="run directory: 256 KiB records")
def test_record(benchmark: BenchmarkFixture, fragment: Fragment, tmp_path: Path) -> None:
    create_run(tmp_path / "run", {"run": {"number": 1}}, "bench")
    parts = fragment_message(fragment)
    with RunWriter(tmp_path / "run", 1 << 30) as writer:
        append: Callable[..., None] = writer.append
        benchmark.pedantic(append, (parts,), {"frame": 1, "kind": "fragment"}, rounds=200, warmup_rounds=5)
    assert RunReader(tmp_path / "run").kinds["fragment"] == 205


@pytest.mark.benchmark(group="run directory: 256 KiB records")
def test_read_back(benchmark: BenchmarkFixture, fragment: Fragment, tmp_path: Path) -> None:
    create_run(tmp_path / "run", {"run": {"number": 1}}, "bench")
    with RunWriter(tmp_path / "run", 1 << 30) as writer:
        for frame in range(100):
            writer.append(fragment_message(fragment), frame=frame, kind="fragment")
    reader = RunReader(tmp_path / "run")
    count = benchmark(lambda: sum(1 for record in reader.records() if parse_fragment(record.parts, SCHEMAS)))
    assert count == 100
