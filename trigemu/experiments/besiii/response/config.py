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


class Timing(Model):
    """Where a collision stands in the read-out window: each detector's delays differ, so each has its own (ns).

    The bunch of the tick that collided comes on top.  Run 91668: edges of the drift times and mean times of bars, less
    flight and light, in the four events that tracks and counters triggered; time counts of the largest crystals against
    the bars in all events that have both.
    """

    mdc_ns: Time = 335.0  # fit, run 91668
    tof_ns: Time = 563.0  # fit, run 91668
    emc_ns: Time = 930.0  # fit, run 91668: eight events agree within 60 ns


class Cells(collider.Cells):
    """Drift cells of the chamber (MDC).  Lengths in mm, times in ns."""

    resolution_mm: NonNegative = 0.13  # besiii_babar_facts A2.3
    efficiency: Fraction = 0.98  # guess: of a cell that the track crosses in full
    clusters_per_mm: Positive = 3.0  # recalled: primary ionisation in He-C3H8 60:40
    drift_mm_ns: Positive = 0.032  # guess: drift times fill about 300 ns in run 91668
    linear_mm: Positive = 7.0  # guess: to this distance from the wire the drift velocity holds
    edge_ns_mm2: NonNegative = 8.0  # guess: further out (d - linear)^2 times this comes on top
    propagation_mm_ns: Positive = 270.0  # guess: signal along the wire, at its western end
    half_turns: HalfTurns = 4  # guess: a curling track is lost in material after these


class Counters(Model):
    """Time-of-flight counters.  mm, ns."""

    efficiency: Fraction = 0.97  # guess: of a bar or counter, both ends alike
    light_mm_ns: Positive = 140.0  # run 91668: ends differ by up to 16.5 ns over 2.3 m
    bar_ns: NonNegative = 0.068  # besiii_babar_facts A2.6: barrel; of each end
    counter_ns: NonNegative = 0.110  # besiii_babar_facts A2.6: scintillator endcaps
    strip_ns: NonNegative = 0.060  # besiii_babar_facts A2.6: MRPC
    strip_mm_ns: Positive = 150.0  # guess: signal along a strip
    strip_efficiency: Fraction = 0.96  # guess: of an MRPC strip, inside its 24 mm
    longest_path_mm: Size = 1e4  # guess: particles that loop longer are lost in material before
    barrel_singles: Mean = 1.2  # run 91668: ends of bars away from the collision, per event
    endcap_singles: Mean = 0.6  # run 91668: ends of MRPC strips; the same for scintillators is a guess
    window_ns: Time = 1500.0  # run 91668: they are spread over this


class Emc(collider.Readout):
    """Showers, tracks and electronics of the calorimeter.  GeV, mm, ns.

    Energies are those deposited, on the scale of besiii_real_facts 2.1 (ADC x weight x 2/65535 GeV); the offline scale
    is 1.25 times larger.  ``saturation``: each crystal clips at a maximum of its own, Gaussian around
    ``saturation_gev`` with the relative width ``saturation_spread``, the same in every run.  ``gaps`` between barrel
    and endcaps; without them the rings next to them reach up to their middle.
    """

    barrel_radius_mm: Size = 941.0  # pybes3's geometry (emc.geometry.FRONT)
    forward_z_mm: Size = 1396.0
    backward_z_mm: Size = 1396.0
    crystal_mm: Size = 280.0  # recalled: 15 radiation lengths

    resolution_root: Amount = 0.023  # besiii_babar_facts A2.9
    resolution_quarter: Amount = 0.0
    resolution_constant: Amount = 0.01  # besiii_babar_facts A2.9
    endcap_factor: Annotated[float, Field(ge=0, le=10)] = 2.0  # besiii_babar_facts A2.9: of the resolution
    leakage: Fraction = 0.0  # in the resolution already

    noise_gev_crystal: Energy = 0.0003  # guess: electronics noise of a crystal with a shower
    suppression_gev: Energy = 0.0004  # run 91668: the spectrum begins here
    saturation: bool = True
    saturation_gev: Energy = 2.5  # besiii_babar_facts A2.12: nominal
    saturation_spread: Fraction = 0.2  # guess: high-gain crystals clip lower (A9.6)
    gaps: bool = True
    time_ns: NonNegative = 60.0  # run 91668: crystals above 0.2 GeV of one event differ by one or two counts
    time_noise_ns_gev: NonNegative = 2.0  # guess: over the energy, 20 ns at 100 MeV
    noise_crystals: Mean = 470.0  # run 91668
    noise_gev: Energy = 0.00045  # run 91668
    beam_fraction: Fraction = 0.12  # run 91668: above 2 MeV
    beam_gev: Energy = 0.0055  # run 91668


class Tracking(collider.Tracking):
    """Track finding and fitting offline.  Lengths in mm, GeV.  There is no vertex detector."""

    efficiency: Fraction = 0.98  # guess
    pt_half_gev: Positive = 0.05  # guess
    pt_width_gev: Positive = 0.01  # guess
    layers_half: NonNegative = 12.0  # guess: chamber layers crossed at which half of the tracks are found
    layers_width: Positive = 3.0  # guess
    d0_scale_mm: Positive = 500.0  # guess
    vertex_radius_mm: NonNegative = (
        100.0  # guess: tracks from inside are measured as those from the collision
    )
    vertex_efficiency: Fraction = 0.0  # there is none
    pt_slope: NonNegative = 0.0032  # with the next: 0.5 % at 1 GeV (besiii_babar_facts A2.3); shares recalled
    pt_constant: NonNegative = 0.0037
    d0_mm: NonNegative = 0.2  # guess
    d0_scattering_mm_gev: NonNegative = 0.2  # guess
    z0_mm: NonNegative = 1.5  # guess
    z0_scattering_mm_gev: NonNegative = 0.5  # guess
    chamber_d0_mm: NonNegative = 0.4  # guess
    chamber_z0_mm: NonNegative = 3.0  # guess
    angle_rad: NonNegative = 0.0015  # guess
    angle_scattering_gev: NonNegative = 0.001  # guess: over p beta
    time_ns: NonNegative = 0.1  # guess: from the counters


class Photons(collider.Photons):
    """Calorimeter clusters offline.  GeV, rad, ns."""

    efficiency: Fraction = 0.97  # guess: conversions in front
    threshold_gev: NonNegative = 0.025  # recalled: good photons in the barrel
    stochastic: NonNegative = 0.023  # besiii_babar_facts A2.9
    constant: NonNegative = 0.01  # besiii_babar_facts A2.9
    angle_stochastic_rad: NonNegative = 0.0064  # besiii_babar_facts A2.8: 6 mm at 1 GeV, 0.94 m away
    angle_constant_rad: NonNegative = 0.001  # guess
    time_ns: NonNegative = 10.0  # guess
    acceptance_deg: Annotated[tuple[tuple[Angle, Angle], ...], Field(max_length=8)] = (
        (20.0, 32.56),  # pybes3's geometry (emc.geometry)
        (34.42, 145.58),
        (147.44, 160.0),
    )
    merge_rad: NonNegative = 0.08  # guess: one and a half crystals
    mip_gev: NonNegative = 0.16  # run 91668: 157 and 169 MeV
    mip_width_gev: NonNegative = 0.01  # guess
    hadron_interaction: Fraction = 0.52  # 1 - exp(-280 / 380): as in the crystals
    hadron_visible: Fraction = 0.6  # guess


class Background(collider.Background):
    """Beam background in every crossing that is read out."""

    wire_rate_khz: Annotated[tuple[NonNegative, ...], Field(min_length=11, max_length=11)] = (
        # Superlayers 3-11: run 91668, its random event and late hits of all.  1 and 2, which that run did not have:
        # guess.
        (100.0, 80.0, 70.0, 12.0, 10.0, 8.0, 3.0, 6.0, 6.0, 2.5, 2.5)
    )
    wire_window: tuple[Count, Count] = (0, 21_333)  # run 91668: 2 us
    bunch_fraction: Fraction = 0.2  # guess: this part of the seeds brings a small group of neighbouring hits
    clusters: NonNegative = 1.0  # guess: clusters per event offline
    cluster_gev: NonNegative = 0.02  # guess
    cluster_window_ns: NonNegative = 700.0  # guess


class Response(Model):
    """Detector response and beam background.  ``field_t``: the solenoid's field in T."""

    field_t: Annotated[float, Field(ge=0, le=3)] = 1.0  # besiii_babar_facts A2.1; 0.9 in 2012
    timing: Timing = Timing()
    mdc: Cells = Cells()
    tof: Counters = Counters()
    emc: Emc = Emc()
    tracking: Tracking = Tracking()
    photons: Photons = Photons()
    background: Background = Background()
