"""The experiment, declared, and the ``[minicollider]`` section of its run configurations."""

from typing import Annotated

from pydantic import Field

from trigemu.collider.response.config import Background, Cells, NonNegative, Showers
from trigemu.collider.signals.registration import any_process
from trigemu.collider.sources import TIMING
from trigemu.config.model import Model
from trigemu.setup.data import Clock, HistogramSpec, Scan
from trigemu.setup.experiment import ExperimentSpec
from trigemu_minicollider.detector import LAYERS, PROCESSES, SCHEMAS, SIGNALS

MeV = Annotated[int, Field(ge=1, le=5000)]


class Minicollider(Model):
    """Luminosity in 1/(cm2 s), processes, response (no defaults: `minicollider.toml`), trigger (`MiniTrigger`)."""

    luminosity: Annotated[float, Field(ge=0, le=1e37)] = 1e33
    process: tuple[any_process(PROCESSES), ...] = ()  # type: ignore[valid-type]
    cells: Cells
    background: Background
    showers: Showers
    noise_mev: NonNegative = 0.5  # of a crystal
    readout_mev: MeV = 5  # crystals with less are not read out
    layers: Annotated[int, Field(ge=1, le=LAYERS)] = 12
    drift_counts: NonNegative = 600.0
    cluster_mev: MeV = 100
    photon_mev: MeV = 500
    energy_mev: MeV = 2500


EXPERIMENT = ExperimentSpec(
    name="minicollider",
    config_model=Minicollider,
    clock=Clock(tick_ns=8.0, clock_ticks=1, frame_ticks=6_250_000),  # distance of bunches; frames of 50 ms
    sources=SCHEMAS,
    bits="trigemu_minicollider.trigger:BITS",
    signals=SIGNALS,
    generator="trigemu_minicollider.generator:MiniGenerator",
    trigger="trigemu_minicollider.trigger:MiniTrigger",
    histograms={
        "layers": HistogramSpec("Wire hits by layer", "layer", "hits", (LAYERS,), (0.0,), (LAYERS,)),
        "tracks": HistogramSpec("Tracks", "tracks", "crossings", (9,), (0.0,), (9.0,)),
        "energy": HistogramSpec("Energy", "energy [MeV]", "crossings", (50,), (0.0,), (5000.0,)),
        "clusters": HistogramSpec("Clusters", "clusters", "crossings", (20,), (0.0,), (20.0,)),
    },
    crossings=TIMING,
    # Some 500 events in a frame; beam background stays on: every event has it.
    scan=Scan(every_ns=100_000.0, quiet={"process": []}),
)
