"""Process tables of what is no collision: cosmic muons, and beams that meet gas.

Their rates are given, not computed.  Spectra and angles are guesses of the right kind, each marked.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.collider.signals.processes import Process

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


class BeamGas(Process):
    """Hadrons from a nucleus of the rest gas that one of the beams breaks, at ``rate_hz``.

    Point: uniform in z within ``z_max`` (mm).  ``protons`` and ``pions``: mean numbers (Poisson; at least one particle
    in all).  Momenta are exponential with mean ``momentum_gev``; 1 - cos of the angle to the beam is exponential with
    mean ``opening``.  The electron stays in the pipe.
    """

    z_max: Annotated[float, Field(ge=0, le=1e4)] = 1000.0  # guess
    protons: Mean = 1.0  # guess
    pions: Mean = 1.0  # guess
    momentum_gev: Annotated[float, Field(ge=0.01, le=10)] = 0.4  # guess
    opening: Annotated[float, Field(ge=0.01, le=2)] = 0.4  # guess
