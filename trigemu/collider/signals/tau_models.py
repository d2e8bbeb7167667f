"""The ``[[signal]]`` tables of pairs of taus, one of which decays to something new."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trigemu.collider.signals.base import Signal


class TauSignal(Signal):
    """e+e- -> tau+ tau-, one tau decays to something new, the other as ``tag`` says: ``generic`` is as taus do."""

    mass: Annotated[float, Field(ge=0, le=1.6)] = 0.0
    tag: Literal["1-prong", "3-prong", "generic"] = "generic"
    isr: bool = True


class TauToLeptonAlpha(TauSignal):
    """e+e- -> tau+ tau-, one tau -> lepton alpha (invisible), two-body and isotropic.

    ``tag``: the other tau decays to three charged particles, or as taus do.  Accepted: the lepton and
    all charged particles of the other tau in the tracker.
    """

    lepton: ClassVar[int]

    tag: Literal["3-prong", "generic"] = "3-prong"


class TauToHeavyNeutrino(TauSignal):
    """e+e- -> tau+ tau-, one tau -> pi pi pi N, all pions charged; the heavy neutral lepton N leaves no trace.

    ``mass`` of N, which has the weak interaction of a neutrino: the pions are those of the a1, their mass goes with
    the phase space that N leaves.  ``tag``: the other tau decays to one charged particle, or as taus do.  Accepted: all
    charged particles in the tracker.
    """

    mass: Annotated[float, Field(ge=0, le=1.3)] = 0.5
    tag: Literal["1-prong", "generic"] = "generic"
