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


class Cells(collider.Cells):
    """Drift cells of the chamber (CDC).  Lengths in mm, times in ns."""

    resolution_mm: NonNegative = 0.13  # default of the experiment's digitiser
    efficiency: Fraction = 0.98  # guess: of a cell that the track crosses in full
    clusters_per_mm: Positive = 2.2  # recalled: primary ionisation in He-C2H6 50:50, for cells barely touched
    drift_mm_ns: Positive = 0.04  # belle2_facts 2
    linear_mm: Positive = 7.0  # guess: to this distance from the wire the drift velocity holds
    edge_ns_mm2: NonNegative = 10.0  # guess: further out (d - linear)^2 times this comes on top
    propagation_mm_ns: Positive = 272.5  # signal along the wire to its backward end (experiment's geometry)
    half_turns: HalfTurns = 4  # guess: a curling track is lost in material after these


class Muons(collider.Muons):
    """Muon detector (KLM) and what is in front of it.  Energies in MeV, lengths in mm."""

    efficiency: Fraction = 0.95  # guess: of one readout plane
    calorimeter_mev: NonNegative = 168.0  # 30 cm of CsI at 5.6 MeV/cm (PDG minimum), at normal incidence
    barrel_mev: NonNegative = 60.0  # guess: TOP quartz and the solenoid's coil and cryostat
    endcap_mev: NonNegative = 20.0  # guess: ARICH and support
    field_radius_mm: Positive = 1800.0  # recalled: mean radius of the coil; straight lines further out
    calorimeter_lengths: NonNegative = 0.7  # pion interaction lengths in 30 cm of CsI (PDG: 44 cm each)
    coil_lengths: NonNegative = 0.2  # guess
    dead_edge_mm: NonNegative = (
        40.0  # barrel modules end this far from the octagon's corners (strips: BKLM.xml)
    )
    noise_hits: NonNegative = 2.0  # guess: planes hit by beam background per event


class Tracking(collider.Tracking):
    """Track finding and fitting offline and in the software trigger.  Lengths in mm, GeV."""

    efficiency: Fraction = 0.95  # belle2_facts 11 (recalled): 0.9-0.95 per muon or pion
    pt_half_gev: Positive = 0.07  # guess: half of the plateau at this transverse momentum
    pt_width_gev: Positive = 0.015  # guess
    layers_half: NonNegative = 16.0  # guess: chamber layers crossed at which half of the tracks are found
    layers_width: Positive = 3.0  # guess
    d0_scale_mm: Positive = (
        600.0  # guess: track finding assumes an origin near the axis; falls with exp(-|d0|/this)
    )
    vertex_radius_mm: NonNegative = (
        100.0  # recalled: tracks from inside this radius may be found in silicon alone
    )
    vertex_efficiency: Fraction = 0.8  # guess: of those
    pt_slope: NonNegative = (
        0.00125  # sigma(pT)/pT per GeV with 56 layers, belle2_facts 11 (recalled: 0.1-0.15 %)
    )
    pt_constant: NonNegative = 0.003  # belle2_facts 11 (recalled)
    d0_mm: NonNegative = 0.012  # recalled: high momentum, with the pixel detector
    d0_scattering_mm_gev: NonNegative = 0.025  # recalled: over p beta sin^(3/2)(theta)
    z0_mm: NonNegative = 0.020  # recalled
    z0_scattering_mm_gev: NonNegative = 0.030  # recalled: over p beta sin^(5/2)(theta)
    chamber_d0_mm: NonNegative = 0.3  # guess: of tracks without silicon hits
    chamber_z0_mm: NonNegative = 2.0  # guess: of tracks without silicon hits
    angle_rad: NonNegative = 0.0005  # guess
    angle_scattering_gev: NonNegative = 0.001  # guess: over p beta
    time_ns: NonNegative = 2.0  # guess


class Photons(collider.Photons):
    """Calorimeter clusters offline and in the software trigger.  GeV, rad, ns."""

    efficiency: Fraction = 0.98  # guess: conversions in front
    threshold_gev: NonNegative = 0.02  # recalled: seed of a cluster
    stochastic: NonNegative = 0.0117  # with `constant`: 4 % at 100 MeV, 1.6 % at 8 GeV (belle2_facts 11)
    constant: NonNegative = 0.0155
    angle_stochastic_rad: NonNegative = 0.00403  # with the next: 13 mrad at 100 MeV, 3 mrad at 8 GeV
    angle_constant_rad: NonNegative = 0.00264
    time_ns: NonNegative = 1.0  # guess: at 1 GeV, falls with the square root of the energy
    acceptance_deg: tuple[tuple[Angle, Angle], ...] = (
        (12.4, 31.4),
        (32.2, 128.7),
        (130.7, 155.1),
    )  # facts 11
    merge_rad: NonNegative = 0.06  # guess: one and a half crystals at the barrel's radius
    mip_gev: NonNegative = 0.19  # 30 cm of CsI with fluctuations' tail: most probable loss
    mip_width_gev: NonNegative = 0.012  # guess: scale of the Landau-like fluctuations
    hadron_interaction: Fraction = 0.546  # 1 - exp(-300 / 380): as in the response of the calorimeter trigger
    hadron_visible: Fraction = (
        0.6  # guess: an interacting hadron leaves up to this part of its kinetic energy
    )


class Background(collider.Background):
    """Beam background in every crossing that is read out."""

    wire_rate_khz: Annotated[tuple[NonNegative, ...], Field(min_length=9, max_length=9)] = (
        # Guess, per superlayer: belle2_facts 16 found no public occupancy; recalled: the chamber is run below
        # some 200 kHz per wire, worst in the inner layers.  45 kHz on average: about 320 hits per event.
        (120.0, 90.0, 50.0, 40.0, 35.0, 30.0, 30.0, 30.0, 30.0)
    )
    wire_window: tuple[Count, Count] = (
        4450,
        4950,
    )  # TDC counts, both included: the trigger's window (facts 3)
    bunch_fraction: Fraction = 0.2  # guess: this part of the seeds brings a small group of neighbouring hits
    clusters: NonNegative = 5.0  # guess: calorimeter clusters per event within the window
    cluster_gev: NonNegative = 0.04  # guess: mean energy above the threshold of clusters
    cluster_window_ns: NonNegative = 250.0  # guess: uniform within plus or minus this


class Response(Model):
    """Detector response and beam background."""

    cdc: Cells = Cells()
    klm: Muons = Muons()
    tracking: Tracking = Tracking()
    photons: Photons = Photons()
    background: Background = Background()
