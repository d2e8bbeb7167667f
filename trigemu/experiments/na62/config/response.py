"""``[na62.response]``: what detectors make of particles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model


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
    """Dead time of a tile after a hit, not extended by lost ones: NewCHOD, MUV3, ANTI0, CHOD [ns].
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

    chod_resolution_ns: Annotated[float, Field(ge=0, le=1e4)] = 0.4
    """Time resolution of a CHOD slab, without what the way of the light adds [ns].  Source: guess."""

    chod_efficiency: Annotated[float, Field(ge=0, le=1)] = 0.99
    """Probability that a CHOD slab sees a charged particle that crosses it.  Source: guess."""

    chod_threshold_mev: Annotated[float, Field(ge=0, le=1e4)] = 1.0
    """Least energy in a CHOD slab that makes a hit [MeV].
    Source: read in the NA62 framework (CHODReconstruction, 1 MeV)."""

    chod_light_ns_per_m: Annotated[float, Field(ge=0, le=100)] = 7.2
    """How long light takes for a metre of a CHOD slab, to its outer end; 0: no time at all [ns/m].
    Source: read in the NA62 framework, mean of 128 slabs (6.8 to 7.7) for runs 1000 to 1999."""

    chod_width_ns: Annotated[float, Field(ge=0, le=1e4)] = 11.7
    """Pulse width of a CHOD hit [ns].
    Source: read in the NA62 framework, mean near the photomultiplier for runs 1000 to 1999."""
