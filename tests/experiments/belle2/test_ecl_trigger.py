"""The calorimeter trigger against the experiment's vectors and against its slow twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from reference.belle2_ecl import decide

from trigemu.errors import InputError
from trigemu.experiments.belle2.ecl.bits import ecl_words
from trigemu.experiments.belle2.ecl.cells import theta_phi
from trigemu.experiments.belle2.ecl.cm import formula
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.ecl.trigger import CalorimeterTrigger


@pytest.fixture(scope="module")
def events(shared_data):
    """The experiment's vectors."""
    return dict(np.load(shared_data / "belle2" / "conformance" / "ecl_events.npz"))


@pytest.fixture(scope="module")
def trigger():
    """The trigger with its defaults."""
    return CalorimeterTrigger(Ecl())


def run(trigger, e):
    """Return the result for the vectors."""
    return trigger.decide_energies(
        e["in_tcid"],
        e["in_energy"].astype(np.float64),
        e["in_time_8th_ns"] / 8.0,
        e["in_offsets"].astype(np.int64),
        e["rand_u"],
    )


def expected(result):
    """Return our outputs under the vectors' names."""
    c, d = result.counts, result.decisions
    return {
        "has_output": c.has_output,
        "win_start": result.window_start_ns,
        "n_tc_in_window": c.cells_in_window,
        "cl_offsets": result.offsets,
        "cl_max_tcid": result.cell,
        "cl_energy": result.energy_gev,
        "cl_time": result.time_ns,
        "cl_ntc": result.cells,
        "cl_pos": result.position_cm,
        "n_cl_all": c.clusters_all,
        "n_exceed": c.clusters_exceed,
        "icn": c.icn,
        "icn_fwd": c.icn_forward,
        "icn_brl": c.icn_barrel,
        "icn_bwd": c.icn_backward,
        "etot": result.total_gev,
        "etot1to17": result.total_all_gev,
        "elow": d.elow,
        "ehigh": d.ehigh,
        "elum": d.elum,
        "physics": d.physics,
        "bha2d": d.bhabha2d,
        "bhabha2d_bits": d.bhabha2d_types[:, None] >> np.arange(14) & 1,
        "bha3d_veto": d.veto,
        "bha3d_intrk": d.veto_in_track,
        "bha3d_veto_tc1": d.veto_cell1,
        "bha3d_veto_tc2": d.veto_cell2,
        "bha3d_sel": d.select,
        "bha3d_sel_thetaflag": d.select_flag,
        "bha3d_sel_tc1": d.select_cell1,
        "bha3d_sel_tc2": d.select_cell2,
        "mumu": d.mumu,
        "taub2b": d.taub2b & 1,
        "lml": d.lml,
        "timing_source": c.source,
        "event_timing": result.event_time_ns,
        "evt_tc": c.event_cell,
        "evtq": c.quality,
        "bgveto": c.background,
        "ecl_to_gdl_words": result.words,
        "ecl_bits": result.words.astype("<u4").view(np.uint8).reshape(-1, 12),
    }


def test_every_output_is_the_experiments(trigger, events):
    """No difference in any of 41 outputs of 1000 events, clusters' energies, times and positions to all digits."""
    ours = expected(run(trigger, events))
    inputs = {"category", "rand_u", "in_offsets", "in_tcid", "in_energy", "in_time_8th_ns"}
    assert set(ours) == set(events) - inputs
    for name, reference in events.items():
        if name not in inputs:
            value = np.asarray(ours[name]).astype(reference.dtype)
            equal_nan = reference.dtype.kind == "f"
            assert np.array_equal(value, reference, equal_nan=equal_nan), name


def test_table_from_the_experiment_changes_nothing(events, trigger, shared_data):
    path = shared_data / "belle2" / "conformance" / "ecl_tcmap.npz"
    other = CalorimeterTrigger(Ecl(cm_table=path))
    assert np.array_equal(run(other, events).words, run(trigger, events).words)


def test_order_of_cells_does_not_matter(trigger, events):
    """Hits of one event in another order (no cell twice there) give the same."""
    single = np.flatnonzero(events["category"] == 3)[:50]
    rng = np.random.default_rng(5)
    rows, sizes = [], []
    for event in single:
        begin, end = events["in_offsets"][event : event + 2]
        assert len(set(events["in_tcid"][begin:end])) == end - begin
        rows.append(begin + rng.permutation(end - begin))
        sizes.append(end - begin)
    rows = np.concatenate(rows)
    result = trigger.decide_energies(
        events["in_tcid"][rows],
        events["in_energy"][rows].astype(np.float64),
        events["in_time_8th_ns"][rows] / 8.0,
        np.concatenate([[0], np.cumsum(sizes)]),
        events["rand_u"][single],
    )
    assert np.array_equal(result.words, events["ecl_to_gdl_words"][single])


CELL = st.one_of(
    st.integers(1, 576),
    st.integers(1, 40),  # dense patches where regions and rings meet
    st.integers(500, 576),
    st.sampled_from([81, 92, 93, 104, 501, 512, 489, 500]),
)
HIT = st.tuples(CELL, st.integers(1, 4000), st.integers(-2400, 3200))
EVENT = st.tuples(st.lists(HIT, max_size=40), st.integers(0, 65535), st.sampled_from([1, 1, 8, 64]))


def columns(batch):
    """Return the source's columns and phases; coarse energies make ties."""
    hits = [(c, max(v // coarse * coarse, 19), t) for event, _, coarse in batch for c, v, t in event]
    table = np.array(hits, np.int64).reshape(-1, 3)
    offsets = np.concatenate([[0], np.cumsum([len(event) for event, _, _ in batch])]).astype(np.int64)
    return {
        "channel": table[:, 0].astype(np.uint16),
        "value": table[:, 1].astype(np.uint16),
        "time": table[:, 2].astype(np.int16),
        "offsets": offsets,
    }, np.array([phase for _, phase, _ in batch], np.uint16)


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENT, max_size=4))
def test_kernels_equal_the_slow_twin(trigger, batch):
    source, phase = columns(batch)
    energy, time = source["value"] * 5.25e-3, source["time"] / 8.0
    result = trigger.decide_energies(source["channel"], energy, time, source["offsets"], phase / 65536.0)
    for i in range(len(batch)):
        rows = slice(*source["offsets"][i : i + 2])
        compare(result, i, decide(source["channel"][rows], energy[rows], time[rows], phase[i] / 65536.0))
    assert np.array_equal(trigger.decide(source, phase).words, result.words)


def compare(result, i, slow):
    """Assert that crossing i is what the slow twin says; all numbers exactly, means of clusters to 1e-12."""
    c, d = result.counts, result.decisions
    assert bool(c.has_output[i]) == (slow is not None)
    if slow is None:
        assert not result.words[i].any()
        assert result.offsets[i] == result.offsets[i + 1]
        return
    rows = slice(*result.offsets[i : i + 2])
    kept = slow["clusters"]
    assert result.cell[rows].tolist() == [k[0] for k in kept]
    assert result.energy_gev[rows].tolist() == [k[1] for k in kept]
    assert result.cells[rows].tolist() == [k[3] for k in kept]
    np.testing.assert_allclose(result.time_ns[rows], [k[2] for k in kept], rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(
        result.position_cm[rows], np.array([k[4] for k in kept]).reshape(-1, 3), rtol=1e-12
    )
    assert result.window_start_ns[i] == slow["window_start_ns"]
    assert result.total_gev[i] == slow["etot"]
    assert result.total_all_gev[i] == slow["everything"]
    ours = {
        "cells_in_window": c.cells_in_window[i],
        "clusters_all": c.clusters_all[i],
        "icn": (c.icn[i], c.icn_forward[i], c.icn_barrel[i], c.icn_backward[i]),
        "event": (c.event_cell[i], result.event_time_ns[i], c.source[i]),
        "quality": c.quality[i],
        "background": c.background[i],
        "types": d.bhabha2d_types[i],
        "bha2d": d.bhabha2d[i],
        "physics": d.physics[i],
        "veto": d.veto[i],
        "veto_cells": (d.veto_cell1[i], d.veto_cell2[i]),
        "in_track": d.veto_in_track[i],
        "select": d.select[i],
        "select_cells": (d.select_cell1[i], d.select_cell2[i]),
        "flag": d.select_flag[i],
        "mumu": d.mumu[i],
        "taub2b": d.taub2b[i],
        "hie": d.hie[i],
        "lml": d.lml[i],
        "burst": d.burst[i],
    }
    assert {name: slow[name] for name in ours} == ours


def test_pairs_equal_the_slow_twin(trigger):
    """Pairs of clusters that nearly face each other in the centre of mass; every decision is met."""
    rng = np.random.default_rng(3)
    table = formula()
    theta, phi, factor = table >> 13, table >> 4 & 511, table & 15
    seen = {"lml": 0, "taub2b": 0, "types": 0, "flag": set(), "in_track": set()}
    for _ in range(700):
        hits = []
        for _ in range(rng.integers(1, 3)):
            a = int(rng.integers(1, 577))
            turn = (phi - phi[a]) % 360 - 180
            facing = np.flatnonzero((abs(turn) < 35) & (abs(theta + theta[a] - 180) < 35) & (table > 0))
            b = int(rng.choice(facing)) if len(facing) else 1
            scale = rng.choice([0.2, 0.5, 1.0, 2.0, 3.0, 5.0])
            hits += [
                (c, scale * rng.uniform(0.5, 1.2) * factor[c] * 0.1, rng.uniform(-100, 200)) for c in (a, b)
            ]
        u = rng.random()
        result = one(trigger, *hits, u=u)
        cell, energy, time = zip(*hits, strict=True)
        slow = decide(cell, energy, time, u)
        compare(result, 0, slow)
        if slow is not None:
            for name in ("lml", "taub2b", "types"):
                seen[name] |= slow[name]
            for name in ("flag", "in_track"):
                seen[name].add(slow[name])
    assert seen["lml"] == (1 << 14) - 1
    assert seen["taub2b"] == 7
    assert seen["types"].bit_count() >= 12
    assert seen["flag"] == {-1, 0, 1, 2, 3}
    assert seen["in_track"] == {-1, 0, 1}


def test_no_crossings_and_empty_crossings(trigger):
    empty = np.empty(0)
    for n in (0, 3):
        result = trigger.decide_energies(
            np.empty(0, np.int64), empty, empty, np.zeros(n + 1, np.int64), np.full(n, 0.5)
        )
        assert result.words.shape == (n, 3)
        assert not result.words.any()
        assert ecl_words(result.record()).shape == (n, 2)
        assert not result.record().event_time_ns.any()


def one(trigger, *hits, u=0.5):
    """Return the result for one crossing with (cell, GeV, ns) hits."""
    table = np.array(hits, np.float64).reshape(-1, 3)
    return trigger.decide_energies(
        table[:, 0].astype(np.int64), table[:, 1], table[:, 2], np.array([0, len(table)]), np.array([u])
    )


def test_without_hits_near_zero_the_window_is_four_microseconds_early(trigger):
    """A quirk of the experiment's simulation: the window index stays 0."""
    result = one(trigger, (200, 1.5, -3900.0))
    assert result.window_start_ns[0] == -4062.5
    assert result.counts.has_output[0]
    assert not one(trigger, (200, 1.5, -1000.0)).counts.has_output[0]


def test_window_ends_are_excluded(trigger):
    start = one(trigger, (200, 1.5, 10.0)).window_start_ns[0]
    assert start == -187.5
    assert not one(trigger, (200, 1.0, start)).counts.has_output[0]
    assert not one(trigger, (200, 1.0, 312.5)).counts.has_output[0]  # end of the last window
    assert one(trigger, (200, 1.0, 312.25)).counts.has_output[0]


def test_two_dimensional_bhabha_needs_at_least_its_thresholds(trigger):
    """Equality passes there, unlike everywhere else: 3.0 and 3.0 GeV in theta 8 and 10."""
    phi = {(t, p): k for k, (t, p) in enumerate(zip(*theta_phi(), strict=True))}
    hits = ((phi[8, 5], 3.0, 0.0), (phi[10, 23], 3.0, 0.0))
    assert one(trigger, *hits).decisions.bhabha2d_types[0] == 1 << 12
    assert not one(trigger, hits[0], (hits[1][0], 2.999, 0.0)).decisions.bhabha2d[0]


def test_physics_bit_counts_whole_mev(trigger):
    """Bit 18 wants more than 1000 whole MeV, so 1.0004 GeV passes ehigh but not this."""
    for energy, fires in ((1.0004, 0), (1.0006, 1)):
        decisions = one(trigger, (200, energy, 0.0)).decisions
        assert (decisions.ehigh[0], decisions.physics[0]) == (1, fires)


def test_background_flags_stay_only_on_request(events):
    fresh = CalorimeterTrigger(Ecl())
    kept = CalorimeterTrigger(Ecl(keep_background_flags=True))
    a, b = run(fresh, events), run(kept, events)
    veto, stays = a.counts.background, b.counts.background
    assert np.array_equal(veto, events["bgveto"])
    found = a.counts.has_output == 1
    # Flags only ever come: the first bit, once set, stays; and it comes no later than without memory.
    assert np.array_equal(stays[found] & 1, np.maximum.accumulate(stays[found] & 1))
    assert (stays[found] & 1 >= veto[found] & 1).all()
    assert (stays[found][200:] == 1).all()  # both regions soon have opposite quadrants
    others = ~np.array([0, 7 << 25, 0], np.uint32)
    assert np.array_equal(a.words & others, b.words & others)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"channel": [0, 5]}, "channel 0"),
        ({"channel": [5, 577]}, "channel 577"),
        ({"channel": [5, 60000]}, "channel 60000"),
        ({"value": [20]}, "do not fit together"),
        ({"time": [20]}, "do not fit together"),
        ({"offsets": [0, 1]}, "must rise"),
        ({"offsets": [1, 2]}, "must rise"),
        ({"offsets": [0, 3, 2]}, "must rise"),
        ({"offsets": [0, 1, 1, 2]}, "do not fit together"),
    ],
)
def test_bad_columns_are_refused(trigger, change, words):
    good = {"channel": [5, 6], "value": [20, 30], "time": [0, 0], "offsets": [0, 2]}
    types = {"channel": np.uint16, "value": np.uint16, "time": np.int16, "offsets": np.int64}
    source = {name: np.array((good | change)[name], types[name]) for name in good}
    phases = np.zeros(2 if change.get("offsets") == [0, 3, 2] else 1, np.uint16)
    with pytest.raises(InputError, match=words):
        trigger.decide(source, phases)


@pytest.mark.parametrize(("energy", "time"), [(np.nan, 0.0), (-0.1, 0.0), (np.inf, 0.0), (1.0, np.nan)])
def test_bad_energies_and_times_are_refused(trigger, energy, time):
    with pytest.raises(InputError, match="must be"):
        one(trigger, (5, energy, time))


def test_bad_settings_are_refused():
    with pytest.raises(InputError, match="overlap_ns"):
        CalorimeterTrigger(Ecl(overlap_ns=250.0))
    with pytest.raises(ValidationError):
        Ecl(bhabha2d_forward=(4.0,) * 13)
    with pytest.raises(ValidationError):
        Ecl(cluster_limit=17)


def test_settings_act(trigger, events):
    """Thresholds and the limit are those of the configuration."""
    loose = CalorimeterTrigger(Ecl(cluster_limit=10, total_energy=(0.1, 0.2, 0.3), lml_cm=(1.0, 0.5, 0.2)))
    a, b = run(trigger, events), run(loose, events)
    assert np.diff(b.offsets).max() == 10
    assert b.decisions.elum.sum() > a.decisions.elum.sum()
    assert (b.decisions.lml >> 11 & 1).sum() < (a.decisions.lml >> 11 & 1).sum()
    assert np.array_equal(a.counts.icn, b.counts.icn)
