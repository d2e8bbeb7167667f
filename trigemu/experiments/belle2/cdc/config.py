"""The ``[belle2.cdc]`` section of a run configuration.

Defaults are those of the experiment's own trigger simulation (belle2_facts 3 and 4); what the conditions database may
override is an option.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from trigemu.config.model import FileName, Model
from trigemu.config.rules import Rule, ordered

_Counts = Annotated[int, Field(ge=0, lt=2**14)]


class Cdc(Model):
    """Track-segment finder, 2D finder, event time, short and inner tracks."""

    tables: (
        Annotated[
            Annotated[FileName, Tag("file")] | Annotated[tuple[FileName, FileName], Tag("files")],
            Discriminator(lambda value: "file" if isinstance(value, str) else "files"),
        ]
        | None
    ) = None
    """Left/right tables: none for the package's own, the name of a file like it (``.npz``), or two names of files in
    the experiment's ``.coe`` format, for superlayer 0 and for the others."""
    tdc_low: _Counts = 4450
    """Hits with fewer counts (later ones) are dropped [TDC counts].  Source: belle2_facts 3, read in the experiment's
    simulation."""
    tdc_high: _Counts = 4950
    """Hits with more counts (earlier ones) are dropped; the window is about 491 ns long [TDC counts].  Source:
    belle2_facts 3, read in the experiment's simulation."""
    ideal_neighbours: bool = False
    """False, as in the experiment: segment 0 of a superlayer looks for its lower neighbour in a wrong place (an
    unsigned number wraps), so about 3 % of events differ.  Source: so does the experiment's simulation."""
    min_pt: Annotated[float, Field(ge=0.15, le=10)] = 0.3
    """Transverse momentum at the edge of the Hough plane; 0.255 is the experiment's low-momentum option [GeV].  Source:
    belle2_facts 4, read in the experiment's simulation."""
    phi_cells: Annotated[int, Field(ge=16, le=512, multiple_of=2)] = 160
    """Cells of the Hough plane in azimuth, an even number.  Source: belle2_facts 4, read in the experiment's
    simulation."""
    curvature_cells: Annotated[int, Field(ge=4, le=56, multiple_of=2)] = 34
    """Cells of the Hough plane in curvature, both signs together, an even number.  Source: belle2_facts 4, read in the
    experiment's simulation."""
    min_hits: Annotated[int, Field(ge=1, le=5)] = 4
    """Least number of axial superlayers, of 5, that must meet in a cell.  Source: belle2_facts 4, read in the
    experiment's simulation; data taking has a database value."""
    min_hits_short: Annotated[int, Field(ge=1, le=5)] = 4
    """So many of the innermost axial superlayers are enough, too; without effect unless below ``min_hits``.  Source:
    default of the experiment's module."""
    short_min_pt: Annotated[float, Field(ge=0.15, le=1)] = 0.2
    """Least transverse momentum that the patterns of short tracks are made for [GeV].  Source: guess, the experiment's
    137 patterns reach as far in azimuth as a track of 0.2 GeV."""
    short_veto: bool = True
    """Superlayers 0-2 are blind for short tracks where a 2D track passes.  Source: as in the experiment; the width of
    the veto is a guess."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), *ordered("tdc_low", "tdc_high", (4450, 4950), equal=True)]

    @model_validator(mode="after")
    def _ordered(self) -> Cdc:
        if self.tdc_low > self.tdc_high:
            raise ValueError("tdc_low must not exceed tdc_high")
        return self
