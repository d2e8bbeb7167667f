"""Drift chamber and tracks."""

from __future__ import annotations

from trigemu.collider.response.config.values import Fraction, HalfTurns, NonNegative, Positive
from trigemu.config.model import Model


class Cells(Model):
    """Drift cells of the chamber."""

    resolution_mm: NonNegative
    """Standard deviation of a hit's drift distance [mm]."""
    efficiency: Fraction
    """Chance that a cell fires which the track crosses in full."""
    clusters_per_mm: Positive
    """Primary ionisation: a cell fires with ``efficiency`` times 1 - exp(-this x the track's path in it) [1/mm]."""
    drift_mm_ns: Positive
    """Drift velocity up to ``linear_mm`` from the wire [mm/ns]."""
    linear_mm: Positive
    """Distance from the wire up to which the drift velocity holds [mm]."""
    edge_ns_mm2: NonNegative
    """Further out (distance - ``linear_mm``)^2 times this comes on top of the drift time [ns/mm2]."""
    propagation_mm_ns: Positive
    """Speed of the signal along the wire to its backward end [mm/ns]."""
    half_turns: HalfTurns
    """A curling track makes hits on so many half turns, then it is lost in material."""


class Tracking(Model):
    """Track finding and fitting offline and in the software trigger; (+) is a sum in quadrature.

    Tracks come from the chamber, those that start near the axis also from the vertex detector alone.
    """

    efficiency: Fraction
    """Chance to find a charged particle as a track, far above all turn-ons."""
    pt_half_gev: Positive
    """Transverse momentum at which half of ``efficiency`` is reached [GeV]."""
    pt_width_gev: Positive
    """Width of this turn-on, a logistic function [GeV]."""
    layers_half: NonNegative
    """Chamber layers crossed at which half of the tracks are found in the chamber."""
    layers_width: Positive
    """Width of this turn-on, a logistic function [layers]."""
    d0_scale_mm: Positive
    """The chance to find a track in the chamber falls with exp(-abs(d0) / this) [mm]."""
    vertex_radius_mm: NonNegative
    """Particles that start nearer to the axis may be found in the vertex detector alone; d0 and z0 are its [mm]."""
    vertex_efficiency: Fraction
    """Chance to find those without the chamber, in the vertex detector's polar angles; ``efficiency`` is a factor."""
    pt_slope: NonNegative
    """sigma(pT)/pT = this x pT (+) ``pt_constant`` / beta, for tracks through all layers of the chamber [1/GeV]."""
    pt_constant: NonNegative
    """The part of sigma(pT)/pT that scattering makes, over beta."""
    d0_mm: NonNegative
    """sigma(d0) at high momentum, with the vertex detector [mm]."""
    d0_scattering_mm_gev: NonNegative
    """Scattering adds this / (p beta sin^(3/2)(theta)) to sigma(d0), in quadrature [mm GeV]."""
    z0_mm: NonNegative
    """sigma(z0) at high momentum, with the vertex detector [mm]."""
    z0_scattering_mm_gev: NonNegative
    """Scattering adds this / (p beta sin^(5/2)(theta)) to sigma(z0), in quadrature [mm GeV]."""
    chamber_d0_mm: NonNegative
    """sigma(d0) without the vertex detector, for tracks through all layers of the chamber [mm]."""
    chamber_z0_mm: NonNegative
    """sigma(z0) without the vertex detector, for tracks through all layers of the chamber [mm]."""
    angle_rad: NonNegative
    """Error of the polar angle at high momentum, and of the azimuth unless ``azimuth_rad`` is given [rad]."""
    azimuth_rad: NonNegative | None = None
    """Error of the azimuth at high momentum; none: ``angle_rad`` [rad]."""
    angle_scattering_gev: NonNegative
    """Scattering adds this / (p beta) to the errors of both angles, in quadrature [rad GeV]."""
    time_ns: NonNegative
    """Error of a track's time [ns]."""
