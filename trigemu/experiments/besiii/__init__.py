"""BESIII: level 1, event filter and the single-photon search at BEPCII."""
