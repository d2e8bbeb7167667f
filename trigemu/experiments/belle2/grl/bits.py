"""Names of the bits that the global reconstruction logic (GRL) gives to the decision logic.

All inputs of the experiment's menu (version 36) that come neither from the calorimeter nor from outside the
detector, and some that were added later (typ4-6, d9, cdcklm_2 and 3, n1gev, n2gev).  Order is that of the words.

Counts come in two kinds (belle2_facts 15): *one-hot* (t2, ty, ts, cdcecl, c2gev, n1gev, n2gev: exactly 1, 2, 3, more
than 3) and *binary digits* (klm, eklm).  cdcklm_0 is exactly 1, cdcklm_1 is more than 1 and so includes
cdcklm_2 (exactly 3) and cdcklm_3 (more than 3).
"""

from __future__ import annotations


def _four(*stems: str) -> tuple[str, ...]:
    return tuple(f"{stem}_{k}" for stem in stems for k in range(4))


TRACK_BITS = (
    *_four("t2", "ty", "ts"),
    *("typ", "typ4", "typ5", "typ6"),
    *("cdc_open90", "f2f30", "cdc_b2b3", "cdc_b2b5", "cdc_b2b7", "cdc_b2b9", "cdc_active"),
    *("s2s3", "s2s5", "s2so", "s2s30", "s2f3", "s2f5", "s2fo", "s2f30"),
    *("ti", "i2io", "i2fo", "track"),
)
"""What needs the drift chamber only."""

MATCH_BITS = (
    *_four("cdcecl", "c2gev", "n1gev", "n2gev"),
    *("d3", "d5", "d7", "d9", "p3", "p5", "p7", "p9"),
    *("samhem", "opohem", "secl", "iecl_0", "iecl_1"),
    *("trkbha1", "trkbha2", "grlgg1", "grlgg2"),
    *("klm_hit", "klm_0", "klm_1", "klm_2", "klmb2b"),
    *("eklm_hit", "eklm_0", "eklm_1", "eklm_2", "eklmb2b"),
    *_four("cdcklm"),
    *("seklm_0", "seklm_1", "ieklm", "ecleklm"),
)
"""What needs calorimeter clusters or sectors of the muon detector."""

NOT_EMULATED = {
    **dict.fromkeys(_four("t3"), "the analytic 3D track fitter is not emulated"),
    **dict.fromkeys(_four("ta"), "'all tracks': false in the experiment's simulation, definition not public"),
    **dict.fromkeys(("tx_0", "tx_1"), "definition not public"),
    **dict.fromkeys(("fwd_s", "bwd_s"), "need which pattern a short track has, which the maps do not tell"),
    **dict.fromkeys(("itsfb2b", "trkflt"), "false in the experiment's simulation, definition not public"),
    **dict.fromkeys(
        ("fwdsb", "bwdsb", "fwdnb", "bwdnb", "brlfb1", "brlfb2", "brlnb1", "brlnb2"),
        "always 0 in the experiment's simulation, definition not public",
    ),
    **dict.fromkeys(
        ("top_0", "top_1", "top_2", "top_bb", "top_active"),
        "the time-of-propagation counter's trigger is a stub in the experiment's simulation",
    ),
    **dict.fromkeys(_four("cdctop"), "the time-of-propagation counter's trigger is not emulated"),
}
"""Bits that exist, so that menus load, but are always 0: name -> why."""

GRL_BITS = (*TRACK_BITS, *MATCH_BITS, *NOT_EMULATED)
"""All names in word order; bit i is bit i % 64 of word i // 64."""
