"""Bits of level 3 and of the filters after it, each with what it says of an event (cuts: `l3.config`)."""

from __future__ import annotations

FILTERS = {
    "dch_one_track": "a track of high pT from close to the collision point",
    "dch_two_tracks": "two tracks from near the collision point",
    "emc_two_clusters": "two clusters of some energy in the CM, and event mass",
    "emc_four_clusters": "four clusters, and event mass",
    "bhabha_one_prong": "one electron of the beam's momentum whose partner is a cluster, or left along the beam",
    "bhabha_two_prong": "two electrons back to back, or as far from it as a photon along the beams explains",
}
"""What level 3's filters say."""

OUTPUTS = {
    "dch": "physics: a filter of tracks, and no Bhabha filter",
    "emc": "physics: a filter of clusters, and no Bhabha filter",
    "gamma_gamma": "two clusters of high energy back to back in the CM, no track from the collision point",
    "bhabha": "a Bhabha filter",
    "bhabha_flat": "Bhabha events with two prongs, so few at small angles that as many come at each cosine",
    "lumi": "two fast tracks back to back in the CM: lepton pairs, to count luminosity",
    "mu_pair": "the same, of opposite charge and with little energy in the calorimeter",
    "virtual_compton": "an electron and a photon back to back in azimuth only: their partner left along the beam",
    "single_photon_high": "an isolated cluster of high energy in the CM, no track from the collision point",
    "single_photon_low": "a cluster of lower energy in the CM, no track from the collision point",
    "cosmic": "two halves of a track through the detector, and no Bhabha event",
    "background": "tracks, none of them from the collision point",
    "random": "a random trigger",
}
"""Output lines, before prescales."""

OFFLINE = {
    "bgf_isr": "a photon of high energy beside hadrons or muons",
    "bgf_single_photon_low_mass": "one cluster of high energy, no fast track",
    "bgf_single_photon_high_mass": "a photon, no track",
    "bgf_multi_hadron": "three tracks that are no pair",
    "bgf_neutral_hadron": "few tracks, but clusters in several directions",
}
"""Filters after level 3 that analyses quote."""

L3_BITS = (
    *(f"l3_{name}" for name in FILTERS),
    *(f"l3out_{name}" for name in OUTPUTS),
    *OFFLINE,
)
"""All names in word order."""
