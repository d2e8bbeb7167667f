"""A small recorded run to damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trigemu.frames.columns import Column, Schema, pack
from trigemu.frames.rundir import RunWriter, create_run
from trigemu.frames.wire import encode

HITS = Schema("hits", (Column("time", "<i8"), Column("channel", "<u2")))
CONFIG = {"experiment": "any", "run": {"number": 5, "seed": 1}}


def message(frame: int, n: int) -> list[bytes | np.ndarray]:
    block = pack(HITS, {"time": np.arange(n) + frame, "channel": np.arange(n, dtype="<u2")})
    return encode("fragment", {"frame": frame}, block)


@pytest.fixture
def schemas() -> dict[str, Schema]:
    return {"hits": HITS}


@pytest.fixture
def record_run(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that records a run: per frame a fragment and a verdict."""

    def record(frames: int = 20, *, segment_bytes: int = 4096, close: bool = True, name: str = "run") -> Path:
        path = tmp_path / name
        create_run(path, CONFIG, f"id of {name}")
        writer = RunWriter(path, segment_bytes)
        for frame in range(frames):
            writer.append(message(frame, 10 + frame), frame=frame, kind="fragment")
            writer.append(encode("verdict", {"frame": frame}), frame=frame, kind="verdict")
        if close:
            writer.close()
        return path

    return record
