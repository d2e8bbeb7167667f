"""Calorimeter: clusters offline, showers in the crystals, electronics."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.collider.response.config.values import Amount, Angle, Fraction, NonNegative, Size
from trigemu.config.model import Model


class Photons(Model):
    """Calorimeter clusters offline and in the software trigger; (+) is a sum in quadrature."""

    efficiency: Fraction
    """Part of the photons that do not convert in front of the calorimeter."""
    threshold_gev: NonNegative
    """Least energy of a cluster [GeV]."""
    stochastic: NonNegative
    """sigma(E)/E = this / sqrt(E) (+) ``quarter`` / E^(1/4) (+) ``constant``, E in GeV [GeV^(1/2)]."""
    quarter: NonNegative = 0.0
    """The term of sigma(E)/E over E^(1/4) [GeV^(1/4)].  Source: chosen, none."""
    constant: NonNegative
    """The term of sigma(E)/E that does not depend on the energy."""
    angle_stochastic_rad: NonNegative
    """Error of a cluster's angles = this / sqrt(E) (+) ``angle_constant_rad``, E in GeV [rad GeV^(1/2)]."""
    angle_constant_rad: NonNegative
    """The term of this error that does not depend on the energy [rad]."""
    time_ns: NonNegative
    """Error of a cluster's time at 1 GeV; it falls with the square root of the energy [ns]."""
    acceptance_deg: tuple[tuple[Angle, Angle], ...]
    """Polar angles that the calorimeter covers: rising intervals, ends included [deg]."""
    merge_rad: NonNegative
    """Deposits closer to each other than this are one cluster [rad]."""
    mip_gev: NonNegative
    """Most probable energy that a charged particle leaves without showering [GeV]."""
    mip_width_gev: NonNegative
    """Scale of its Landau-like (Moyal) fluctuation [GeV]."""
    hadron_interaction: Fraction
    """Chance that a hadron interacts in the crystals."""
    hadron_visible: Fraction
    """An interacting hadron leaves a part of its kinetic energy that is uniform from 0 to this."""

    @model_validator(mode="after")
    def _intervals(self) -> Photons:
        edges = [angle for interval in self.acceptance_deg for angle in interval]
        if not edges or edges[0] < 0.0 or edges[-1] > 180.0 or sorted(set(edges)) != edges:
            raise ValueError("acceptance_deg must hold rising intervals of angles in 0-180 degrees")
        return self


class Showers(Model):
    """From particles to energies in crystals of CsI(Tl).

    Lateral profiles are of the form 2 r R^2 / (r^2 + R^2)^2 (Grindhammer and Peters, hep-ex/0001020); an
    electromagnetic shower has a core and a tail, so that 90 % lie within the Moliere radius.
    """

    barrel_radius_mm: Size
    """Radius of the front faces of the barrel's crystals [mm]."""
    forward_z_mm: Size
    """z of the front faces of the forward endcap [mm]."""
    backward_z_mm: Size
    """Distance of the front faces of the backward endcap from z = 0, a positive number [mm]."""
    crystal_mm: Size
    """Length of a crystal [mm]."""
    longest_path_mm: Size = 1e4
    """Particles that fly farther lose their energy before the calorimeter [mm].  Source: guess."""

    moliere_mm: Size = 35.3
    """Moliere radius [mm].  Source: recalled, CsI."""
    core_fraction: Fraction = 0.85
    """Part of an electromagnetic shower in its core; the rest is the tail.  Source: guess."""
    core_moliere: Size = 0.25
    """R of the core's lateral profile [Moliere radii].  Source: guess."""
    tail_moliere: Size = 0.7
    """R of the tail's lateral profile [Moliere radii].  Source: guess."""
    shower_depth_mm: Amount = 90.0
    """Depth at which a shower's energy is laid down [mm].  Source: guess, five radiation lengths, where the shower is
    broadest."""
    resolution_quarter: Amount
    """sigma(E)/E of a shower = this / E^(1/4) (+) ``resolution_constant``, E in GeV [GeV^(1/4)]."""
    resolution_constant: Amount
    """The term of sigma(E)/E that does not depend on the energy."""
    leakage: Fraction = 0.01
    """Mean part of the energy that is lost behind a shower (exponential).  Source: guess."""

    mip_gev_mm: Size = 5.6e-4
    """Most probable energy loss of a charged particle at minimum ionisation [GeV/mm].  Source: recalled, 170 MeV in 30
    cm of CsI."""
    mip_width: Annotated[float, Field(ge=0, le=0.2)] = 0.04
    """Scale of its Landau-like (Moyal) fluctuation, relative.  Source: guess."""
    interaction_mm: Size = 380.0
    """Nuclear interaction length [mm].  Source: recalled, CsI."""
    hadron_fraction: Fraction = 0.6
    """A hadronic interaction shows a part of the energy left that is uniform from 0 to this.  Source: guess."""
    hadron_radius_mm: Size = 50.0
    """R of the lateral profile of a hadronic interaction [mm].  Source: guess."""


class Readout(Showers):
    """Showers, and the electronics of the crystals; besides showers, noise and beam background fire crystals."""

    noise_gev_crystal: Amount
    """Standard deviation of the noise of a crystal that has energy [GeV]."""
    suppression_gev: Amount
    """Least energy with which a crystal is read out [GeV]."""
    time_ns: NonNegative
    """Error of a crystal's time = this (+) ``time_noise_ns_gev`` / E [ns]."""
    time_noise_ns_gev: NonNegative
    """The part of this error that falls with the crystal's energy [ns GeV]."""
    noise_crystals: Annotated[float, Field(ge=0, le=65536)]
    """Mean number of crystals that noise or beam background fires in an event, at any time of the window."""
    noise_gev: Amount
    """Mean of the exponential by which the energy of these is above ``suppression_gev`` [GeV]."""
    beam_fraction: Fraction = 0.0
    """Part of these crystals that beam background fires, with ``beam_gev`` instead.  Source: chosen, none."""
    beam_gev: Amount = 0.0
    """Mean of the exponential for those [GeV].  Source: chosen, none."""
