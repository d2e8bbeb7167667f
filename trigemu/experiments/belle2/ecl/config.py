"""The ``[belle2.ecl]`` section of a run configuration.

Thresholds are in GeV in the laboratory unless a name says ``cm``; angles in whole degrees in the centre of mass: the
difference in azimuth (low, high), then the sum of polar angles (low, high), all four excluded.  Rings are polar rows of
trigger cells, 1 (forward) to 17.
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
    """Calorimeter trigger and its response; ``lml0`` to ``lml13`` are the bits ``ecl_lml_0`` to ``ecl_lml_13``."""

    adc_gev: Annotated[float, Field(gt=0, le=1)] = 5.25e-3
    """Energy of an ADC count of a trigger cell [GeV].  Source: read in the experiment's simulation (belle2_facts 6.2,
    least count of the FAM)."""
    cm_table: FilePath | None = None
    """File of the experiment's look-up table of centre-of-mass angles; none: it is computed, to the same integers
    (`trigemu.experiments.belle2.ecl.cm`)."""
    window_ns: Annotated[float, Field(gt=0, le=1000)] = 250.0
    """Length of a time window; of three, the one with most energy is taken [ns].  Source: read in the experiment's
    simulation (belle2_facts 6.2)."""
    overlap_ns: Annotated[float, Field(ge=0, lt=1000)] = 125.0
    """By how much windows overlap; less than ``window_ns`` [ns].  Source: read in the experiment's simulation
    (belle2_facts 6.2)."""
    cluster_limit: Annotated[int, Field(ge=1, le=16)] = 6
    """Most clusters of a crossing; barrel first, then forward, then backward.  Source: read in the experiment's
    simulation (belle2_facts 6.3)."""
    keep_background_flags: bool = False
    """Keep the quadrants of the beam-background veto from crossing to crossing; a frame begins afresh.  Source: chosen;
    the experiment's simulation never clears its flags, so that its veto saturates."""

    total_energy: tuple[Gev, Gev, Gev] = (0.5, 1.0, 3.0)
    """``elow``, ``ehigh``, ``elum``: energy of rings 2-15 must be above this [GeV].  Source: read in the experiment's
    simulation (belle2_facts 6.5)."""
    burst: Gev = 20.0
    """``ecl_bst``: energy of all rings must be above this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.5)."""
    physics_mev: Annotated[int, Field(ge=0, le=10**6)] = 1000
    """``ecl_phys``: energy of rings 2-15 in whole MeV must be above this, or clusters more than ``physics_clusters``
    [MeV].  Source: read in the experiment's simulation (belle2_facts 6.8, bit 18)."""
    physics_clusters: Annotated[int, Field(ge=0, le=10**6)] = 3
    """``ecl_phys``: clusters (ICN) must be more than this, or energy above ``physics_mev``.  Source: read in the
    experiment's simulation (belle2_facts 6.8, bit 18)."""
    hie_energy: Gev = 1.0
    """``hie1`` to ``hie4``: energy of rings 2-15 must be above this [GeV].  Source: hard-coded in the experiment's
    simulation, whatever the threshold of ``ehigh``."""
    time_quality: Pair = (1.0, 20.0)
    """Quality of the event time is 2 or 3 if the most energetic cell is above these, else 1 [GeV].  Source: read in the
    experiment's simulation (belle2_facts 6.2)."""

    bhabha2d_forward: Fourteen = (4.0,) * 12 + (3.0, 3.5)
    """2D Bhabha, types 1 to 14: least energy of the type's forward rings [GeV].  Source: read in the experiment's
    simulation (belle2_facts 6.6)."""
    bhabha2d_backward: Fourteen = (2.5,) * 12 + (3.0, 3.0)
    """2D Bhabha, types 1 to 14: least energy of the type's backward rings [GeV].  Source: read in the experiment's
    simulation (belle2_facts 6.6)."""
    bhabha2d_clusters: Annotated[int, Field(ge=0, le=10**6)] = 4
    """2D Bhabha: clusters (ICN) must be fewer than this.  Source: read in the experiment's simulation (belle2_facts
    6.6)."""
    bhabha_veto_cm: Pair = (3.0, 4.5)
    """3D Bhabha veto: energies in the centre of mass that both clusters of a pair, and one of them, must be above
    [GeV].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    bhabha_veto_angles: Angles = (160, 200, 165, 190)
    """3D Bhabha veto: angles of the pair [deg].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    bhabha_select_cm: Pair = (2.5, 4.0)
    """Bhabha selection: energies in the centre of mass that both clusters of a pair, and one of them, must be above
    [GeV].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    bhabha_select_angles: Angles = (140, 220, 160, 200)
    """Bhabha selection: angles of the pair [deg].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    in_track_theta: tuple[Theta, Theta] = (3, 15)
    """``bha_intrk``: first and last ring of the tracker's acceptance; a cluster of the veto's pair must be there.
    Source: read in the experiment's simulation (belle2_facts 6.6)."""
    mumu_cm: Gev = 2.0
    """``ecl_mumu``: energies in the centre of mass of both clusters of a pair must be below this [GeV].  Source: read
    in the experiment's simulation (belle2_facts 6.6)."""
    mumu_angles: Angles = (160, 200, 165, 190)
    """``ecl_mumu``: angles of the pair [deg].  Source: read in the experiment's simulation (belle2_facts 6.6)."""

    taub2b_angles: Angles = (110, 250, 130, 230)
    """``ecltaub2b``: angles of the pair [deg].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    taub2b_total: Gev = 7.0
    """``ecltaub2b``: energy of all rings must be below this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.6)."""
    taub2b_cluster: Gev = 1.9
    """``ecltaub2b``: one cluster of the pair must be below this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.6)."""
    taub2b2_angles: Angles = (120, 240, 140, 220)
    """``ecltaub2b2``: angles of the pair [deg].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    taub2b2_total: Gev = 7.0
    """``ecltaub2b2``: energy of all rings must be below this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.6)."""
    taub2b2_cluster: Pair = (3.0, 0.162)
    """``ecltaub2b2``: fewer than two endcap clusters may be above the first, both clusters of the pair must be above
    the second [GeV].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    taub2b3_angles: Angles = (120, 240, 140, 220)
    """``ecltaub2b3``: angles of the pair [deg].  Source: read in the experiment's simulation (belle2_facts 6.6)."""
    taub2b3_total: Gev = 7.0
    """``ecltaub2b3``: energy of all rings must be below this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.6)."""
    taub2b3_pair: Gev = 0.14
    """``ecltaub2b3``: one cluster of the pair must be above this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.6)."""
    taub2b3_cluster: Pair = (0.12, 4.5)
    """``ecltaub2b3``: every cluster must be above the first and not above the second [GeV].  Source: read in the
    experiment's simulation (belle2_facts 6.6)."""
    hie12_angles: Angles = (150, 210, 160, 200)
    """``hie1``, ``hie2``: angles of two clusters that are vetoed, by both angles or by either [deg].  Source: read in
    the experiment's simulation (belle2_facts 6.6): the code, its comment says other numbers."""
    hie4_cluster: Gev = 0.5
    """``hie4``: two clusters are vetoed only if both are above this [GeV].  Source: read in the experiment's simulation
    (belle2_facts 6.6)."""

    lml_lab: tuple[Gev, Gev, Gev] = (0.5, 0.3, 0.25)
    """Energies in the laboratory of the low-multiplicity bits: of ``lml12``; of the clusters that ``lml0`` counts and
    that ``lml6``, ``lml7`` and ``lml13`` want to be one; of ``lml8`` and ``lml9`` [GeV].  Source: read in the
    experiment's simulation (belle2_facts 6.7)."""
    lml_cm: tuple[Gev, Gev, Gev] = (2.0, 1.0, 0.5)
    """Energies in the centre of mass of the low-multiplicity bits: of ``lml1``-``lml5`` and ``lml8``-``lml11``; of
    ``lml6`` and ``lml7``; of ``lml13`` [GeV].  Source: read in the experiment's simulation (belle2_facts 6.7)."""
    lml0_clusters: Annotated[int, Field(ge=0, le=10**6)] = 1
    """``lml0``: least number of clusters above the second of ``lml_lab``.  Source: read in the experiment's simulation
    (belle2_facts 6.7)."""
    lml12_clusters: Annotated[int, Field(ge=0, le=10**6)] = 1
    """``lml12``: least number of clusters of rings 2-16 above the first of ``lml_lab``.  Source: read in the
    experiment's simulation (belle2_facts 6.7)."""
    lml13_theta_mask: Annotated[int, Field(ge=0, lt=1 << 17)] = 2016
    """``lml13``: rings of its cluster, bit ring - 1 each; 2016 is rings 6-11.  Source: read in the experiment's
    simulation (belle2_facts 6.7)."""

    response: EclResponse = EclResponse()
    """From particles to energies in trigger cells."""
