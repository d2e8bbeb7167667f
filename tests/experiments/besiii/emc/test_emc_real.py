"""The calorimeter's trigger against the hardware's own words: ten real events of run 91668.

Thresholds and shifts were fitted to these events, so most of this says that the fit holds, not that it predicts.
"""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.experiments.besiii.bits import EMC_CONDITIONS
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.cells import conditions_of_cells
from trigemu.experiments.besiii.emc.geometry import channels
from trigemu.experiments.besiii.emc.trigger import EmcFinder

EMC = Besiii.model_validate({"conditions": "2026"}).emc
CLUSTER = [*range(7), 12, 13]
ENERGY = [7, 8, 9, 10, 11, 14, 15]
NCLUS_2 = EMC_CONDITIONS.index("nclus_2")


@pytest.fixture(scope="module")
def real(shared_data):
    """The events."""
    return dict(np.load(shared_data / "besiii" / "real_run91668.npz"))


@pytest.fixture(scope="module")
def digis(real):
    """Columns of the source."""
    ids = real["emc_intId"].astype(np.int64)
    channel = channels(ids >> 16 & 15, ids >> 8 & 63, ids & 255)
    assert (channel >= 0).all()
    return {
        "channel": channel.astype(np.uint16),
        "value": real["emc_chargeChannel"].astype(np.uint16),
        "range": real["emc_measure"].astype(np.uint8),
        "time": real["emc_timeChannel"].astype(np.uint8),
        "offsets": real["emc_offsets"],
    }


def hardware_cells(real):
    """Return bool[10, 394], cells that are on in any of the four windows."""
    barrel = real["tc_barrel"].reshape(10, 4, 330)
    return np.concatenate([barrel, real["tc_east"], real["tc_west"]], axis=2).any(axis=1)


def fire_ticks(result):
    """Return int[10, 394], the tick in which each cell fires; 999: never."""
    ticks = np.full((10, 394), 999)
    event = np.repeat(np.arange(10), np.diff(result.offsets))
    ticks[event, result.cell] = result.tick
    return ticks


def ticks_of(result):
    """Return bool[10, 16, 384]."""
    words = result.conditions.astype("<u8").view(np.uint8)
    return np.unpackbits(words, axis=-1, bitorder="little").astype(bool)


def good_blocks(result, real):
    """Return how many of 160 energy blocks are within max(15 counts, 20 %) of the hardware's."""
    read = real["eacc_charge_time"][:, :16, 0]
    return int((np.abs(result.blocks - read) <= np.maximum(15, 0.2 * read)).sum())


def from_hardware(real, window):
    """Return bool[10, 16], conditions of the hardware's own cells in a window, readings and sums."""
    read = real["eacc_charge_time"][:, :, 0]
    cells = (real[f"tc_{part}"][:, window].astype(bool) for part in ("barrel", "east", "west"))
    return conditions_of_cells(*cells, read[:, :16], EMC, read[:, 16:19])


@pytest.mark.parametrize("window", range(4))
def test_hardware_cells_give_the_hardware_cluster_bits(real, window):
    words = real["eacc_cond"][:, window]
    bits = (words[:, None] >> np.arange(16) & 1).astype(bool)
    assert np.array_equal(from_hardware(real, window)[:, CLUSTER], bits[:, CLUSTER])
    # The record's word has no energy conditions.
    assert not bits[:, ENERGY].any()


def test_hardware_cells_give_the_condition_word_but_where_the_facts_say_why(real):
    """Event 3: its early western cell has left the record (besiii_real_facts 2.5); event 6: NClus>=2 (2.2)."""
    bits = np.any([from_hardware(real, window) for window in range(4)], axis=0)
    differ = bits != real["cond"][:, :16].astype(bool)
    expected = np.zeros_like(differ)
    expected[3, [EMC_CONDITIONS.index(n) for n in ("nclus_2", "eclus_bb", "clus_z", "eclus_phi")]] = True
    expected[6, NCLUS_2] = True
    assert np.array_equal(differ, expected)


def test_hardware_readings_give_the_energy_conditions(real):
    for window in range(4):
        bits = from_hardware(real, window)
        assert np.array_equal(bits[:, ENERGY], real["cond"][:, ENERGY].astype(bool))


def test_sums_of_the_hardware_blocks_are_the_hardware_sums(real):
    """Sums of (block - pedestal) and a constant: 20, 12 and 29 with an rms of 4 below full scale (facts 2.5)."""
    read = real["eacc_charge_time"][:, :, 0]
    net = read[:, :16] - np.array(EMC.pedestals)
    ours = np.stack([net[:, :12].sum(axis=1), net[:, 12:].sum(axis=1), net.sum(axis=1)], axis=1)
    assert np.abs(ours + EMC.sum_offsets - read[:, 16:19]).max() <= 8


@pytest.mark.parametrize("mode", ["pulse", "plain"])
def test_trigger_cells_from_digis(real, digis, mode):
    """Efficiency 24 of 24, purity 24 of 29."""
    result = EmcFinder(EMC.model_copy(update={"mode": mode})).decide(digis)
    fired, hardware = fire_ticks(result) < 999, hardware_cells(real)
    assert hardware.sum() == 24
    assert (fired & hardware).sum() >= 0.95 * hardware.sum()
    assert (fired & hardware).sum() >= 0.80 * fired.sum()


def test_trigger_cells_at_one_instant_of_each_event(real, digis):
    """With the best limit on the fire time in each event, all 24 cells are found and 2 more."""
    ticks, hardware = fire_ticks(EmcFinder(EMC).decide(digis)), hardware_cells(real)
    found = extra = 0
    for mine, theirs in zip(ticks, hardware, strict=True):
        fired = max(
            (mine < limit for limit in range(140, 250, 2)),
            key=lambda fired: int((fired & theirs).sum()) - int((fired & ~theirs).sum()),
        )
        found += int((fired & theirs).sum())
        extra += int((fired & ~theirs).sum())
    assert found == 24
    assert found >= 0.92 * (found + extra)


@pytest.mark.parametrize("mode", ["pulse", "plain"])
def test_energy_blocks_from_digis(real, digis, mode):
    result = EmcFinder(EMC.model_copy(update={"mode": mode})).decide(digis)
    assert good_blocks(result, real) >= 155


@pytest.mark.parametrize("mode", ["pulse", "plain"])
def test_all_conditions_from_digis(real, digis, mode):
    """No cluster bit is wrong, and of 70 energy bits none either (1 or 2 would be within the gains' uncertainty)."""
    result = EmcFinder(EMC.model_copy(update={"mode": mode})).decide(digis)
    wrong = ticks_of(result).any(axis=2) != real["cond"][:, :16].astype(bool)
    assert wrong[:, CLUSTER].sum() == 0
    assert wrong[:, ENERGY].sum() <= 1


def test_endcap_cells_that_are_not_shifted_break_the_checks(real, digis):
    """Mutant: cells are missed, the bits of the endcaps' cells are elsewhere, blocks are filled wrongly."""
    result = EmcFinder(EMC.model_copy(update={"endcap_shift": 0})).decide(digis)
    fired, hardware = fire_ticks(result) < 999, hardware_cells(real)
    assert (fired & hardware).sum() < 0.95 * hardware.sum()
    assert (fired & hardware).sum() < 0.80 * fired.sum()
    assert good_blocks(result, real) < 155


def test_barrel_cells_that_are_shifted_break_the_checks(real, digis):
    result = EmcFinder(EMC.model_copy(update={"barrel_shift": 1})).decide(digis)
    fired, hardware = fire_ticks(result) < 999, hardware_cells(real)
    assert (fired & hardware).sum() < 0.6 * hardware.sum()


def test_the_codes_high_threshold_is_too_high_for_this_run(real, digis):
    """130 mV loses 4 of the 24 cells (besiii_real_facts 2.5)."""
    fired = fire_ticks(EmcFinder(EMC.model_copy(update={"high_mv": 130.0})).decide(digis)) < 999
    assert (fired & hardware_cells(real)).sum() == 20


def test_cells_must_stay_on_for_longer_than_in_the_simulations_code(real, digis):
    """With 16 ticks the two clusters of event 3 never meet: four conditions are lost."""
    wrong = {
        ticks: ticks_of(EmcFinder(EMC.model_copy(update={"active_ticks": ticks})).decide(digis)).any(axis=2)
        != real["cond"][:, :16].astype(bool)
        for ticks in (16, 58, 83)
    }
    assert wrong[16][3, CLUSTER].sum() == 4
    assert not wrong[58][:, CLUSTER].any()
    assert not wrong[83][:, CLUSTER].any()


def test_energy_conditions_come_when_the_recorded_sums_peak(real, digis):
    """The times of the hardware's sums follow the tick of the energy conditions, in events above 300 counts."""
    ticks = ticks_of(EmcFinder(EMC).decide(digis))[:, EMC_CONDITIONS.index("etot_l")]
    charge, time = real["eacc_charge_time"][:, 18].T
    # At full scale (event 6) the peak is flat.
    events = [e for e in range(10) if charge[e] > 300 and real["eacc_charge_time"][e, :16, 0].max() < 1023]
    assert events == [1, 3, 4, 9]
    offset = ticks[events].argmax(axis=1) - time[events]
    assert np.ptp(offset) <= 8


def test_clusters_delayed_by_50_ticks_meet_energies_at_one_time(real, digis):
    """Events decided by channel 8 (BEtot_H and NBClus>=1) or 11 (Etot_M and NClus>=2): the record's time is theirs."""
    result = ticks_of(EmcFinder(EMC).decide(digis))
    decisive = {1: ("betot_h", "nbclus_1"), 4: ("betot_h", "nbclus_1"), 6: ("betot_h", "nbclus_1")}
    decisive |= {3: ("etot_m", "nclus_2"), 9: ("etot_m", "nclus_2")}

    def spread(delay):
        decided = []
        for event, (energy, cluster) in decisive.items():
            first = {n: int(result[event, EMC_CONDITIONS.index(n)].argmax()) for n in (energy, cluster)}
            decided.append(max(first[energy], first[cluster] + delay))
        return max(decided) - min(decided)

    assert spread(50) <= 8
    assert spread(0) > 20
    assert spread(100) > 20
