"""What BESIII's trigger bits say: conditions and channels of the global trigger, classes of the event filter."""

from __future__ import annotations

from trigemu.experiments.besiii.bits import CHANNELS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.filter.classes import ORDER
from trigemu.experiments.besiii.gtl.config import RANDOM_SLOT, Channel, Gtl
from trigemu.setup.data import BitMeaning

_WITH_CLUSTER = "in an event with a calorimeter cluster"
_ENERGY = f"energy sum of {{}} above besiii.emc.{{}}, {_WITH_CLUSTER}"

_EMC = {
    "nclus_1": "At least one calorimeter cluster, in barrel or endcaps",
    "nclus_2": "At least two calorimeter clusters, in barrel or endcaps",
    "nbclus_1": "At least one cluster in the barrel",
    "neclus_1": "At least one cluster in the endcaps",
    "bclus_bb": (
        "Two barrel clusters in opposite rows (to besiii.emc.bclus_bb_theta rows), besiii.emc.bclus_bb_phi steps of 12 "
        "degrees apart in azimuth"
    ),
    "bclus_phi": "Two barrel clusters besiii.emc.bclus_phi steps of 12 degrees apart in azimuth",
    "eclus_bb": "A western and an eastern endcap cluster besiii.emc.eclus_bb_phi steps of 22.5 degrees apart",
    "eclus_phi": "A western and an eastern endcap cluster besiii.emc.eclus_phi steps of 22.5 degrees apart",
    "clus_z": "A cluster in the eastern and one in the western half, endcaps included, the barrel's middle row apart",
    **{
        name: f"E{_ENERGY.format(where, name)[1:]}"
        for name, where in (
            ("betot_h", "the barrel"),
            ("eetot_h", "both endcaps"),
            ("etot_l", "barrel and endcaps"),
            ("etot_m", "barrel and endcaps"),
        )
    },
    "bl_z": f"Energy of the eastern and of the western half each above besiii.emc.bl_z, {_WITH_CLUSTER}",
    "bl_bblk": (
        "Energy of two neighbouring barrel blocks of one half and of the opposite two of the other each above "
        f"besiii.emc.bl_bblk, {_WITH_CLUSTER}"
    ),
    "bl_eblk": f"Energy of the eastern and of the western endcap each above besiii.emc.bl_eblk, {_WITH_CLUSTER}",
}

_BARS = (
    "of neighbouring barrel positions that are hit (both ends of a bar within besiii.tof.integration_ticks)"
)
_COUNTERS = "of neighbouring endcap counters or modules that are hit, both sides together"

_TOF = {
    "nbtof_1": f"At least one group {_BARS}",
    "nbtof_2": f"At least two groups {_BARS}",
    "netof_1": f"At least one group {_COUNTERS}",
    "netof_2": f"At least two groups {_COUNTERS}",
    "ntof_1": "Either of nbtof_1 and netof_1: any time-of-flight counter is hit",
    "btof_bb": "Two barrel positions that are hit, besiii.tof.barrel_bb of 88 apart",
    "etof_bb": "A western and an eastern endcap counter or module that are hit, besiii.tof.endcap_bb apart",
}

_BARREL_MATCH = "long track{} with a barrel position within besiii.match.tof_window_deg"
_MATCHES = {
    "a": f"{_BARREL_MATCH}, in cells besiii.match.a_cells",
    "b": f"{_BARREL_MATCH} and a barrel cluster within besiii.match.cluster_window_deg",
    "c": (
        "short track{} with an endcap counter or module within besiii.match.endcap_window_deg (and a calorimeter cell "
        "of that endcap with besiii.match.c_needs_cluster)"
    ),
}


def _match(letter: str) -> dict[str, str]:
    """Return meanings of the three conditions of a kind of match."""
    matched, off = _MATCHES[letter], f"always false without besiii.match.{letter}"
    return {
        f"n{letter}trk_1": f"At least one {matched.format('')}; {off}",
        f"n{letter}trk_2": f"At least two {matched.format('s')}; {off}",
        f"{letter}trk_bb": f"Two {matched.format('s')}, besiii.match.bb of 64 cells apart; {off}",
    }


def _tracks(letter: str, length: str, superlayers: str, many: str) -> dict[str, str]:
    """Return meanings of the four conditions of a kind of chamber tracks."""
    one, several = (f"{length} track{plural} (segments in superlayers {superlayers})" for plural in ("", "s"))
    return {
        f"n{letter}trk_1": f"At least one {one}",
        f"n{letter}trk_2": f"At least two {several}",
        f"n{letter}trk_n": f"At least {many} {several}; always false where that is none",
        f"{letter}trk_bb": f"Two {several}, besiii.mdc.back_to_back of 128 cells apart",
    }


_MDC = {
    **_tracks("s", "short", "3, 4 and 5", "besiii.mdc.many_short"),
    **_tracks("l", "long", "3, 4, 5 and 10", "besiii.mdc.many_long"),
    "nitrk_1": "A segment in superlayer 1 or 2; always false without besiii.mdc.inner_chamber",
    "nitrk_2": "A segment in superlayer 1 and one in superlayer 2; always false without besiii.mdc.inner_chamber",
}

_MUC = {
    f"muc_bb_{number}": f"Back-to-back pattern {number} of octants of the muon counters; always false: not in level 1"
    for number in (1, 2)
}

_TIMING = {
    "timing_1": "The decision is timed by back-to-back bars: btof_bb within besiii.gtl.or_ticks of it",
    "timing_2": "The decision is timed by two groups of bars: nbtof_2 within besiii.gtl.or_ticks, no timing_1",
    "timing_3": "The decision is timed by two groups in endcaps: netof_2 within besiii.gtl.or_ticks, no timing_1 or 2",
}

_CLASSES = {
    "random": "a random trigger",
    "bhabha": (
        "tracks, and the two highest showers above besiii.filter.pair.energy_share and back to back to "
        "besiii.filter.pair.acollinearity_deg"
    ),
    "digamma": (
        "no track, and the two highest showers above besiii.filter.pair.energy_share and back to back to "
        "besiii.filter.pair.acollinearity_deg"
    ),
    "cosmic": (
        "exactly two tracks, back to back to besiii.filter.cosmics.acollinearity_deg, with times more than "
        "besiii.filter.cosmics.time_ns apart"
    ),
    "dimuon": (
        "exactly two tracks, of opposite charge from the collision point, above besiii.filter.muons.momentum_share, "
        "with energies within besiii.filter.muons.leg_gev, back to back to besiii.filter.muons.acollinearity_deg"
    ),
    "beam_gas": (
        "tracks, but none from the collision point, or no track and energy below besiii.filter.beam_gas.energy_share"
    ),
    "single_photon": (
        "no track, the highest shower within besiii.filter.single_photon.cosine and no other above "
        "besiii.filter.single_photon.other_gev"
    ),
    "hadron": "at least two tracks from the collision point, or no track and at least three showers",
    "other": "whatever is left",
}

_SEARCH = BitMeaning(
    "No track, a photon within besiii.filter.search.energy_gev and besiii.filter.search.cosine, no other cluster above "
    "besiii.filter.search.other_gev",
    "event filter",
    "read (besiii_babar_facts A9.2); what counts as another cluster is a guess",
)

_READ = "read in the experiment's simulation (besiii_babar_facts {})"

_BLOCKS = (
    ("EMC", _EMC, _READ.format("A5.12, A5.15, A5.18")),
    ("TOF", _TOF, _READ.format("A6") + "; cells fit real events (besiii_real_facts 2.4)"),
    (
        "track match",
        {**_match("a"), **_match("b"), **_match("c")},
        "read; A fits real events (besiii_real_facts 2.6)",
    ),
    ("MUC", _MUC, _READ.format("A3.10")),
    ("MDC", _MDC, _READ.format("A4.8-A4.13")),
    ("global trigger", _TIMING, "fit of real events (besiii_real_facts 2.2)"),
    (
        "event filter",
        {
            f"ef_{name}": f"Class {ORDER.index(name) + 1} of {len(ORDER)}, the first that fits counts: {said}"
            for name, said in _CLASSES.items()
        },
        "quantities and classes read (besiii_babar_facts A10.3-A10.6); cuts inferred (A10.8) or guesses",
    ),
)


def _channel(number: int, gtl: Gtl) -> BitMeaning:
    """Return what a channel of the global trigger asks for in a configuration."""
    block = "global trigger"
    if number == RANDOM_SLOT:
        said = "Random trigger; always false without besiii.gtl.random"
        return BitMeaning(
            said, block, _READ.format("A3.7") + ", confirmed by real events (besiii_real_facts 1.5)"
        )
    found = next((channel for channel in gtl.channel if channel.slot == number), None)
    source = "hypotheses that agree with real events, not the menu (besiii_real_facts 1.5)"
    if found is None:
        return BitMeaning(
            f"Channel {number} of besiii.gtl.channel: none here, so always false", block, source
        )
    return BitMeaning(f"Channel {number}, {found.name}: {_required(found)}", block, source)


def _required(channel: Channel) -> str:
    if not channel.enabled or not channel.true:
        return "off, so always false" if not channel.enabled else "requires nothing, so always false"
    return " and ".join([*channel.true, *(f"not {name}" for name in channel.false)])


def meanings(section: Besiii) -> dict[str, BitMeaning]:
    """Return what each bit says; channels are those of the section."""
    return {
        **{
            name: BitMeaning(said, block, source)
            for block, bits, source in _BLOCKS
            for name, said in bits.items()
        },
        **{name: _channel(number, section.gtl) for number, name in enumerate(CHANNELS)},
        "search_single_photon": _SEARCH,
    }
