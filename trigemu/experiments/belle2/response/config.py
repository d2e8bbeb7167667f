"""The ``[belle2.response]`` section of a run configuration.

Every default names its source or says that it is a guess.  "Recalled" numbers come from general knowledge of the
literature; none of the defaults was tuned to what a trigger publishes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.collider.response import config as collider
from trigemu.collider.response.config import Angle, Count, Fraction, HalfTurns, NonNegative, Positive
from trigemu.config.model import Model

_WIRE_RATE_KHZ = (120.0, 90.0, 50.0, 40.0, 35.0, 30.0, 30.0, 30.0, 30.0)


class Cells(collider.Cells):
    """Drift cells of the chamber (CDC)."""

    resolution_mm: NonNegative = 0.13
    """Source: default of the experiment's digitiser."""
    efficiency: Fraction = 0.98
    """Source: guess."""
    clusters_per_mm: Positive = 2.2
    """Source: recalled, primary ionisation in He-C2H6 50:50; it matters in cells barely touched."""
    drift_mm_ns: Positive = 0.04
    """Source: read in the experiment's geometry (belle2_facts 2)."""
    linear_mm: Positive = 7.0
    """Source: guess."""
    edge_ns_mm2: NonNegative = 10.0
    """Source: guess."""
    propagation_mm_ns: Positive = 272.5
    """Source: the experiment's geometry."""
    half_turns: HalfTurns = 4
    """Source: guess."""


class Muons(collider.Muons):
    """Muon detector (KLM) and what is in front of it."""

    efficiency: Fraction = 0.95
    """Source: guess, of one readout plane."""
    calorimeter_mev: NonNegative = 168.0
    """Source: 30 cm of CsI at 5.6 MeV/cm (PDG minimum)."""
    barrel_mev: NonNegative = 60.0
    """Source: guess, TOP quartz and the solenoid's coil and cryostat."""
    endcap_mev: NonNegative = 20.0
    """Source: guess, ARICH and support."""
    field_radius_mm: Positive = 1800.0
    """Source: recalled, mean radius of the coil."""
    calorimeter_lengths: NonNegative = 0.7
    """Source: 30 cm of CsI, 44 cm each (PDG)."""
    coil_lengths: NonNegative = 0.2
    """Source: guess."""
    dead_edge_mm: NonNegative = 40.0
    """Source: strips of the barrel modules in the experiment's geometry (BKLM.xml)."""
    noise_hits: NonNegative = 2.0
    """Mean number of readout planes that beam background hits in an event.  Source: guess."""


class Tracking(collider.Tracking):
    """Track finding and fitting offline and in the software trigger."""

    efficiency: Fraction = 0.95
    """Source: recalled, 0.9-0.95 per muon or pion (belle2_facts 11)."""
    pt_half_gev: Positive = 0.07
    """Source: guess."""
    pt_width_gev: Positive = 0.015
    """Source: guess."""
    layers_half: NonNegative = 16.0
    """Source: guess."""
    layers_width: Positive = 3.0
    """Source: guess."""
    d0_scale_mm: Positive = 600.0
    """Source: guess, track finding assumes an origin near the axis."""
    vertex_radius_mm: NonNegative = 100.0
    """Source: recalled, tracks from inside this radius may be found in silicon alone."""
    vertex_efficiency: Fraction = 0.8
    """Source: guess."""
    pt_slope: NonNegative = 0.00125
    """Source: recalled, 0.1-0.15 % (belle2_facts 11)."""
    pt_constant: NonNegative = 0.003
    """Source: recalled (belle2_facts 11)."""
    d0_mm: NonNegative = 0.012
    """Source: recalled, with the pixel detector."""
    d0_scattering_mm_gev: NonNegative = 0.025
    """Source: recalled."""
    z0_mm: NonNegative = 0.020
    """Source: recalled."""
    z0_scattering_mm_gev: NonNegative = 0.030
    """Source: recalled."""
    chamber_d0_mm: NonNegative = 0.3
    """Source: guess."""
    chamber_z0_mm: NonNegative = 2.0
    """Source: guess."""
    angle_rad: NonNegative = 0.0005
    """Source: guess."""
    angle_scattering_gev: NonNegative = 0.001
    """Source: guess."""
    time_ns: NonNegative = 2.0
    """Source: guess."""


class Photons(collider.Photons):
    """Calorimeter clusters offline and in the software trigger."""

    efficiency: Fraction = 0.98
    """Source: guess."""
    threshold_gev: NonNegative = 0.02
    """Source: recalled, seed of a cluster."""
    stochastic: NonNegative = 0.0117
    """Source: with ``constant`` 4 % at 0.1 GeV and 1.6 % at 8 GeV, recalled (belle2_facts 11)."""
    constant: NonNegative = 0.0155
    """Source: as ``stochastic``, recalled (belle2_facts 11)."""
    angle_stochastic_rad: NonNegative = 0.00403
    """Source: with ``angle_constant_rad`` 13 mrad at 0.1 GeV and 3 mrad at 8 GeV, recalled (belle2_facts 11)."""
    angle_constant_rad: NonNegative = 0.00264
    """Source: as ``angle_stochastic_rad``, recalled (belle2_facts 11)."""
    time_ns: NonNegative = 1.0
    """Source: guess."""
    acceptance_deg: tuple[tuple[Angle, Angle], ...] = ((12.4, 31.4), (32.2, 128.7), (130.7, 155.1))
    """Source: recalled (belle2_facts 11)."""
    merge_rad: NonNegative = 0.06
    """Source: guess, one and a half crystals at the barrel's radius."""
    mip_gev: NonNegative = 0.19
    """Source: 30 cm of CsI, with the fluctuations' tail."""
    mip_width_gev: NonNegative = 0.012
    """Source: guess."""
    hadron_interaction: Fraction = 0.546
    """Source: 1 - exp(-300 / 380), as in the response of the calorimeter trigger."""
    hadron_visible: Fraction = 0.6
    """Source: guess."""


class Background(collider.Background):
    """Beam background in every crossing that is read out."""

    wire_rate_khz: Annotated[tuple[NonNegative, ...], Field(min_length=9, max_length=9)] = _WIRE_RATE_KHZ
    """Source: guess; belle2_facts 16 found no public occupancy; recalled: the chamber is run below some 200 kHz per
    wire, worst in the inner layers. 45 kHz on average are about 320 hits per event."""
    wire_window: tuple[Count, Count] = (4450, 4950)
    """Source: the trigger's window (belle2_facts 3)."""
    bunch_fraction: Fraction = 0.2
    """Source: guess."""
    clusters: NonNegative = 5.0
    """Source: guess."""
    cluster_gev: NonNegative = 0.04
    """Source: guess."""
    cluster_window_ns: NonNegative = 250.0
    """Source: guess."""


class Response(Model):
    """Detector response and beam background."""

    cdc: Cells = Cells()
    """Drift chamber."""
    klm: Muons = Muons()
    """Muon detector."""
    tracking: Tracking = Tracking()
    """Tracks offline and in the software trigger."""
    photons: Photons = Photons()
    """Clusters offline and in the software trigger."""
    background: Background = Background()
    """Beam background."""
