"""Reading what is left of a damaged run, and counting what is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from trigemu.errors import InputError
from trigemu.frames.rundir import RunReader, read_json, write_json

Record = Callable[..., Path]


def left(path: Path) -> tuple[list[tuple[str, int]], RunReader]:
    reader = RunReader(path, damaged=True)
    return [(record.kind, record.frame) for record in reader.records()], reader


def test_a_sound_run_has_no_damage(record_run: Record) -> None:
    found, reader = left(record_run(20))
    damage = reader.damage()
    assert len(found) == 40
    assert (damage.records, damage.bytes, damage.segments, damage.first) == (0, 0, 0, "")


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_half_a_segment_cut_off(record_run: Record, number: int, index: bool) -> None:
    path = record_run(20)
    whole, _ = left(path)
    file = path / f"segment-{number:06d}.tgm"
    size = file.stat().st_size
    os.truncate(file, size // 2)
    if not index:
        (path / "index.json").unlink()
    found, reader = left(path)
    damage = reader.damage()
    assert found == [each for each in whole if each in found]
    assert 0 < len(found) < 40
    if index:
        assert damage.records == 40 - len(found)
        assert damage.bytes >= size - size // 2
    assert damage.bytes > 0
    assert f"segment-{number:06d}.tgm has no whole record at byte" in damage.first


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_segment_that_is_gone(record_run: Record, number: int) -> None:
    path = record_run(20)
    info = RunReader(path).segments[number]
    (path / f"segment-{number:06d}.tgm").unlink()
    found, reader = left(path)
    damage = reader.damage()
    assert (damage.records, damage.bytes, damage.segments) == (info.records, info.bytes, 1)
    assert f"segment-{number:06d}.tgm is missing" in damage.first
    assert len(found) == 40 - info.records


def test_a_segment_of_another_run(record_run: Record) -> None:
    path, other = record_run(20), record_run(20, name="other")
    (path / "segment-000001.tgm").write_bytes((other / "segment-000001.tgm").read_bytes())
    found, reader = left(path)
    assert reader.damage().segments == 1
    assert "belongs to another run" in reader.damage().first
    assert len(found) == 40 - reader.damage().records


def test_a_flipped_bit_costs_one_record(record_run: Record) -> None:
    path = record_run(20, segment_bytes=1 << 20)
    whole, _ = left(path)
    file = path / "segment-000000.tgm"
    data = bytearray(file.read_bytes())
    # A byte of the first record's head, and one of its data.
    for byte in (64 + 16, 64 + 64 + 3):
        file.write_bytes(bytes([*data[:byte], data[byte] ^ 4, *data[byte + 1 :]]))
        found, reader = left(path)
        assert found == whole[1:]
        assert reader.damage().records == 1


def test_junk_behind_a_closed_segment_is_counted(record_run: Record) -> None:
    path = record_run(20, segment_bytes=1 << 20)
    with (path / "segment-000000.tgm").open("ab") as file:
        file.write(b"TGMr" + bytes(200))
    found, reader = left(path)
    assert len(found) == 40
    assert (reader.damage().records, reader.damage().bytes) == (0, 204)


@pytest.mark.parametrize(
    "change", [{"kinds": {"fragment": 1}}, {"kinds": {}}, {"first_frame": 1}, {"last_frame": 0}], ids=str
)
def test_an_index_that_describes_something_else_is_refused(
    record_run: Record, change: dict[str, object]
) -> None:
    path = record_run(20)
    run_id = RunReader(path).info.run_id
    index = read_json(path / "index.json")
    index["segments"][0].update(change)
    index.pop("checksum")
    write_json(path / "index.json", index, run_id)
    _, reader = left(path)
    with pytest.raises(InputError, match=r"index\.json: does not describe segment-000000\.tgm; remove it"):
        reader.damage()
