"""The ``[besiii.mdc]`` section: the drift chamber's sub-trigger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model

_GeV = Annotated[float, Field(ge=0.03, le=10)]
_Step = Annotated[int, Field(ge=1, le=127)]
_Tracks = Annotated[int, Field(ge=1, le=64)]


class Mdc(Model):
    """Settings of the drift chamber's sub-trigger.

    Attributes
    ----------
    inner_chamber
        Layers 0-7 (superlayers 1 and 2) are there; a GEM tracker replaced them in 2024.  Without them there are no
        inner tracks, and hits that name these layers are ignored.
    need_layers
        A segment needs hits in so many of its four layers (besiii_babar_facts A4.4).
    segment_pt_gev
        Segments of superlayers 1-5 are made for tracks down to this transverse momentum.
    short_pt_gev, long_pt_gev
        The same for short tracks, and for long ones and their segments in superlayer 10 (besiii_babar_facts A4.9).
        Tracks below about 107 MeV do not reach that superlayer.
    hit_counts
        A hit at t counts in each tick that ends after t and begins before t + ``hit_counts`` (TDC counts of
        0.09375 ns).  8534 is 800 ns exactly, as t and the beginnings of ticks are whole numbers (besiii_babar_facts
        A4.3).
    back_to_back
        Least and largest distance of two opposite tracks on the ring of 128 cells, either way round: 160 to 200
        degrees (besiii_babar_facts A4.12; fits 20 real events).
    many_short, many_long
        N of the conditions NSTrk>=N and NLTrk>=N; none: they are off, as in every real event looked at, with up to
        13 tracks (the simulation's code has 4).
    """

    inner_chamber: bool
    need_layers: Annotated[int, Field(ge=1, le=4)] = 3
    segment_pt_gev: _GeV
    short_pt_gev: _GeV = 0.07
    long_pt_gev: _GeV = 0.11
    hit_counts: Annotated[int, Field(ge=1, le=1 << 20)] = 8534
    back_to_back: tuple[_Step, _Step] = (57, 71)
    many_short: _Tracks | None = None
    many_long: _Tracks | None = None
