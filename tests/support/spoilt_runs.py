"""Recorded runs spoilt in every way, and what may become of them: the truth, a sentence, or a counted taint."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from support.runs import totals_of
from support.spoiling import spoil

from trigemu import streaming
from trigemu.errors import InputError, RunError
from trigemu.frames.rundir import RunReader, RunWriter, read_json
from trigemu.measure.export.rows import Layout, read_tables
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup
from trigemu.streaming.census import take_census
from trigemu.streaming.finishing import finish_records

DEADLINE_S = 60
MEMORY = 1 << 30


class SmallSegments(RunWriter):
    """Closes a segment after 16 KiB, so that a short run has several."""

    def __init__(self, path: Path, segment_bytes: int, **more: Any) -> None:
        super().__init__(path, 16 << 10, **more)


def record(config: Path, out: Path, *overrides: str) -> None:
    """Record a run offline, in small segments."""
    with patch("trigemu.streaming.roles.recording.RunWriter", SmallSegments):
        streaming.run(load_setup(config, overrides), out, offline=True)


class Base:
    """A recorded run, and what it says while it is sound."""

    def __init__(self, path: Path) -> None:
        self.path = path
        reader = RunReader(path)
        self.setup = cached_setup(reader.config)
        self.all = self.setup.config.record.mode == "all"
        self.records = {(r.kind, r.frame, b"".join(map(bytes, r.parts))) for r in reader.records()}
        self.totals = totals_of(path)
        self.recorded = self.totals.triggers["recorded"]
        self.rows = exported(reader, self.setup, ())


_SETUPS: dict[str, Setup[Any]] = {}
_TRIGGERS: dict[int, tuple[Setup[Any], Any]] = {}


def cached_setup(config: dict[str, Any], where: Any = "config") -> Setup[Any]:
    """Return the setup of a configuration; most cases have the same few."""
    key = json.dumps(config, sort_keys=True)
    if key not in _SETUPS:
        if len(_SETUPS) > 40:
            _SETUPS.clear()
            _TRIGGERS.clear()
        _SETUPS[key] = build_setup(config, where)
    return _SETUPS[key]


def cached_trigger(setup: Setup[Any]) -> Any:
    """Return the trigger of a cached setup, made once: what it says of a frame depends on the frame alone."""
    if id(setup) not in _TRIGGERS:
        # Kept with its setup: the number of an object that is gone is given away again.
        _TRIGGERS[id(setup)] = setup, MAKE_TRIGGER(setup)
    return _TRIGGERS[id(setup)][1]


MAKE_TRIGGER = Setup.make_trigger


@contextmanager
def caches() -> Iterator[None]:
    """Make setups and triggers once for thousands of runs."""
    with (
        patch("trigemu.streaming.census.build_setup", cached_setup),
        patch("trigemu.streaming.finishing.build_setup", cached_setup),
        patch.object(Setup, "make_trigger", cached_trigger),
    ):
        yield


def exported(reader: RunReader, setup: Setup[Any], skip: Any) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Return the exported decisions: (frame, time) -> what is said of it."""
    layout = Layout.of(setup)
    found: dict[tuple[int, int], tuple[Any, ...]] = {}
    for table in read_tables(reader, setup, layout, skip):
        for i in range(len(table)):
            hits = tuple(
                values[table.offsets[source][i] : table.offsets[source][i + 1]].tobytes()
                for source, columns in table.hits.items()
                for values in columns.values()
            )
            said = tuple(int(table.flat[name][i]) for name in ("fired", "accepted", "passed", "state"))
            key = (int(table.flat["frame"][i]), int(table.flat["time"][i]))
            assert key not in found, f"decision {key} is there twice"
            found[key] = (*said, hits)
    return found


def sentence(error: Exception) -> str:
    text = str(error)
    assert text, "an error without a sentence"
    assert len(text) < 2000, f"a sentence of {len(text)} characters: {text[:150]}"
    return "refused"


def check_reader(base: Base, path: Path) -> str:
    try:
        found = {(r.kind, r.frame, b"".join(map(bytes, r.parts))) for r in RunReader(path).records()}
    except InputError as error:
        return sentence(error)
    return "read" if found <= base.records else "forged"


def check_replay(base: Base, path: Path, forged: bool) -> str:
    try:
        setup = cached_setup(RunReader(path, damaged=True).config)
        totals = streaming.replay(path, setup, path.with_name("again"), offline=True)
    except (InputError, RunError) as error:
        return sentence(error)
    finally:
        shutil.rmtree(path.with_name("again"), ignore_errors=True)
    if totals.quality != "good":
        assert totals.quality == "tainted", totals.quality
        assert totals.missing or (totals.replay and totals.replay["different"]), "tainted without a reason"
        return "tainted"
    assert totals.replay is not None
    assert totals.replay["different"] == 0
    if not forged:
        # Whatever is called good is what was recorded.
        if base.all:
            assert totals.decisions_sha256 == base.totals.decisions_sha256, "wrong decisions called good"
            assert totals.replay["compared"] == base.totals.decisions
        else:
            assert totals.replay["compared"] == base.recorded, "triggers are missing and it is called good"
    return "good"


def check_export(base: Base, path: Path, forged: bool) -> str:
    try:
        reader = RunReader(path, damaged=True)
        setup = cached_setup(reader.config)
        census = take_census(reader, setup)
        rows = exported(reader, setup, census.holes)
    except (InputError, RunError) as error:
        return sentence(error)
    if (
        not forged
        and setup.menu.names == base.setup.menu.names
        and setup.config.record == base.setup.config.record
    ):
        for key, said in rows.items():
            assert base.rows[key] == said, f"decision {key} is not what was recorded"
        if census.missing is None:
            assert len(rows) == len(base.rows), "decisions are missing and nobody says so"
    return "exported" if census.missing is None else "exported in part"


def check_finish(base: Base, path: Path, forged: bool) -> str:
    try:
        done = finish_records(path)
    except (InputError, RunError) as error:
        return sentence(error)
    if done.totals.quality == "good" and not forged:
        assert done.totals.decisions_sha256 == base.totals.decisions_sha256
    if path.name == "run":
        return f"finished {done.totals.quality}"
    before = {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()}
    again = finish_records(path)
    assert not again.rebuilt
    assert {file.name: file.read_bytes() for file in path.iterdir() if file.is_file()} == before
    return f"finished {done.totals.quality}"


CHECKS: tuple[Callable[[Base, Path, bool], str], ...] = (check_replay, check_export, check_finish)


class LateError(Exception):
    """A case took too long."""


@contextmanager
def deadline(seconds: int) -> Iterator[None]:
    def late(number: int, frame: object) -> None:
        raise LateError(f"took more than {seconds} s")

    earlier = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, earlier)


def limit_memory(room: int) -> None:
    """Allow so many bytes of address space beyond what is in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + room
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def genuine(base: Base, path: Path) -> bool:
    """Return whether every record that can be found is one that was recorded, and no file was forged."""
    try:
        reader = RunReader(path, damaged=True)
        if read_json(base.path / "config.json") != read_json(path / "config.json"):
            return False
        for record in reader.records():
            if (record.kind, record.frame, b"".join(map(bytes, record.parts))) not in base.records:
                return False
    except InputError:
        pass
    return True


def try_cases(bases: list[tuple[str, str]], scratch: str, seeds: range) -> tuple[Counter[str], list[str]]:
    """Spoil and use runs; return how often each outcome came, and a line per failure (for a process pool)."""
    folder = Path(scratch) / f"{os.getpid()}"
    folder.mkdir(exist_ok=True)
    known = _bases(tuple(bases))
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    for seed in seeds:
        rng = random.Random(seed)
        base, stranger = known[seed % len(known)]
        # A second look at a finished run in every fourth case.
        path = folder / ("run" if seed % 4 else "run4")
        shutil.copytree(base.path, path)
        what = "spoiling"
        try:
            spoil(rng, path, stranger)
            forged = not genuine(base, path)
            with deadline(DEADLINE_S), caches():
                what = "reading"
                outcomes[f"reader {check_reader(base, path)}"] += 1
                for check in CHECKS:
                    what = check.__name__
                    outcomes[f"{what[6:]} {check(base, path, forged)}"] += 1
        except Exception as error:
            failures.append(
                f"seed {seed} ({base.path.name}), {what}: {type(error).__name__}: {str(error)[:300]}"
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(exist_ok=True)
    return outcomes, failures


_KNOWN: dict[tuple[tuple[str, str], ...], list[tuple[Base, Path]]] = {}


def _bases(bases: tuple[tuple[str, str], ...]) -> list[tuple[Base, Path]]:
    if bases not in _KNOWN:
        found = [(Base(Path(path)), Path(stranger)) for path, stranger in bases]
        for base, _ in found:
            # What is loaded or compiled on first use does not count against the limit.
            shutil.rmtree(base.path.parent / f"warm-{os.getpid()}", ignore_errors=True)
            warm = base.path.parent / f"warm-{os.getpid()}"
            streaming.replay(base.path, base.setup, warm, offline=True)
            shutil.rmtree(warm)
        limit_memory(MEMORY)
        _KNOWN[bases] = found
    return _KNOWN[bases]
