"""Studies of NA62: published numbers, recomputed."""

from __future__ import annotations

from trigemu.measure.studies import Studies

STUDIES = Studies(package=__name__, published="published.toml")
