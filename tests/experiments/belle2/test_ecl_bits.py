"""Names of the calorimeter trigger's bits."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.belle2.ecl.bits import ECL_BITS, ecl_words
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger


def test_words_carry_what_names_say(shared_data):
    """Bits that a menu uses, on the experiment's 1000 events."""
    trigger = CalorimeterTrigger(Ecl())
    events = dict(np.load(shared_data / "belle2" / "conformance" / "ecl_events.npz"))
    assert len(ECL_BITS) == 128
    names = {name: i for i, both in enumerate(ECL_BITS) for name in both.split("|") if name}
    result = trigger.decide_energies(
        events["in_tcid"],
        events["in_energy"].astype(np.float64),
        events["in_time_8th_ns"] / 8.0,
        events["in_offsets"].astype(np.int64),
        events["rand_u"],
    )
    words = ecl_words(result.record())
    d, c = result.decisions, result.counts

    def bit(name):
        i = names[name]
        return (words[:, i // 64] >> np.uint64(i % 64) & np.uint64(1)).astype(int)

    for name, value in {
        "ecl_active": c.has_output,
        "ehigh": d.ehigh,
        "elow": d.elow,
        "elum": d.elum,
        "ecl_bha": d.bhabha2d,
        "ecl_3dbha": d.veto,
        "bha_veto": d.veto,
        "bha_intrk": d.veto_in_track == 1,
        "ecl_bhapur": d.select,
        "ecl_mumu": d.mumu,
        "ecl_bst": d.burst,
        "ecl_phys": d.physics,
        "ecl_oflo": c.clusters_exceed > 0,
        "ecl_timing_fwd": c.source == 1,
        "ecl_timing_brl": c.source == 2,
        "ecl_timing_bwd": c.source == 4,
        "ecltaub2b": d.taub2b & 1,
        "ecltaub2b2": d.taub2b >> 1 & 1,
        "ecltaub2b3": d.taub2b >> 2 & 1,
        **{f"ecl_lml_{k}": d.lml >> k & 1 for k in range(14)},
        **{f"hie{k + 1}": d.hie >> k & 1 for k in range(4)},
        **{f"bha_theta_{k}": np.maximum(d.select_flag, 0) >> k & 1 for k in range(2)},
        **{f"clst_{k}": np.minimum(c.icn, 15) >> k & 1 for k in range(4)},
    }.items():
        assert np.array_equal(bit(name), value), name
    assert d.bhabha2d.any()
    assert (c.icn > 15).any()


def test_menu_inputs_are_named(shared_data):
    words = (shared_data / "belle2" / "gdl_v36.inp").read_text().split()[1::2]
    ours = [w for w in words if w.startswith(("ecl_", "bha_", "clst")) or w in ("ehigh", "elow", "elum")]
    ours.remove("bha_delay")  # from the accelerator
    names = {name for both in ECL_BITS for name in both.split("|")}
    assert len(ours) > 30
    assert set(ours) <= names


@pytest.mark.parametrize("clusters", [0, 2, 4, 6, 1000])
def test_two_dimensional_bhabhas_follow_their_number_of_clusters(shared_data, clusters):
    trigger = CalorimeterTrigger(Ecl(bhabha2d_clusters=clusters))
    events = np.load(shared_data / "belle2" / "conformance" / "ecl_events.npz")
    result = trigger.decide_energies(
        events["in_tcid"],
        events["in_energy"].astype(np.float64),
        events["in_time_8th_ns"] / 8.0,
        events["in_offsets"].astype(np.int64),
        events["rand_u"],
    )
    place = ECL_BITS.index("ecl_bha")
    said = ecl_words(result.record(), clusters)[:, place // 64] >> np.uint64(place % 64) & np.uint64(1)
    np.testing.assert_array_equal(said, result.decisions.bhabha2d)
    assert said.any() == (clusters > 0)
