"""The sources of Belle II data and their columns; `trigemu.collider.sources` has what all colliders share."""

from __future__ import annotations

from trigemu.collider.sources import BACKGROUND, TIMING, TRUTH_SCHEMA, crossing_schema, timing_schema
from trigemu.frames.frame import TRUTH

__all__ = ["BACKGROUND", "CDC", "CLUSTERS", "ECL", "KLM", "SCHEMAS", "TIMING", "TRACKS"]

CDC, ECL, KLM, TRACKS, CLUSTERS = "cdc", "ecl", "klm", "tracks", "clusters"

SCHEMAS = {
    # phase: where the calorimeter's sampling clock stands, in 2^-16 of 125 ns.  external: bits of
    # `trigemu.experiments.belle2.bits.EXTERNAL` (injection veto, random triggers).
    TIMING: timing_schema(("phase", "<u2"), ("external", "<u4")),
    # channel: wire, counted through all layers (0-14335).  tdc: raw counts, larger is earlier, `T0_TDC` at the
    # collision.
    CDC: crossing_schema(CDC, ("channel", "<u2"), ("tdc", "<i2")),
    # channel: trigger cell 1-576.  value: ADC counts of 5.25 MeV.  time: in 1/8 ns after the collision.
    ECL: crossing_schema(ECL, ("channel", "<u2"), ("value", "<u2"), ("time", "<i2")),
    # channel: see `trigemu.experiments.belle2.klm.geometry`.
    KLM: crossing_schema(KLM, ("channel", "<u2")),
    # What offline reconstruction would give the software trigger, from a fast simulation: helices at the point of
    # closest approach to the z axis (d0, z0 in mm; omega = charge / radius in 1/mm; angles in rad).
    # first_layer, last_layer: drift-chamber layers; hits: how many; klm_layers: layers of KLM with a hit that
    # belongs to it; cluster: index of its calorimeter cluster inside the event, -1 without; time in ns;
    # energy: of that cluster in GeV (0 without).
    TRACKS: crossing_schema(
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
    CLUSTERS: crossing_schema(
        CLUSTERS, ("energy", "<f4"), ("theta", "<f4"), ("phi", "<f4"), ("time", "<f4"), ("track", "<i2")
    ),
    TRUTH: TRUTH_SCHEMA,
}
"""Every source with its schema."""
