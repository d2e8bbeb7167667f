"""The ``[belle2.grl]`` section of a run configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import Model

Positive = Annotated[float, Field(gt=0, le=1e6)]
Degrees = Annotated[float, Field(ge=0, le=180)]


class Grl(Model):
    """Global reconstruction logic: what it counts and how it matches (belle2_facts 5.4 and 7)."""

    neural_z_cm: Positive = 20.0
    """Neural tracks with abs(z) below this count for ty [cm].  Source: belle2_facts 5.4, read in the experiment's
    simulation."""
    single_z_cm: Positive = 15.0
    """Neural tracks with abs(z) below this count for typ and typ4-6 [cm].  Source: belle2_facts 5.4, read in the
    experiment's simulation."""
    single_momentum: Annotated[int, Field(ge=0, le=1000)] = 7
    """typ asks for an integer momentum above this, typ4-6 above 4, 5, 6; 7 is a true momentum of 0.70-0.79 GeV,
    depending on the polar angle [0.1 GeV].  Source: belle2_facts 5.4, read in the experiment's simulation."""
    straight_passes: bool = True
    """Tracks whose curvature is truncated to 0, an infinite momentum, pass typ.  Source: chosen; in the experiment's
    simulation the division by zero ends in an undefined conversion, which fails typ on common machines."""
    cluster_window_ns: Positive = 100.0
    """Clusters count that are closer in time than this to the calorimeter's event time [ns].  Source: belle2_facts 7,
    read in the experiment's simulation."""
    theta_deg: tuple[Degrees, Degrees] = (35.0, 126.0)
    """Polar angles between which clusters are matched with tracks (barrel), both excluded [deg].  Source: belle2_facts
    7, read in the experiment's simulation."""
    ecl_radius_cm: Positive = 126.0
    """Radius to which 2D tracks are extrapolated for the calorimeter [cm].  Source: belle2_facts 7, read in the
    experiment's simulation."""
    klm_radius_cm: Positive = 176.0
    """Radius to which 2D tracks are extrapolated for the muon detector [cm].  Source: belle2_facts 7, read in the
    experiment's simulation."""
    match_bins: Annotated[int, Field(ge=0, le=18)] = 1
    """Track and cluster match if their bins of azimuth differ by at most this [10 deg].  Source: belle2_facts 7, read
    in the experiment's simulation."""
    klm_dphi_deg: Degrees = 32.5
    """Track and the centre of a barrel sector match if they are closer in azimuth than this [deg].  Source:
    belle2_facts 7, read in the experiment's simulation."""
    photon_gev: Positive = 1.0
    """Least energy of a barrel cluster without a track beside it to be a photon [GeV].  Source: belle2_facts 7, read in
    the experiment's simulation."""
    matched_gev: Positive = 2.0
    """Least energy of a matched cluster to count for c2gev [GeV].  Source: belle2_facts 7, read in the experiment's
    simulation."""
    full_map_needs_cluster: bool = True
    """The map of 2D tracks for s2f* and i2fo is empty without a barrel cluster.  Source: so it is in the experiment's
    simulation, which fills it inside the loop over clusters."""
    unready: Literal["reading", "zero"] = "reading"
    """track, trkbha1, trkbha2, grlgg1 and grlgg2: ``reading`` gives them the meaning that their use in the menu
    suggests, ``zero`` leaves them false.  Source: chosen; in the experiment's simulation they are "not ready"."""

    @model_validator(mode="after")
    def _rises(self) -> Grl:
        if self.theta_deg[0] >= self.theta_deg[1]:
            raise ValueError("theta_deg must rise")
        return self
