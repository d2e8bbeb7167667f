"""The ``[belle2.ecl.response]`` section: from particles to energies in trigger cells.

"recalled" and "guess" are what they say: general knowledge without a document at hand, and plain guesses.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.collider.response.config import Amount, Showers, Size


class EclResponse(Showers):
    """Showers, tracks, electronics and beam background.  GeV, mm, ns."""

    barrel_radius_mm: Size = (
        1250.0  # recalled: front of the barrel; cell centres lie at 1256-1276 (facts 6.1)
    )
    forward_z_mm: Size = 1960.0  # recalled: front of the forward endcap; cell centres lie at 1970
    backward_z_mm: Size = 1020.0  # recalled: front of the backward endcap; cell centres lie at 1038
    crystal_mm: Size = 300.0  # recalled: length of a crystal, 16 radiation lengths

    resolution_quarter: Amount = 0.0081  # recalled: Belle's beam test, 0.81 % / E^(1/4) + 1.34 %; with noise
    resolution_constant: Amount = 0.0134  # that is about the 4 % at 0.1 and 1.6 % at 8 GeV of facts 11

    # Electronics.
    noise_gev: Amount = 0.010  # guess (facts 6.2: "constant noise of O(10 MeV)"): of a trigger cell
    threshold_counts: Annotated[int, Field(ge=1, le=4095)] = 19  # facts 6.2: 100 MeV
    saturation_counts: Annotated[int, Field(ge=1, le=65535)] = 4095  # guess: 12 bits
    time_constant_ns: Amount = 1.5  # guess: resolution of a cell's time: constant (+) noise / energy in GeV
    time_noise_ns_gev: Amount = 0.6  # guess: 6 ns at 100 MeV

    # Beam background: cells above threshold, uniform over all cells and in time.
    background_cells: Amount = 2.0  # guess: mean number per crossing within the time range
    background_range_ns: Amount = 500.0  # guess: plus or minus this
    background_floor_gev: Amount = 0.1  # guess: energies are this ...
    background_gev: Amount = 0.1  # ... plus an exponential of this mean (guess)
