"""Sources of data that come in beam crossings, and the two that every experiment at a collider has.

A time frame is a batch of crossings in which something happened.  The source ``timing`` lists them (strictly rising
``time``); the other sources have ``offsets`` that partition them into one piece per crossing.
"""

from __future__ import annotations

import math

from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH

TIMING = "timing"

BACKGROUND = 0xFFFF
"""``signal`` (``process``) of an event that is of no ``[[signal]]`` (process) table."""


def crossing_schema(source: str, *columns: tuple[str, str] | Column) -> Schema:
    """Return the schema of a source with these columns and ``offsets``, one piece per crossing.

    A column is a name and a dtype, or a `Column`, which says which values there can be.
    """
    return Schema(source, (*map(_column, columns), Column("offsets", "<i8")))


def timing_schema(*columns: tuple[str, str] | Column) -> Schema:
    """Return the schema of ``timing``: ``time`` in ticks since the start of the frame, and more columns."""
    return Schema(TIMING, (Column("time", "<i8"), *map(_column, columns)))


def _column(given: tuple[str, str] | Column) -> Column:
    return given if isinstance(given, Column) else Column(*given)


_TURN = 2.0 * math.pi


def track_schema(source: str, layers: int, *more: Column) -> Schema:
    """Return the schema of reconstructed tracks: what `trigemu.collider.response.offline` makes.

    Helices at the point of closest approach to the z axis (d0, z0 in mm; omega = charge / radius in 1/mm; angles in
    rad); time in ns; energy of the track's calorimeter cluster in GeV (0 without); hits: chamber layers, of ``layers``,
    between the first and the last; cluster: its index inside the event, -1 without.  ``more``: an experiment's own.
    """
    return crossing_schema(
        source,
        ("d0", "<f4"),
        Column("phi0", "<f4", low=-_TURN, high=_TURN),
        ("omega", "<f4"),
        ("z0", "<f4"),
        ("tan_lambda", "<f4"),
        ("time", "<f4"),
        Column("energy", "<f4", low=0.0),
        Column("hits", "|u1", high=layers),
        ("first_layer", "|u1"),
        ("last_layer", "|u1"),
        *more,
        Column("charge", "|i1", low=-1, high=1),
        Column("cluster", "<i2", low=-1),
    )


def cluster_schema(source: str, *more: Column) -> Schema:
    """Return the schema of reconstructed calorimeter clusters.

    Energy in GeV, direction from the collision point in rad, time in ns; track: index inside the event, -1 without.
    ``more``: an experiment's own.
    """
    return crossing_schema(
        source,
        Column("energy", "<f4", low=0.0),
        Column("theta", "<f4", low=0.0, high=_TURN),
        Column("phi", "<f4", low=-_TURN, high=_TURN),
        ("time", "<f4"),
        *more,
        Column("track", "<i2", low=-1),
    )


TAGGED = Column("tagged", "|u1", high=1)
"""A column of tracks and clusters: 1 where the reconstructed other B takes it."""


def tag_schema(source: str) -> Schema:
    """Return the schema of fully reconstructed B mesons beside a signal B, at most one in a crossing.

    Four-momentum in the laboratory, GeV.
    """
    return crossing_schema(source, ("px", "<f4"), ("py", "<f4"), ("pz", "<f4"), ("energy", "<f4"))


TRUTH_SCHEMA = Schema(
    TRUTH,
    (
        Column("time", "<i8"),
        Column("signal", "<u2"),
        Column("accepted", "|u1", high=1),
        Column("process", "<u2"),
        Column("radius", "<f4", low=0.0),
    ),
)
"""What was generated in each crossing.

``time`` as in ``timing``; ``signal``: index of the [[signal]] table or `BACKGROUND`; ``accepted``: inside the signal's
acceptance; ``process``: index of the process table or `BACKGROUND`; ``radius``: transverse flight of a long-lived
particle in mm (0 without).
"""
