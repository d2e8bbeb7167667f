"""Reconstructed tracks and clusters as software levels and analyses take them: by event, momenta, which of them lead.

Columns are those of `trigemu.collider.sources.track_schema` and `cluster_schema`.  NumPy alone: nothing here starts the
compiler.  Numbers that no detector gives (nan, infinities) give numbers that pass no cut; callers silence warnings.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError
from trigemu.frames.columns import Array, check_offsets
from trigemu.physics.constants import gev_per_mm

Columns = Mapping[str, Array]


def check_pieces(name: str, columns: Columns, events: int | None = None) -> I64:
    """Return the offsets of a source, int64[n + 1].

    Parameters
    ----------
    name
        Of the source, for messages.
    columns
        Its columns, ``offsets`` among them.
    events
        How many events there are to be; None: as many as there are.

    Raises
    ------
    InputError
        Columns have different lengths, offsets do not cut the rows into pieces, or there are other than ``events``.
    """
    lengths = {len(values) for key, values in columns.items() if key != "offsets"}
    if len(lengths) != 1:
        raise InputError(f"source {name!r}: columns of different lengths")
    offsets = np.asarray(columns["offsets"], np.int64)
    check_offsets(offsets, lengths.pop(), f"source {name!r}")
    pieces = len(offsets) - 1
    if events is not None and pieces != events:
        raise InputError(f"source {name!r} has pieces for {pieces} events of {events}")
    return offsets


def events_of(name: str, columns: Columns, events: int | None = None) -> I64:
    """Return int64[k], the event of each row of a source; it rises.  Raises as `check_pieces`."""
    offsets = check_pieces(name, columns, events)
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def leaders(event: I64, size: F64, events: int, number: int) -> I64:
    """Return int64[events, number], the rows of largest ``size`` (float64[k]) of each event, -1 where there are fewer.

    ``event`` rises; earlier rows win ties.  Rows whose size is nan or minus infinity are never taken.
    """
    rows = np.full((events, number), -1)
    left = np.where(np.isnan(size), -np.inf, size)
    for rank in range(number):
        best = np.full(events, -np.inf)
        np.maximum.at(best, event, left)
        found = np.flatnonzero((left == best[event]) & (left > -np.inf))[::-1]
        rows[event[found], rank] = found  # the last of several counts: the earliest row
        taken = rows[:, rank]
        left[taken[taken >= 0]] = -np.inf
    return rows


def picked(values: F64, rows: I64, none: float) -> F64:
    """Return float64 of the shape of ``rows``: values (float64[k]) at these rows, ``none`` where a row is -1."""
    return np.where(rows >= 0, np.append(values, none)[rows], none)


def transverse_momenta(tracks: Columns, field_t: float) -> F64:
    """Return float64[k] in GeV, 0 where ``omega`` is 0; ``field_t``: the solenoid's field in T."""
    omega = np.abs(np.asarray(tracks["omega"], np.float64))
    return np.divide(gev_per_mm(field_t), omega, out=np.zeros(len(omega)), where=omega > 0)


def track_momenta(tracks: Columns, mass: F64 | float, field_t: float) -> F64:
    """Return float64[k, 4] (px, py, pz, E in GeV) of tracks at their perigees.

    Parameters
    ----------
    tracks
        Columns of tracks; with another azimuth of the flight as ``phi0`` the momenta there.
    mass
        Mass in GeV that they are taken to have: one, or float64[k].
    field_t
        The solenoid's field in T.
    """
    pt = transverse_momenta(tracks, field_t)
    phi = np.asarray(tracks["phi0"], np.float64)
    pz = pt * np.asarray(tracks["tan_lambda"], np.float64)
    energy = np.sqrt(pt * pt + pz * pz + mass * mass)
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), pz, energy], axis=1)


def photon_momenta(clusters: Columns) -> F64:
    """Return float64[k, 4] (px, py, pz, E in GeV) of clusters taken as photons from the collision point."""
    energy, theta, phi = (np.asarray(clusters[name], np.float64) for name in ("energy", "theta", "phi"))
    across = energy * np.sin(theta)
    return np.stack([across * np.cos(phi), across * np.sin(phi), energy * np.cos(theta), energy], axis=1)
