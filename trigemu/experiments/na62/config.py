"""The ``[na62]`` section of a run configuration.

Every default names its source or says that it is a guess.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.experiments.na62.clock import PACKET_TIMESTAMPS, SPLIT_LSB, SPLIT_TIMESTAMPS

DETECTOR_ORDER = ("chod", "rich", "lav", "muv3", "newchod", "talk", "lkr")
"""The seven inputs of the L0 trigger processor, in vector order (NA62Global.hh)."""

Detector = Literal["chod", "rich", "lav", "muv3", "newchod", "talk", "lkr"]
Width = Annotated[int, Field(ge=1, le=SPLIT_LSB)]
Seven = Annotated[tuple[Width, ...], Field(min_length=7, max_length=7)]

MEMORY_SLOT_BITS = 14
"""Address bits of the alignment memory of the L0 trigger processor: 16384 slots."""


SENDING = ("rich", "lav", "muv3", "newchod", "lkr")
"""Those that send hits here (`trigemu.experiments.na62.sources`): CHOD is not simulated, TALK is no detector."""


def sends_nothing(detector: str) -> str:
    """Return why there are no primitives of a detector."""
    return f"no source sends hits of {detector}; there are {', '.join(SENDING)}"


class L0(Model):
    """L0 primitive generation and trigger processor.

    Windows and cuts are TDC counts, in the order of `DETECTOR_ORDER`; the defaults are those of runs >= 7874
    (na62_facts 5.3, 6.1: read in the NA62 framework).  Which detector was reference and which windows were
    set in the 2021 dump runs is not public: NewCHOD as reference is an inference from the 2016-2018 dump
    tests.
    """

    reference: Detector = "newchod"
    control: Detector | None = "lkr"
    window: Seven = (64, 64, 128, 64, 64, 128, 64)
    cut: Seven = (64, 64, 64, 64, 64, 64, 64)
    slot_bits: Annotated[int, Field(ge=0, le=3)] = 2
    muv3_period: Annotated[int, Field(ge=0, le=3)] = 2
    newchod_period: Annotated[int, Field(ge=0, le=3)] = 3
    newchod_bits: Literal["qe", "cnt"] = "qe"
    tight_window: Annotated[int, Field(ge=1, le=255)] = 103  # 10 ns, two channels of a tile (framework)
    muv3_tight_window: Annotated[int, Field(ge=1, le=255)] = 51  # 5 ns (framework)
    rich_pp_threshold: Annotated[int, Field(ge=1, le=10**4)] = 2
    rich_sl_threshold: Annotated[int, Field(ge=1, le=10**4)] = 2
    lav_minimum_hits: Annotated[int, Field(ge=1, le=10**4)] = 3  # "more than 2 hits" (framework)
    lkr_threshold_gev: Annotated[float, Field(gt=0, le=400)] = 1.0  # recalled, "about 1 GeV" in dump mode
    lkr_cluster_gev: Annotated[float, Field(gt=0, le=400)] = (
        1.0  # guess: what one trigger cell needs to count as a cluster
    )
    lkr_condition_bit: Literal[10, 14] = 10  # dump and axion test runs (framework)
    read_latency_timestamps: Annotated[int, Field(ge=4, le=1 << MEMORY_SLOT_BITS)] = (
        1024  # guess; see `_memory_is_fresh`
    )

    @model_validator(mode="after")
    def _memory_is_fresh(self) -> L0:
        # A slot is read once its neighbours have been written and before the memory has wrapped around.
        depth = 1 << (MEMORY_SLOT_BITS - self.slot_bits)
        if self.read_latency_timestamps > depth - 4:
            raise ValueError(
                f"read_latency_timestamps must be at most {depth - 4} for slot_bits = {self.slot_bits}: "
                f"the alignment memory is {depth} timestamps deep"
            )
        return self


class Response(Model):
    """Detector response.  Times in ns, energies in MeV."""

    newchod_tile_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = (
        0.6  # talk, "O(600 ps)"; MC digitiser: 0.85
    )
    newchod_threshold_mev: Annotated[float, Field(ge=0, le=1e4)] = 3.0  # framework
    muv3_channel_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 0.45  # framework
    muv3_threshold_mev: Annotated[float, Field(ge=0, le=1e4)] = 4.0  # framework
    merge_ns: Annotated[float, Field(ge=0, le=1e4)] = 15.0  # framework: hits of one channel merged
    dead_time_ns: Annotated[float, Field(ge=0, le=1e4)] = 40.0  # framework parameter; its comment says 35
    width_ns: Annotated[float, Field(ge=0, le=1e4)] = 35.0  # framework: trailing - leading
    width_sigma_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.5  # framework
    overlap: bool = True  # 0.5 mm of overlap between rows of scintillators (framework)
    newchod_energy_mev: Annotated[float, Field(gt=0, le=1e4)] = (
        5.5  # most probable in 30 mm of scintillator (2 MeV/cm)
    )
    scattering: bool = True  # 530 mm GeV / p per axis at MUV3 (framework)
    lkr_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.5  # Indico abstract 489996, per cluster
    lav_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.0  # guess
    lav_efficiency: Annotated[float, Field(ge=0, le=1)] = 0.95  # guess, per layer
    rich_hits: Annotated[float, Field(ge=0, le=30)] = 13.0  # guess: mean of a ring at the speed of light
    rich_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 0.3  # recalled, per photomultiplier
    rich_width_ns: Annotated[float, Field(ge=0, le=1e4)] = 15.0  # guess
    anti0_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.0  # guess
    anti0_efficiency: Annotated[float, Field(ge=0, le=1)] = 0.99  # guess


class Halo(Model):
    """Muons that reach the detectors with the TAX closed.

    ``rate_hz`` counts those that cross a NewCHOD tile.  The flux is not public; 0.28 MHz follows from a
    recalled rate of the Q1/20 line (14 kHz).  Momentum, position, extra tiles and LKr showers are a model:
    guesses that make the recalled 18 kHz of H2 and 4 kHz of LKr control come out, and so never a prediction
    of them.

    Momenta fall exponentially from the minimum (mean 35 GeV: slope of muons within 5 mrad in a toy dump,
    before sweeping); position and angle at z = 102 m are Gaussian.  With an event file, momentum, charge and
    direction come from its pions and kaons, and ``sweep_gev`` takes soft muons away: 1 - exp(-(p / sweep)^2)
    get through.
    """

    rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 0.28e6
    mean_momentum_gev: Annotated[float, Field(gt=0, le=400)] = 35.0
    minimum_momentum_gev: Annotated[float, Field(ge=1, lt=400)] = 5.0
    sweep_gev: Annotated[float, Field(gt=0, le=1e3)] = 30.0
    width_mm: Annotated[float, Field(gt=0, le=1e4)] = 700.0
    angle_mrad: Annotated[float, Field(ge=0, le=100)] = 2.0
    positive_fraction: Annotated[float, Field(ge=0, le=1)] = 0.6  # toy dump: mu+/mu- 1.3 to 2
    extra_tile_probability: Annotated[float, Field(ge=0, le=1)] = 0.05
    shower_probability: Annotated[float, Field(ge=0, le=1)] = 0.001
    lkr_shower_probability: Annotated[float, Field(ge=0, le=1)] = 0.01
    neutral_rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 2.0e3

    @model_validator(mode="after")
    def _rises(self) -> Halo:
        if self.mean_momentum_gev <= self.minimum_momentum_gev:
            raise ValueError("mean_momentum_gev must be above minimum_momentum_gev")
        return self


class Selection(Model):
    """Online selection of the e+e- search: vetoes around the trigger (windows in ns, half width)."""

    lav_window_ns: Annotated[float, Field(ge=0, le=100)] = 6.0  # L1 LAV algorithm default (framework)
    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = (
        1  # guess: one low-high pair vetoes, tighter than the primitive's three
    )
    anti0_window_ns: Annotated[float, Field(ge=0, le=100)] = 10.0  # guess


class NA62(Model):
    """The ``[na62]`` section."""

    mode: Literal["dump"] = "dump"
    frame_timestamps: Annotated[int, Field(ge=PACKET_TIMESTAMPS, le=1 << 22)] = 40960
    guard_timestamps: Annotated[int, Field(ge=2 * SPLIT_TIMESTAMPS, le=PACKET_TIMESTAMPS)] = 16
    readout_timestamps: Annotated[int, Field(ge=8, le=64)] = 8
    l0: L0 = L0()
    response: Response = Response()
    halo: Halo = Halo()
    selection: Selection = Selection()

    @model_validator(mode="after")
    def _whole_packets(self) -> NA62:
        if self.frame_timestamps % PACKET_TIMESTAMPS:
            raise ValueError(f"frame_timestamps must be a multiple of {PACKET_TIMESTAMPS}")
        if self.guard_timestamps % SPLIT_TIMESTAMPS:
            raise ValueError(f"guard_timestamps must be a multiple of {SPLIT_TIMESTAMPS}")
        return self

    @model_validator(mode="after")
    def _has_inputs(self) -> NA62:
        for key in ("reference", "control"):
            detector = getattr(self.l0, key)
            if detector is not None and detector not in SENDING:
                why = f"l0.{key} = {detector!r} would never trigger: {sends_nothing(detector)}"
                raise FieldError("l0", why)
        return self
