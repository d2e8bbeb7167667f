"""Sector trigger of the muon detector, as one would explain it."""

from __future__ import annotations


def fired_sectors(channels, planes):
    """Return {section: set of sectors that fire} for the hits of one crossing."""
    pairs = {}
    for channel in channels:
        plane = channel % 2
        layer = channel // 2 % 16
        sector = channel // 32 % 8
        section = channel // 256
        pairs.setdefault((section, sector), set()).add((layer, plane))
    fired = {0: set(), 1: set(), 2: set(), 3: set()}
    for (section, sector), hit in pairs.items():
        if len(hit) >= planes:
            fired[section].add(sector)
    return fired
