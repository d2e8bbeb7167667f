"""Time frames and fragments: what a trigger is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trigemu.frames.columns import Array, Block

TRUTH = "truth"
"""The source that says what was generated; no trigger may read it, only `trigemu.measure` does."""


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """What one source saw in one time frame.

    Attributes
    ----------
    run, frame
        Run number and frame number (frames count from 0 at begin-of-run).
    source
        Name of the sub-detector.
    columns
        The block of columns; ``time`` counts TDC least counts since the start of the frame, is sorted, and is
        negative or beyond the frame's length for hits in the guard bands.
    planned_ns, sent_ns
        When the fragment should have left and did leave its producer (monotonic clock, ns; 0 offline).
    tag
        Number of the run that a message said it is of (`trigemu.frames.records.run_tag`); None if it did not say.
    """

    run: int
    frame: int
    source: str
    columns: Block
    planned_ns: int = 0
    sent_ns: int = 0
    tag: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TimeFrame:
    """A fixed slice of detector time: one fragment per source.

    Attributes
    ----------
    run, number
        Run number and frame number.
    fragments
        Source name -> columns.  Triggers get a frame without the ``truth`` source.
    """

    run: int
    number: int
    fragments: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)

    def __getitem__(self, source: str) -> Mapping[str, Array]:
        return self.fragments[source]

    def without_truth(self) -> TimeFrame:
        """Return the frame as a trigger may see it."""
        seen = {source: columns for source, columns in self.fragments.items() if source != TRUTH}
        return TimeFrame(self.run, self.number, seen)
