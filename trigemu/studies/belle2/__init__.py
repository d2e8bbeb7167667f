"""Studies of Belle II: published numbers, pictures of crossings, trainings of tables and networks."""

from __future__ import annotations

from trigemu.measure.studies import Studies

STUDIES = Studies(
    package=__name__,
    published="published.toml",
    display=f"{__name__}.display:write_display",
    train={
        "left-right": f"{__name__}.training.commands:left_right",
        "neuro": f"{__name__}.training.commands:neuro",
        "samples": f"{__name__}.training.commands:samples",
    },
    quantise=f"{__name__}.training.precision:quantise",
)
