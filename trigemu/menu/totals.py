"""Totals over the lines of a level: what they are called, and what counts there."""

from __future__ import annotations

ANY_L1 = "any l1"
ANY_HLT = "any hlt"
"""What the sums over all lines of a level are called; only lines with prescale 1 count there."""

TOTALS = (ANY_L1, ANY_HLT)

MEANINGS = {
    ANY_L1: "Any line of level 1 without prescale: what the menu is sure to keep.  Prescaled lines do not count.",
    ANY_HLT: "Any line of the software trigger without prescale, where one of level 1 without prescale passed as "
    "well.  Prescaled lines do not count.",
}
"""Total -> what counts there."""


def shown_name(line: str) -> str:
    """Return what a line or a total is called where people read it: of totals it says which lines count."""
    return f"{line}, unprescaled" if line in TOTALS else line
