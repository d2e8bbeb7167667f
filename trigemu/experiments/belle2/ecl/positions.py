"""Centres of the 576 trigger cells.

Each polar ring of cells repeats around the axis: cell k of n sits at azimuth ``first + 360 k / n`` degrees.  In some
rings odd and even cells differ a little, because rings of 144 crystals give them four and five in turns.  The last
cell of a ring is off: the experiment's table averages, for each cell, crystals numbered one too high, so that all
centres sit one crystal further in azimuth and the last cell of a ring takes crystals of the next ring.  Those
centres are kept as they are, because the trigger's angles follow from them (see `ecl.cm`).

Source: the experiment's table of centres (trg/ecl, `getTCPosition`; belle2_facts 6.1), described ring by ring; it
is reproduced to its six digits in all cells.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.ecl.cells import CELLS, theta_phi

Point = tuple[float, float, float]

# Per theta 1-17, each point as (radius in cm, azimuth of the ring's first cell in degrees, z in cm): cells in
# turns, and the ring's last cell.
_RINGS: tuple[tuple[tuple[Point, ...], Point], ...] = (
    (((55.109526, 17.5854839, 197.05),), (56.7331041, 17.7529963, 197.074)),
    (
        ((81.6730519, 9.60176146, 197.316), (81.6735122, 9.60199541, 197.316)),
        (83.8278969, 9.63747503, 197.327),
    ),
    (
        ((109.928326, 8.96868825, 197.539), (109.300246, 9.00154575, 197.536)),
        (111.35077, 9.02739541, 197.554),
    ),
    (((127.573479, 7.52195499, 183.285),), (127.565321, 7.52164295, 180.955)),
    (((127.430754, 7.52056332, 147.745),), (127.420329, 7.5201488, 145.697)),
    (((127.234395, 7.51865008, 116.422),), (127.219341, 7.51806778, 114.602)),
    (((126.974675, 7.51610977, 88.4236),), (126.955354, 7.51535658, 86.7793)),
    (((126.646215, 7.51288335, 62.9409),), (126.623366, 7.51197682, 61.4245)),
    (((126.251353, 7.50898362, 39.2372),), (126.224378, 7.50791482, 37.8048)),
    (((125.802511, 7.50452494, 16.6231),), (125.776377, 7.50349205, 15.2334)),
    (((125.625186, 7.50274534, -5.52666),), (125.643252, 7.50347439, -6.91102)),
    (((126.032537, 7.50673102, -27.836),), (126.060232, 7.50782505, -29.2539)),
    (((126.456567, 7.5108472, -50.9105),), (126.480249, 7.51178965, -52.4017)),
    (((126.819124, 7.51434552, -75.4152),), (126.839266, 7.51513386, -77.023)),
    (((127.048087, 7.51654386, -95.0424),), (125.887661, 7.48083533, -96.563)),
    (
        ((107.162356, 8.96428307, -103.782), (106.327521, 8.99606807, -103.779)),
        (104.019344, 8.9562528, -103.765),
    ),
    (
        ((70.1060449, 10.0126797, -103.51), (70.1045486, 10.0096567, -103.51)),
        (67.9823733, 9.63593589, -105.326),
    ),
)


@cache
def centres() -> NDArray[np.float64]:
    """Return float64[577, 3], x, y, z of every cell's centre in cm, to six digits (row 0 is no cell: zeros)."""
    theta, phi = theta_phi()
    out = np.zeros((CELLS + 1, 3))
    for number, (turns, last) in enumerate(_RINGS, start=1):
        cells = np.flatnonzero(theta == number)
        cells = cells[np.argsort(phi[cells])]
        for k, cell in enumerate(cells):
            radius, first, z = last if k == len(cells) - 1 else turns[k % len(turns)]
            azimuth = np.radians(first + 360.0 * k / len(cells))
            point = radius * np.cos(azimuth), radius * np.sin(azimuth), z
            out[cell] = [float(f"{value:.6g}") for value in point]
    out.flags.writeable = False
    return out
