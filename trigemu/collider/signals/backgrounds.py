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
    """Muons from above that pass the collision point at less than ``radius_mm``, at ``rate_hz``.

    Angle to the vertical: cos^2.  Momentum: (1 + p / ``knee_gev``)^-2.7 from ``p_min`` (GeV) on.  A muon is two
    particles, one each way from its point closest to the collision point, the upper one reversed; it comes within
    ``time_ns`` of a collision's time, as the counters at ``counter_mm`` see it.  No energy is lost on the way.
    """

    radius_mm: Length = 800.0  # guess: what a drift chamber sees
    p_min: Annotated[float, Field(ge=0.05, le=100)] = 0.5  # guess: yoke and calorimeter stop softer ones
    knee_gev: Annotated[float, Field(ge=0.1, le=100)] = 4.0  # guess: falls as p^-2.7 far above it
    positive: Annotated[float, Field(ge=0, le=1)] = 0.56  # recalled: mu+ / mu- = 1.27
    time_ns: Annotated[float, Field(ge=0, le=1e4)] = 4.0  # half of a bunch spacing of 8 ns
    counter_mm: Length = 1000.0  # guess; an experiment gives its own


Peak = tuple[
    Annotated[float, Field(ge=-1e4, le=1e4)],
    Annotated[float, Field(ge=0, le=1e4)],
    Annotated[float, Field(ge=0, le=1)],
]


class BeamGas(Process):
    """Particles from a nucleus of the rest gas that one of the beams breaks, or from where it is lost, at ``rate_hz``.

    Point: uniform in z within ``z_max`` (mm), but for the part of the events that begins in ``z_peaks``: middle and
    standard deviation in mm, part of all events.  ``radius_mm``: they begin at the wall of a pipe, all around, instead
    of on the axis.  ``protons``, ``pions``, ``electrons`` (of both charges) and ``photons``: mean numbers (Poisson; at
    least one proton where there would be nothing).  Momenta are exponential with mean ``momentum_gev``, those of
    electrons and photons with ``shower_gev``; 1 - cos of the angle to the beam is exponential with mean ``opening``.
    The part ``forward`` comes from the e- beam, whose own electron stays in the pipe.
    """

    z_max: Annotated[float, Field(ge=0, le=1e4)] = 1000.0  # guess
    z_peaks: Annotated[tuple[Peak, ...], Field(max_length=16)] = ()
    radius_mm: Annotated[float, Field(ge=0, le=1e3)] = 0.0
    protons: Mean = 1.0  # guess
    pions: Mean = 1.0  # guess
    electrons: Mean = 0.0
    photons: Mean = 0.0
    momentum_gev: Annotated[float, Field(ge=0.01, le=10)] = 0.4  # guess
    shower_gev: Annotated[float, Field(ge=0.01, le=10)] = 0.2  # guess
    opening: Annotated[float, Field(ge=0.01, le=2)] = 0.4  # guess
    forward: Annotated[float, Field(ge=0, le=1)] = 0.5

    @model_validator(mode="after")
    def _parts(self) -> BeamGas:
        if sum(part for _, _, part in self.z_peaks) > 1.0 + 1e-9:
            raise FieldError("z_peaks", "z_peaks: the parts of all peaks must not add up to more than 1")
        return self
