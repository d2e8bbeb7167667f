"""A run that never took place: a setup and totals with all that a report shows, to check by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from trigemu.config.model import Model
from trigemu.menu.compile import compile_menu
from trigemu.setup.data import Clock, HistogramSpec
from trigemu.setup.experiment import ExperimentSpec, Setup
from trigemu.setup.run_config import RunConfig
from trigemu.streaming.core.latency import HdrHistogram
from trigemu.streaming.core.totals import RunTotals

HISTOGRAMS = {
    "map": HistogramSpec("Hits <by> cell", "x (mm)", "y (mm)", (4, 3), (-2.0, 0.0), (2.0, 3.0)),
    "dt": HistogramSpec("Time difference", "dt (ns)", "pairs", (50,), (-5.0,), (5.0,)),
    "empty": HistogramSpec("Nothing", "x", "n", (5,), (0.0,), (1.0,)),
}


class Signal(Model):
    """A signal with a mass."""

    signal: str = "zprime"
    label: str = ""
    mass: float = 0.25


class Section(Model):
    """An empty section."""


TOY: ExperimentSpec[Section] = ExperimentSpec(
    name="toy",
    config_model=Section,
    clock=Clock(tick_ns=1.0, clock_ticks=1, frame_ticks=1_000_000),
    sources={},
    bits=("a", "b"),
    generator="nowhere:Generator",
    trigger="nowhere:Trigger",
    histograms=HISTOGRAMS,
)


def toy_setup(**streaming: Any) -> Setup[Section]:
    """Return a setup with three lines and three signals (one label twice)."""
    config = RunConfig.model_validate(
        {
            "experiment": "toy",
            "title": "A <toy> run",
            "run": {"frames": 1000, "seed": 7, "number": 12},
            "streaming": streaming,
            "menu": {
                "line": [
                    {
                        "name": "Q1",
                        "when": "a",
                        "prescale": {"set": 19, "mode": "counter"},
                        "source": "a guess",
                    },
                    {"name": "H2", "when": "a and b", "source": "talk & paper"},
                    {"name": "quiet", "when": "not a and b"},
                ]
            },
            "signal": [{}, {}, {}],
        }
    )
    menu = compile_menu(config.menu, bits=["a", "b"], entries=(), selections=(), where="toy")
    signals = (Signal(label="light"), Signal(label="light", mass=0.5), Signal(mass=0.4))
    return Setup(config, TOY, Section(), signals, (), menu)


def toy_totals(**changes: Any) -> RunTotals:
    """Return totals that belong to `toy_setup`."""
    rng = np.random.default_rng(3)
    latency = {stage: HdrHistogram() for stage in ("decide", "total", "idle")}
    latency["decide"].record_many(rng.integers(10_000, 90_000, 5000))
    latency["total"].record_many(rng.integers(100_000, 900_000, 5000))
    values: dict[str, Any] = {
        "run_id": "abc",
        "seed": 7,
        "config_digest": "d" * 64,
        "quality": "good",
        "frames": {"planned": 1000, "accepted": 400, "rejected": 600, "lost": 0},
        "fragments": {"expected": 3000, "built": 3000, "missing": 0, "late": 0},
        "triggers": {"candidates": 2200, "recorded": 500, "prescaled": 1600, "dead_time": 60, "vetoed": 40},
        "closed": True,
        "line_names": ("Q1", "H2", "quiet"),
        "fired": np.array([2000, 400, 0]),
        "accepted": np.array([100, 400, 0]),
        "live_s": 0.8,
        "dead_s": 0.2,
        "decisions": 2200,
        "decisions_sha256": "e" * 64,
        "sent": np.array([110, 420, 0]),
        "tally": np.array([[100, 50, 50, 40, 0, 50, 0], [100, 20, 20, 19, 0, 20, 0], [0] * 7]),
        "monitor": {"map": np.arange(12).reshape(4, 3), "dt": np.arange(50), "empty": np.zeros(5, np.int64)},
        "latency": latency,
        "throughput": {"open_loop": False, "frames_per_s": 123.4},
        "memory": {
            "worker-0": {"start_mib": 90.0, "end_mib": 95.0},
            "recorder": {"start_mib": 50.0, "end_mib": 50.5},
        },
        "wall_s": 8.1,
    }
    return RunTotals(**{**values, **changes})
