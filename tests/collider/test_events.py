"""Events of a frame: which, when, and that nothing but the setup and the frame's number decides it."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

from trigemu.collider.events import EventSource
from trigemu.collider.located import located
from trigemu.collider.signals.models import BtoKMuMu
from trigemu.collider.signals.processes import Bhabha, Hepmc
from trigemu.errors import InputError
from trigemu.experiments.belle2.bits import EXTERNAL
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.sources import BACKGROUND
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup

TURNS = 100
FRAME = TURNS * REVOLUTION_TICKS
FRAME_S = FRAME * TICK_NS * 1e-9
MENU = {"line": [{"name": "ff", "when": "t2_1 or t2_2 or t2_3"}]}
SIGNAL = {"signal": "b-ks-mumu", "mass": 0.5, "ctau": 10.0, "rate_hz": 20_000.0}


def make_setup(*signals: dict[str, Any], folder: str | None = None, seed: int = 4, **section: Any) -> Setup:
    return build_setup(
        {
            "experiment": "belle2",
            "run": {"seed": seed, "frames": 10},
            "menu": MENU,
            "input": {"path": folder} if folder else {},
            "signal": list(signals),
            "section": {"frame_revolutions": TURNS, **section},
        }
    )


def busy(**more: Any) -> Setup:
    processes = [{"process": "bhabha"}, {"process": "mumu", "rate_hz": 10_000.0}]
    return make_setup(SIGNAL, process=processes, external={"random_hz": 5000.0, "poisson_hz": 3000.0}, **more)


def same(a: Any, b: Any) -> bool:
    names = ("time", "phase", "external", "signal", "process", "accepted", "radius")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names) and all(
        np.array_equal(getattr(a.particles, name.name), getattr(b.particles, name.name))
        for name in fields(a.particles)
    )


def test_events_depend_on_nothing_but_the_setup_and_the_frame():
    source = EventSource(busy())
    wanted = [source.events(frame) for frame in range(4)]
    again = EventSource(busy())
    for frame in (3, 0, 2, 2, 1):
        assert same(again.events(frame), wanted[frame])
    other = EventSource(busy(seed=5))
    assert not any(same(other.events(frame), wanted[frame]) for frame in range(4))
    assert not same(wanted[0], wanted[1])


def test_every_event_has_a_crossing_of_its_own_inside_the_frame():
    source = EventSource(busy())
    for frame in range(5):
        events = source.events(frame)
        n = len(events.time)
        assert n > 20
        assert np.all(np.diff(events.time) > 0)
        assert events.time[0] >= 0
        assert events.time[-1] < FRAME
        assert events.particles.events == n
        for name in ("phase", "external", "signal", "process", "accepted", "radius"):
            assert len(getattr(events, name)) == n


def test_truth_says_what_each_event_is():
    source = EventSource(busy())
    muons = 0
    for frame in range(5):
        events = source.events(frame)
        is_signal, is_process = events.signal != BACKGROUND, events.process != BACKGROUND
        assert not np.any(is_signal & is_process)
        empty = ~is_signal & ~is_process
        count = np.diff(events.particles.offsets)
        assert np.all(count[empty] == 0)
        assert np.all(count[~empty] >= 1)
        random, pulsed = (
            (events.external >> np.uint32(EXTERNAL.index(name)) & 1) == 1
            for name in ("pseud_rand", "poissonin")
        )
        assert np.array_equal(random | pulsed, empty)
        # The signal's event alone has a flight; that of an accepted one ends inside the radius.
        assert np.all(events.radius[~is_signal] == 0)
        assert np.all(events.radius[is_signal] > 0)
        assert np.all(events.radius[is_signal & (events.accepted == 1)] <= 600)
        for row in np.flatnonzero(events.process == 1):
            own = slice(*events.particles.offsets[row : row + 2])
            assert {13, -13} <= set(events.particles.pdg[own].tolist())
            muons += 1
    assert muons > 20


def test_counts_follow_luminosity_times_cross_section():
    luminosity, bhabha_nb, mumu_nb = 2.0e34, 300.0, 40.0
    setup = make_setup(
        SIGNAL,
        luminosity=luminosity,
        process=[
            {"process": "bhabha", "cross_section_nb": bhabha_nb, "isr": False},
            {"process": "mumu", "cross_section_nb": mumu_nb},
            {"process": "tautau", "rate_hz": 4000.0, "cross_section_nb": 1e6},
        ],
        external={"random_hz": 2500.0},
    )
    source, frames = EventSource(setup), 40
    found = np.zeros(5)
    for frame in range(frames):
        events = source.events(frame)
        found[:3] += [np.count_nonzero(events.process == number) for number in range(3)]
        found[3] += np.count_nonzero(events.signal == 0)
        found[4] += np.count_nonzero((events.signal == BACKGROUND) & (events.process == BACKGROUND))
    rates = [bhabha_nb * 1e-33 * luminosity, mumu_nb * 1e-33 * luminosity, 4000.0, 20_000.0, 2500.0]
    expected = np.array(rates) * FRAME_S * frames
    p = 2 * np.minimum(poisson.cdf(found, expected), poisson.sf(found - 1, expected))
    # Two events in one tick move apart, so none is lost; five two-sided tests at 1e-4 each.
    assert np.all(p > 1e-4)


def test_adding_a_kind_leaves_the_particles_of_the_others_as_they_are():
    one = EventSource(make_setup(SIGNAL, process=[{"process": "mumu", "rate_hz": 10_000.0}])).events(1)
    two = EventSource(busy()).events(1)

    def energies(events: Any, signal: int) -> list[float]:
        rows = np.flatnonzero(events.signal == signal)
        return [
            float(np.sum(np.abs(events.particles.pz[slice(*events.particles.offsets[row : row + 2])])))
            for row in rows
        ]

    assert energies(one, 0) == energies(two, 0)
    assert len(energies(one, 0)) > 10


def test_no_table_means_no_event():
    events = EventSource(make_setup()).events(0)
    assert len(events.time) == 0
    assert events.particles.events == 0
    assert events.particles.offsets.tolist() == [0]


def regular(ns: float) -> set[int]:
    return {math.floor(ns / TICK_NS), math.ceil(ns / TICK_NS)}


def test_a_scan_puts_one_signal_at_regular_distances():
    setup = busy()
    data = setup.experiment.scan.configuration(setup.to_dict(), {**SIGNAL, "mass": 2.0})
    scan = build_setup(data)
    assert scan.section.process == ()
    assert [signal.mass for signal in scan.signals] == [2.0]
    assert setup.signals[0].mass == 0.5  # the configuration itself did not change
    assert scan.section.response == setup.section.response
    source = EventSource(scan)
    for frame in range(2):
        events = source.events(frame)
        assert np.all(events.signal == 0)
        assert set(np.diff(events.time)) <= regular(10_000.0)
        assert len(events.time) == pytest.approx(FRAME * TICK_NS / 10_000.0, abs=1)
    chosen = setup.experiment.scan.configuration(setup.to_dict(), {**SIGNAL, "every_ns": 50_000.0})
    distance = np.diff(EventSource(build_setup(chosen)).events(0).time)
    assert set(distance) <= regular(50_000.0)


def test_external_triggers_are_off_in_a_scan():
    setup = busy()
    scan = build_setup(setup.experiment.scan.configuration(setup.to_dict(), SIGNAL))
    assert scan.section.external.random_hz == 0
    assert np.all(EventSource(scan).events(0).external == 0)


@pytest.mark.parametrize("seed", range(3))
def test_many_events_in_few_ticks_move_apart(seed):
    # 1e7 signal events per second: every eighth tick or so would hold more than one without care.
    setup = make_setup(
        {"signal": "muon-gun", "rate_hz": 1e6},
        {"signal": "electron-gun", "rate_hz": 1e6},
        seed=seed,
        frame_revolutions=3,
    )
    events = EventSource(setup).events(0)
    assert len(events.time) == pytest.approx(2e6 * 3 * 10.06e-6, rel=0.6)
    assert np.all(np.diff(events.time) > 0)


# Where event files are.


def test_files_are_looked_for_in_the_folder(tmp_path):
    assert located(Hepmc(file="a.hepmc3"), str(tmp_path)).file == str(tmp_path / "a.hepmc3")
    assert located(BtoKMuMu(other_b="b.hepmc3"), str(tmp_path)).other_b == str(tmp_path / "b.hepmc3")
    assert located(BtoKMuMu(), str(tmp_path)) == BtoKMuMu()
    assert located(Hepmc(file="a.hepmc3"), None).file == "a.hepmc3"
    assert located(Hepmc(file="/x/a.hepmc3"), str(tmp_path)).file == "/x/a.hepmc3"


def test_a_process_reads_its_events_where_there_is_a_folder(tmp_path):
    table = Bhabha(events="e.hepmc3", cross_section_nb=7.0, label="ee")
    read = located(table, str(tmp_path))
    assert isinstance(read, Hepmc)
    assert (read.file, read.cross_section_nb, read.label) == (str(tmp_path / "e.hepmc3"), 7.0, "ee")
    assert located(table, None) is table


def test_an_optional_process_is_left_out_without_a_folder(tmp_path):
    table = Hepmc(file="a.hepmc3", optional=True, rate_hz=10_000.0)
    assert located(table, None) is None
    assert located(table, str(tmp_path)).file == str(tmp_path / "a.hepmc3")
    # Indices of processes stay those of the configuration.
    setup = make_setup(process=[table.model_dump(mode="json"), {"process": "mumu", "rate_hz": 50_000.0}])
    assert set(EventSource(setup).events(0).process.tolist()) == {1}


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "absent"):
        with pytest.raises(InputError, match="is not a folder"):
            located(Bhabha(), str(path))


def test_events_of_files(shared_data):
    folder = str(shared_data / "events")
    setup = make_setup(
        {**SIGNAL, "other_b": "belle2_bpbm.hepmc3.gz"},
        folder=folder,
        process=[
            {"process": "bhabha", "events": "belle2_bhabha.hepmc3.gz", "rate_hz": 20_000.0},
            {"process": "hepmc", "file": "belle2_tautau.hepmc3.gz", "optional": True, "rate_hz": 20_000.0},
        ],
    )
    events = EventSource(setup).events(0)
    assert {0, 1} <= set(events.process.tolist())
    assert 0 in events.signal
    assert same(events, EventSource(setup).events(0))


def test_a_file_without_cross_section_needs_a_rate(shared_data):
    setup = make_setup(
        folder=str(shared_data / "events"), process=[{"process": "hepmc", "file": "belle2_bpbm.hepmc3.gz"}]
    )
    with pytest.raises(InputError, match="no cross-section: give cross_section_nb or rate_hz"):
        EventSource(setup)
