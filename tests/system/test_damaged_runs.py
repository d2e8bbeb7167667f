"""Whole runs whose records were damaged: replayed, exported and finished, with what is missing said and counted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from support.calling import call
from support.old_runs import as_version_1
from support.rewriting import entries_of, replace_records
from support.spoilt_runs import record

from trigemu import streaming
from trigemu.decision.rows import LOST, SCHEMAS, VERDICTS, Row, decode_rows, encode_rows
from trigemu.errors import InputError
from trigemu.frames.records import HEADER_SIZE
from trigemu.frames.rundir import RunReader, RunWriter, create_run
from trigemu.frames.wire import decode
from trigemu.setup.build import build_setup

FRAMES = 60


@pytest.fixture(scope="module", params=["accepted", "all"])
def sound(request: pytest.FixtureRequest, configs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in segments of 16 KiB."""
    out = tmp_path_factory.mktemp("sound") / f"{request.param}"
    record(configs / "pulser.toml", out, f"run.frames={FRAMES}", f"record.mode={request.param}")
    assert len(list(out.glob("segment-*"))) > 3
    return out


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "run"))


def cut_last(path: Path) -> None:
    file = max(path.glob("segment-*"))
    os.truncate(file, file.stat().st_size // 2)


def cut_second(path: Path) -> None:
    file = path / "segment-000001.tgm"
    os.truncate(file, file.stat().st_size // 2)


def remove_second(path: Path) -> None:
    (path / "segment-000001.tgm").unlink()


def remove_last_and_index(path: Path) -> None:
    max(path.glob("segment-*")).unlink()
    (path / "index.json").unlink()


def flip_a_bit(path: Path) -> None:
    file = path / "segment-000001.tgm"
    data = bytearray(file.read_bytes())
    data[HEADER_SIZE + 20] ^= 1
    file.write_bytes(bytes(data))


DAMAGES = [cut_last, cut_second, remove_second, remove_last_and_index, flip_a_bit]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_replay_of_what_is_left_is_tainted_and_counts_what_is_missing(path: Path, damage) -> None:
    damage(path)
    setup = build_setup(RunReader(path, damaged=True).config)
    totals = streaming.replay(path, setup, path.with_name("again"), offline=True)
    assert totals.quality == "tainted"
    assert totals.closed
    missing = totals.missing
    assert missing is not None
    assert missing["frames"] > 0
    assert missing["bytes"] + missing["records"] + missing["segments"] > 0 or damage is remove_last_and_index
    assert totals.frames["accepted"] + totals.frames["rejected"] == FRAMES - missing["frames"]
    assert totals.replay is not None
    assert totals.replay["different"] == 0
    assert totals.replay["compared"] > 0


def test_a_tainted_replay_says_so(path: Path) -> None:
    cut_second(path)
    done = call("replay", path, "--offline", "--out", path.with_name("again"), "--json", code=1)
    summary = json.loads(done.stdout)
    assert summary["run"]["quality"] == "tainted"
    said = f"{summary['missing']['frames']} frames"
    assert said in done.stderr
    assert "the run is tainted" in done.stderr
    assert said in (path.with_name("again") / "report.html").read_text()


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_export_writes_what_is_whole(path: Path, sound: Path, damage) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    call("export", sound, "--to", "parquet", path.with_name("sound"))
    damage(path)
    done = call("export", path, "--to", "parquet", path.with_name("left"))
    assert "missing" in done.stderr
    whole, left = (parquet.read_table(path.with_name(name)).to_pylist() for name in ("sound", "left"))
    assert 0 < len(left) < len(whole)
    assert left == [row for row in whole if row in left]
    about = json.loads(parquet.read_schema(path.with_name("left")).metadata[b"trigemu"])
    assert about["missing"]["frames"] > 0


def test_nothing_whole(path: Path) -> None:
    for file in path.glob("segment-*"):
        os.truncate(file, 70)
    done = call("export", path, "--to", "parquet", path.with_name("out"), code=1)
    assert "there is nothing to export" in done.stderr
    done = call("replay", path, "--offline", "--out", path.with_name("again"), code=2)
    assert "there is nothing to replay" in done.stderr
    assert not path.with_name("again").exists()
    assert not path.with_name("out").exists()


def test_nothing_recorded(path: Path) -> None:
    for file in (*path.glob("segment-*"), path / "index.json", path / "totals.json"):
        file.unlink()
    done = call("export", path, "--to", "parquet", path.with_name("out"), code=1)
    assert "there is nothing to export" in done.stderr
    assert not path.with_name("out").exists()


@pytest.mark.parametrize("sound", ["all"], indirect=True)
def test_edited_files_are_refused(path: Path) -> None:
    for name in ("config.json", "index.json", "totals.json"):
        content = (path / name).read_text()
        data = json.loads(content)
        data["more"] = 1
        (path / name).write_text(json.dumps(data))
        for arguments in (
            ("replay", path, "--offline", "--out", path.with_name("again")),
            ("export", path, "--to", "parquet", path.with_name("out")),
            ("finish", path),
        ):
            done = call(*arguments, code=2)
            assert name in done.stderr
            assert len(done.stderr.strip().splitlines()) == 1 or "has no summary" in done.stderr
        (path / name).write_text(content)
    assert not path.with_name("again").exists()
    assert not path.with_name("out").exists()


@pytest.mark.parametrize("sound", ["all"], indirect=True)
def test_runs_of_version_1_replay_and_are_exported(sound: Path, tmp_path: Path) -> None:
    old = as_version_1(sound, tmp_path / "old")
    done = call("replay", old, "--offline", "--out", tmp_path / "again", "--json")
    assert json.loads(done.stdout)["run"]["quality"] == "good"
    call("export", old, "--to", "parquet", tmp_path / "out")
    assert "older run format 1" in call("finish", old, code=2).stderr
    cut_last(old)
    done = call("replay", old, "--offline", "--out", tmp_path / "torn", "--json", code=1)
    missing = json.loads(done.stdout)["missing"]
    assert missing["frames"] > 0
    assert missing["records"] > 0


@pytest.mark.parametrize("checksum", [True, False])
def test_a_new_run_that_says_that_it_is_an_old_one(path: Path, checksum: bool) -> None:
    run = json.loads((path / "run.json").read_text())
    run["format_version"] = 1
    if not checksum:
        del run["checksum"]
    (path / "run.json").write_text(json.dumps(run))
    for arguments in (
        ("replay", path, "--out", path.with_name("again")),
        ("export", path, "--to", "parquet", path.with_name("out")),
    ):
        done = call(*arguments, code=2)
        assert "run.json" in done.stderr
        assert "checksum" in done.stderr
        assert "copy the run again" in done.stderr


def test_a_run_that_is_still_written_is_not_called_damaged(path: Path) -> None:
    setup = build_setup(RunReader(path).config)
    live = path.with_name("live")
    create_run(live, setup.to_dict(), "x")
    writer = RunWriter(live, 4096)
    for arguments in (
        ("replay", live, "--out", path.with_name("again")),
        ("export", live, "--to", "parquet", path.with_name("out")),
        ("finish", live),
    ):
        assert "is still running" in call(*arguments, code=2).stderr
    writer.close()
    assert (
        "no frame has been recorded"
        in call("replay", live, "--offline", "--out", path.with_name("again"), code=2).stderr
    )


def rewrite(path: Path, change) -> None:
    """Write the records again, changed."""
    replace_records(path, [each._replace(parts=change(each.kind, each.parts)) for each in entries_of(path)])


@pytest.mark.parametrize("sound", ["all"], indirect=True)
def test_a_full_replay_that_decides_otherwise_is_tainted_and_names_the_first_difference(path: Path) -> None:
    frame, time = -1, -1

    def change(kind: str, parts: list[bytes]) -> list[bytes]:
        nonlocal frame, time
        if kind != VERDICTS or frame >= 0:
            return parts
        rows = decode_rows(decode(parts, SCHEMAS), ())
        row = next(row for row in rows if len(row.state))
        frame, time = row.frame, int(row.candidates.time[0])
        row.state[0], row.accepted[0] = 1, 0
        return [bytes(memoryview(part).cast("B")) for part in encode_rows(rows)]

    rewrite(path, change)
    done = call("replay", path, "--offline", "--out", path.with_name("again"), "--json", code=1)
    summary = json.loads(done.stdout)
    assert (summary["run"]["quality"], summary["missing"]) == ("tainted", None)
    assert summary["replay"]["different"] == 1
    assert summary["replay"]["first"][:2] == [frame, time]
    assert (
        f"1 of {summary['decisions']} decisions differ from what was recorded; the first: frame {frame}"
        in (done.stderr)
    )
    assert f"frame {frame}, time {time}" in (path.with_name("again") / "report.html").read_text()


@pytest.mark.parametrize("sound", ["all"], indirect=True)
def test_a_replay_that_is_to_decide_otherwise_counts_the_differences(path: Path) -> None:
    line = build_setup(RunReader(path).config).menu.names[0]
    change = f"menu.line.{line}.prescale=7"
    done = call("replay", path, "--offline", "--set", change, "--out", path.with_name("again"), "--json")
    summary = json.loads(done.stdout)
    assert summary["run"]["quality"] == "tainted"
    assert 0 < summary["replay"]["different"] < summary["replay"]["compared"]
    call("replay", path, "--offline", "--seed", 5, "--out", path.with_name("seed"))
    # What is missing is no change that anybody asked for.
    cut_last(path)
    call("replay", path, "--offline", "--set", change, "--out", path.with_name("torn"), code=1)


@pytest.mark.parametrize("sound", ["all"], indirect=True)
def test_frames_that_a_run_had_lost_stay_lost_in_its_replay(path: Path) -> None:
    setup = build_setup(RunReader(path).config)
    lost = path.with_name("lost")
    create_run(lost, setup.to_dict(), "lost")
    with RunWriter(lost, 1 << 20) as writer:
        for each in RunReader(path).records():
            if each.kind != VERDICTS:
                if each.frame not in (3, 4, 20):
                    writer.append(each.parts, frame=each.frame, kind=each.kind)
                continue
            rows = [
                Row(row.frame, lost=LOST) if row.frame in (3, 4, 20) else row
                for row in decode_rows(decode(each.parts, SCHEMAS), ())
            ]
            writer.append(encode_rows(rows), frame=each.frame, kind=VERDICTS)
    totals = streaming.replay(lost, setup, path.with_name("again"), offline=True)
    assert (totals.frames["lost"], totals.missing, totals.closed) == (3, None, True)
    assert totals.frames["accepted"] + totals.frames["rejected"] == FRAMES - 3


def test_a_record_that_is_there_twice_is_counted(path: Path) -> None:
    setup = build_setup(RunReader(path).config)
    double = path.with_name("double")
    create_run(double, setup.to_dict(), "double")
    with RunWriter(double, 1 << 20) as writer:
        for each in RunReader(path).records():
            for _ in range(2):
                writer.append(each.parts, frame=each.frame, kind=each.kind)
    totals = streaming.replay(double, setup, path.with_name("again"), offline=True)
    assert totals.quality == "tainted"
    assert totals.missing is not None
    assert totals.missing["records"] > 0


def test_a_config_of_another_experiment_is_refused(path: Path, configs: Path) -> None:
    with pytest.raises(InputError, match="cannot be replayed as"):
        streaming.replay(path, build_na62(configs), path.with_name("again"))
    assert not path.with_name("again").exists()


def build_na62(configs: Path):
    from trigemu.setup.build import load_setup

    return load_setup(configs / "na62-dump.toml")
