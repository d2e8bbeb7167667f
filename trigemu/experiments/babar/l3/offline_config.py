"""The ``[babar.l3.offline]`` section: filters after level 3 that analyses quote.

Momenta and energies in GeV in the CM unless a name says otherwise.  Sources: B besiii_babar_facts.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.config.model import Model

Gev = Annotated[float, Field(ge=0, le=1e3)]
Millimetres = Annotated[float, Field(gt=0, le=1e5)]
Cosine = Annotated[float, Field(ge=-1, le=1)]
Ratio = Annotated[float, Field(ge=0, le=10)]
Count = Annotated[int, Field(ge=0, le=1000)]


class GoodTracks(Model):
    """Tracks that count: "GoodTracks loose" (B7.17, read; ``d0_mm`` recalled).  pT in the laboratory."""

    pt_gev: Gev = 0.1
    d0_mm: Millimetres = 15.0
    z_mm: Millimetres = 100.0
    hits: Annotated[int, Field(ge=0, le=255)] = 12


class Isr(Model):
    """A photon beside hadrons or muons (B7.16, read).

    One good track with less than ``one_track`` of (E/p, at more than this momentum), or two, or two clusters beside the
    photon; no track with more than ``electron`` of both.  E/p in the laboratory.  Its "veto on topologies" is not
    public.
    """

    photon_gev: Gev = 2.5
    cosine: tuple[Cosine, Cosine] = (-0.75, 0.93)
    one_track: tuple[Ratio, Gev] = (0.7, 0.6)
    two_tracks: tuple[Ratio, Gev] = (0.8, 0.25)
    cluster_gev: Gev = 0.1  # in the laboratory: inferred; beside the photon: inferred
    electron: tuple[Ratio, Gev] = (0.8, 4.0)

    @model_validator(mode="after")
    def _rises(self) -> Isr:
        if self.cosine[0] >= self.cosine[1]:
            raise ValueError("cosine must rise")
        return self


class SinglePhotons(Model):
    """A photon and nothing: for light and for heavy bosons (B7.15, recalled).

    ``low_mass``: exactly one cluster above the first energy, no track above the second momentum.  ``high_mass``: a
    cluster without track above the first (the fast simulation has no shower shapes), no track above the second.
    """

    low_mass: tuple[Gev, Gev] = (3.0, 1.0)
    high_mass: tuple[Gev, Gev] = (1.5, 0.1)


class MultiHadron(Model):
    """So many good tracks, and their R2 less than this (recalled)."""

    tracks: Count = 3
    r2: Annotated[float, Field(gt=0, le=1)] = 0.98


class NeutralHadron(Model):
    """Fewer good tracks than multi-hadron events, but so many clusters and their R2 less than this.  All guesses."""

    clusters: Count = 3
    cluster_gev: Gev = 0.2
    total_gev: Gev = 4.0
    r2: Annotated[float, Field(gt=0, le=1)] = 0.95


class Offline(Model):
    """Filters after level 3."""

    good: GoodTracks = GoodTracks()
    isr: Isr = Isr()
    single_photon: SinglePhotons = SinglePhotons()
    multi_hadron: MultiHadron = MultiHadron()
    neutral_hadron: NeutralHadron = NeutralHadron()
