"""Studies of NA62: published numbers, recomputed."""

from __future__ import annotations

from trigemu.measure.studies import Demo, Studies

STUDIES = Studies(
    package=__name__,
    published="published.toml",
    demo=Demo("na62-dump", frames=200, signal="aprime-mumu", events=1000, grid={"mass": (0.25, 0.4, 0.55)}),
)
