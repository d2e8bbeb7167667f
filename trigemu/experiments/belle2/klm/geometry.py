"""The muon detector (KLM): sections, sectors, layers, readout planes, and how they are packed into channels.

``channel = ((section * 8 + sector) * 16 + layer) * 2 + plane``.  Sectors are counted by azimuth in every section,
in the barrel (8 of 45 degrees) centred on multiples of 45 degrees, in the endcaps (4 of 90 degrees) beginning at
multiples of 90 degrees.  The experiment numbers the forward endcap mirrored (its logic swaps sectors 0 and 1, 2 and
3 before it compares azimuths); counting both endcaps alike is the same thing.  Source of the numbers: belle2_facts 7.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

BARREL_BACKWARD, BARREL_FORWARD, ENDCAP_BACKWARD, ENDCAP_FORWARD = range(4)

SECTORS = (8, 8, 4, 4)
"""Sectors of each section."""

LAYERS = (15, 15, 12, 14)
"""Layers of each section."""

PLANES = 2
"""Readout planes of a layer."""

CHANNELS = 4 * 8 * 16 * PLANES
"""One more than the largest channel number that the packing allows."""

BARREL_INNER_RADIUS_CM = 201.9
BARREL_OUTER_RADIUS_CM = 353.5
LAYER_CM = 4.4 + 4.7
"""A gap and the iron behind it."""


def channel(section: ArrayLike, sector: ArrayLike, layer: ArrayLike, plane: ArrayLike) -> NDArray[np.uint16]:
    """Return the channel numbers (uint16, broadcast) of readout planes; arguments count from 0."""
    s, t, a, p = (np.asarray(value, np.int64) for value in (section, sector, layer, plane))
    return (((s * 8 + t) * 16 + a) * PLANES + p).astype(np.uint16)


def unpack(channels: ArrayLike) -> tuple[NDArray[np.int64], ...]:
    """Return (section, sector, layer, plane), int64 each, of channel numbers."""
    c = np.asarray(channels, np.int64)
    return c >> 8, c >> 5 & 7, c >> 1 & 15, c & 1


def exists() -> NDArray[np.uint8]:
    """Return uint8[CHANNELS]: 1 where the detector has such a readout plane."""
    section, sector, layer, _ = unpack(np.arange(CHANNELS))
    return ((sector < np.take(SECTORS, section)) & (layer < np.take(LAYERS, section))).astype(np.uint8)


def barrel_sector(phi: ArrayLike) -> NDArray[np.int64]:
    """Return the barrel sectors (int64) at azimuths in rad."""
    return np.floor(np.asarray(phi, np.float64) / (np.pi / 4) + 0.5).astype(np.int64) % 8


def endcap_sector(phi: ArrayLike) -> NDArray[np.int64]:
    """Return the endcap sectors (int64) at azimuths in rad."""
    return np.floor(np.asarray(phi, np.float64) / (np.pi / 2)).astype(np.int64) % 4
