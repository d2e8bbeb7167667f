"""Names of the software trigger's bits: filter lines first, then the quantities that lines veto on.

The experiment names its lines after their cuts ("filter ge3 looseB tracks inc 1 tightB not ee2leg"); these are
short names for them, defined in `trigemu.experiments.belle2.hlt.lines` (belle2_facts 9.3).
"""

from __future__ import annotations

PHYSICS = (
    "hlt_three_tracks",
    "hlt_three_tracks_c",
    "hlt_two_tracks_low",
    "hlt_two_tracks_mid",
    "hlt_two_tracks_high",
    "hlt_three_clusters",
    "hlt_four_clusters",
    "hlt_neutral_2gev_barrel",
    "hlt_neutral_2gev_endcap",
    "hlt_single_photon_barrel",
    "hlt_single_photon_extended",
    "hlt_single_photon_reduced",
    "hlt_gg_barrel",
    "hlt_photons_back_to_back",
    "hlt_diphoton",
    "hlt_single_tag_low_mass",
    "hlt_single_tag_high_mass",
    "hlt_displaced_vertex",
)
"""Physics lines."""

PRESCALABLE = (
    "hlt_two_loose_low",
    "hlt_two_loose_mid",
    "hlt_two_loose_high",
    "hlt_tight_track",
    "hlt_single_cluster",
    "hlt_single_photon_endcap",
    "hlt_single_electron_barrel",
    "hlt_single_electron_extended",
    "hlt_charged_2gev",
    "hlt_cluster_2gev",
    "hlt_gg_endcap",
    "hlt_ecl_muon_pair",
)
"""Lines that may be prescaled."""

QED = (
    *(f"hlt_ee_flat_{k}" for k in range(9)),
    "hlt_selectee",
    "hlt_selectee_cluster",
    "hlt_selectee_track",
    "hlt_eexx_select",
    "hlt_radiative_bhabha",
    "hlt_selectmumu",
    "hlt_single_muon",
    "hlt_cosmic",
)
"""Samples of quantum electrodynamics and cosmic rays."""

VETOES = (
    "hlt_ee2leg",
    "hlt_ee1leg",
    "hlt_ee1leg1trk",
    "hlt_ee1leg1e",
    "hlt_ee1leg1clst",
    "hlt_ee2clst",
    "hlt_gg2clst",
    "hlt_eexx",
    "hlt_ee_brem",
    "hlt_muon_pair",
)
"""What lines veto on; usable in menus as well."""

HLT_BITS = (*PHYSICS, *PRESCALABLE, *QED, *VETOES)
"""All names in word order; bit i is bit i % 64 of word i // 64."""
