"""The ``[babar.selection]`` section: online selections of the searches for B -> baryon psi_D.

The searches' own cuts are not published in full: what is read, recalled or a guess says so.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from trigemu.collider.recoil_tag.config import RecoilTag, Spread
from trigemu.config.model import Model
from trigemu.decision.scores.config import Score

SELECTIONS = ("lambda_psid", "p_psid")
"""What a line may ask for with ``select``."""

COMMON_FEATURES = (
    "b_momentum",
    "b_px",
    "b_py",
    "b_pz",
    "clusters",
    "neutral_energy",
    "baryon_energy",
    "baryon_momentum",
)
LAMBDA_FEATURES = (*COMMON_FEATURES, "flight_significance")
"""Inputs of the published classifier (besiii_babar_facts B10.1) that the fast simulation has; laboratory, GeV.

``b_*``: momentum of the signal B, from the beams and the other B; ``clusters``, ``neutral_energy``: number and energy
of clusters without track that the other B does not take; ``baryon_*``: of the Lambda or proton.
"""


def _rises(window: tuple[float, float]) -> tuple[float, float]:
    if window[0] >= window[1]:
        raise ValueError("must rise")
    return window


def _masses_rise(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    masses = [mass for mass, _ in points]
    if sorted(set(masses)) != masses:
        raise ValueError("must be pairs of mass and efficiency, masses rising")
    return points


Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
Window = Annotated[tuple[NonNegative, Positive], AfterValidator(_rises)]
Efficiency = Annotated[float, Field(gt=0, le=1)]
Points = Annotated[
    tuple[tuple[Positive, Efficiency], ...], Field(max_length=100), AfterValidator(_masses_rise)
]


class Tag(RecoilTag):
    """The reconstructed other B (see `trigemu.collider.recoil_tag.config.RecoilTag`)."""

    momentum_mev: Spread = 30.0
    """Source: set so that the missing mass beside a Lambda, errors of its tracks included, is as wide as published
    at either end of the search: 90 MeV at 1.0 GeV, 6 MeV at 4.2 GeV (besiii_babar_facts B10.6, read)."""
    energy_mev: Spread = 5.5
    """Source: set so that the missing mass beside a Lambda, errors of its tracks included, is as wide as published
    at either end of the search: 90 MeV at 1.0 GeV, 6 MeV at 4.2 GeV (besiii_babar_facts B10.6, read)."""


class LambdaScore(Score):
    """Score of candidates for B0 -> Lambda psi_D; the published cut is 0.75 on a score between -1 and 1 (B10.2)."""

    offered: ClassVar = LAMBDA_FEATURES


class ProtonScore(Score):
    """Score of candidates for B+ -> p psi_D."""

    offered: ClassVar = COMMON_FEATURES


class LambdaPsid(Model):
    """B0 -> Lambda psi_D: beside a tag two tracks of opposite charge that meet away from the beams, no other."""

    mass_gev: Window = (1.1077, 1.1237)
    """Window of the pair's mass, the faster one taken as the proton [GeV].  Source: guess, 8 MeV around the Lambda."""
    sigma_xy_mm: Positive = 2.0
    """Error of the distance between the two across the beams, also that of the flight [mm].  Source: guess, slow
    protons scatter."""
    sigma_z_mm: Positive = 5.0
    """Error of the distance between the two along the beams [mm].  Source: guess."""
    probability: Annotated[float, Field(ge=0, le=1)] = 0.001
    """They meet if the chi-square of their distance is not less probable than this.  Source: guess."""
    radius_mm: Window = (2.0, 600.0)
    """Window of the transverse distance from the beams [mm].  Source: guess: away from the beams; tracks need part
    of the drift chamber."""
    missing_gev: Window = (0.7, 4.3)
    """Window of the missing mass [GeV].  Source: read: 1.0-4.2 GeV is searched (B10.6); wider by three widths,
    rounded."""
    efficiency: Points = ((1.0, 5.9e-4), (4.2, 2.1e-4))
    """Published efficiency, for yields: pairs of mass [GeV] and efficiency of other B, selection and Lambda -> p pi
    together.  Source: read (besiii_babar_published RB-11)."""
    score: LambdaScore | None = None
    """Score of candidates."""


class ProtonPsid(Model):
    """B+ -> p psi_D: beside a tag one track from the beams, taken as a proton, and no other track."""

    d0_mm: Positive = 15.0
    """Largest distance of the track from the beams [mm].  Source: recalled, of good tracks (besiii_babar_facts
    B7.17)."""
    z0_mm: Positive = 100.0
    """Largest distance from the collision point along the beams [mm].  Source: read (B7.17)."""
    missing_gev: Window = (0.7, 4.5)
    """Window of the missing mass [GeV].  Source: read: 1.0-4.3 GeV is searched (RB-12); wider as beside a Lambda."""
    efficiency: Points = ((1.0, 5.9e-4), (4.2, 2.1e-4))
    """Efficiency, for yields: pairs of mass [GeV] and efficiency of other B and selection together.  Source: guess:
    as beside a Lambda; its own was not found."""
    score: ProtonScore | None = None
    """Score of candidates."""


class Selection(Model):
    """Selections beside a reconstructed B."""

    tag: Tag = Tag()
    """The reconstructed other B."""
    lambda_psid: LambdaPsid = LambdaPsid()
    """B0 -> Lambda psi_D."""
    p_psid: ProtonPsid = ProtonPsid()
    """B+ -> p psi_D."""
