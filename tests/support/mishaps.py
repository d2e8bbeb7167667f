"""The pulser with a plug-in's mishaps: it fails, hangs or is slow; tests put it on the path as an installed plugin."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

from trigemu.experiments.pulser.config import Pulser
from trigemu.experiments.pulser.experiment import EXPERIMENT as PULSER
from trigemu.experiments.pulser.generator import PulseGenerator
from trigemu.experiments.pulser.trigger import PulserTrigger


class Mishap(Pulser):
    """``what`` happens in frame ``at`` of ``where`` (every time, or only while the file ``once`` is not there)."""

    what: Literal["nothing", "fail", "slow", "hang", "die"] = "nothing"
    where: Literal["generator", "trigger"] = "trigger"
    at: int = 20
    seconds: float = 0.0
    once: str = ""
    trace: str = ""


def happen(config: Mishap, where: str, frame: int) -> None:
    if config.where != where or frame != config.at or config.what == "nothing":
        return
    if config.once:
        try:
            Path(config.once).touch(exist_ok=False)
        except FileExistsError:
            return
    if config.trace:
        with Path(config.trace).open("a") as file:
            file.write(f"{os.getpid()}\n")
    if config.what == "fail":
        raise ValueError(f"no luck with frame {frame}")
    if config.what == "die":
        os._exit(7)
    if config.what == "slow":
        time.sleep(config.seconds)
    while config.what == "hang":
        time.sleep(1.0)


class MishapGenerator(PulseGenerator):
    def __init__(self, setup, sources) -> None:
        super().__init__(setup, sources)
        self.mishap = setup.section

    def fragment(self, source, frame):
        if source == "p1":
            happen(self.mishap, "generator", frame)
        return super().fragment(source, frame)


class MishapTrigger(PulserTrigger):
    def __init__(self, setup) -> None:
        super().__init__(setup)
        self.mishap = setup.section

    def words(self, frame):
        happen(self.mishap, "trigger", frame.number)
        return super().words(frame)


EXPERIMENT = replace(
    PULSER, name="mishap", config_model=Mishap, generator=MishapGenerator, trigger=MishapTrigger
)

CONFIG = """experiment = "mishap"
[run]
frames = 60
[streaming]
producers = [["p0"], ["p1"], ["p2", "truth"]]
workers = 2
credits = 8
heartbeat_s = 0.3
lives = 4
[[menu.line]]
name = "pair"
when = "two"
prescale = 2
[[signal]]
signal = "burst"
"""


def install(folder: Path) -> dict[str, str]:
    """Make the plugin, and return the environment that finds it; ``folder/mishap.toml`` is a configuration of it."""
    info = folder / "plugin" / "mishap-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mishap\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[trigemu.experiments]\nmishap = support.mishaps:EXPERIMENT\n")
    (folder / "mishap.toml").write_text(CONFIG)
    tests = str(Path(__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "plugin"), tests])}
