"""The ``[babar.emt]`` section: the calorimeter's trigger.

Ids are those of babar_geometry_facts; "interface to level 3" is the experiment's draft 0.01 of 8 August 1997, and
"interface to the global trigger" its draft 1.6 of 14 June 1998, both on the trigger's public web pages.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model
from trigemu.config.rules import Rule, values
from trigemu.experiments.babar.emt.filtering import MOST_WEIGHT, TAPS, gain, least_squares
from trigemu.experiments.babar.emt.geometry import COLUMNS, ROWS, TOWERS

Counts = Annotated[int, Field(ge=1, le=65535)]
Weight = Annotated[int, Field(ge=-MOST_WEIGHT, le=MOST_WEIGHT)]
Tower = Annotated[int, Field(ge=0, lt=TOWERS)]


class Emt(Model):
    """Calorimeter trigger."""

    crystal_mev: Annotated[float, Field(ge=0, le=1000)] = 20.0
    """Least energy of a crystal that counts in the sum of its tower [MeV].  Source: G5.24."""
    count_mev: Annotated[float, Field(gt=0, le=10)] = 0.4
    """Energy of a count [MeV].  Source: G6.5, inferred."""
    m: Counts = 256
    """Least energy of an M (a minimum-ionising particle), in counts of ``count_mev`` [counts].  Source:
    babar_geometry_facts G6.3."""
    g: Counts = 768
    """Least energy of a G, in counts of ``count_mev`` [counts].  Source: babar_geometry_facts G6.3."""
    e: Counts = 1920
    """Least energy of an E (an electron or photon), in counts of ``count_mev`` [counts].  Source:
    babar_geometry_facts G6.3."""
    x: Counts = 256
    """Least energy of an X (forward endcap), in counts of ``count_mev`` [counts].  Source: babar_geometry_facts
    G6.3."""
    y: Counts = 2304
    """Least energy of a Y (backward barrel), in counts of ``count_mev`` [counts].  Source: babar_geometry_facts
    G6.3."""
    y_rows: Annotated[int, Field(ge=1, le=ROWS - 1)] = 2
    """How many rows of towers, from the back, Y looks at.  Source: interface to level 3; G6.9 leaves it open."""
    weights: Annotated[tuple[Weight, ...], Field(max_length=TAPS)] = ()
    """Weights of the digital filter, first sample first; none: a least-squares fit.  Source: guess: G6.7 has no
    weights."""
    lead: Annotated[int, Field(ge=0, le=TAPS - 2)] = 3
    """Samples before the pulse in that fit [samples].  Source: guess: least noise of a least-squares fit."""
    window: Annotated[int, Field(ge=1, le=8)] = 1
    """Samples on either side that a peak must exceed [samples].  Source: guess; G6.7: programmable."""
    hold_ticks: Annotated[int, Field(ge=1, le=16)] = 2
    """How long M, G and E last from the peak on [ticks].  Source: guess: one sample."""
    raw_delay: Annotated[int, Field(ge=0, le=16)] = 1
    """By how much X and Y, which no filter delays, come later than their samples [ticks].  Source: chosen: X and M
    of one pulse share a tick."""
    endcap_more: Literal["even", "odd"] = "odd"
    """Columns whose endcap towers have 22 crystals.  Source: G5.23, guess."""
    column_shift: Annotated[int, Field(ge=1 - COLUMNS, le=COLUMNS - 1)] = -1
    """A column's number is that counted from azimuth 0 less this.  Source: interface to the global trigger: bit 0 of
    M, G and E has its middle at 4.5 degrees, and a cluster is a strip with the next one; so strips begin one column
    before azimuth 0."""
    masked: Annotated[tuple[Tower, ...], Field(max_length=TOWERS)] = ()
    """Towers that are left out, row * 40 + column.  Source: G6.12."""

    @property
    def taps(self) -> tuple[int, ...]:
        """The eight weights of the filter."""
        return self.weights or least_squares(self.lead)

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), values(weights={"anyOf": [{"maxItems": 0}, {"minItems": TAPS}]})]

    @model_validator(mode="after")
    def _filter_finds_pulses(self) -> Emt:
        if self.weights and len(self.weights) != TAPS:
            raise FieldError(
                "weights", f"has {len(self.weights)} numbers, allowed: {TAPS} or none", named=False
            )
        if gain(self.taps) <= 0:
            raise FieldError("weights", "make no peak of a pulse; allowed: a filter with a peak", named=False)
        return self
