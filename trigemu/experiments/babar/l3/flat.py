"""Flattening of Bhabha events in polar angle: a prescale that depends on the angle (besiii_babar_facts B7.12).

Below a cosine in the CM all events are kept, beyond it so few that each interval of the cosine keeps as many as there:
with electron and positron not told apart, the Born density in c = |cos| goes as f(c) = g(c) + g(-c), g(c) =
((3 + c^2) / (1 - c))^2, so that f(c0) / f(c) is kept.  Some 10 nb are left, as in the experiment, if c0 is 0.54; a
density that is the same from 0 on could not be more than 4.7 nb, because there is no more at 90 degrees.

Which events are kept is a pure function of the event: a 64-bit hash of the angles of both tracks, bit by bit.
"""

from __future__ import annotations

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.experiments.babar.l3.quantities import PHI0, PZ, TAN_LAMBDA, Legs
from trigemu.menu.prescale import GAMMA, mixed


def born_shape(c: F64 | float) -> F64:
    """Return f(c) of the module's text, 18 at 0."""
    c2 = np.square(c)
    return np.asarray(((3.0 + c2) / (1.0 - c)) ** 2 + ((3.0 + c2) / (1.0 + c)) ** 2)


def kept_share(c: F64, flat_from: float) -> F64:
    """Return the share of events that is kept at c = |cos| in the CM (0 to below 1)."""
    return np.asarray(np.minimum(1.0, born_shape(flat_from) / born_shape(c)))


def pair_cosine(pair: Legs) -> F64:
    """Return float64[n]: |cos| of the axis of a pair in the CM, that of the difference of its momenta; nan if 0."""
    axis = pair.first[:, :3] - pair.second[:, :3]
    size = np.sqrt((axis * axis).sum(axis=1))
    return np.asarray(np.divide(np.abs(axis[:, PZ]), size, out=np.full(len(size), np.nan), where=size > 0))


def draws(pair: Legs) -> F64:
    """Return float64[n] in 0 to below 1: hashes of ``phi0`` and ``tan_lambda`` (float32) of both tracks."""
    angles = pair.values[:, :, PHI0 : TAN_LAMBDA + 1].astype("<f4", order="C")
    bits = angles.view("<u8")[:, :, 0].astype(np.uint64)
    state = mixed(mixed(bits[:, 0] ^ np.uint64(GAMMA)) ^ bits[:, 1])
    return np.asarray((state >> np.uint64(11)) * 2.0**-53)


def kept_flat(pair: Legs, flat_from: float) -> Bool:
    """Return bool[n], events of a pair of tracks that flattening keeps; flat from this cosine in the CM on."""
    return np.asarray(draws(pair) < kept_share(pair_cosine(pair), flat_from))
