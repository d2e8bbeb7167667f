"""Process tables of what is no collision: cosmic muons, and beams that meet gas or the wall of their pipe.

Their rates are given, not computed.  Spectra and angles are guesses of the right kind, each marked.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.collider.signals.processes import Process
from trigemu.config.model import FieldError

Length = Annotated[float, Field(gt=0, le=1e4)]
Mean = Annotated[float, Field(ge=0, le=50)]


class Cosmic(Process):
    """Muons from above that pass near the collision point, at ``rate_hz``.

    Angle to the vertical: cos^2.  A muon is two particles, one each way from its point closest to the collision point,
    the upper one reversed.  No energy is lost on the way.
    """

    radius_mm: Length = 800.0
    """Muons pass the collision point at less than this [mm].  Source: guess, what a drift chamber sees."""
    p_min: Annotated[float, Field(ge=0.05, le=100)] = 0.5
    """Least momentum [GeV].  Source: guess, yoke and calorimeter stop softer ones."""
    knee_gev: Annotated[float, Field(ge=0.1, le=100)] = 4.0
    """The spectrum is (1 + p / knee)^-2.7 [GeV].  Source: guess; the power far above it is that of the flux."""
    positive: Annotated[float, Field(ge=0, le=1)] = 0.56
    """Share of mu+.  Source: recalled, mu+ / mu- = 1.27."""
    time_ns: Annotated[float, Field(ge=0, le=1e4)] = 4.0
    """A muon comes within this of a collision's time, as the counters see it [ns].  Source: chosen, half of a bunch
    spacing of 8 ns."""
    counter_mm: Length = 1000.0
    """Distance of the counters that see its time [mm].  Source: guess; an experiment gives its own."""


Peak = tuple[
    Annotated[float, Field(ge=-1e4, le=1e4)],
    Annotated[float, Field(ge=0, le=1e4)],
    Annotated[float, Field(ge=0, le=1)],
]


class BeamGas(Process):
    """Particles from a nucleus of the rest gas that a beam breaks, or from where it is lost, at ``rate_hz``."""

    z_max: Annotated[float, Field(ge=0, le=1e4)] = 1000.0
    """Points are uniform in z within this, either way [mm].  Source: guess."""
    z_peaks: Annotated[tuple[Peak, ...], Field(max_length=16)] = ()
    """Part of the events that begins elsewhere: middle and standard deviation in z [mm, mm] and part of all events,
    for each place."""
    radius_mm: Annotated[float, Field(ge=0, le=1e3)] = 0.0
    """Particles begin at the wall of a pipe of this radius, all around (0: on the axis) [mm].  Source: none here,
    beams meet gas on the axis."""
    protons: Mean = 1.0
    """Mean number of protons (Poisson; at least one where there would be nothing).  Source: guess."""
    pions: Mean = 1.0
    """Mean number of pions of both charges (Poisson).  Source: guess."""
    electrons: Mean = 0.0
    """Mean number of electrons of both charges (Poisson).  Source: none here, for particles lost at the wall."""
    photons: Mean = 0.0
    """Mean number of photons (Poisson).  Source: none here, for particles lost at the wall."""
    momentum_gev: Annotated[float, Field(ge=0.01, le=10)] = 0.4
    """Mean of the exponential momenta of protons and pions [GeV].  Source: guess."""
    shower_gev: Annotated[float, Field(ge=0.01, le=10)] = 0.2
    """Mean of the exponential momenta of electrons and photons [GeV].  Source: guess."""
    opening: Annotated[float, Field(ge=0.01, le=2)] = 0.4
    """Mean of 1 - cos of the angle to the beam, which is exponential.  Source: guess."""
    forward: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Part that comes from the e- beam, whose own electron stays in the pipe.  Source: chosen, both beams alike."""

    @model_validator(mode="after")
    def _parts(self) -> BeamGas:
        if sum(part for _, _, part in self.z_peaks) > 1.0 + 1e-9:
            raise FieldError("z_peaks", "z_peaks: the parts of all peaks must not add up to more than 1")
        return self
