"""The look-up table from a trigger cell to angles and energy in the centre-of-mass frame.

One integer a cell: ``theta << 13 | phi << 4 | factor``, angles in whole degrees, ``factor`` the laboratory energy, in
0.1 GeV, of a photon with 1 GeV in the centre of mass.  The trigger asks "E_lab > threshold x 0.1 x factor".

Where it comes from: the line from the origin to the cell's centre is boosted with the beams' velocity
(electrons of 7.004 GeV and positrons of 4.002 GeV under 83 mrad, each 41.5 mrad from the z axis), then turned about
the y axis so that the electrons run along z: 5.77 mrad, which is easily forgotten and moves a third of the angles by
a degree.  Angles and factor are rounded to the nearest integer.  That gives the experiment's table in all 576 cells
(belle2_facts 6.4).
"""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

from trigemu.arrays import F64, I32
from trigemu.errors import InputError
from trigemu.experiments.belle2.ecl.cells import CELLS
from trigemu.experiments.belle2.ecl.positions import centres
from trigemu.files import MIB, read_archive, read_array, read_regular

ELECTRON_GEV, POSITRON_GEV = 7.004, 4.002
HALF_CROSSING_RAD = 0.0415

_MISSING = "can't be read (No such file or directory)"
BAD_FILE = (OSError, KeyError, ValueError)
BAD_ARCHIVE = (EOFError, NotImplementedError, zlib.error, zipfile.BadZipFile)


def directions(points: F64) -> tuple[F64, F64, F64]:
    """Return polar angle and azimuth in the centre of mass (degrees; 0-180, 0-360) and E_lab / E* for photons.

    ``points``: float64[n, 3], photons fly from the origin through these.
    """
    lab = points / np.linalg.norm(points, axis=1)[:, None]
    electron = ELECTRON_GEV * np.array([math.sin(HALF_CROSSING_RAD), 0.0, math.cos(HALF_CROSSING_RAD)])
    positron = POSITRON_GEV * np.array([math.sin(HALF_CROSSING_RAD), 0.0, -math.cos(HALF_CROSSING_RAD)])
    beta = (electron + positron) / (ELECTRON_GEV + POSITRON_GEV)
    gamma = 1.0 / math.sqrt(1.0 - beta @ beta)
    along = (gamma - 1.0) / (beta @ beta)

    def boost(energy: F64 | float, momentum: F64) -> F64:
        parallel = momentum @ beta
        boosted: F64 = momentum + np.multiply.outer(along * parallel - gamma * np.asarray(energy), beta)
        return boosted

    turn = math.atan2(*boost(ELECTRON_GEV, electron)[[0, 2]])
    star = boost(np.ones(len(lab)), lab)
    x = math.cos(turn) * star[:, 0] - math.sin(turn) * star[:, 2]
    z = math.sin(turn) * star[:, 0] + math.cos(turn) * star[:, 2]
    theta = np.degrees(np.arctan2(np.hypot(x, star[:, 1]), z))
    phi = np.degrees(np.arctan2(star[:, 1], x)) % 360.0
    return theta, phi, 1.0 / np.linalg.norm(star, axis=1)


def formula() -> I32:
    """Return int32[577], the table as it follows from cell centres and beams (entry 0 is no cell: 0)."""
    theta, phi, scale = directions(centres()[1:])
    table = np.zeros(CELLS + 1, np.int32)
    whole = [np.rint(value).astype(np.int32) for value in (theta, phi, 10.0 * scale)]
    table[1:] = whole[0] << 13 | whole[1] << 4 | whole[2]
    return table


def load(path: Path) -> I32:
    """Read a table: an ``.npz`` with the array ``bhabha_lut``, or text with 576 integers.

    Raises
    ------
    InputError
        If the file can't be read, does not hold 576 integers, or one is no table entry.
    """
    try:
        if path.suffix == ".npz":
            with read_archive(path, MIB, f"cm_table {path}", missing=_MISSING) as archive:
                values = read_array(archive, "bhabha_lut")
        else:
            text = read_regular(path, MIB, f"cm_table {path}", missing=_MISSING).decode()
            values = np.array([int(word) for word in text.split()], np.int64)
    except (OverflowError, *BAD_FILE, *BAD_ARCHIVE) as error:
        raise InputError(
            f"cm_table {path}: can't be read ({error}); allowed: an .npz file with the array bhabha_lut, "
            f"or text with {CELLS} integers"
        ) from None
    if values.shape != (CELLS,) or values.dtype.kind not in "iu":
        raise InputError(
            f"cm_table {path}: holds {values.dtype} of shape {values.shape}; allowed: {CELLS} integers"
        )
    theta, phi, factor = values >> 13, values >> 4 & 511, values & 15
    bad = np.flatnonzero((values < 0) | (theta > 180) | (phi >= 360) | (factor == 0))
    if bad.size:
        raise InputError(
            f"cm_table {path}: entry {bad[0] + 1} is {values[bad[0]]}; allowed: theta << 13 | phi << 4 | factor "
            "with theta 0-180, phi 0-359, factor 1-15"
        )
    table = np.zeros(CELLS + 1, np.int32)
    table[1:] = values
    return table
