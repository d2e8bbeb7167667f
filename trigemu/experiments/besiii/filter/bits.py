"""Bits of the event filter and of the searches' online selections."""

from __future__ import annotations

CLASSES = (
    "hadron",
    "bhabha",
    "dimuon",
    "digamma",
    "single_photon",
    "cosmic",
    "beam_gas",
    "random",
    "other",
)
"""Classes of events: each event is in exactly one."""

FILTER_BITS = (*(f"ef_{name}" for name in CLASSES), "search_single_photon")
"""All names in word order: the class, then the searches."""
