"""``[na62.selection]``: online selections."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model


class MumuSelection(Model):
    """Online selection of the mu+mu- search: two MUV3 pads, and vetoes that are looser than those of e+e-."""

    muv3_window_ns: Annotated[float, Field(ge=0, le=100)] = 5.0
    """Half width of the window for MUV3 hits around the trigger [ns].  Source: guess."""

    muv3_pads: Annotated[int, Field(ge=0, le=148)] = 2
    """So many different pads of MUV3 have a hit in the window.  Source: recalled, a pair of muons in MUV3."""

    lav_window_ns: Annotated[float, Field(ge=0, le=100)] = 3.0
    """Half width of the LAV veto around the trigger [ns].
    Source: read in the NA62 framework, offline in kaon mode (na62_facts 3)."""

    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = 3
    """So many LAV hits (low and high threshold crossed) in the window veto.
    Source: guess, those of a LAV primitive."""

    anti0_window_ns: Annotated[float, Field(ge=0, le=100)] = 5.0
    """Half width of the ANTI0 veto around the trigger [ns].  Source: guess, looser than ee (talk)."""


class Selection(Model):
    """Online selections: that of the e+e- search, vetoes around the trigger, and in ``mumu`` that of mu+mu-."""

    lav_window_ns: Annotated[float, Field(ge=0, le=100)] = 6.0
    """Half width of the LAV veto around the trigger [ns].
    Source: default of the L1 LAV algorithm, read in the NA62 framework."""

    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = 1
    """So many LAV hits (low and high threshold crossed) in the window veto.
    Source: guess, tighter than the primitive's three."""

    anti0_window_ns: Annotated[float, Field(ge=0, le=100)] = 10.0
    """Half width of the ANTI0 veto around the trigger [ns].  Source: guess."""

    mumu: MumuSelection = MumuSelection()
    """Online selection of the mu+mu- search."""
