"""Totals and snapshots, put together from what the recorder counted and what control knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from trigemu.decision.by_intensity import ByIntensity
from trigemu.streaming.core.conductor import Conductor
from trigemu.streaming.core.gathering import ready
from trigemu.streaming.core.latency import HdrHistogram
from trigemu.streaming.core.ledger import Balance, Ledger, close
from trigemu.streaming.core.peers import COPIES
from trigemu.streaming.core.stored import Quality
from trigemu.streaming.core.totals import ALWAYS, RunTotals, Snapshot
from trigemu.streaming.core.triangle import from_triangle


def assemble(
    recorded: Mapping[str, Any],
    *,
    planned: int,
    copies: Mapping[str, int],
    wall_s: float | None,
    open_loop: bool,
    memory: Mapping[str, dict[str, float]],
    identity: Mapping[str, Any],
    offered_per_s: float | None = None,
    interrupted: bool = False,
    aborted: bool = False,
    restarts: int = 0,
    missing: Mapping[str, Any] | None = None,
) -> RunTotals:
    """Return the totals of a run.

    Parameters
    ----------
    recorded
        What `trigemu.streaming.core.account.Account.totals` returned.
    planned
        Frames that were to be processed (fewer than configured if the user stopped the run).
    copies
        Extra copies of fragments, and fragments that came late.
    wall_s
        From the first assignment to the last durable frame; None where that is not known.
    open_loop
        Whether frames had planned times of their own.
    memory
        Role name -> its resident memory.
    identity
        ``run_id``, ``seed`` and ``config_digest``.
    offered_per_s
        Frames that were due per second of wall time, where they had planned times.
    interrupted, aborted, restarts
        How the run went.
    missing
        What is missing of the records that it is made from (`trigemu.streaming.census.Census`).
    """
    balance = close(
        Ledger(**recorded["ledger"]), planned, recorded["states"], copies, late=int(copies.get("late", 0))
    )
    replay = recorded["replay"]
    return RunTotals(
        **identity,
        quality=_quality(
            whole=balance.closed and not balance.fragments["corrupt"],
            interrupted=interrupted,
            aborted=aborted,
            tainted=bool(replay and replay["different"]) or missing is not None,
            overloaded=open_loop and balance.frames["lost"] > 0,
            restarts=restarts,
        ),
        frames=balance.frames,
        fragments=balance.fragments,
        triggers=balance.triggers,
        closed=balance.closed,
        line_names=tuple(recorded["line_names"]),
        **_per_line(recorded),
        live_s=recorded["live_s"],
        dead_s=recorded["dead_s"],
        observed_s=recorded["observed_s"],
        selected=recorded["selected"],
        decisions=recorded["decisions"],
        decisions_sha256=recorded["decisions_sha256"],
        tally=_table(recorded["tally"]),
        weighted=_table(recorded["weighted"], "<f8"),
        **_tables(recorded),
        latency={stage: HdrHistogram.from_dict(each) for stage, each in recorded["latency"].items()},
        throughput={
            "open_loop": open_loop,
            "offered_frames_per_s": offered_per_s,
            **_rates(balance, int(recorded["size"]), wall_s),
        },
        memory={name: dict(each) for name, each in memory.items()},
        wall_s=wall_s,
        replay=replay,
        missing=None if missing is None else dict(missing),
    )


def _quality(
    *, whole: bool, interrupted: bool, aborted: bool, tainted: bool, overloaded: bool, restarts: int
) -> Quality:
    if aborted:
        return "aborted"
    if interrupted:
        return "interrupted"
    if not whole:
        return "incomplete"
    if tainted:
        return "tainted"
    if overloaded:
        # What is corrupt makes a run incomplete; other frames found no room when they were due, or came too late.
        return "overloaded"
    return "degraded" if restarts else "good"


def _per_line(recorded: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: np.asarray(recorded[name], np.int64) for name in ALWAYS}
    return {**counts, **shared_counts(recorded)}


def shared_counts(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what lines do together, and what levels amount to, as fields of `RunTotals`."""
    overlap = recorded["overlap"]
    shared = np.frombuffer(overlap["counts"]["data"], overlap["counts"]["dtype"])
    return {
        **{name: np.asarray(recorded[name], np.int64) for name in ("before_prescale", "unique")},
        "overlap": from_triangle(overlap["lines"], shared, len(recorded["line_names"])),
        "levels": {level: dict(counts) for level, counts in recorded["levels"].items()},
    }


def _tables(recorded: Mapping[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {
        kind: {name: _table(counts) for name, counts in recorded[kind].items()}
        for kind in ("monitor", "comparisons")
    }
    return {**tables, "intensity": _by_intensity(recorded["intensity"])}


def _by_intensity(recorded: Mapping[str, Any] | None) -> ByIntensity | None:
    if recorded is None:
        return None
    tables = {name: _table(counts) for name, counts in recorded.items() if name != "edges"}
    return ByIntensity(edges=np.asarray(recorded["edges"], np.float64), **tables)


def _rates(balance: Balance, size: int, wall_s: float | None) -> dict[str, Any]:
    frames = balance.frames["accepted"] + balance.frames["rejected"]
    return {
        "frames_per_s": _per(frames, wall_s),
        "fragments_per_s": _per(balance.fragments["built"], wall_s),
        "bytes": size,
        "bytes_per_s": _per(size, wall_s),
    }


def _per(count: float, seconds: float | None) -> float | None:
    if seconds is None:
        return None
    return count / seconds if seconds > 0 else 0.0


def _table(data: Mapping[str, Any], dtype: str = "<i8") -> np.ndarray[Any, np.dtype[Any]]:
    # A copy: what came over the wire is read-only and keeps its message alive.
    return np.frombuffer(data["data"], dtype).reshape(data["shape"]).copy()


def from_conductor(
    conductor: Conductor,
    recorded: Mapping[str, Any],
    memory: Mapping[str, dict[str, float]],
    identity: Mapping[str, Any],
    missing: Mapping[str, Any] | None = None,
    replay_of: str = "",
) -> RunTotals:
    """Return the totals of a run that a conductor led to its end; ``replay_of``: directory that a replay is of."""
    peers = conductor.peers
    frame_ns = conductor.plan.frame_ns
    wall_ns = conductor.end_ns - conductor.start_ns if conductor.start_ns else 0
    totals = assemble(
        recorded,
        planned=conductor.dispatcher.limit,
        copies={name: peers.count(name) for name in COPIES},
        wall_s=wall_ns / 1e9,
        open_loop=frame_ns is not None,
        offered_per_s=None if frame_ns is None else 1e9 / frame_ns,
        memory={**{name: history.memory() for name, history in peers.histories.items()}, **memory},
        identity=identity,
        interrupted=conductor.interrupted,
        aborted=conductor.aborted,
        restarts=conductor.restarts,
        missing=missing,
    )
    return replace(totals, replay_of=replay_of)


def _counted(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a recorder has delivered at its end as what it reports on the way."""
    latency = {stage: HdrHistogram.from_dict(each) for stage, each in recorded["latency"].items()}
    return {
        **recorded,
        "built": recorded["ledger"]["built"],
        "latency_us": {stage: each.summary_us() for stage, each in latency.items() if each.count},
    }


def _recorded(run: Mapping[str, Any]) -> int:
    return int(run["recorded"] if "recorded" in run else run.get("states", {}).get("recorded", 0))


def snapshot(
    conductor: Conductor, line_names: tuple[str, ...], now_ns: int, *, missing: str = "", doing: str = ""
) -> Snapshot:
    """Return the run as it is now; ``missing``: who has not come yet; ``doing``: what control itself does."""
    run = _counted(conductor.recorded) if conductor.recorded else conductor.progress
    done, total = conductor.dispatcher.upto, conductor.dispatcher.limit
    elapsed = (now_ns - conductor.start_ns) / 1e9 if conductor.start_ns else 0.0
    live, dead = float(run.get("live_s", 0.0)), float(run.get("dead_s", 0.0))
    peers = conductor.peers
    copies = {name: peers.count(name) for name in COPIES}
    return Snapshot(
        state=str(conductor.state.state),
        frames_done=done,
        frames_total=total,
        fragments={"built": int(run.get("built", 0)), **copies},
        line_names=line_names,
        fired=tuple(run.get("fired", (0,) * len(line_names))),
        accepted=tuple(run.get("accepted", (0,) * len(line_names))),
        live_s=live,
        latency_us=run.get("latency_us", {}),
        dead_fraction=dead / (live + dead) if live + dead else 0.0,
        memory_mib={name: history.end_mib for name, history in peers.histories.items()},
        elapsed_s=elapsed,
        eta_s=elapsed * (total - done) / done if done else None,
        bytes_per_s=_per(float(run.get("size", 0)), elapsed) or 0.0,
        restarts=conductor.restarts,
        recorded=_recorded(run),
        kept=tuple(run.get("kept", (0,) * len(line_names))),
        notices=tuple(conductor.notices),
        ready=ready(conductor.plan, peers),
        missing=missing,
        doing=doing or next((f"{peer.name}: {peer.doing}" for peer in peers if peer.doing), ""),
    )
