"""The sources of Belle II data and their columns.

A time frame is a batch of beam crossings in which something happened.  The source ``timing`` lists the crossings
(strictly rising ``time``); every other source is cut by ``offsets`` into as many pieces.
"""

from __future__ import annotations

from trigemu.frames.columns import Column, Schema
from trigemu.frames.frame import TRUTH

TIMING = "timing"
CDC, ECL, KLM, TRACKS, CLUSTERS = "cdc", "ecl", "klm", "tracks", "clusters"

BACKGROUND = 0xFFFF
"""``signal`` of an event that is none of the configuration's ``[[signal]]`` tables."""


def _cut(source: str, *columns: tuple[str, str]) -> Schema:
    return Schema(source, (*(Column(name, dtype) for name, dtype in columns), Column("offsets", "<i8")))


SCHEMAS = {
    # time: ticks since the start of the frame.  phase: where the calorimeter's sampling clock stands, in 2^-16 of
    # 125 ns.  external: bits of `trigemu.experiments.belle2.bits.EXTERNAL` (injection veto, random triggers).
    TIMING: Schema(TIMING, (Column("time", "<i8"), Column("phase", "<u2"), Column("external", "<u4"))),
    # channel: wire, counted through all layers (0-14335).  tdc: raw counts, larger is earlier, `T0_TDC` at the
    # collision.
    CDC: _cut(CDC, ("channel", "<u2"), ("tdc", "<i2")),
    # channel: trigger cell 1-576.  value: ADC counts of 5.25 MeV.  time: in 1/8 ns after the collision.
    ECL: _cut(ECL, ("channel", "<u2"), ("value", "<u2"), ("time", "<i2")),
    # channel: see `trigemu.experiments.belle2.klm.geometry`.
    KLM: _cut(KLM, ("channel", "<u2")),
    # What offline reconstruction would give the software trigger, from a fast simulation: helices at the point of
    # closest approach to the z axis (d0, z0 in mm; omega = charge / radius in 1/mm; angles in rad).
    # first_layer, last_layer: drift-chamber layers; hits: how many; klm_layers: layers of KLM with a hit that
    # belongs to it; cluster: index of its calorimeter cluster inside the event, -1 without; time in ns;
    # energy: of that cluster in GeV (0 without).
    TRACKS: _cut(
        TRACKS,
        ("d0", "<f4"),
        ("phi0", "<f4"),
        ("omega", "<f4"),
        ("z0", "<f4"),
        ("tan_lambda", "<f4"),
        ("time", "<f4"),
        ("energy", "<f4"),
        ("hits", "|u1"),
        ("first_layer", "|u1"),
        ("last_layer", "|u1"),
        ("klm_layers", "|u1"),
        ("charge", "|i1"),
        ("cluster", "<i2"),
    ),
    # energy in GeV, direction from the collision point in rad, time in ns; track: index inside the event, -1
    # without.
    CLUSTERS: _cut(
        CLUSTERS, ("energy", "<f4"), ("theta", "<f4"), ("phi", "<f4"), ("time", "<f4"), ("track", "<i2")
    ),
    # time as in ``timing``; signal: index of the [[signal]] table or `BACKGROUND`; accepted: inside the signal's
    # acceptance; process: index of the [[belle2.process]] table, 0xFFFF for signals; radius: transverse flight
    # of a long-lived particle in mm (0 without).
    TRUTH: Schema(
        TRUTH,
        (
            Column("time", "<i8"),
            Column("signal", "<u2"),
            Column("accepted", "|u1"),
            Column("process", "<u2"),
            Column("radius", "<f4"),
        ),
    ),
}
"""Every source with its schema."""
