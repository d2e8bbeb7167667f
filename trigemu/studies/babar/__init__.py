"""Studies of BaBar: published numbers and pictures."""

from __future__ import annotations

from trigemu.measure.studies import Studies

STUDIES = Studies(
    package=__name__,
    published="published.toml",
    display=f"{__name__}.display:write_display",
)
