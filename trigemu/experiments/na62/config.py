"""The ``[na62]`` section of a run configuration.

Every default names its source or says that it is a guess; "the NA62 framework" is the offline one of 2019.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.rules import Rule, ordered, values, when
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

    Arrays of seven are in the order of `DETECTOR_ORDER`.  The defaults are those of runs >= 7874 of the NA62 framework.
    Which detector was reference and which windows were set in the 2021 dump runs is not public.
    """

    reference: Detector = "newchod"
    """Detector whose primitives are trigger entries of the kind "reference".  Source: inferred from the 2016-2018 dump
    tests; that of 2021 is not public."""

    control: Detector | None = "lkr"
    """Detector whose primitives are trigger entries of the kind "control"; none without it.
    Source: recalled, LKr energy without NewCHOD."""

    window: Seven = (64, 64, 128, 64, 64, 128, 64)
    """A hit joins a cluster if it is closer than this to its first hit; one number per detector
    [TDC counts of 97.46 ps].  Source: read in the NA62 framework, runs >= 7874 (na62_facts 5.3)."""

    cut: Seven = (64, 64, 64, 64, 64, 64, 64)
    """A primitive belongs to a trigger entry if it is closer than this; one number per detector
    [TDC counts of 97.46 ps].  Source: read in the NA62 framework, runs >= 7874 (na62_facts 6.1)."""

    slot_bits: Annotated[int, Field(ge=0, le=3)] = 2
    """Fine-time bits in the address of the alignment memory: its slots are 25 ns / 2^n long.
    Source: read in the NA62 framework, runs >= 7874 (na62_facts 6.1)."""

    muv3_period: Annotated[int, Field(ge=0, le=3)] = 2
    """Firmware period of MUV3: of a split with more than 31 hits, 0 and 1 clear it, later ones keep 32 hits.
    Source: read in the NA62 framework, runs >= 9148 (na62_facts 5.3)."""

    newchod_period: Annotated[int, Field(ge=0, le=3)] = 3
    """Firmware period of NewCHOD, as for MUV3.
    Source: read in the NA62 framework, runs >= 9148 (na62_facts 5.3)."""

    newchod_bits: Literal["qe", "cnt"] = "qe"
    """Meaning of NewCHOD's first four bits: hits in one quadrant alone (qe), or the number of hits (cnt).
    Source: read in the NA62 framework, runs >= 7614 (na62_facts 5.2)."""

    tight_window: Annotated[int, Field(ge=1, le=255)] = 103
    """The two channels of a NewCHOD tile make a tight hit if they are at most so far apart
    [TDC counts of 97.46 ps].  Source: read in the NA62 framework, 10 ns (na62_facts 3)."""

    muv3_tight_window: Annotated[int, Field(ge=1, le=255)] = 51
    """The same for the two channels of a MUV3 pad [TDC counts of 97.46 ps].
    Source: read in the NA62 framework, 5 ns (na62_facts 3)."""

    rich_pp_threshold: Annotated[int, Field(ge=1, le=10**4)] = 2
    """Least hits of a cluster on one pre-processing board of RICH (and CHOD).
    Source: read in the NA62 framework, runs >= 7000 (na62_facts 5.3)."""

    rich_sl_threshold: Annotated[int, Field(ge=1, le=10**4)] = 2
    """Least hits of a RICH (and CHOD) primitive, all boards together.
    Source: read in the NA62 framework, runs >= 7000 (na62_facts 5.3)."""

    lav_minimum_hits: Annotated[int, Field(ge=1, le=10**4)] = 3
    """Least hits (low and high threshold crossed) of a LAV primitive.
    Source: read in the NA62 framework, "more than 2 hits" (na62_facts 5.3)."""

    lkr_threshold_gev: Annotated[float, Field(gt=0, le=400)] = 1.0
    """An LKr primitive has more energy than this in three timestamps, and sets the condition bit [GeV].
    Source: recalled, "about 1 GeV" in dump mode."""

    lkr_cluster_gev: Annotated[float, Field(gt=0, le=400)] = 1.0
    """Least energy of a trigger cell that counts as a cluster [GeV].  Source: guess."""

    lkr_condition_bit: Literal[10, 14] = 10
    """Bit of the LKr condition, called `lkr` in menus.
    Source: read in the NA62 framework, dump and axion test runs (na62_facts 5.2)."""

    read_latency_timestamps: Annotated[int, Field(ge=4, le=1 << MEMORY_SLOT_BITS)] = 1024
    """So long after an entry its slots of the memory are read: after their neighbours have been written, before the
    memory has wrapped around [timestamps of 24.951 ns].  Source: guess."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators, and those of the section around it, check, as JSON schema."""
        longest = {bits: (1 << (MEMORY_SLOT_BITS - bits)) - 4 for bits in range(4)}
        sending: Rule = {"enum": list(SENDING)}
        return [
            *super().schema_rules(),
            values(reference=sending, control=sending),
            *(
                when("slot_bits", bits, values(read_latency_timestamps={"maximum": most}), usual=bits == 2)
                for bits, most in longest.items()
            ),
        ]

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
    """Detector response."""

    newchod_tile_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 0.6
    """Time resolution of a NewCHOD tile, the mean of its two channels [ns].
    Source: talk, "O(600 ps)"; the simulation of the NA62 framework has 0.85 (na62_facts 3)."""

    newchod_threshold_mev: Annotated[float, Field(ge=0, le=1e4)] = 3.0
    """Least energy in a NewCHOD tile that makes a hit [MeV].
    Source: read in the NA62 framework (na62_facts 3)."""

    muv3_channel_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 0.45
    """Time resolution of one photosensor of MUV3 [ns].  Source: read in the NA62 framework (na62_facts 3)."""

    muv3_threshold_mev: Annotated[float, Field(ge=0, le=1e4)] = 4.0
    """Least energy in a MUV3 pad that makes a hit [MeV].
    Source: read in the NA62 framework (na62_facts 3)."""

    merge_ns: Annotated[float, Field(ge=0, le=1e4)] = 15.0
    """Deposits in one tile (hits of one RICH channel) within this of the first are one hit [ns].
    Source: read in the NA62 framework (na62_facts 3)."""

    dead_time_ns: Annotated[float, Field(ge=0, le=1e4)] = 40.0
    """Dead time of a tile after a hit, not extended by lost ones: NewCHOD, MUV3, ANTI0 [ns].
    Source: read in the NA62 framework for the first two, whose comment says 35 (na62_facts 3, 11)."""

    width_ns: Annotated[float, Field(ge=0, le=1e4)] = 35.0
    """Pulse width, trailing minus leading edge, of NewCHOD, MUV3 and ANTI0 [ns].
    Source: read in the NA62 framework (na62_facts 3)."""

    width_sigma_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.5
    """Standard deviation of the pulse width, which is uniform [ns].
    Source: read in the NA62 framework, its shape chosen (na62_facts 3)."""

    overlap: bool = True
    """Whether rows of NewCHOD scintillators overlap by 0.5 mm on each side of their border.
    Source: read in the NA62 framework (na62_facts 2.2)."""

    newchod_energy_mev: Annotated[float, Field(gt=0, le=1e4)] = 5.5
    """Most probable energy that a particle leaves in 30 mm of NewCHOD scintillator [MeV].
    Source: computed, 2 MeV/cm."""

    scattering: bool = True
    """Whether muons are scattered on the way to MUV3, by 530 mm GeV / p per axis.
    Source: read in the NA62 framework (na62_facts 3)."""

    lkr_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.5
    """Time resolution of an LKr cluster [ns].  Source: Indico abstract 489996 (na62_facts 3)."""

    lav_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.0
    """Time resolution of a LAV12 block [ns].  Source: guess."""

    lav_efficiency: Annotated[float, Field(ge=0, le=1)] = 0.95
    """Probability that a layer of LAV12 sees a particle.  Source: guess."""

    rich_hits: Annotated[float, Field(ge=0, le=30)] = 13.0
    """Mean number of RICH hits of a ring at the speed of light.  Source: guess."""

    rich_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 0.3
    """Time resolution of one RICH photomultiplier [ns].  Source: recalled."""

    rich_width_ns: Annotated[float, Field(ge=0, le=1e4)] = 15.0
    """Pulse width of a RICH hit [ns].  Source: guess."""

    anti0_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 1.0
    """Time resolution of ANTI0 [ns].  Source: guess."""

    anti0_efficiency: Annotated[float, Field(ge=0, le=1)] = 0.99
    """Probability that ANTI0 sees a charged particle.  Source: guess."""


class Halo(Model):
    """Muons that reach the detectors with the TAX closed.

    The flux is not public.  Momentum, position, extra tiles and LKr showers are a model: guesses that make the recalled
    18 kHz of H2 and 4 kHz of LKr control come out, and so never a prediction of them.  Position and angle at z = 102 m
    are Gaussian; with an event file, momentum, charge and direction come from its pions and kaons.
    """

    rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 0.28e6
    """Muons that cross a NewCHOD tile, per second of beam [Hz].
    Source: inferred from a recalled rate of the Q1/20 line (14 kHz); the flux is not public."""

    mean_momentum_gev: Annotated[float, Field(gt=0, le=400)] = 35.0
    """Mean momentum of muons, which fall exponentially from the minimum [GeV].
    Source: slope of muons within 5 mrad in a toy dump, before sweeping."""

    minimum_momentum_gev: Annotated[float, Field(ge=1, lt=400)] = 5.0
    """Least momentum of muons [GeV].  Source: guess."""

    sweep_gev: Annotated[float, Field(gt=0, le=1e3)] = 30.0
    """With an event file: sweeping fields let 1 - exp(-(p / sweep)^2) of the muons through [GeV].
    Source: guess."""

    width_mm: Annotated[float, Field(gt=0, le=1e4)] = 700.0
    """Standard deviation of x and y at z = 102 m [mm].  Source: guess."""

    angle_mrad: Annotated[float, Field(ge=0, le=100)] = 2.0
    """Standard deviation of the two slopes at z = 102 m [mrad].  Source: guess."""

    positive_fraction: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Part of the muons that is positive.  Source: toy dump, mu+/mu- of 1.3 to 2."""

    extra_tile_probability: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Probability that a muon fires a second, neighbouring NewCHOD tile.
    Source: guess that makes the recalled 18 kHz of H2 come out."""

    shower_probability: Annotated[float, Field(ge=0, le=1)] = 0.001
    """Probability that a muon showers in NewCHOD.
    Source: guess that makes the recalled 18 kHz of H2 come out."""

    lkr_shower_probability: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Probability that a muon showers in the LKr.
    Source: guess that makes the recalled 4 kHz of LKr control come out."""

    neutral_rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 2.0e3
    """Neutral showers in the LKr per second of beam [Hz].
    Source: guess that makes the recalled 4 kHz of LKr control come out."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), *ordered("minimum_momentum_gev", "mean_momentum_gev", (5.0, 35.0))]

    @model_validator(mode="after")
    def _rises(self) -> Halo:
        if self.mean_momentum_gev <= self.minimum_momentum_gev:
            raise ValueError("mean_momentum_gev must be above minimum_momentum_gev")
        return self


class Selection(Model):
    """Online selection of the e+e- search: vetoes around the trigger."""

    lav_window_ns: Annotated[float, Field(ge=0, le=100)] = 6.0
    """Half width of the LAV veto around the trigger [ns].
    Source: default of the L1 LAV algorithm, read in the NA62 framework."""

    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = 1
    """So many LAV hits (low and high threshold crossed) in the window veto.
    Source: guess, tighter than the primitive's three."""

    anti0_window_ns: Annotated[float, Field(ge=0, le=100)] = 10.0
    """Half width of the ANTI0 veto around the trigger [ns].  Source: guess."""


class NA62(Model):
    """The ``[na62]`` section."""

    mode: Literal["dump"] = "dump"
    """How the beam is used: only the beam dump (TAX closed) is emulated."""

    frame_timestamps: Annotated[int, Field(ge=PACKET_TIMESTAMPS, le=1 << 22)] = 40960
    """Length of a time frame, a multiple of 256 [timestamps of 24.951 ns].  Source: chosen, 1.022 ms."""

    guard_timestamps: Annotated[int, Field(ge=2 * SPLIT_TIMESTAMPS, le=PACKET_TIMESTAMPS)] = 16
    """Data of the neighbouring frames at each end of a frame, a multiple of 4 [timestamps of 24.951 ns].
    Source: chosen."""

    readout_timestamps: Annotated[int, Field(ge=8, le=64)] = 8
    """Length of what is read out around a trigger [timestamps of 24.951 ns].
    Source: read in the NA62 framework, 200 ns of primitives (na62_facts 5.3)."""

    l0: L0 = L0()
    """L0 primitive generation and trigger processor."""

    response: Response = Response()
    """Detector response."""

    halo: Halo = Halo()
    """Muons and neutral particles with the TAX closed."""

    selection: Selection = Selection()
    """Online selection of the e+e- search."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        frame, guard = {"multipleOf": PACKET_TIMESTAMPS}, {"multipleOf": SPLIT_TIMESTAMPS}
        return [*super().schema_rules(), values(frame_timestamps=frame, guard_timestamps=guard)]

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
