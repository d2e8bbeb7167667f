"""The ``[belle2.ecl]`` section of a run configuration.

Thresholds are in GeV in the laboratory unless a name says ``cm``; angles in whole degrees in the centre of mass.
Defaults of the trigger are those of the experiment's trigger simulation (its module's parameters, ECL conformance
notes; belle2_facts 6.2-6.7); data taking may have used others.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import FilePath, Model
from trigemu.experiments.belle2.ecl.response_config import EclResponse

Gev = Annotated[float, Field(ge=0, le=1e3)]
Degree = Annotated[int, Field(ge=0, le=360)]
Pair = tuple[Gev, Gev]
Angles = tuple[Degree, Degree, Degree, Degree]
"""Azimuth difference (low, high) and sum of polar angles (low, high) of a pair of clusters; all four excluded."""
Fourteen = Annotated[tuple[Gev, ...], Field(min_length=14, max_length=14)]
Theta = Annotated[int, Field(ge=1, le=17)]


class Ecl(Model):
    """Calorimeter trigger and its response.

    ``cm_table`` names a file with the experiment's look-up table of centre-of-mass angles; without it the table is
    computed, to the same integers (`trigemu.experiments.belle2.ecl.cm`).
    ``keep_background_flags`` keeps the quadrants of the beam-background veto from crossing to crossing, as the
    experiment's simulation does (its flags are never cleared, so the veto saturates); a frame begins afresh.
    """

    adc_gev: Annotated[float, Field(gt=0, le=1)] = 5.25e-3  # 6.2, LSB of the FAM
    cm_table: FilePath | None = None
    window_ns: Annotated[float, Field(gt=0, le=1000)] = 250.0  # 6.2
    overlap_ns: Annotated[float, Field(ge=0, lt=1000)] = 125.0  # 6.2
    cluster_limit: Annotated[int, Field(ge=1, le=16)] = 6  # 6.3
    keep_background_flags: bool = False

    total_energy: tuple[Gev, Gev, Gev] = (0.5, 1.0, 3.0)  # 6.5: elow, ehigh, elum
    burst: Gev = 20.0  # 6.5
    physics_mev: Annotated[int, Field(ge=0, le=10**6)] = (
        1000  # 6.8, bit 18: total in whole MeV, or more clusters than ...
    )
    physics_clusters: Annotated[int, Field(ge=0, le=10**6)] = 3
    hie_energy: Gev = 1.0  # hard-coded in the experiment's simulation, whatever ehigh's threshold
    time_quality: Pair = (1.0, 20.0)  # 6.2

    bhabha2d_forward: Fourteen = (4.0,) * 12 + (3.0, 3.5)  # 6.6
    bhabha2d_backward: Fourteen = (2.5,) * 12 + (3.0, 3.0)  # 6.6
    bhabha2d_clusters: Annotated[int, Field(ge=0, le=10**6)] = 4  # 6.6: fewer clusters (ICN) than this
    bhabha_veto_cm: Pair = (3.0, 4.5)  # 6.6: both, one
    bhabha_veto_angles: Angles = (160, 200, 165, 190)
    bhabha_select_cm: Pair = (2.5, 4.0)
    bhabha_select_angles: Angles = (140, 220, 160, 200)
    in_track_theta: tuple[Theta, Theta] = (3, 15)
    mumu_cm: Gev = 2.0
    mumu_angles: Angles = (160, 200, 165, 190)

    taub2b_angles: Angles = (110, 250, 130, 230)  # 6.6
    taub2b_total: Gev = 7.0
    taub2b_cluster: Gev = 1.9
    taub2b2_angles: Angles = (120, 240, 140, 220)
    taub2b2_total: Gev = 7.0
    taub2b2_cluster: Pair = (3.0, 0.162)  # endcap clusters, both of the pair
    taub2b3_angles: Angles = (120, 240, 140, 220)
    taub2b3_total: Gev = 7.0
    taub2b3_pair: Gev = 0.14  # one of the pair
    taub2b3_cluster: Pair = (0.12, 4.5)  # all clusters
    hie12_angles: Angles = (150, 210, 160, 200)  # 6.6
    hie4_cluster: Gev = 0.5

    lml_lab: tuple[Gev, Gev, Gev] = (0.5, 0.3, 0.25)  # 6.7: lml12; n300; lml8 and lml9
    lml_cm: tuple[Gev, Gev, Gev] = (2.0, 1.0, 0.5)  # 6.7: lml1-5 and 8-11; lml6 and lml7; lml13
    lml0_clusters: Annotated[int, Field(ge=0, le=10**6)] = 1  # clusters above lml_lab[1]
    lml12_clusters: Annotated[int, Field(ge=0, le=10**6)] = 1  # clusters above lml_lab[0]
    lml13_theta_mask: Annotated[int, Field(ge=0, lt=1 << 17)] = 2016  # bit theta - 1: theta 6-11

    response: EclResponse = EclResponse()
