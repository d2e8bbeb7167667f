"""What holds for the fragments of every experiment at a collider: columns, purity, crossings that agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trigemu.frames.columns import Schema, pack

Made = Mapping[tuple[str, int], Mapping[str, Any]]
"""Source and frame -> columns."""


def make(generator: Any, sources: Sequence[str], frames: int) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the columns of these sources in the first frames."""
    return {
        (source, frame): dict(generator.fragment(source, frame))
        for frame in range(frames)
        for source in sources
    }


def same(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Return whether two fragments are the same."""
    return set(a) == set(b) and all(np.array_equal(a[name], b[name]) for name in a)


def check_columns(made: Made, schemas: Mapping[str, Schema]) -> None:
    """Assert that every source has the columns of its schema, with values that it can hold."""
    for (source, _), columns in made.items():
        schema = schemas[source]
        assert set(columns) == set(schema.names), source
        for column in schema.columns:
            assert columns[column.name].dtype == np.dtype(column.dtype), (source, column.name)
        # Values outside their bounds would be refused.
        assert len(pack(schema, columns).buffer) > 0


def check_purity(alone: Callable[[str], Any], other: Any, made: Made, order: Sequence[int]) -> None:
    """Assert that fragments depend on nothing but seed, frame and source.

    ``alone`` makes a generator for one source, ``other`` has another seed; ``order`` of the frames to ask for.
    """
    sources = {source for source, _ in made}
    for source in sources:
        generator = alone(source)
        for frame in order:
            assert same(generator.fragment(source, frame), made[source, frame]), (source, frame)
    assert not any(same(other.fragment(source, 1), made[source, 1]) for source in sources)
    assert not any(same(made[source, 0], made[source, 1]) for source in sources)


def check_crossings(made: Made, schemas: Mapping[str, Schema], frame_ticks: int, fewest: int) -> None:
    """Assert that all sources of a frame agree about its crossings, of which it has more than ``fewest``."""
    for frame in {frame for _, frame in made}:
        time = made["timing", frame]["time"]
        assert np.array_equal(time, made["truth", frame]["time"])
        assert len(time) > fewest
        assert (np.diff(time) > 0).all()
        # No guard bands: a crossing belongs to one frame.
        assert 0 <= time[0] < time[-1] < frame_ticks
        for source, schema in schemas.items():
            if "offsets" not in schema.names:
                continue
            columns = made[source, frame]
            offsets = columns["offsets"]
            assert len(offsets) == len(time) + 1
            assert offsets[0] == 0
            assert (np.diff(offsets) >= 0).all()
            rows = {len(column) for name, column in columns.items() if name != "offsets"}
            assert rows == {offsets[-1]}


def check_partners(made: Made, tracks: str = "tracks", clusters: str = "clusters") -> None:
    """Assert that tracks and clusters of an event point at each other's numbers in it."""
    for frame in {frame for _, frame in made}:
        a, b = made[tracks, frame], made[clusters, frame]
        for event in range(len(a["offsets"]) - 1):
            mine, theirs = (slice(*of["offsets"][event : event + 2]) for of in (a, b))
            assert np.all(a["cluster"][mine] < theirs.stop - theirs.start)
            assert np.all(b["track"][theirs] < mine.stop - mine.start)
