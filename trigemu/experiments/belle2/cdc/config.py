"""The ``[belle2.cdc]`` section of a run configuration.

Defaults are those of the experiment's own trigger simulation (belle2_facts 3 and 4); what the conditions database may
override is an option.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from trigemu.config.model import FileName, Model

_Counts = Annotated[int, Field(ge=0, lt=2**14)]


class Cdc(Model):
    """Track-segment finder, 2D finder and event time.

    Attributes
    ----------
    tables
        Left/right tables: none for the package's own, the name of a file like it (``.npz``), or two names of files
        in the experiment's ``.coe`` format, for superlayer 0 and for the others.
    tdc_low, tdc_high
        Hits with other TDC counts are dropped (about 491 ns; belle2_facts 3).
    ideal_neighbours
        False, as in the experiment: segment 0 of a superlayer looks for its lower neighbour in a wrong place (an
        unsigned number wraps), so about 3 % of events differ.
    min_pt
        Transverse momentum in GeV at the edge of the Hough plane; 0.255 is the experiment's low-momentum option
        (belle2_facts 4).
    phi_cells, curvature_cells
        Cells of the Hough plane (belle2_facts 4); even numbers.
    min_hits
        Axial superlayers that must meet in a cell, of 5 (belle2_facts 4; a database value).
    min_hits_short
        So many of the innermost axial superlayers are enough, too (default of the experiment's module: 4, which
        changes nothing while ``min_hits`` is 4).
    short_min_pt
        Lowest transverse momentum in GeV that the patterns of short tracks are made for.  A guess: the
        experiment's 137 patterns reach as far in azimuth as a track of 0.2 GeV.
    short_veto
        Superlayers 0-2 are blind for short tracks where a 2D track passes (as in the experiment).
    """

    tables: (
        Annotated[
            Annotated[FileName, Tag("file")] | Annotated[tuple[FileName, FileName], Tag("files")],
            Discriminator(lambda value: "file" if isinstance(value, str) else "files"),
        ]
        | None
    ) = None
    tdc_low: _Counts = 4450
    tdc_high: _Counts = 4950
    ideal_neighbours: bool = False
    min_pt: Annotated[float, Field(ge=0.15, le=10)] = 0.3
    phi_cells: Annotated[int, Field(ge=16, le=512, multiple_of=2)] = 160
    curvature_cells: Annotated[int, Field(ge=4, le=56, multiple_of=2)] = 34
    min_hits: Annotated[int, Field(ge=1, le=5)] = 4
    min_hits_short: Annotated[int, Field(ge=1, le=5)] = 4
    short_min_pt: Annotated[float, Field(ge=0.15, le=1)] = 0.2
    short_veto: bool = True

    @model_validator(mode="after")
    def _ordered(self) -> Cdc:
        if self.tdc_low > self.tdc_high:
            raise ValueError("tdc_low must not exceed tdc_high")
        return self
