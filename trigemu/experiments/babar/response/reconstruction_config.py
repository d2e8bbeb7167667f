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

    efficiency: Fraction = 0.98
    """Source: guess."""
    pt_half_gev: Positive = 0.06
    """Source: guess: tracks in the vertex detector alone are softer than those in the chamber."""
    pt_width_gev: Positive = 0.01
    """Source: guess."""
    layers_half: NonNegative = 12.0
    """Source: besiii_babar_facts B7.17: hits in the chamber of a good track."""
    layers_width: Positive = 3.0
    """Source: guess."""
    d0_scale_mm: Positive = 500.0
    """Source: guess."""
    vertex_radius_mm: NonNegative = 100.0
    """Source: guess: tracks from inside can be found in the vertex detector."""
    vertex_efficiency: Fraction = 0.8
    """Source: guess: there alone."""
    pt_slope: NonNegative = 0.0013
    """Source: besiii_babar_facts B2.4."""
    pt_constant: NonNegative = 0.0045
    """Source: besiii_babar_facts B2.4."""
    d0_mm: NonNegative = 0.023
    """Source: recalled, as z0, angles and what scattering adds."""
    d0_scattering_mm_gev: NonNegative = 0.05
    """Source: recalled."""
    z0_mm: NonNegative = 0.029
    """Source: recalled."""
    z0_scattering_mm_gev: NonNegative = 0.06
    """Source: recalled."""
    chamber_d0_mm: NonNegative = 0.3
    """Source: guess."""
    chamber_z0_mm: NonNegative = 3.0
    """Source: guess."""
    angle_rad: NonNegative = 0.00053
    """Source: recalled."""
    azimuth_rad: NonNegative | None = 0.00043
    """Source: recalled."""
    angle_scattering_gev: NonNegative = 0.001
    """Source: guess: over p beta."""
    time_ns: NonNegative = 4.0
    """Source: babar_geometry_facts G10.4, recalled."""


class Level3Tracking(collider.Tracking):
    """Track finding and fitting of level 3, in the drift chamber.  Lengths in mm, GeV.

    The published resolutions (besiii_babar_facts B7.7) are averages, here those of central tracks.
    """

    efficiency: Fraction = 0.98
    """Source: guess."""
    pt_half_gev: Positive = 0.25
    """Source: babar_geometry_facts G10.3: patterns of tracks above."""
    pt_width_gev: Positive = 0.02
    """Source: guess."""
    layers_half: NonNegative = 22.0
    """Source: guess: between five and six superlayers."""
    layers_width: Positive = 2.0
    """Source: guess."""
    d0_scale_mm: Positive = 100.0
    """Source: guess: patterns are those of tracks from the collision point (G10.3)."""
    vertex_radius_mm: NonNegative = 100.0
    """Source: guess: resolutions of tracks from inside are the published ones."""
    vertex_efficiency: Fraction = 0.0
    """Source: it does not look at the vertex detector."""
    pt_slope: NonNegative = 0.019
    """Source: besiii_babar_facts B7.7: error of 1/pT."""
    pt_constant: NonNegative = 0.0
    """Source: chosen, none."""
    d0_mm: NonNegative = 0.80
    """Source: besiii_babar_facts B7.7."""
    d0_scattering_mm_gev: NonNegative = 0.2
    """Source: guess."""
    z0_mm: NonNegative = 6.1
    """Source: besiii_babar_facts B7.7."""
    z0_scattering_mm_gev: NonNegative = 0.5
    """Source: guess."""
    chamber_d0_mm: NonNegative = 1.0
    """Source: guess."""
    chamber_z0_mm: NonNegative = 8.0
    """Source: guess."""
    angle_rad: NonNegative = 0.021
    """Source: besiii_babar_facts B7.7: tan lambda."""
    azimuth_rad: NonNegative | None = 0.005
    """Source: guess."""
    angle_scattering_gev: NonNegative = 0.001
    """Source: guess: over p beta."""
    time_ns: NonNegative = 4.0
    """Source: babar_geometry_facts G10.4, recalled."""


_ACCEPTANCE: tuple[tuple[Angle, Angle], ...] = (
    (15.75, 27.03),  # babar_geometry_facts G5.6
    (27.06, 140.77),  # G5.4
)


class Photons(collider.Photons):
    """Calorimeter clusters offline.  GeV, rad, ns.

    The published resolution (besiii_babar_facts B2.6).  The missing masses of single photons that were published are
    narrower than it gives: B8.1 recommends a ``constant`` of 0.012-0.014 there.
    """

    efficiency: Fraction = 0.96
    """Source: guess: conversions in 6 % of a radiation length in front of the DIRC."""
    threshold_gev: NonNegative = 0.03
    """Source: recalled: good photons."""
    stochastic: NonNegative = 0.0
    """Source: chosen, none."""
    quarter: NonNegative = 0.0232
    """Source: besiii_babar_facts B2.6."""
    constant: NonNegative = 0.0185
    """Source: besiii_babar_facts B2.6."""
    angle_stochastic_rad: NonNegative = 0.0039
    """Source: recalled."""
    angle_constant_rad: NonNegative = 0.0
    """Source: recalled."""
    time_ns: NonNegative = 10.0
    """Source: guess."""
    acceptance_deg: Annotated[tuple[tuple[Angle, Angle], ...], Field(max_length=8)] = _ACCEPTANCE
    """Source: babar_geometry_facts G5.6, G5.4."""
    merge_rad: NonNegative = 0.077
    """Source: guess: one and a half crystals."""
    mip_gev: NonNegative = 0.19
    """Source: guess: most probable loss in 30 cm of CsI, with the tail of its fluctuations."""
    mip_width_gev: NonNegative = 0.012
    """Source: guess."""
    hadron_interaction: Fraction = 0.556
    """Source: 1 - exp(-300 / 369): as in the crystals."""
    hadron_visible: Fraction = 0.6
    """Source: guess."""


class Level3Photons(Photons):
    """Calorimeter clusters of level 3: those above 100 MeV (babar_geometry_facts G10.5)."""

    threshold_gev: NonNegative = 0.1
    """Source: babar_geometry_facts G10.5."""
    angle_stochastic_rad: NonNegative = 0.0
    """Source: chosen, none."""
    angle_constant_rad: NonNegative = 0.005
    """Source: babar_geometry_facts G5.11, of the fast simulation; here a guess."""
