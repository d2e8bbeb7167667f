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
    """What counts as a cluster, and where beams meet.  GeV, ns, mm."""

    cluster_gev: Gev = 0.1  # recalled (B7.8)
    cluster_ns: Annotated[float, Field(gt=0, le=1e6)] = 650.0  # half of the recalled 1.3 us (G10.5)
    collision_z_mm: Annotated[float, Field(ge=-1e3, le=1e3)] = 0.0  # guess (G11.8)


class TrackCuts(Model):
    """What a track must have: more pT than this, and less distance to the collision point across and along z."""

    pt_gev: Gev
    d0_mm: Millimetres
    z_mm: Millimetres


class Dch(Model):
    """Filters of tracks; ``prong``: what else counts as a track from the collision point."""

    one_track: TrackCuts = TrackCuts(pt_gev=0.6, d0_mm=10.0, z_mm=70.0)  # recalled (B7.5)
    two_tracks: TrackCuts = TrackCuts(pt_gev=0.25, d0_mm=15.0, z_mm=100.0)  # recalled (B7.6)
    prong: TrackCuts = TrackCuts(pt_gev=0.0, d0_mm=15.0, z_mm=100.0)  # guess: any that the fit finds


class Emc(Model):
    """Filters of clusters: energies in the CM, invariant mass of all clusters taken as massless (recalled: B7.9)."""

    two_gev: Gev = 0.35
    mass_gev: Gev = 1.5


class Bhabha(Model):
    """Bhabha filters; all guesses but what they look at.

    Electrons have more than ``energy_over_momentum``.  Momenta are those that the angles tell, or more than
    ``momentum_share`` of them: two electrons with a photon along the beams, or one with the beam's energy.  The one
    prong's partner is a cluster of ``cluster_share`` of the beam's energy within ``acollinearity_deg``, or left
    outside ``partner_deg`` (laboratory), where no track is found.
    """

    energy_over_momentum: Ratio = 0.7  # guess
    momentum_share: Share = 0.6  # guess
    acoplanarity_deg: Degrees = 10.0  # guess
    acollinearity_deg: Degrees = 10.0  # guess
    cluster_share: Share = 0.5  # guess
    partner_deg: tuple[Degrees, Degrees] = (25.0, 145.0)  # guess: near the ends of the chamber (G1.36)
    flat_from: Annotated[float, Field(ge=0, lt=1)] = 0.54  # chosen: 10 nb are left (B7.12, RB-4i; `l3.flat`)

    @model_validator(mode="after")
    def _rises(self) -> Bhabha:
        if self.partner_deg[0] >= self.partner_deg[1]:
            raise ValueError("partner_deg must rise")
        return self


class Pairs(Model):
    """Pairs back to back in the CM: photons, and leptons for luminosity and muon pairs.  All guesses."""

    acollinearity_deg: Degrees = 10.0
    photon_share: Share = 0.7  # of the beam's energy, each
    momentum_share: Share = 0.6  # of the beam's energy, each
    muon_gev: Gev = 1.0  # most of each in the calorimeter


class VirtualCompton(Model):
    """Electron and photon without the partner that went along the beam.  All guesses."""

    least_gev: Gev = 1.0  # of each, in the CM
    acoplanarity_deg: Degrees = 10.0
    acollinearity_deg: Degrees = 20.0  # more than this: else it is a Bhabha event with one track


class SinglePhoton(Model):
    """Single photons: energies in the CM (B7.15, recalled), isolation in the laboratory (D4: guess)."""

    high_gev: Gev = 2.0
    low_gev: Gev = 1.0
    isolation_gev: Gev = 0.1  # guess: no other cluster above this ...
    isolation_deg: Degrees = 25.0  # guess: ... so close


class Cosmic(Model):
    """Two tracks in line in the laboratory with equal distances to the axis and curvatures; numbers are guesses.

    Four standard deviations of the difference of two tracks with level 3's resolutions (B7.7) in ``d0_mm`` and
    ``curvature`` (1/GeV).
    """

    acollinearity_deg: Degrees = 5.0
    pt_gev: Gev = 0.5
    d0_mm: Millimetres = 4.5
    curvature: Annotated[float, Field(gt=0, le=1e3)] = 0.11


class L3(Model):
    """Level 3 and the filters after it.

    ``low_energy_line``: the single-photon line of lower energy ran, as it did in about 36 of 53 /fb (B7.15).
    """

    objects: Objects = Objects()
    dch: Dch = Dch()
    emc: Emc = Emc()
    bhabha: Bhabha = Bhabha()
    pairs: Pairs = Pairs()
    virtual_compton: VirtualCompton = VirtualCompton()
    single_photon: SinglePhoton = SinglePhoton()
    low_energy_line: bool = True
    cosmic: Cosmic = Cosmic()
    offline: Offline = Offline()
