"""Events with weights: judged ones, and configurations of Belle II that draw them from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trigemu.decision.tally import Judged

MENU = Path(__file__).parents[2] / "configs" / "menus" / "belle2.toml"


def judged(event: Any, weight: Any, *flags: Any, share: float = 0.0) -> Judged:
    """Return events of one signal that were generated, with what became of them."""
    none = np.zeros(len(event))
    columns = np.column_stack([np.ones(len(event), bool), *(np.asarray(f, bool) for f in flags)])
    weights = np.asarray(weight, float)
    rows = np.arange(len(event))
    return Judged(none.astype(np.int64), columns, np.asarray(event), weights, none + share, rows, len(event))


def lhe_config(
    folder: Path, text: str, more: str = "", *, seed: int, frames: int, rate_hz: float, process: str = ""
) -> Path:
    """Write an event file and a configuration whose signal are its events.

    ``more`` are further keys of the signal, ``process`` further tables.
    """
    (folder / "events.lhe").write_text(text)
    (folder / "run.toml").write_text(
        f"""experiment = "belle2"
[run]
seed = {seed}
frames = {frames}
[menu]
file = "{MENU}"
[[signal]]
signal = "lhe-signal"
file = "{folder / "events.lhe"}"
rate_hz = {rate_hz}
acceptance = "all"
{more}
[belle2]
{process}
"""
    )
    return folder / "run.toml"
