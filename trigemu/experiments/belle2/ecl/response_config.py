"""The ``[belle2.ecl.response]`` section: from particles to energies in trigger cells.

"recalled" and "guess" are what they say: general knowledge without a document at hand, and plain guesses.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model

Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class EclResponse(Model):
    """Showers, tracks, electronics and beam background.  GeV, mm, ns."""

    barrel_radius_mm: Positive = (
        1250.0  # recalled: front of the barrel; cell centres lie at 1256-1276 (facts 6.1)
    )
    forward_z_mm: Positive = 1960.0  # recalled: front of the forward endcap; cell centres lie at 1970
    backward_z_mm: Positive = 1020.0  # recalled: front of the backward endcap; cell centres lie at 1038
    crystal_mm: Positive = 300.0  # recalled: length of a crystal, 16 radiation lengths

    longest_path_mm: Positive = (
        1e4  # guess: particles that loop longer lose their energy before the calorimeter
    )

    # Electromagnetic showers.  Lateral profile: core and tail of the form 2 r R^2 / (r^2 + R^2)^2 (Grindhammer and
    # Peters, hep-ex/0001020), so that 90 % lie within the Moliere radius.
    moliere_mm: Positive = 35.3  # recalled: CsI
    core_fraction: Fraction = 0.85  # guess
    core_moliere: Positive = 0.25  # guess: R of the core in Moliere radii
    tail_moliere: Positive = 0.7  # guess: R of the tail
    shower_depth_mm: NonNegative = 90.0  # guess: five radiation lengths, where the shower is broadest
    resolution_quarter: NonNegative = (
        0.0081  # recalled: Belle's beam test, 0.81 % / E^(1/4) + 1.34 %; with noise
    )
    resolution_constant: NonNegative = 0.0134  # that is about the 4 % at 0.1 and 1.6 % at 8 GeV of facts 11
    leakage: Fraction = 0.01  # guess: mean energy lost behind a shower (exponential)

    # Charged particles that do not shower, and hadrons.
    mip_gev_mm: Positive = (
        5.6e-4  # recalled: minimum ionisation in CsI, 170 MeV in a crystal; most probable loss
    )
    mip_width: Annotated[float, Field(ge=0, le=0.2)] = (
        0.04  # guess: scale of the Landau-like (Moyal) fluctuation, relative
    )
    interaction_mm: Positive = 380.0  # recalled: nuclear interaction length of CsI
    hadron_fraction: Fraction = (
        0.6  # guess: an interaction shows a uniform fraction of its energy, up to this
    )
    hadron_radius_mm: Positive = 50.0  # guess: R of its lateral profile

    # Electronics.
    noise_gev: NonNegative = 0.010  # guess (facts 6.2: "constant noise of O(10 MeV)"): of a trigger cell
    threshold_counts: Annotated[int, Field(ge=1, le=4095)] = 19  # facts 6.2: 100 MeV
    saturation_counts: Annotated[int, Field(ge=1, le=65535)] = 4095  # guess: 12 bits
    time_constant_ns: NonNegative = (
        1.5  # guess: resolution of a cell's time: constant (+) noise / energy in GeV
    )
    time_noise_ns_gev: NonNegative = 0.6  # guess: 6 ns at 100 MeV

    # Beam background: cells above threshold, uniform over all cells and in time.
    background_cells: NonNegative = 2.0  # guess: mean number per crossing within the time range
    background_range_ns: NonNegative = 500.0  # guess: plus or minus this
    background_floor_gev: NonNegative = 0.1  # guess: energies are this ...
    background_gev: NonNegative = 0.1  # ... plus an exponential of this mean (guess)
