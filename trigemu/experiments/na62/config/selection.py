"""``[na62.selection]``: online selections."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model


class Selection(Model):
    """Online selection of the e+e- search: vetoes around the trigger."""

    lav_window_ns: Annotated[float, Field(ge=0, le=100)] = 6.0
    """Half width of the LAV veto around the trigger [ns].
    Source: default of the L1 LAV algorithm, read in the NA62 framework."""

    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = 1
    """So many LAV hits (low and high threshold crossed) in the window veto.
    Source: guess, tighter than the primitive's three."""

    anti0_window_ns: Annotated[float, Field(ge=0, le=100)] = 10.0
    """Half width of the ANTI0 veto around the trigger [ns].  Source: guess."""
