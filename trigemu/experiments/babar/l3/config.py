"""The ``[babar.l3]`` section: level 3 and the filters after it.

Filters of tracks and clusters are recalled from the detector paper; what it says of Bhabha and other output lines is
how they select, not by which cuts (B7.11, D4): those are guesses, each as it says.  Sources: B, D besiii_babar_facts;
G babar_geometry_facts; RB besiii_babar_published.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.experiments.babar.l3.offline_config import Offline

Gev = Annotated[float, Field(ge=0, le=1e3)]
Millimetres = Annotated[float, Field(gt=0, le=1e5)]
Degrees = Annotated[float, Field(gt=0, le=180)]
Share = Annotated[float, Field(ge=0, le=2)]
Ratio = Annotated[float, Field(ge=0, le=10)]


class Objects(Model):
    """What counts as a cluster, and where beams meet."""

    cluster_gev: Gev = 0.1
    """Least energy of a cluster [GeV].  Source: recalled (B7.8)."""
    cluster_ns: Annotated[float, Field(gt=0, le=1e6)] = 650.0
    """How far from the event time a cluster may be [ns].  Source: half of the recalled 1.3 us (G10.5)."""
    collision_z_mm: Annotated[float, Field(ge=-1e3, le=1e3)] = 0.0
    """Where beams meet along z [mm].  Source: guess (G11.8)."""


class TrackCuts(Model):
    """What a track must have."""

    pt_gev: Gev
    """More transverse momentum than this [GeV].  Source: recalled for both filters (B7.5, B7.6), of prongs a guess."""
    d0_mm: Millimetres
    """Less distance to the collision point across the beams [mm].  Source: as ``pt_gev``."""
    z_mm: Millimetres
    """Less distance to the collision point along the beams [mm].  Source: as ``pt_gev``."""


class Dch(Model):
    """Filters of tracks."""

    one_track: TrackCuts = TrackCuts(pt_gev=0.6, d0_mm=10.0, z_mm=70.0)
    """The filter of one track.  Source: recalled (B7.5)."""
    two_tracks: TrackCuts = TrackCuts(pt_gev=0.25, d0_mm=15.0, z_mm=100.0)
    """The filter of two tracks.  Source: recalled (B7.6)."""
    prong: TrackCuts = TrackCuts(pt_gev=0.0, d0_mm=15.0, z_mm=100.0)
    """What else counts as a track from the collision point.  Source: guess, any that the fit finds."""


class Emc(Model):
    """Filters of clusters."""

    two_gev: Gev = 0.35
    """Least energy of each of two clusters in the CM [GeV].  Source: recalled (B7.9)."""
    mass_gev: Gev = 1.5
    """Least invariant mass of all clusters, taken as massless [GeV].  Source: recalled (B7.9)."""


class Bhabha(Model):
    """Bhabha filters; all guesses but what they look at.

    Two electrons with a photon along the beams, or one with the beam's energy whose partner is a cluster or left
    unseen.
    """

    energy_over_momentum: Ratio = 0.7
    """Electrons have a larger E/p.  Source: guess."""
    momentum_share: Share = 0.6
    """Momenta are more than this share of those that the angles tell.  Source: guess."""
    acoplanarity_deg: Degrees = 10.0
    """Largest angle from back to back in azimuth, in the CM [deg].  Source: guess."""
    acollinearity_deg: Degrees = 10.0
    """Largest angle from back to back in the CM [deg].  Source: guess."""
    cluster_share: Share = 0.5
    """Least energy of the cluster that is the one prong's partner, as a share of the beam's energy.  Source: guess."""
    partner_deg: tuple[Degrees, Degrees] = (25.0, 145.0)
    """The one prong's partner left outside these polar angles, where no track is found [deg].  Source: guess,
    near the ends of the chamber (G1.36)."""
    flat_from: Annotated[float, Field(ge=0, lt=1)] = 0.54
    """Bhabha events with two prongs are kept so that as many come at each cosine of the angle from the e- beam as at
    this one.  Source: chosen, 10 nb are left (B7.12, RB-4i; `l3.flat`)."""

    @model_validator(mode="after")
    def _rises(self) -> Bhabha:
        if self.partner_deg[0] >= self.partner_deg[1]:
            raise ValueError("partner_deg must rise")
        return self


class Pairs(Model):
    """Pairs back to back in the CM: photons, and leptons for luminosity and muon pairs."""

    acollinearity_deg: Degrees = 10.0
    """Largest angle from back to back in the CM [deg].  Source: guess."""
    photon_share: Share = 0.7  # of the beam's energy, each
    """Least energy of each photon, as a share of the beam's energy.  Source: guess."""
    momentum_share: Share = 0.6  # of the beam's energy, each
    """Least momentum of each track, as a share of the beam's energy.  Source: guess."""
    muon_gev: Gev = 1.0
    """Largest energy of each muon in the calorimeter [GeV].  Source: guess."""


class VirtualCompton(Model):
    """Electron and photon without the partner that went along the beam."""

    least_gev: Gev = 1.0
    """Least energy of electron and photon in the CM [GeV].  Source: guess."""
    acoplanarity_deg: Degrees = 10.0
    """Largest angle from back to back in azimuth, in the CM [deg].  Source: guess."""
    acollinearity_deg: Degrees = 20.0
    """Least angle from back to back in the CM: else it is a Bhabha event with one track [deg].  Source: guess."""


class SinglePhoton(Model):
    """Single photons."""

    high_gev: Gev = 2.0
    """Least energy in the CM on the line of higher energy [GeV].  Source: recalled (B7.15)."""
    low_gev: Gev = 1.0
    """Least energy in the CM on the line of lower energy [GeV].  Source: recalled (B7.15)."""
    isolation_gev: Gev = 0.1
    """No other cluster has more energy than this so close, in the laboratory [GeV].  Source: guess."""
    isolation_deg: Degrees = 25.0
    """How close, in the laboratory [deg].  Source: guess."""


class Cosmic(Model):
    """Two tracks in line in the laboratory with equal distances to the axis and curvatures."""

    acollinearity_deg: Degrees = 5.0
    """Largest angle between the two, as one line, in the laboratory [deg].  Source: guess."""
    pt_gev: Gev = 0.5
    """Least transverse momentum of both [GeV].  Source: guess."""
    d0_mm: Millimetres = 4.5
    """Largest difference of their distances to the axis [mm].  Source: guess, four standard deviations with level
    3's resolutions (B7.7)."""
    curvature: Annotated[float, Field(gt=0, le=1e3)] = 0.11
    """Largest difference of their curvatures [1/GeV].  Source: guess, four standard deviations with level 3's
    resolutions (B7.7)."""


class L3(Model):
    """Level 3 and the filters after it."""

    objects: Objects = Objects()
    """What counts as a cluster, and where beams meet."""
    dch: Dch = Dch()
    """Filters of tracks."""
    emc: Emc = Emc()
    """Filters of clusters."""
    bhabha: Bhabha = Bhabha()
    """Bhabha filters."""
    pairs: Pairs = Pairs()
    """Pairs back to back."""
    virtual_compton: VirtualCompton = VirtualCompton()
    """Electron and photon without the partner along the beam."""
    single_photon: SinglePhoton = SinglePhoton()
    """Single photons."""
    low_energy_line: bool = True
    """Whether the single-photon line of lower energy ran, as it did in about 36 of 53 /fb.  Source: recalled
    (B7.15)."""
    cosmic: Cosmic = Cosmic()
    """Cosmic muons."""
    offline: Offline = Offline()
    """Filters after level 3."""
