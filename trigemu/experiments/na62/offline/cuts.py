"""The cuts of NA62's offline selections, in words: names, order, numbers of the configuration, sources."""

from __future__ import annotations

from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.config.offline import EECuts, MumuCuts
from trigemu.setup.offline import Cut

MUMU, EE = "mumu", "ee"


def cuts(section: NA62) -> dict[str, tuple[Cut, ...]]:
    """Return the cuts of each selection, in order; `trigemu.experiments.na62.offline.judging` judges them."""
    return {
        MUMU: (
            *_pair(section, ", LKr and MUV3"),
            *_muons(section.offline.mumu),
            *_vetoes("mumu", section),
            *_dump(section),
        ),
        EE: (
            *_pair(section, " and LKr"),
            *_electrons(section.offline.ee),
            *_vetoes("ee", section),
            *_dump(section),
        ),
    }


def _pair(section: NA62, planes: str) -> tuple[Cut, ...]:
    o = section.offline
    return (
        Cut(
            "two tracks",
            "Exactly two tracks cross the four STRAW chambers and are found (na62.offline.track_efficiency), and both "
            f"reach NewCHOD{planes}",
            "geometry of the NA62 framework; efficiency: guess",
        ),
        Cut(
            "momentum",
            f"Both tracks have more than {o.track_p_min_gev:g} GeV (na62.offline.track_p_min_gev)",
            "read in the NA62 framework",
        ),
        Cut("charge", "The two tracks have opposite charges", "read in the NA62 framework"),
        Cut(
            "pair CDA",
            f"The two tracks come nearer than {o.pair_cda_mm:g} mm to each other (na62.offline.pair_cda_mm)",
            "recalled, 10 to 20 mm",
        ),
        Cut(
            "vertex z",
            f"The vertex lies in {o.vertex_min_m:g} to {o.vertex_max_m:g} m (na62.offline.vertex_min_m, vertex_max_m)",
            "arXiv:2312.17188; recalled for arXiv:2303.08666",
        ),
        Cut(
            "NewCHOD",
            f"Both tracks have a NewCHOD tile hit near them within {o.search_ns:g} ns of the event "
            "(na62.offline.search_ns, newchod_sigmas)",
            "read in the NA62 framework, kaon mode",
        ),
        Cut(
            "pair time",
            f"These two hits are at most {o.pair_ns:g} ns apart (na62.offline.pair_ns)",
            "read in the NA62 framework, kaon mode",
        ),
        Cut(
            "trigger time",
            f"Both hits are at most {o.trigger_ns:g} ns from the event (na62.offline.trigger_ns)",
            "read in the NA62 framework, kaon mode; 5 to 10 ns recalled for the dump",
        ),
    )


def _muons(mine: MumuCuts) -> tuple[Cut, ...]:
    return (
        Cut(
            "MUV3 pair",
            f"Both tracks have a MUV3 hit within {mine.muv3_sigmas:g} sigma of scattering and {mine.muv3_ns:g} ns of "
            "the event (na62.offline.mumu.muv3_sigmas, muv3_ns)",
            "recalled; distance read in the NA62 framework, window: guess",
        ),
        Cut(
            "E/p",
            f"Neither track leaves more than {mine.ep_max:g} of its momentum in the LKr (na62.offline.mumu.ep_max)",
            "guess",
        ),
    )


def _electrons(mine: EECuts) -> tuple[Cut, ...]:
    return (
        Cut(
            "E/p",
            f"Both tracks leave {mine.ep_min:g} to {mine.ep_max:g} of their momentum in the LKr "
            "(na62.offline.ee.ep_min, ep_max)",
            "recalled that E/p is used; window: guess",
        ),
        Cut(
            "no MUV3",
            f"Neither track has a MUV3 hit within {mine.muv3_sigmas:g} sigma of scattering and {mine.muv3_ns:g} ns of "
            "the event (na62.offline.ee.muv3_sigmas, muv3_ns)",
            "recalled; windows: guess",
        ),
    )


def _vetoes(name: str, section: NA62) -> tuple[Cut, ...]:
    mine: MumuCuts | EECuts = getattr(section.offline, name)
    return (
        Cut(
            "LAV veto",
            f"Fewer than {mine.lav_pairs} LAV12 hits within {mine.lav_ns:g} ns of the event "
            f"(na62.offline.{name}.lav_ns, lav_pairs)",
            "talk: tighter for ee; numbers: read in kaon mode (3 ns), else guess",
        ),
        Cut(
            "ANTI0 veto",
            f"No ANTI0 hit within {mine.anti0_ns:g} ns of the event (na62.offline.{name}.anti0_ns)",
            "talk: tighter for ee; numbers: guess",
        ),
    )


def _dump(section: NA62) -> tuple[Cut, ...]:
    region, key = section.offline.chosen_region, f"na62.offline.{section.offline.region}_region"
    return (
        Cut(
            "TAX z",
            f"The pair's line is nearest to the beam at z = {region.z_min_m:g} to {region.z_max_m:g} m ({key}.z_min_m, "
            "z_max_m)",
            "recalled, arXiv:2303.08666",
        ),
        Cut(
            "TAX CDA",
            f"The pair's line comes nearer than {region.cda_mm:g} mm to the beam ({key}.cda_mm)",
            "recalled, arXiv:2303.08666",
        ),
    )
