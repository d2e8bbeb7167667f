"""The ``[besiii.mdc]`` section: the drift chamber's sub-trigger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model

_GeV = Annotated[float, Field(ge=0.03, le=10)]
_Step = Annotated[int, Field(ge=1, le=127)]
_Tracks = Annotated[int, Field(ge=1, le=64)]


class Mdc(Model):
    """Settings of the drift chamber's sub-trigger."""

    inner_chamber: bool
    """Layers 0-7 (superlayers 1 and 2) are there; a GEM tracker replaced them in 2024. Without them there are no inner
    tracks, and hits that name these layers are ignored.  Source: the epoch's conditions, which say where each number
    comes from."""
    need_layers: Annotated[int, Field(ge=1, le=4)] = 3
    """A segment needs hits in at least so many of its four layers.  Source: read (besiii_babar_facts A4.4)."""
    segment_pt_gev: _GeV
    """Segments of superlayers 1-5 are made for tracks down to this transverse momentum [GeV].  Source: the epoch's
    conditions, which say where each number comes from."""
    short_pt_gev: _GeV = 0.07
    """Short tracks are made for transverse momenta down to this [GeV].  Source: read (besiii_babar_facts A4.9)."""
    long_pt_gev: _GeV = 0.11
    """Long tracks, and their segments in superlayer 10, are made for transverse momenta down to this; tracks below
    about 107 MeV do not reach that superlayer [GeV].  Source: read (besiii_babar_facts A4.9)."""
    hit_counts: Annotated[int, Field(ge=1, le=1 << 20)] = 8534
    """A hit at t counts in each tick that ends after t and begins before t + this [TDC counts of 0.09375 ns].  Source:
    read in the experiment's simulation (besiii_babar_facts A4.3); 8534 is 800 ns exactly, as t and the beginnings of
    ticks are whole numbers."""
    back_to_back: tuple[_Step, _Step] = (57, 71)
    """Least and largest distance of two opposite tracks on the ring, either way round: 160 to 200 degrees [cells of
    128].  Source: read in the experiment's simulation (besiii_babar_facts A4.12); it fits 20 real events."""
    many_short: _Tracks | None = None
    """N of the condition ``nstrk_n`` (NSTrk>=N); none: it is off.  Source: off in every real event looked at, with up
    to 13 tracks; the simulation's code has 4."""
    many_long: _Tracks | None = None
    """N of the condition ``nltrk_n`` (NLTrk>=N); none: it is off.  Source: as ``many_short``."""
