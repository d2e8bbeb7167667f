"""Sections of a run configuration that all detectors at e+e- colliders have.

Fields without a default are an experiment's own: it derives from these models and gives its values, each with its
source.  Those with one are properties of the material (CsI(Tl)) or of the method.  What a field means is said here,
once; a derived model that only gives a value says where that comes from.
"""

from __future__ import annotations

from trigemu.collider.response.config.background import Background, BeamPhotons
from trigemu.collider.response.config.calorimeter import Photons, Readout, Showers
from trigemu.collider.response.config.chamber import Cells, Tracking
from trigemu.collider.response.config.muons import Muons
from trigemu.collider.response.config.values import (
    Amount,
    Angle,
    Count,
    Fraction,
    HalfTurns,
    NonNegative,
    Positive,
    Size,
)

__all__ = [
    "Amount",
    "Angle",
    "Background",
    "BeamPhotons",
    "Cells",
    "Count",
    "Fraction",
    "HalfTurns",
    "Muons",
    "NonNegative",
    "Photons",
    "Positive",
    "Readout",
    "Showers",
    "Size",
    "Tracking",
]
