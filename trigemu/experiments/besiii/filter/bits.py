"""Bits of the event filter and of the searches' online selections."""

from __future__ import annotations

FILTER_BITS = (
    "ef_hadron",
    "ef_bhabha",
    "ef_dimuon",
    "ef_digamma",
    "ef_single_photon",
    "ef_cosmic",
    "ef_beam_gas",
    "ef_random",
    "ef_other",
    "search_single_photon",
)
