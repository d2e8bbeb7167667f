"""Bits of level 3 and of the filters after it."""

from __future__ import annotations

FILTERS = (
    "dch_one_track",
    "dch_two_tracks",
    "emc_two_clusters",
    "emc_four_clusters",
    "bhabha_one_prong",
    "bhabha_two_prong",
)
"""What level 3's filters say of an event."""

OUTPUTS = (
    "dch",
    "emc",
    "gamma_gamma",
    "bhabha",
    "bhabha_flat",
    "lumi",
    "mu_pair",
    "virtual_compton",
    "single_photon_high",
    "single_photon_low",
    "cosmic",
    "background",
    "random",
)
"""Output lines, before prescales: ``dch`` and ``emc`` are physics, after the Bhabha veto."""

OFFLINE = (
    "bgf_isr",
    "bgf_single_photon_low_mass",
    "bgf_single_photon_high_mass",
    "bgf_multi_hadron",
    "bgf_neutral_hadron",
)
"""Filters after level 3 that analyses quote."""

L3_BITS = (
    *(f"l3_{name}" for name in FILTERS),
    *(f"l3out_{name}" for name in OUTPUTS),
    *OFFLINE,
)
"""All names in word order."""
