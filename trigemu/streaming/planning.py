"""From a setup to what the processes are told."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigemu.decision.decide import EXPECTED
from trigemu.errors import InputError
from trigemu.frames.frame import TRUTH
from trigemu.frames.records import run_tag
from trigemu.setup.experiment import Setup
from trigemu.setup.protocols import AnswersMenu
from trigemu.streaming.core.plan import Plan
from trigemu.streaming.recorded import source_schemas, take_source_census

MOST_PER_S = 100_000
"""Frames per second of wall time that run control can offer: it counts those that find no room one by one."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be done.

    Attributes
    ----------
    setup
        Its configuration.
    out
        Its directory.
    frames
        Frames to process.
    sources
        Sources that make a frame.
    replay
        The recorded run that the fragments come from, or None to generate them.
    identity
        ``run_id``, ``seed`` and ``config_digest``.
    skips
        Frames of the recorded run that cannot be replayed: first and how many.
    missing
        What the recorded run lacks (`trigemu.streaming.census.Census`); None if it is whole.
    absent
        Sources of the configuration that the recorded run does not have.
    """

    setup: Setup[Any]
    out: Path
    frames: int
    sources: tuple[str, ...]
    replay: Path | None
    identity: dict[str, Any]
    skips: Sequence[tuple[int, int]] = ()
    missing: Mapping[str, Any] | None = None
    absent: tuple[str, ...] = ()

    @classmethod
    def of(cls, setup: Setup[Any], out: Path, replay: Path | None = None) -> Job:
        """Describe a run.

        Raises
        ------
        InputError
            ``replay`` is no recorded run that this setup can read, or has no data of what its lines look at.
        """
        run = setup.config.run
        frames, sources = setup.frames, tuple(setup.schemas)
        skips: Sequence[tuple[int, int]] = ()
        missing: Mapping[str, Any] | None = None
        absent: tuple[str, ...] = ()
        if replay is not None:
            replay = replay.resolve()
            census = take_source_census(replay, setup)
            absent = census.absent
            _check_absent(replay, setup, absent)
            there = [source for source in source_schemas(replay, setup) if source not in absent]
            frames, sources = min(frames, census.frames), tuple(there)
            skips, missing = census.skips.pairs, census.missing
        identity = {
            "run_id": f"{setup.config.experiment}-{run.number}-{secrets.token_hex(4)}",
            "seed": run.seed,
            "config_digest": setup.digest,
        }
        return cls(setup, out.resolve(), frames, sources, replay, identity, skips, missing, absent)


def make_plan(job: Job, *, tickets: bool = False) -> Plan:
    """Return what run control needs; ``tickets``: it starts all roles itself, others are refused.

    Raises
    ------
    InputError
        Frames are to come faster than they can be counted.
    """
    streaming = job.setup.config.streaming
    # Late-comers may join: the window leaves room for them.
    window = 2 * streaming.credits * streaming.workers + 64
    return Plan(
        frames=job.frames,
        producers=_groups(streaming.producers, job.sources),
        workers=streaming.workers,
        credits=streaming.credits,
        window=window,
        frame_ns=_pace_ns(job.setup),
        heartbeat_s=streaming.heartbeat_s,
        lives=streaming.lives,
        max_restarts=streaming.max_restarts,
        skips=job.skips,
        stall_s=streaming.stall_s,
        configuration={
            "config": job.setup.to_dict(),
            "frames": job.frames,
            "window": window,
            "path": str(job.out),
            "replay": str(job.replay) if job.replay else "",
            "absent": list(job.absent),
            "identity": job.identity,
        },
        tag=run_tag(job.identity["run_id"]),
        tickets=tickets,
    )


def _pace_ns(setup: Setup[Any]) -> float | None:
    """Return the wall time from one frame to the next, if they have planned times."""
    streaming = setup.config.streaming
    if streaming.policy != "realtime":
        return None
    frame_ns = setup.clock.frame_s * 1e9
    fastest = frame_ns * MOST_PER_S / 1e9
    if streaming.speed > fastest * (1.0 + 1e-9):
        raise InputError(
            f"[streaming] speed: at {streaming.speed:g} there are {streaming.speed * 1e9 / frame_ns:.3g} frames per "
            f"second; at most {MOST_PER_S} can be offered: at most {fastest:g}"
        )
    return frame_ns / streaming.speed


def _check_absent(path: Path, setup: Setup[Any], absent: Sequence[str]) -> None:
    """Refuse a run without the data that lines need: they would fire as if nothing had been seen."""
    if not absent:
        return
    trigger = setup.make_trigger()
    looked_at: Collection[str] = trigger.menu_sources() if isinstance(trigger, AnswersMenu) else ()
    if needed := [source for source in absent if source in looked_at]:
        raise InputError(
            f"{path}: the run was recorded without {', '.join(needed)}, which lines of the menu look at"
        )


def _groups(groups: Sequence[Sequence[str]] | None, sources: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the sources of each producer; sources in no group share one more.

    In a replay there may be fewer, and its triggers stand in for the truth.
    """
    if groups is None:
        return tuple((source,) for source in sources)
    present = [[EXPECTED if s == TRUTH and EXPECTED in sources else s for s in group] for group in groups]
    kept = [tuple(source for source in group if source in sources) for group in present]
    rest = tuple(source for source in sources if not any(source in group for group in kept))
    return tuple(group for group in (*kept, rest) if group)
