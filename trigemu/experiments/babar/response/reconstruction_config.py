"""Parts of ``[babar.response]``: tracks and clusters of level 3, and those that reconstruction would give.

Every default names its source or says that it is a guess; "recalled": general knowledge without a document at hand.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.collider.response import config as collider
from trigemu.collider.response.config import Angle, Fraction, NonNegative, Positive


class Tracking(collider.Tracking):
    """Track finding and fitting offline.  Lengths in mm, GeV."""

    efficiency: Fraction = 0.98  # guess
    pt_half_gev: Positive = (
        0.06  # guess: tracks in the vertex detector alone are softer than those in the chamber
    )
    pt_width_gev: Positive = 0.01  # guess
    layers_half: NonNegative = 12.0  # besiii_babar_facts B7.17: hits in the chamber of a good track
    layers_width: Positive = 3.0  # guess
    d0_scale_mm: Positive = 500.0  # guess
    vertex_radius_mm: NonNegative = 100.0  # guess: tracks from inside can be found in the vertex detector
    vertex_efficiency: Fraction = 0.8  # guess: there alone
    pt_slope: NonNegative = 0.0013  # besiii_babar_facts B2.4
    pt_constant: NonNegative = 0.0045  # besiii_babar_facts B2.4
    d0_mm: NonNegative = 0.023  # recalled, as z0, angles and what scattering adds
    d0_scattering_mm_gev: NonNegative = 0.05
    z0_mm: NonNegative = 0.029
    z0_scattering_mm_gev: NonNegative = 0.06
    chamber_d0_mm: NonNegative = 0.3  # guess
    chamber_z0_mm: NonNegative = 3.0  # guess
    angle_rad: NonNegative = 0.00053
    azimuth_rad: NonNegative | None = 0.00043
    angle_scattering_gev: NonNegative = 0.001  # guess: over p beta
    time_ns: NonNegative = 4.0  # babar_geometry_facts G10.4, recalled


class Level3Tracking(collider.Tracking):
    """Track finding and fitting of level 3, in the drift chamber.  Lengths in mm, GeV.

    The published resolutions (besiii_babar_facts B7.7) are averages, here those of central tracks.
    """

    efficiency: Fraction = 0.98  # guess
    pt_half_gev: Positive = 0.25  # babar_geometry_facts G10.3: patterns of tracks above
    pt_width_gev: Positive = 0.02  # guess
    layers_half: NonNegative = 22.0  # guess: between five and six superlayers
    layers_width: Positive = 2.0  # guess
    d0_scale_mm: Positive = 100.0  # guess: patterns are those of tracks from the collision point (G10.3)
    vertex_radius_mm: NonNegative = 100.0  # guess: resolutions of tracks from inside are the published ones
    vertex_efficiency: Fraction = 0.0  # it does not look at the vertex detector
    pt_slope: NonNegative = 0.019  # besiii_babar_facts B7.7: error of 1/pT
    pt_constant: NonNegative = 0.0
    d0_mm: NonNegative = 0.80  # besiii_babar_facts B7.7
    d0_scattering_mm_gev: NonNegative = 0.2  # guess
    z0_mm: NonNegative = 6.1  # besiii_babar_facts B7.7
    z0_scattering_mm_gev: NonNegative = 0.5  # guess
    chamber_d0_mm: NonNegative = 1.0  # guess
    chamber_z0_mm: NonNegative = 8.0  # guess
    angle_rad: NonNegative = 0.021  # besiii_babar_facts B7.7: tan lambda
    azimuth_rad: NonNegative | None = 0.005  # guess
    angle_scattering_gev: NonNegative = 0.001  # guess: over p beta
    time_ns: NonNegative = 4.0  # babar_geometry_facts G10.4, recalled


_ACCEPTANCE: tuple[tuple[Angle, Angle], ...] = (
    (15.75, 27.03),  # babar_geometry_facts G5.6
    (27.06, 140.77),  # G5.4
)


class Photons(collider.Photons):
    """Calorimeter clusters offline.  GeV, rad, ns.

    The published resolution (besiii_babar_facts B2.6).  The missing masses of single photons that were published are
    narrower than it gives: B8.1 recommends a ``constant`` of 0.012-0.014 there.
    """

    efficiency: Fraction = 0.96  # guess: conversions in 6 % of a radiation length in front of the DIRC
    threshold_gev: NonNegative = 0.03  # recalled: good photons
    stochastic: NonNegative = 0.0
    quarter: NonNegative = 0.0232  # besiii_babar_facts B2.6
    constant: NonNegative = 0.0185  # besiii_babar_facts B2.6
    angle_stochastic_rad: NonNegative = 0.0039  # recalled
    angle_constant_rad: NonNegative = 0.0  # recalled
    time_ns: NonNegative = 10.0  # guess
    acceptance_deg: Annotated[tuple[tuple[Angle, Angle], ...], Field(max_length=8)] = _ACCEPTANCE
    merge_rad: NonNegative = 0.077  # guess: one and a half crystals
    mip_gev: NonNegative = (
        0.19  # guess: most probable loss in 30 cm of CsI, with the tail of its fluctuations
    )
    mip_width_gev: NonNegative = 0.012  # guess
    hadron_interaction: Fraction = 0.556  # 1 - exp(-300 / 369): as in the crystals
    hadron_visible: Fraction = 0.6  # guess


class Level3Photons(Photons):
    """Calorimeter clusters of level 3: those above 100 MeV (babar_geometry_facts G10.5)."""

    threshold_gev: NonNegative = 0.1  # babar_geometry_facts G10.5
    angle_stochastic_rad: NonNegative = 0.0
    angle_constant_rad: NonNegative = (
        0.005  # babar_geometry_facts G5.11, of the fast simulation; here a guess
    )
