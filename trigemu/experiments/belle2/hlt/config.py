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
    """What counts as a track or a cluster (belle2_facts 9.1).  Lengths in mm, times in ns, energies in GeV."""

    loose_z0_mm: Positive = 100.0
    tight_z0_mm: Positive = 20.0
    loose_b_z0_mm: Positive = 50.0
    tight_b_z0_mm: Positive = 10.0
    b_hits: Annotated[int, Field(ge=1, le=255)] = 5
    c_z0_mm: Positive = 10.0
    c_time_ns: Positive = 15.0
    c_momentum_gev: NonNegative = 0.2
    cluster_time_ns: Positive = 200.0
    cluster_gev: NonNegative = 0.1


class Vertex(Model):
    """Displaced vertex of the leading tracks of both charges (belle2_facts 9.2).

    The experiment fits with the tracks' covariances, which a fast simulation does not have: here the helices'
    distance at the vertex is compared with fixed resolutions (guesses, for tracks without silicon hits), one degree
    of freedom as for two tracks.
    """

    probability: Probability = 0.005
    radius_mm: tuple[Positive, Positive] = (30.0, 600.0)
    theta_deg: Range = (30.0, 120.0)
    back_to_back_deg: Degrees = 10.0
    sigma_xy_mm: Positive = 0.5  # guess
    sigma_z_mm: Positive = 3.0  # guess


class Photons(Model):
    """Photon lines (belle2_facts 9.2, 9.3).  Energies in GeV, angles in degrees in the laboratory.

    ``extended_deg`` begins at 30 in the code and at 32 in the line's name; the code counts.  "No other cluster" is
    read as exactly one cluster above ``other_gev`` in the centre of mass.  The back-to-back line's cuts are not
    public beyond the quantities they use: guesses.
    """

    single_gev: Positive = 1.0
    reduced_gev: Positive = 0.5
    other_gev: Positive = 0.3
    barrel_deg: Range = (45.0, 115.0)
    extended_deg: Range = (30.0, 130.0)
    endcap_deg: Range = (22.0, 145.0)
    reduced_deg: Range = (44.0, 98.0)
    pair_dphi_deg: Degrees = 170.0  # guess
    pair_gev: Positive = 0.25  # n(E > 0.25 GeV) is one of the line's quantities; that it must be 2 is a guess
    pair_max_gev: Positive = (
        4.0  # n(E* > 4 GeV) is one of the line's quantities; that it must be 0 is a guess
    )

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
    photons: Photons = Photons()
    vertex: Vertex = Vertex()
