"""Beam background in every crossing that is read out."""

from __future__ import annotations

from pydantic import model_validator

from trigemu.collider.response.config.values import Amount, Angle, Count, Fraction, NonNegative
from trigemu.config.model import Model


class Background(Model):
    """Beam background in every crossing that is read out: hits of wires, clusters."""

    wire_rate_khz: tuple[NonNegative, ...]
    """Rate of background hits of a wire, one number for each superlayer from the inside [kHz]."""
    wire_window: tuple[Count, Count]
    """First and last count at which background hits come, both included [TDC counts]."""
    bunch_fraction: Fraction
    """Part of the background's seeds that bring one to three neighbouring hits."""
    clusters: NonNegative = 0.0
    """Mean number of background clusters in the calorimeter per event, offline.  Source: chosen, none."""
    cluster_gev: NonNegative = 0.0
    """Their energies are exponential with this mean above the threshold of clusters [GeV].  Source: chosen, none."""
    cluster_window_ns: NonNegative = 0.0
    """Their times are uniform within plus or minus this [ns].  Source: chosen, none."""

    @model_validator(mode="after")
    def _window(self) -> Background:
        first, last = self.wire_window
        if not 0 <= first <= last < 2**15:
            raise ValueError("wire_window must be two TDC counts in 0-32767, the smaller one first")
        return self


class BeamPhotons(Model):
    """Photons of the beams' background in every crossing that is read out, as particles."""

    rate_khz: NonNegative
    """Rate at which they come [kHz]."""
    floor_gev: Amount
    """Their least energy [GeV]."""
    mean_gev: Amount
    """Energies are exponential with this mean above ``floor_gev`` [GeV]."""
    polar_deg: tuple[Angle, Angle]
    """Polar angles between which they fly, flat in the angle [deg]."""
    before_ns: NonNegative
    """They come from so long before the collision ... [ns]."""
    after_ns: NonNegative
    """... to so long after it [ns]."""

    @model_validator(mode="after")
    def _rises(self) -> BeamPhotons:
        if self.polar_deg[0] >= self.polar_deg[1]:
            raise ValueError("polar_deg must be two angles, the smaller one first")
        return self
