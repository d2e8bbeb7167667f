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
    """Tracks that count: "GoodTracks loose"."""

    pt_gev: Gev = 0.1
    """Least transverse momentum in the laboratory [GeV].  Source: read (B7.17)."""
    d0_mm: Millimetres = 15.0
    """Largest distance from the beams [mm].  Source: recalled (B7.17)."""
    z_mm: Millimetres = 100.0
    """Largest distance from the collision point along the beams [mm].  Source: read (B7.17)."""
    hits: Annotated[int, Field(ge=0, le=255)] = 12
    """Least number of hits in the drift chamber.  Source: read (B7.17)."""


class Isr(Model):
    """A photon beside hadrons or muons (B7.16, read).

    One good track, two, or two clusters beside the photon, and no electron; E/p in the laboratory.  Its "veto on
    topologies" is not public.
    """

    photon_gev: Gev = 2.5
    """Least energy of the photon [GeV].  Source: read (B7.16)."""
    cosine: tuple[Cosine, Cosine] = (-0.75, 0.93)
    """Window of the cosine of its polar angle.  Source: read (B7.16)."""
    one_track: tuple[Ratio, Gev] = (0.7, 0.6)
    """One good track with less than this E/p, at more than this momentum [GeV].  Source: read (B7.16)."""
    two_tracks: tuple[Ratio, Gev] = (0.8, 0.25)
    """Or two good tracks of which each has less than this E/p, at more than this momentum [GeV].  Source: read
    (B7.16)."""
    cluster_gev: Gev = 0.1
    """Least energy in the laboratory of the two clusters beside the photon that stand for tracks [GeV].  Source:
    inferred (B7.16)."""
    electron: tuple[Ratio, Gev] = (0.8, 4.0)
    """No track has more than this E/p and more than this momentum [GeV].  Source: read (B7.16)."""

    @model_validator(mode="after")
    def _rises(self) -> Isr:
        if self.cosine[0] >= self.cosine[1]:
            raise ValueError("cosine must rise")
        return self


class SinglePhotons(Model):
    """A photon and nothing: for light and for heavy bosons."""

    low_mass: tuple[Gev, Gev] = (3.0, 1.0)
    """Exactly one cluster above the first energy, no track above the second momentum [GeV, GeV].  Source: recalled
    (B7.15)."""
    high_mass: tuple[Gev, Gev] = (1.5, 0.1)
    """A cluster without track above the first energy (the fast simulation has no shower shapes), no track above the
    second momentum [GeV, GeV].  Source: recalled (B7.15)."""


class MultiHadron(Model):
    """So many good tracks that are no pair."""

    tracks: Count = 3
    """Least number of good tracks.  Source: recalled."""
    r2: Annotated[float, Field(gt=0, le=1)] = 0.98
    """Their R2 is less than this.  Source: recalled."""


class NeutralHadron(Model):
    """Fewer good tracks than multi-hadron events, but clusters in several directions."""

    clusters: Count = 3
    """Least number of clusters.  Source: guess."""
    cluster_gev: Gev = 0.2
    """Least energy of each [GeV].  Source: guess."""
    total_gev: Gev = 4.0
    """Least energy of all [GeV].  Source: guess."""
    r2: Annotated[float, Field(gt=0, le=1)] = 0.95
    """Their R2 is less than this.  Source: guess."""


class Offline(Model):
    """Filters after level 3."""

    good: GoodTracks = GoodTracks()
    """Tracks that count."""
    isr: Isr = Isr()
    """A photon beside hadrons or muons."""
    single_photon: SinglePhotons = SinglePhotons()
    """A photon and nothing."""
    multi_hadron: MultiHadron = MultiHadron()
    """Tracks of hadrons."""
    neutral_hadron: NeutralHadron = NeutralHadron()
    """Clusters of hadrons."""
