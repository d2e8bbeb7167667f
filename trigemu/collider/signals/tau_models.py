"""The ``[[signal]]`` tables of pairs of taus, one of which decays to something new."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trigemu.collider.signals.base import Signal


class TauSignal(Signal):
    """e+e- -> tau+ tau-, one tau decays to something new."""

    mass: Annotated[float, Field(ge=0, le=1.6)] = 0.0
    """Mass of the new particle [GeV].  Source: chosen."""
    tag: Literal["1-prong", "3-prong", "generic"] = "generic"
    """What the other tau decays to: one or three charged particles, or (``generic``) as taus do.  Source: chosen."""
    isr: bool = True
    """Whether the beams radiate."""


class TauToLeptonAlpha(TauSignal):
    """e+e- -> tau+ tau-, one tau -> lepton alpha (invisible), two-body and isotropic.

    Accepted: the lepton and all charged particles of the other tau in the tracker.
    """

    lepton: ClassVar[int]

    tag: Literal["3-prong", "generic"] = "3-prong"
    """What the other tau decays to: three charged particles, or (``generic``) as taus do.  Source: chosen."""


class TauToHeavyNeutrino(TauSignal):
    """e+e- -> tau+ tau-, one tau -> pi pi pi N, all pions charged; the heavy neutral lepton N leaves no trace.

    N has the weak interaction of a neutrino: the pions are those of the a1, their mass goes with the phase space that N
    leaves.  Accepted: all charged particles in the tracker.
    """

    mass: Annotated[float, Field(ge=0, le=1.3)] = 0.5
    """Mass of N [GeV].  Source: chosen."""
    tag: Literal["1-prong", "generic"] = "generic"
    """What the other tau decays to: one charged particle, or (``generic``) as taus do.  Source: chosen."""
