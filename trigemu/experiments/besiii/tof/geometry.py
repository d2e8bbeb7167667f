"""Counters of the time-of-flight system and how the experiment numbers them.

Barrel: 2 layers of 88 bars along z, read out at both ends.  Endcaps: 48 scintillator counters each, read out at one
end, until 2015; since then MRPC (resistive-plate) modules, 36 on each side with 12 strips each, read out at both ends.
Lengths in mm, azimuths in rad; +z is east.  The z of a hit follows the barrel's ends: end 0 is the eastern one (in
the real events of besiii_real_facts 2.4 it is the earlier one when the calorimeter's shower lies at z > 0).

Source of the numbers: the experiment's geometry as the Python package pybes3 0.5.6 (MIT licence) carries it, eight
corners a counter.  They are facts; formulas below give every corner's counter to 0.1 mm, MRPC strips included.

The geometry numbers MRPC modules and strips the other way round than the digis do: module 35 - m, strip 11 - s.  Fit:
so counted, modules and strips hit in the real events lie where showers in the endcap calorimeters do.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trigemu.arrays import F64, I64
from trigemu.experiments.besiii.sources import (
    BARS,
    ENDCAP_COUNTERS,
    FIRST_ENDCAP,
    FIRST_MRPC,
    LAYERS,
    MODULES,
    STRIPS,
    TOF_CHANNELS,
)

EAST, WEST = 0, 1
"""Sides: z > 0 and z < 0; of bars and strips the end with the same number."""

HALF_LENGTH_MM = 1150.0
"""Half the length of a barrel bar."""
LAYER_MM = ((813.5, 863.5), (870.5, 920.5))
"""How far the inner and outer faces of the two layers' bars are from the beam, in the middle of a bar."""
BAR_GAP_MM = 1.0
"""Between neighbouring bars, nearly the same at both faces."""

ENDCAP_Z_MM = (1332.0, 1380.0)
"""|z| of the faces of the scintillator endcaps."""
ENDCAP_RADII_MM = (445.0, 829.0)
"""Where a scintillator counter begins (its front face) and ends, in its middle."""

STRIP_Z_MM = (1369.5, 1341.5)
"""|z| of even and odd MRPC modules, as the digis number them: neighbours overlap in azimuth."""
STRIP_FIRST_MM, STRIP_PITCH_MM, STRIP_WIDTH_MM = 513.09, 27.0, 24.0
"""Distance of the middle of strip 0 from the middle of the side's modules, step to the next strip, width of one."""
STRIP_LENGTHS_MM = (91.0, 95.5, 100.0, 104.5, 109.0, 113.5, 118.0, 122.5, 127.0, 131.5, 136.0, 141.0)
"""Length of each strip, across the module."""
MODULE_FIRST = (math.radians(3.75), math.radians(16.7))
"""Azimuth of module 0 of each side, as the digis number them; modules follow every 10 degrees."""
MODULE_CENTRE_MM = ((0.0, -7.0), (0.0, 0.0))
"""x and y of the middle of each side's modules."""

_NO_CHANNEL = -1


def bar_azimuth(layer: ArrayLike, bar: ArrayLike) -> F64:
    """Return the azimuths in rad (float64) of the middles of barrel bars: inner layer half a bar before the outer."""
    return (np.asarray(bar, np.float64) + 0.5 - 0.5 * np.asarray(layer, np.float64)) * (2.0 * np.pi / BARS)


def counter_azimuth(counter: ArrayLike) -> F64:
    """Return the azimuths in rad (float64) of the middles of scintillator counters of either endcap."""
    return (np.asarray(counter, np.float64) + 0.5) * (2.0 * np.pi / ENDCAP_COUNTERS)


def module_azimuth(side: ArrayLike, module: ArrayLike) -> F64:
    """Return the azimuths in rad (float64) of MRPC modules, around the middle of their side."""
    return np.asarray(MODULE_FIRST)[np.asarray(side, np.int64)] + np.asarray(module, np.float64) * (
        2.0 * np.pi / MODULES
    )


def strip_position(side: ArrayLike, module: ArrayLike, strip: ArrayLike) -> F64:
    """Return x, y and z in mm (float64[3, ...]) of the middles of MRPC strips."""
    phi = module_azimuth(side, module)
    distance = STRIP_FIRST_MM + STRIP_PITCH_MM * np.asarray(strip, np.float64)
    x, y = np.moveaxis(np.asarray(MODULE_CENTRE_MM)[np.asarray(side, np.int64)], -1, 0)
    z = np.asarray(STRIP_Z_MM)[np.asarray(module, np.int64) % 2] * np.where(
        np.asarray(side) == EAST, 1.0, -1.0
    )
    return np.stack(np.broadcast_arrays(x + distance * np.cos(phi), y + distance * np.sin(phi), z))


def bar_channel(layer: ArrayLike, bar: ArrayLike, end: ArrayLike) -> NDArray[np.uint16]:
    """Return the channels (uint16) of ends of barrel bars: layer 0 is the inner one."""
    number = (np.asarray(layer, np.int64) * BARS + np.asarray(bar, np.int64)) * 2 + np.asarray(end, np.int64)
    return number.astype(np.uint16)


def counter_channel(side: ArrayLike, counter: ArrayLike) -> NDArray[np.uint16]:
    """Return the channels (uint16) of scintillator counters of the endcaps."""
    number = FIRST_ENDCAP + np.asarray(side, np.int64) * ENDCAP_COUNTERS + np.asarray(counter, np.int64)
    return number.astype(np.uint16)


def strip_channel(side: ArrayLike, module: ArrayLike, strip: ArrayLike, end: ArrayLike) -> NDArray[np.uint16]:
    """Return the channels (uint16) of ends of MRPC strips; all arguments as the digis number them."""
    number = np.asarray(side, np.int64) * MODULES + np.asarray(module, np.int64)
    number = (number * STRIPS + np.asarray(strip, np.int64)) * 2 + np.asarray(end, np.int64)
    return (FIRST_MRPC + number).astype(np.uint16)


def channel_of_id(ids: ArrayLike) -> I64:
    """Return the channels (int64) of the experiment's identifiers (besiii_real_facts 2.1), -1 where there is none.

    Bits 14-15: part.  0 and 2 are the scintillator endcaps, 1 the barrel (bit 8 layer, bits 1-7 counter, bit 0 end), 3
    the MRPC endcaps (bit 11 side, bits 5-10 module, bits 1-4 strip, bit 0 end); the top byte is 0x20.
    """
    i = np.asarray(ids, np.int64)
    part, end, counter, layer = i >> 14 & 3, i & 1, i >> 1 & 127, i >> 8 & 1
    module, strip = i >> 5 & 63, i >> 1 & 15
    barrel = (layer * BARS + counter) * 2 + end
    endcap = FIRST_ENDCAP + (part >> 1) * ENDCAP_COUNTERS + counter
    mrpc = FIRST_MRPC + (((i >> 11 & 1) * MODULES + module) * STRIPS + strip) * 2 + end
    out = np.select([part == 1, part == 3], [barrel, mrpc], endcap)
    there = np.select(
        [part == 1, part == 3],
        [counter < BARS, (module < MODULES) & (strip < STRIPS)],
        (counter < ENDCAP_COUNTERS) & (layer == 0),
    )
    return np.where(there & (i >> 24 == 0x20), out, _NO_CHANNEL)


def id_of_channel(channels: ArrayLike) -> I64:
    """Return the experiment's identifiers (int64) of channels; of what one end reads out, that of end 0."""
    c = np.asarray(channels, np.int64)
    if c.size and not (c.min() >= 0 and c.max() < TOF_CHANNELS):
        raise ValueError(f"time-of-flight channels are numbered from 0 to {TOF_CHANNELS - 1}")
    bar, end = c // 2, c % 2
    barrel = 1 << 14 | bar // BARS % LAYERS << 8 | bar % BARS << 1 | end
    counter = np.maximum(c - FIRST_ENDCAP, 0)
    endcap = (counter // ENDCAP_COUNTERS * 2 & 3) << 14 | counter % ENDCAP_COUNTERS << 1
    strip = np.maximum(c - FIRST_MRPC, 0) // 2
    module = strip // STRIPS
    mrpc = 3 << 14 | (module // MODULES & 1) << 11 | module % MODULES << 5 | strip % STRIPS << 1 | end
    return 0x20 << 24 | np.where(c < FIRST_ENDCAP, barrel, np.where(c < FIRST_MRPC, endcap, mrpc))
