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

    A column is a name and a dtype, or a `Column`, which says what it means and which values there can be.
    """
    return Schema(source, (*map(_column, columns), Column("offsets", "<i8")))


def timing_schema(*columns: tuple[str, str] | Column) -> Schema:
    """Return the schema of ``timing``: ``time`` in ticks since the start of the frame, and more columns."""
    return Schema(TIMING, (_TIME, *map(_column, columns)))


_TIME = Column("time", "<i8", meaning="Time of the crossing since the start of the frame", unit="ticks")


def _column(given: tuple[str, str] | Column) -> Column:
    return given if isinstance(given, Column) else Column(*given)


_TURN = 2.0 * math.pi

_HELIX = "of the helix at its point of closest approach to the z axis"


def track_schema(source: str, layers: int, *more: Column) -> Schema:
    """Return the schema of reconstructed tracks: what `trigemu.collider.response.offline` makes.

    ``layers``: of the chamber.  ``more``: an experiment's own columns.
    """
    return crossing_schema(
        source,
        Column("d0", "<f4", meaning=f"Signed distance {_HELIX}", unit="mm"),
        Column(
            "phi0", "<f4", low=-_TURN, high=_TURN, meaning=f"Azimuth of the momentum {_HELIX}", unit="rad"
        ),
        Column("omega", "<f4", meaning="Charge over the radius of the helix", unit="1/mm"),
        Column("z0", "<f4", meaning=f"Position along z {_HELIX}", unit="mm"),
        Column(
            "tan_lambda", "<f4", meaning="Tangent of the dip angle: longitudinal over transverse momentum"
        ),
        Column("time", "<f4", meaning="Time of the track after the collision", unit="ns"),
        Column(
            "energy",
            "<f4",
            low=0.0,
            meaning="Energy of the track's calorimeter cluster; 0: no cluster",
            unit="GeV",
        ),
        Column("hits", "|u1", high=layers, meaning="Layers of the chamber with a hit of the track"),
        Column("first_layer", "|u1", meaning="Innermost layer with a hit, from 0; 255: none"),
        Column("last_layer", "|u1", meaning="Outermost layer with a hit, from 0; 255: none"),
        *more,
        Column("charge", "|i1", low=-1, high=1, meaning="Charge", unit="e"),
        Column(
            "cluster",
            "<i2",
            low=-1,
            meaning="Number of the track's cluster in the crossing, from 0; -1: none",
        ),
    )


def cluster_schema(source: str, *more: Column) -> Schema:
    """Return the schema of reconstructed calorimeter clusters; ``more``: an experiment's own columns."""
    direction = "of the line from the collision point to the cluster"
    return crossing_schema(
        source,
        Column("energy", "<f4", low=0.0, meaning="Energy", unit="GeV"),
        Column("theta", "<f4", low=0.0, high=_TURN, meaning=f"Polar angle {direction}", unit="rad"),
        Column("phi", "<f4", low=-_TURN, high=_TURN, meaning=f"Azimuth {direction}", unit="rad"),
        Column("time", "<f4", meaning="Time after that of a photon from the collision", unit="ns"),
        *more,
        Column(
            "track", "<i2", low=-1, meaning="Number of the cluster's track in the crossing, from 0; -1: none"
        ),
    )


TAGGED = Column("tagged", "|u1", high=1, meaning="1 where it belongs to the reconstructed other B, else 0")
"""A column of tracks and clusters."""


def tag_schema(source: str) -> Schema:
    """Return the schema of fully reconstructed B mesons beside a signal B, at most one in a crossing."""
    of_b = "of the reconstructed other B in the laboratory"
    momenta = (
        Column(f"p{axis}", "<f4", meaning=f"Momentum along {axis} {of_b}", unit="GeV") for axis in "xyz"
    )
    return crossing_schema(source, *momenta, Column("energy", "<f4", meaning=f"Energy {of_b}", unit="GeV"))


TRUTH_SCHEMA = Schema(
    TRUTH,
    (
        _TIME,
        Column("signal", "<u2", meaning="Number of the event's [[signal]] table, from 0; 65535: no signal"),
        Column(
            "accepted", "|u1", high=1, meaning="1 where the event is inside its signal's acceptance, else 0"
        ),
        Column(
            "process",
            "<u2",
            meaning="Number of the event's [[process]] table in the experiment's section, from 0; 65535: of none",
        ),
        Column(
            "radius",
            "<f4",
            low=0.0,
            meaning="Transverse flight of the event's long-lived particle; 0: none",
            unit="mm",
        ),
    ),
)
"""What was generated in each crossing; 65535 is `BACKGROUND`."""
