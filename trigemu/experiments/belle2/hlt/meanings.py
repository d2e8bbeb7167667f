"""What the bits of the software trigger say.

Leading tracks are those of largest pT of each charge among loose ones, leading clusters the two of largest energy in
the centre of mass.  p* and E* are in the centre of mass; so are the angles between tracks or clusters.
"""

from __future__ import annotations

import itertools

from trigemu.experiments.belle2.hlt.tracks import FLAT_EDGES
from trigemu.setup.data import BitMeaning

BLOCK = "HLT"

_ALONE = "no other cluster above belle2.hlt.photons.other_gev (E*)"
_SINGLE = "Exactly one {} above belle2.hlt.photons.single_gev (E*){}, and " + _ALONE
_PHOTON, _ELECTRON = "cluster without track", "cluster with track"
_LEGS = "Leading tracks of both charges"
_BACK_TO_BACK = (
    "back to back (more than 175 degrees in azimuth, sum of polar angles within 15 degrees of 180)"
)
_STRONG_PAIR = (
    "Both leading clusters above 3 GeV (E*), one above 4.5 GeV, sum of polar angles within 15 degrees of 180, {} in "
    "azimuth"
)
_GG = (
    "Both leading clusters above 2 GeV (E*), one above 4 GeV, more than 177 degrees apart in azimuth, one without "
    "track, {} of them in 32-130 degrees"
)
_TAG = (
    "Exactly one looseB track with p* above 0.8 GeV, and against it (more than 160 degrees in azimuth, sum of polar "
    "angles outside 170-190 degrees) the two leading clusters without track in 17-150 degrees, of 1 GeV to 0.525 of "
    "the energy of the collision together, their mass {} 0.7 GeV"
)
_TWO_LOOSE = "Exactly two loose tracks (belle2.hlt.objects.loose_z0_mm), the larger p* {}"
_TWO_LOOSE_B = "Exactly two looseB tracks (belle2.hlt.objects.loose_b_z0_mm), the larger p* {}"
_SOFT, _MIDDLE, _HARD = "below 0.8 GeV", "0.8-4.5 GeV", "above 4.5 GeV"
_QUIET = "in 18.5-139.3 degrees, and none there above 2 GeV (E*)"

_PHYSICS = {
    "three_tracks": (
        "At least three looseB tracks, at least one of them tightB (belle2.hlt.objects.tight_b_z0_mm), and not "
        "hlt_ee2leg"
    ),
    "three_tracks_c": "At least three trackC tracks (belle2.hlt.objects.c_z0_mm and others), and not hlt_ee2leg",
    "two_tracks_low": (
        f"{_TWO_LOOSE_B.format(_SOFT)}, total charge 0, at least one of them tightB, and not hlt_eexx"
    ),
    "two_tracks_mid": f"{_TWO_LOOSE_B.format(_MIDDLE)}, and none of hlt_ee2leg, hlt_ee1leg1trk, hlt_eexx",
    "two_tracks_high": (
        f"{_TWO_LOOSE_B.format(_HARD)}, and none of hlt_ee2leg, hlt_ee1leg1trk, hlt_ee1leg1e, hlt_ee_brem, "
        "hlt_muon_pair"
    ),
    "three_clusters": f"At least three clusters above 0.18 GeV, at least one above 0.5 GeV, {_QUIET}",
    "four_clusters": f"At least four clusters above 0.18 GeV, at least one above 0.3 GeV, {_QUIET}",
    "neutral_2gev_barrel": (
        "A cluster without track above 2 GeV (E*) in 32-130 degrees, and none of hlt_gg2clst, hlt_ee1leg1clst, "
        "hlt_ee1leg1trk, hlt_ee_brem"
    ),
    "neutral_2gev_endcap": (
        "A cluster without track above 2 GeV (E*) in 22-32 or 130-145 degrees, and none of hlt_gg2clst, hlt_ee2clst, "
        "hlt_ee1leg, hlt_ee_brem"
    ),
    "single_photon_barrel": _SINGLE.format(_PHOTON, " within belle2.hlt.photons.barrel_deg"),
    "single_photon_extended": _SINGLE.format(_PHOTON, " within belle2.hlt.photons.extended_deg"),
    "single_photon_reduced": (
        f"Exactly one {_PHOTON} above belle2.hlt.photons.reduced_gev (E*) within belle2.hlt.photons.reduced_deg, and "
        f"{_ALONE}"
    ),
    "gg_barrel": _GG.format("at least one"),
    "diphoton": (
        "Exactly two clusters above belle2.hlt.photons.other_gev (E*), without track, in 26-130 degrees, with a "
        "transverse momentum of the pair above 1 GeV in the centre of mass"
    ),
    "single_tag_low_mass": _TAG.format("below"),
    "single_tag_high_mass": _TAG.format("above"),
}

_PRESCALABLE = {
    "two_loose_low": _TWO_LOOSE.format(_SOFT),
    "two_loose_mid": _TWO_LOOSE.format(_MIDDLE),
    "two_loose_high": _TWO_LOOSE.format(_HARD),
    "tight_track": "At least one tight track (belle2.hlt.objects.tight_z0_mm)",
    "single_cluster": _SINGLE.format("cluster", ""),
    "single_photon_endcap": _SINGLE.format(
        _PHOTON, " between belle2.hlt.photons.endcap_deg and belle2.hlt.photons.barrel_deg"
    ),
    "single_electron_barrel": _SINGLE.format(_ELECTRON, " within belle2.hlt.photons.barrel_deg"),
    "single_electron_extended": _SINGLE.format(_ELECTRON, " within belle2.hlt.photons.extended_deg"),
    "charged_2gev": (
        "A cluster with track above 2 GeV (E*) in 22-145 degrees, and none of hlt_gg2clst, hlt_ee2clst, hlt_ee1leg"
    ),
    "cluster_2gev": "A cluster above 2 GeV (E*)",
    "gg_endcap": _GG.format("none"),
    "ecl_muon_pair": (
        "Both leading clusters of 0.15-0.5 GeV, more than 155 degrees apart in azimuth, sum of polar angles 165-195 "
        "degrees"
    ),
}

_QED = {
    **{
        f"ee_flat_{k}": f"The bit hlt_selectee, and the negative leg's polar angle in {low:g}-{high:g} degrees"
        for k, (low, high) in enumerate(itertools.pairwise(FLAT_EDGES))
    },
    "selectee": "Any of hlt_selectee_cluster, hlt_selectee_track",
    "selectee_cluster": (
        "A leading track whose own cluster has more than 1.5 GeV (E*), and which has a mass above 5.29 GeV with a "
        "cluster"
    ),
    "selectee_track": f"{_LEGS} with a mass above 5.29 GeV, the cluster of one with more than 1.5 GeV (E*)",
    "eexx_select": (
        f"{_LEGS}, p* of loose tracks below 2 GeV, more than 160 degrees apart in azimuth, missing momentum below 25 "
        "or above 155 degrees"
    ),
    "radiative_bhabha": (
        f"{_LEGS} with p* above 1 GeV, less than 170 degrees apart in azimuth, one with E* above 0.8 p*, missing "
        "momentum above 1 GeV in 10-170 degrees, exactly two looseB tracks, at least one of them tightB"
    ),
    "selectmumu": (
        f"{_LEGS} with p* above 3 and 2.5 GeV, more than 165 degrees apart in azimuth, the cluster of one with 0-1 GeV"
    ),
    "single_muon": "A leading track with p* above 3 GeV and a cluster of 0-1 GeV",
    "cosmic": (
        "Exactly two tracks, of opposite charge, in line to 2 degrees in azimuth and polar angle, each with pT "
        "above 0.5 GeV, a cluster below 1 GeV and abs(z0) below 57 cm or abs(d0) above 26.5 cm"
    ),
}

_VETOES = {
    "ee2leg": f"{_LEGS} {_BACK_TO_BACK}, both with clusters above 3 GeV (E*), one above 4.5 GeV",
    "ee1leg": "A leading track with a cluster above 4.5 GeV (E*)",
    "ee1leg1trk": f"{_LEGS} {_BACK_TO_BACK}, one with a cluster above 4.5 GeV (E*), the other with p* above 3 GeV",
    "ee1leg1e": f"{_LEGS}, one with a cluster above 4.5 GeV (E*), the other with E* above 0.8 p*",
    "ee1leg1clst": "The bit hlt_ee1leg and one of hlt_ee2clst, hlt_gg2clst",
    "ee2clst": _STRONG_PAIR.format("160-178 degrees"),
    "gg2clst": _STRONG_PAIR.format("more than 178 degrees"),
    "eexx": (
        f"{_LEGS} with missing momentum below 20 or above 160 degrees, and p* of loose tracks below 1.2 GeV with "
        "more than 150 degrees in azimuth, or below 2 GeV with more than 175 degrees"
    ),
    "ee_brem": (
        f"{_LEGS}, one with p* above 4.5 GeV, a cluster above 1 GeV, missing p* above 1 GeV within 5 degrees of one "
        "of them, at least one looseB track"
    ),
    "muon_pair": (
        f"{_LEGS}, one with p* above 4.5 GeV, clusters below 0.5 GeV, sum of polar angles 175-185 degrees, more than "
        "175 degrees in azimuth, exactly two looseB tracks"
    ),
}

_PHOTONS_BACK_TO_BACK = (
    "Both leading clusters are photons in 17-150 degrees, more than belle2.hlt.photons.pair_dphi_deg apart in azimuth, "
    "exactly two clusters above belle2.hlt.photons.pair_gev and none above belle2.hlt.photons.pair_max_gev (E*)"
)
_DISPLACED = (
    "The tracks of largest pT of each charge meet (belle2.hlt.vertex.probability) within "
    "belle2.hlt.vertex.radius_mm and belle2.hlt.vertex.theta_deg, and are not back to back "
    "(belle2.hlt.vertex.back_to_back_deg)"
)

_NAMES = "read in the experiment's software, whose names encode the cuts (belle2_facts 9.3); final cuts are not public"
_CUTS = "read in the experiment's software (belle2_facts 9.2)"

MEANINGS = {
    **{
        f"hlt_{name}": BitMeaning(said, BLOCK, source)
        for bits, source in ((_PHYSICS | _PRESCALABLE | _QED, _NAMES), (_VETOES, _CUTS))
        for name, said in bits.items()
    },
    "hlt_photons_back_to_back": BitMeaning(
        _PHOTONS_BACK_TO_BACK, BLOCK, "quantities read (belle2_facts 9.3), cuts guessed"
    ),
    "hlt_displaced_vertex": BitMeaning(_DISPLACED, BLOCK, f"{_CUTS}; resolutions are guesses"),
}
"""Name -> what the bit says, for every one of `trigemu.experiments.belle2.hlt.bits.HLT_BITS`."""
