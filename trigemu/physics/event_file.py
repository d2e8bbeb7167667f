"""Whole events of a generator's file, whatever its format: what is left in the end, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trigemu.arrays import F64, I64
from trigemu.physics.event_energy import Energies
from trigemu.physics.event_rows import EventRows
from trigemu.physics.final_codes import FinalCodes
from trigemu.physics.particles import Particles


@dataclass(frozen=True, slots=True, eq=False)
class EventFile:
    """Events of one file; arrays cannot be changed.

    Attributes
    ----------
    name
        ``event file PATH``, for messages.
    final_rows
        Final-state particles by event; their mother is the first ancestor of another kind, 0 where that is a beam.
    primary_rows
        What comes directly from the collision; its points are where it ends.
    weights
        Event weights by name, float64[n] each, the default one first: of a file with many weights the first
        `trigemu.physics.event_weights.KEPT` and the one that was asked for.
    weight_names
        Names of all weights in the file.
    cross_section_pb
        What the file says last; None if nothing.
    beams
        float64[2, 4], momenta of the first event's beams, None if it has none.
    first_beam
        PDG code of the beam that the file lists first, 0 if unknown.
    energies
        What beams and final states add up to.
    codes
        Which particles are left in the end.
    """

    name: str
    final_rows: EventRows
    primary_rows: EventRows
    weights: Mapping[str, F64]
    weight_names: tuple[str, ...]
    cross_section_pb: float | None
    beams: F64 | None
    first_beam: int
    energies: Energies
    codes: FinalCodes

    def __len__(self) -> int:
        return len(self.final_rows)

    def take(self, events: I64) -> Particles:
        """Return the final state of the events with these numbers, in this order, numbered from 0."""
        return self.final_rows.take(events)[0]

    @property
    def final(self) -> Particles:
        """The final state of all events."""
        return self.final_rows.whole[0]

    @property
    def origin(self) -> I64:
        """int64[m], which of the event's primaries (from 0) each final particle comes from or is."""
        return self.final_rows.whole[1]

    @property
    def primaries(self) -> Particles:
        """What comes directly from the collision, of all events."""
        return self.primary_rows.whole[0]
