"""The ``[belle2.grl]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import Model

Positive = Annotated[float, Field(gt=0, le=1e6)]
Degrees = Annotated[float, Field(ge=0, le=180)]


class Grl(Model):
    """Global reconstruction logic: what it counts and how it matches (belle2_facts 5.4 and 7).

    Attributes
    ----------
    neural_z_cm, single_z_cm
        |z| below which a neural track counts for ty, and for typ and typ4-6.
    single_momentum
        typ asks for an integer momentum above this (0.1 GeV); typ4-6 above 4, 5, 6.
    straight_passes
        Curvature truncated to 0 is infinite momentum.  In the experiment's simulation the division by zero ends
        in an undefined conversion; on common machines it fails typ.  True: such tracks pass.
    cluster_window_ns
        Clusters count that are closer in time than this to the calorimeter's event time.
    theta_deg
        Polar angles of the clusters that tracks are matched to (barrel).
    ecl_radius_cm, klm_radius_cm
        Radii to which tracks are extrapolated for calorimeter and muon detector.
    match_bins
        Bins of 10 degrees that track and cluster may differ by.
    klm_dphi_deg
        Track and the centre of a sector must be closer than this.
    photon_gev, matched_gev
        Energy of an isolated cluster to be a photon; of a matched one to count for c2gev.
    full_map_needs_cluster
        The map of 2D tracks for s2f* and i2fo is empty without a barrel cluster: so it is in the experiment's
        simulation, which fills it inside the loop over clusters.
    unready
        track, trkbha1, trkbha2, grlgg1, grlgg2 are "not ready" (false) in the experiment's simulation: ``reading``
        gives them the meaning that their use in the menu suggests, ``zero`` leaves them false.
    """

    neural_z_cm: Positive = 20.0
    single_z_cm: Positive = 15.0
    single_momentum: Annotated[int, Field(ge=0, le=1000)] = 7
    straight_passes: bool = True
    cluster_window_ns: Positive = 100.0
    theta_deg: tuple[Degrees, Degrees] = (35.0, 126.0)
    ecl_radius_cm: Positive = 126.0
    klm_radius_cm: Positive = 176.0
    match_bins: Annotated[int, Field(ge=0, le=18)] = 1
    klm_dphi_deg: Degrees = 32.5
    photon_gev: Positive = 1.0
    matched_gev: Positive = 2.0
    full_map_needs_cluster: bool = True
    unready: Literal["reading", "zero"] = "reading"

    @model_validator(mode="after")
    def _rises(self) -> Grl:
        if self.theta_deg[0] >= self.theta_deg[1]:
            raise ValueError("theta_deg must rise")
        return self
