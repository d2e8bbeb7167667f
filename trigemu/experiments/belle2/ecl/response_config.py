"""The ``[belle2.ecl.response]`` section: from particles to energies in trigger cells.

"recalled" and "guess" are what they say: general knowledge without a document at hand, and plain guesses.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.collider.response.config import Amount, Showers, Size


class EclResponse(Showers):
    """Showers, tracks, electronics and beam background."""

    barrel_radius_mm: Size = 1250.0
    """Source: recalled, front of the barrel; cell centres lie at 1256-1276 (belle2_facts 6.1)."""
    forward_z_mm: Size = 1960.0
    """Source: recalled, front of the forward endcap; cell centres lie at 1970 (belle2_facts 6.1)."""
    backward_z_mm: Size = 1020.0
    """Source: recalled, front of the backward endcap; cell centres lie at 1038 (belle2_facts 6.1)."""
    crystal_mm: Size = 300.0
    """Source: recalled, 16 radiation lengths."""

    resolution_quarter: Amount = 0.0081
    """Source: recalled, Belle's beam test: 0.81 % / E^(1/4) + 1.34 %; with noise about the 4 % at 0.1 GeV and 1.6 % at
    8 GeV of belle2_facts 11."""
    resolution_constant: Amount = 0.0134
    """Source: recalled, as ``resolution_quarter``."""

    noise_gev: Amount = 0.010
    """Standard deviation of the electronics noise of a trigger cell [GeV].  Source: guess (belle2_facts 6.2: "constant
    noise of O(10 MeV)")."""
    threshold_counts: Annotated[int, Field(ge=1, le=4095)] = 19
    """Least counts of a trigger cell that is read out; 19 are 100 MeV [ADC counts].  Source: belle2_facts 6.2."""
    saturation_counts: Annotated[int, Field(ge=1, le=65535)] = 4095
    """Most counts of a trigger cell [ADC counts].  Source: guess, 12 bits."""
    time_constant_ns: Amount = 1.5
    """Error of a cell's time = this (+) ``time_noise_ns_gev`` / E [ns].  Source: guess."""
    time_noise_ns_gev: Amount = 0.6
    """The part of this error that falls with the cell's energy [ns GeV].  Source: guess, 6 ns at 100 MeV."""

    background_cells: Amount = 2.0
    """Mean number of cells that beam background fires in a crossing, uniform over all cells.  Source: guess."""
    background_range_ns: Amount = 500.0
    """They come at any time within plus or minus this [ns].  Source: guess."""
    background_floor_gev: Amount = 0.1
    """Their least energy [GeV].  Source: guess."""
    background_gev: Amount = 0.1
    """Their energies are exponential with this mean above ``background_floor_gev`` [GeV].  Source: guess."""
