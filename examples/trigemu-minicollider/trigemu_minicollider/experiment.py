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
    """A made-up detector: its response has no defaults (`minicollider.toml` has the values)."""

    luminosity: Annotated[float, Field(ge=0, le=1e37)] = 1e33
    """Turns cross-sections of processes into rates [1/(cm2 s)].  Source: chosen."""
    process: tuple[any_process(PROCESSES), ...] = ()  # type: ignore[valid-type]
    """Processes that make the events beside the signals."""
    cells: Cells
    """Drift cells."""
    background: Background
    """Beam background."""
    showers: Showers
    """From particles to energies in crystals."""
    noise_mev: NonNegative = 0.5
    """Noise of a crystal [MeV].  Source: chosen."""
    readout_mev: MeV = 5
    """Crystals with less are not read out [MeV].  Source: chosen."""
    layers: Annotated[int, Field(ge=1, le=LAYERS)] = 12
    """Least number of layers with a hit in a track's window.  Source: chosen."""
    drift_counts: NonNegative = 600.0
    """Hits count up to so long after the collision [TDC counts].  Source: chosen."""
    cluster_mev: MeV = 100
    """Least energy of a cluster [MeV].  Source: chosen."""
    photon_mev: MeV = 500
    """Least energy in all crystals for ``single`` [MeV].  Source: chosen."""
    energy_mev: MeV = 2500
    """Least energy in all crystals for ``energy`` [MeV].  Source: chosen."""


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
