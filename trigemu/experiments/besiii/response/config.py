"""The ``[besiii.response]`` section: detector response and beam background.

Every default names its source or says that it is a guess.  "Recalled": general knowledge without a document at hand.
"Run 91668": measured in the ten real events of besiii_real_facts (2026), from what is not near the collision; other
years and beam currents differ.  None was tuned to what a trigger publishes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.collider.response import config as collider
from trigemu.collider.response.config import (
    Amount,
    Angle,
    Count,
    Fraction,
    HalfTurns,
    NonNegative,
    Positive,
    Size,
)
from trigemu.config.model import Model

Time = Annotated[float, Field(ge=0, le=3000)]
Energy = Annotated[float, Field(ge=0, le=10)]
Mean = Annotated[float, Field(ge=0, le=6240)]
_WIRE_RATE_KHZ = (100.0, 80.0, 70.0, 12.0, 10.0, 8.0, 3.0, 6.0, 6.0, 2.5, 2.5)
_ACCEPTANCE_DEG = ((20.0, 32.56), (34.42, 145.58), (147.44, 160.0))


class Timing(Model):
    """Where a collision stands in the read-out window: each detector's delays differ, so each has its own.

    The bunch of the tick that collided comes on top.  Run 91668: edges of the drift times and mean times of bars, less
    flight and light, in the four events that tracks and counters triggered; time counts of the largest crystals against
    the bars in all events that have both.
    """

    mdc_ns: Time = 335.0
    """Time of the collision in the drift chamber's window [ns].  Source: fit, run 91668."""
    tof_ns: Time = 563.0
    """Time of the collision in the time-of-flight counters' window [ns].  Source: fit, run 91668."""
    emc_ns: Time = 930.0
    """Time of the collision in the calorimeter's window [ns].  Source: fit, run 91668: eight events agree within 60
    ns."""


class Cells(collider.Cells):
    """Drift cells of the chamber (MDC); signals are read at the wires' western end."""

    resolution_mm: NonNegative = 0.13
    """Source: besiii_babar_facts A2.3."""
    efficiency: Fraction = 0.98
    """Source: guess."""
    clusters_per_mm: Positive = 3.0
    """Source: recalled, primary ionisation in He-C3H8 60:40."""
    drift_mm_ns: Positive = 0.032
    """Source: guess, drift times fill about 300 ns in run 91668."""
    linear_mm: Positive = 7.0
    """Source: guess."""
    edge_ns_mm2: NonNegative = 8.0
    """Source: guess."""
    propagation_mm_ns: Positive = 270.0
    """Source: guess."""
    half_turns: HalfTurns = 4
    """Source: guess."""


class Counters(Model):
    """Time-of-flight counters."""

    efficiency: Fraction = 0.97
    """Chance that a bar or scintillator sees a particle that crosses it, both ends alike.  Source: guess."""
    light_mm_ns: Positive = 140.0
    """Speed of light along a bar or counter [mm/ns].  Source: run 91668: ends differ by up to 16.5 ns over 2.3 m."""
    bar_ns: NonNegative = 0.068
    """Error of the time of each end of a bar [ns].  Source: besiii_babar_facts A2.6."""
    counter_ns: NonNegative = 0.110
    """Error of the time of a scintillator counter of the endcaps [ns].  Source: besiii_babar_facts A2.6."""
    strip_ns: NonNegative = 0.060
    """Error of the time of each end of an MRPC strip [ns].  Source: besiii_babar_facts A2.6."""
    strip_mm_ns: Positive = 150.0
    """Speed of the signal along a strip [mm/ns].  Source: guess."""
    strip_efficiency: Fraction = 0.96
    """Chance that an MRPC strip sees a particle inside its 24 mm.  Source: guess."""
    longest_path_mm: Size = 1e4
    """Particles that fly farther are lost in material before [mm].  Source: guess."""
    barrel_singles: Mean = 1.2
    """Mean number of ends of bars per event that fire away from the collision.  Source: run 91668."""
    endcap_singles: Mean = 0.6
    """Mean number of ends of MRPC strips, or of scintillators, per event that do.  Source: run 91668, MRPC strips; the
    same for scintillators is a guess."""
    window_ns: Time = 1500.0
    """They come at any time from the beginning of the window to this [ns].  Source: run 91668."""


class Emc(collider.Readout):
    """Showers, tracks and electronics of the calorimeter.

    Energies are those deposited, on the scale of besiii_real_facts 2.1 (ADC x weight x 2/65535 GeV); the offline scale
    is 1.25 times larger.
    """

    barrel_radius_mm: Size = 941.0
    """Source: pybes3's geometry (emc.geometry.FRONT)."""
    forward_z_mm: Size = 1396.0
    """Source: pybes3's geometry (emc.geometry.FRONT)."""
    backward_z_mm: Size = 1396.0
    """Source: pybes3's geometry (emc.geometry.FRONT)."""
    crystal_mm: Size = 280.0
    """Source: recalled, 15 radiation lengths."""

    resolution_root: Amount = 0.023
    """The term of sigma(E)/E over sqrt(E), E in GeV [GeV^(1/2)].  Source: besiii_babar_facts A2.9."""
    resolution_quarter: Amount = 0.0
    """Source: chosen, ``resolution_root`` instead."""
    resolution_constant: Amount = 0.01
    """Source: besiii_babar_facts A2.9."""
    endcap_factor: Annotated[float, Field(ge=0, le=10)] = 2.0
    """In the endcaps sigma(E)/E is larger by this factor.  Source: besiii_babar_facts A2.9."""
    leakage: Fraction = 0.0
    """Source: chosen: it is in the resolution already."""

    noise_gev_crystal: Energy = 0.0003
    """Source: guess."""
    suppression_gev: Energy = 0.0004
    """Source: run 91668: the spectrum begins here."""
    saturation: bool = True
    """Whether each crystal clips at a maximum of its own, the same in every run."""
    saturation_gev: Energy = 2.5
    """Mean of these maxima, a Gaussian, on the offline scale [GeV].  Source: besiii_babar_facts A2.12: nominal."""
    saturation_spread: Fraction = 0.2
    """Relative width of this Gaussian.  Source: guess, high-gain crystals clip lower (besiii_babar_facts A9.6)."""
    gaps: bool = True
    """Whether there are gaps between barrel and endcaps; without them the rings next to them reach up to their
    middle."""
    time_ns: NonNegative = 60.0
    """Source: run 91668: crystals above 0.2 GeV of one event differ by one or two counts."""
    time_noise_ns_gev: NonNegative = 2.0
    """Source: guess, 20 ns at 100 MeV."""
    noise_crystals: Mean = 470.0
    """Source: run 91668."""
    noise_gev: Energy = 0.00045
    """Source: run 91668."""
    beam_fraction: Fraction = 0.12
    """Source: run 91668: above 2 MeV."""
    beam_gev: Energy = 0.0055
    """Source: run 91668."""


class Tracking(collider.Tracking):
    """Track finding and fitting offline.  There is no vertex detector."""

    efficiency: Fraction = 0.98
    """Source: guess."""
    pt_half_gev: Positive = 0.05
    """Source: guess."""
    pt_width_gev: Positive = 0.01
    """Source: guess."""
    layers_half: NonNegative = 12.0
    """Source: guess."""
    layers_width: Positive = 3.0
    """Source: guess."""
    d0_scale_mm: Positive = 500.0
    """Source: guess."""
    vertex_radius_mm: NonNegative = 100.0
    """Tracks that start nearer to the axis than this are measured as those from the collision [mm].  Source: guess."""
    vertex_efficiency: Fraction = 0.0
    """Source: there is no vertex detector."""
    pt_slope: NonNegative = 0.0032
    """Source: with ``pt_constant`` 0.5 % at 1 GeV (besiii_babar_facts A2.3); shares recalled."""
    pt_constant: NonNegative = 0.0037
    """Source: as ``pt_slope``."""
    d0_mm: NonNegative = 0.2
    """sigma(d0) of tracks from the collision at high momentum [mm].  Source: guess."""
    d0_scattering_mm_gev: NonNegative = 0.2
    """Source: guess."""
    z0_mm: NonNegative = 1.5
    """sigma(z0) of tracks from the collision at high momentum [mm].  Source: guess."""
    z0_scattering_mm_gev: NonNegative = 0.5
    """Source: guess."""
    chamber_d0_mm: NonNegative = 0.4
    """sigma(d0) of tracks from further out, through all layers of the chamber [mm].  Source: guess."""
    chamber_z0_mm: NonNegative = 3.0
    """sigma(z0) of tracks from further out, through all layers of the chamber [mm].  Source: guess."""
    angle_rad: NonNegative = 0.0015
    """Source: guess."""
    angle_scattering_gev: NonNegative = 0.001
    """Source: guess."""
    time_ns: NonNegative = 0.1
    """Source: guess, from the counters."""


class Photons(collider.Photons):
    """Calorimeter clusters offline."""

    efficiency: Fraction = 0.97
    """Source: guess."""
    threshold_gev: NonNegative = 0.025
    """Source: recalled, good photons in the barrel."""
    stochastic: NonNegative = 0.023
    """Source: besiii_babar_facts A2.9."""
    constant: NonNegative = 0.01
    """Source: besiii_babar_facts A2.9."""
    angle_stochastic_rad: NonNegative = 0.0064
    """Source: 6 mm at 1 GeV (besiii_babar_facts A2.8), 0.94 m away."""
    angle_constant_rad: NonNegative = 0.001
    """Source: guess."""
    time_ns: NonNegative = 10.0
    """Source: guess."""
    acceptance_deg: Annotated[tuple[tuple[Angle, Angle], ...], Field(max_length=8)] = _ACCEPTANCE_DEG
    """Source: pybes3's geometry (emc.geometry)."""
    merge_rad: NonNegative = 0.08
    """Source: guess, one and a half crystals."""
    mip_gev: NonNegative = 0.16
    """Source: run 91668: 157 and 169 MeV."""
    mip_width_gev: NonNegative = 0.01
    """Source: guess."""
    hadron_interaction: Fraction = 0.52
    """Source: 1 - exp(-280 / 380), as in the crystals."""
    hadron_visible: Fraction = 0.6
    """Source: guess."""


class Background(collider.Background):
    """Beam background in every crossing that is read out."""

    wire_rate_khz: Annotated[tuple[NonNegative, ...], Field(min_length=11, max_length=11)] = _WIRE_RATE_KHZ
    """Source: superlayers 3-11: run 91668, its random event and late hits of all; 1 and 2, which that run did not have:
    guess."""
    wire_window: tuple[Count, Count] = (0, 21_333)
    """Source: run 91668, 2 us."""
    bunch_fraction: Fraction = 0.2
    """Source: guess."""
    clusters: NonNegative = 1.0
    """Source: guess."""
    cluster_gev: NonNegative = 0.02
    """Source: guess."""
    cluster_window_ns: NonNegative = 700.0
    """Source: guess."""


class Response(Model):
    """Detector response and beam background."""

    field_t: Annotated[float, Field(ge=0, le=3)] = 1.0
    """Field of the solenoid [T].  Source: besiii_babar_facts A2.1; 0.9 in 2012."""
    timing: Timing = Timing()
    """Where a collision stands in the read-out window."""
    mdc: Cells = Cells()
    """Drift chamber."""
    tof: Counters = Counters()
    """Time-of-flight counters."""
    emc: Emc = Emc()
    """Calorimeter."""
    tracking: Tracking = Tracking()
    """Tracks offline."""
    photons: Photons = Photons()
    """Clusters offline."""
    background: Background = Background()
    """Beam background."""
