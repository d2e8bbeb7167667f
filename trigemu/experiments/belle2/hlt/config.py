"""The ``[belle2.hlt]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.config.model import Model

Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
Degrees = Annotated[float, Field(ge=0, le=180)]
Range = tuple[Degrees, Degrees]
Probability = Annotated[float, Field(ge=0, le=1)]


class Objects(Model):
    """What counts as a track or a cluster (belle2_facts 9.1)."""

    loose_z0_mm: Positive = 100.0
    """Loose tracks have abs(z0) below this [mm].  Source: read in the experiment's software (belle2_facts 9.1)."""
    tight_z0_mm: Positive = 20.0
    """Tight tracks have abs(z0) below this [mm].  Source: read in the experiment's software (belle2_facts 9.1)."""
    loose_b_z0_mm: Positive = 50.0
    """LooseB tracks have abs(z0) below this, and ``b_hits`` [mm].  Source: read in the experiment's software
    (belle2_facts 9.1)."""
    tight_b_z0_mm: Positive = 10.0
    """TightB tracks have abs(z0) below this, and ``b_hits`` [mm].  Source: read in the experiment's software
    (belle2_facts 9.1)."""
    b_hits: Annotated[int, Field(ge=1, le=255)] = 5
    """Least number of chamber hits of looseB and tightB tracks.  Source: read in the experiment's software
    (belle2_facts 9.1)."""
    c_z0_mm: Positive = 10.0
    """TrackC tracks have abs(z0) below this, and a time and momentum [mm].  Source: read in the experiment's software
    (belle2_facts 9.1)."""
    c_time_ns: Positive = 15.0
    """TrackC tracks have abs(time) of at most this [ns].  Source: read in the experiment's software (belle2_facts
    9.1)."""
    c_momentum_gev: NonNegative = 0.2
    """TrackC tracks have a momentum in the centre of mass above this [GeV].  Source: read in the experiment's software
    (belle2_facts 9.1)."""
    cluster_time_ns: Positive = 200.0
    """Clusters have abs(time) of at most this [ns].  Source: read in the experiment's software (belle2_facts 9.1)."""
    cluster_gev: NonNegative = 0.1
    """Least energy of a cluster in the laboratory [GeV].  Source: read in the experiment's software (belle2_facts
    9.1)."""


class Vertex(Model):
    """Displaced vertex of the leading tracks of both charges (belle2_facts 9.2).

    The experiment fits with the tracks' covariances, which a fast simulation does not have: here the helices'
    distance at the vertex is compared with fixed resolutions (guesses, for tracks without silicon hits), one degree
    of freedom as for two tracks.
    """

    probability: Probability = 0.005
    """The chi-square of the vertex must be more probable than this.  Source: read in the experiment's software
    (belle2_facts 9.2)."""
    radius_mm: tuple[Positive, Positive] = (30.0, 600.0)
    """Distances from the z axis between which the vertex must lie [mm].  Source: read in the experiment's software
    (belle2_facts 9.2)."""
    theta_deg: Range = (30.0, 120.0)
    """Polar angles between which the vertex must lie [deg].  Source: read in the experiment's software (belle2_facts
    9.2)."""
    back_to_back_deg: Degrees = 10.0
    """Tracks that are back to back in azimuth and polar angle to better than this are refused [deg].  Source: read in
    the experiment's software (belle2_facts 9.2)."""
    sigma_xy_mm: Positive = 0.5
    """Resolution of the tracks' distance across the beams [mm].  Source: guess."""
    sigma_z_mm: Positive = 3.0
    """Resolution of the tracks' distance along the beams [mm].  Source: guess."""


class Photons(Model):
    """Photon lines (belle2_facts 9.2, 9.3).  Polar angles are those of the laboratory, ends excluded.

    "No other cluster" is read as exactly one cluster above ``other_gev`` in the centre of mass.  The back-to-back
    line's cuts are not public beyond the quantities they use.
    """

    single_gev: Positive = 1.0
    """Photons, electrons and clusters of the single-photon lines: energy in the centre of mass above this [GeV].
    Source: read in the experiment's software (belle2_facts 9.2)."""
    reduced_gev: Positive = 0.5
    """Photons of ``hlt_single_photon_reduced``: energy in the centre of mass above this [GeV].  Source: read in the
    experiment's software (belle2_facts 9.2)."""
    other_gev: Positive = 0.3
    """Exactly one cluster, so no other one, has an energy in the centre of mass above this [GeV].  Source: read in the
    experiment's software (belle2_facts 9.2); "exactly one" is inferred from the names of the lines."""
    barrel_deg: Range = (45.0, 115.0)
    """Barrel of the single-photon lines [deg].  Source: read in the experiment's software (belle2_facts 9.2)."""
    extended_deg: Range = (30.0, 130.0)
    """Extended barrel of the single-photon lines [deg].  Source: read in the experiment's software (belle2_facts 9.2):
    30 in the code, 32 in the line's name; the code counts."""
    endcap_deg: Range = (22.0, 145.0)
    """Endcaps of the single-photon lines reach from these angles to the barrel [deg].  Source: read in the experiment's
    software (belle2_facts 9.2)."""
    reduced_deg: Range = (44.0, 98.0)
    """Polar angles of ``hlt_single_photon_reduced`` [deg].  Source: read in the experiment's software (belle2_facts
    9.2)."""
    pair_dphi_deg: Degrees = 170.0
    """``hlt_photons_back_to_back``: difference in azimuth in the centre of mass above this [deg].  Source: guess."""
    pair_gev: Positive = 0.25
    """``hlt_photons_back_to_back``: exactly two clusters have an energy in the laboratory above this [GeV].  Source:
    belle2_facts 9.3: n(E > 0.25 GeV) is one of the line's quantities; that it must be 2 is a guess."""
    pair_max_gev: Positive = 4.0
    """``hlt_photons_back_to_back``: no cluster has an energy in the centre of mass above this [GeV].  Source:
    belle2_facts 9.3: n(E* > 4 GeV) is one of the line's quantities; that it must be 0 is a guess."""

    @model_validator(mode="after")
    def _rise(self) -> Photons:
        for name in ("barrel_deg", "extended_deg", "endcap_deg", "reduced_deg"):
            low, high = getattr(self, name)
            if low >= high:
                raise ValueError(f"{name} must rise")
        return self


class Hlt(Model):
    """Software trigger: objects, photon and vertex cuts; the numbers of vetoes are in the code (belle2_facts 9.2)."""

    objects: Objects = Objects()
    """What counts as a track or a cluster."""
    photons: Photons = Photons()
    """Photon lines."""
    vertex: Vertex = Vertex()
    """Displaced vertices."""
