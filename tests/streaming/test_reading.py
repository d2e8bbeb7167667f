"""Whoever reads a run believes the records that its census has counted, and no others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.rewriting import Entry, entries_of, replace_records
from support.spoilt_runs import Base, exported, record

from trigemu import streaming
from trigemu.decision.rows import LOST, SCHEMAS, VERDICTS, Row, decode_rows, encode_rows
from trigemu.frames.rundir import RunReader
from trigemu.frames.wire import decode
from trigemu.streaming.census import take_census
from trigemu.streaming.core.totals import RunTotals
from trigemu.streaming.finishing import finish_records


@pytest.fixture(scope="module", params=["accepted", "all"])
def sound(request: pytest.FixtureRequest, configs: Path, tmp_path_factory: pytest.TempPathFactory) -> Base:
    out = tmp_path_factory.mktemp("sound") / f"{request.param}"
    record(configs / "pulser.toml", out, "run.frames=20", "pulser.pulses=10", f"record.mode={request.param}")
    return Base(out)


@pytest.fixture
def path(sound: Base, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound.path, tmp_path / "run"))


def with_rows(entry: Entry, change: Callable[[list[Row]], None]) -> Entry:
    rows = decode_rows(decode(entry.parts, SCHEMAS), ())
    change(rows)
    parts = [bytes(memoryview(part).cast("B")) for part in encode_rows(rows)]
    return entry._replace(parts=parts)


def replayed(path: Path, base: Base) -> RunTotals:
    return streaming.replay(path, base.setup, path.with_name("again"), offline=True)


def rows_of(path: Path, base: Base) -> tuple[dict[tuple[int, int], object], int]:
    """Return what is exported, and how many records a census has counted as unusable."""
    reader = RunReader(path, damaged=True)
    census = take_census(reader, base.setup)
    assert census.missing is not None
    return exported(reader, base.setup, census.holes), census.missing["records"]


def check_all_there(path: Path, base: Base, unusable: int) -> None:
    assert rows_of(path, base) == (base.rows, unusable)
    totals = replayed(path, base)
    assert totals.quality == "tainted"
    assert totals.missing is not None
    assert (totals.missing["frames"], totals.missing["records"]) == (0, unusable)
    assert totals.replay is not None
    assert (totals.replay["different"], totals.frames["lost"]) == (0, 0)
    assert finish_records(path).totals.decisions_sha256 == base.totals.decisions_sha256


def test_data_of_another_frame_do_not_take_the_place_of_those_that_are_there(path: Path, sound: Base) -> None:
    entries = entries_of(path)
    last = max(i for i, each in enumerate(entries) if each.frame == 2 and each.kind != VERDICTS)
    others = [each._replace(frame=2) for each in entries if each.frame == 3 and each.kind != VERDICTS]
    replace_records(path, [*entries[: last + 1], *others, *entries[last + 1 :]])
    check_all_there(path, sound, len(others))


def test_records_of_frames_that_a_run_cannot_have_hide_nothing(path: Path, sound: Base) -> None:
    entries = entries_of(path)
    strange = [entries[0]._replace(frame=2**40), entries[0]._replace(frame=20)]
    replace_records(path, [*strange, *entries])
    check_all_there(path, sound, len(strange))


def test_data_of_the_wrong_kind_hide_nothing(path: Path, sound: Base) -> None:
    entries = entries_of(path)
    other = {"fragment": "readout", "readout": "fragment"}
    replace_records(path, [entries[0]._replace(kind=other[entries[0].kind]), *entries])
    check_all_there(path, sound, 1)


def test_of_two_verdicts_on_a_frame_the_first_that_can_be_counts(path: Path, sound: Base) -> None:
    entries = entries_of(path)
    at = next(i for i, each in enumerate(entries) if each.kind == VERDICTS)

    def impossible(rows: list[Row]) -> None:
        rows[0].candidates.time[:] += 1 << 40

    def later(rows: list[Row]) -> None:
        rows[0].candidates.passed[:] = 0

    double = [with_rows(entries[at], impossible), entries[at], with_rows(entries[at], later)]
    replace_records(path, [*entries[:at], *double, *entries[at + 1 :]])
    check_all_there(path, sound, 2)


def test_a_frame_that_was_lost_has_no_decisions(path: Path, sound: Base) -> None:
    entries = entries_of(path)
    at = next(i for i, each in enumerate(entries) if each.kind == VERDICTS)

    def lose(rows: list[Row]) -> None:
        (row,) = [row for row in rows[:1] if len(row.state)]
        row.lost = LOST

    entries[at] = with_rows(entries[at], lose)
    lost = {row.frame for row in decode_rows(decode(entries[at].parts, SCHEMAS), ())}
    replace_records(path, entries)
    rows, unusable = rows_of(path, sound)
    assert unusable == 1
    assert rows == {key: row for key, row in sound.rows.items() if key[0] not in lost}
    assert replayed(path, sound).quality == "tainted"
