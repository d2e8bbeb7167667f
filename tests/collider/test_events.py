"""Events of a frame: which, when, and that nothing but the setup and the frame's number decides it."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson
from support.colliders import CHARM, MODELS, OFFERED

from trigemu.collider.events import EventSource
from trigemu.collider.paths import resolve_paths
from trigemu.collider.signals.processes import PROCESS_FILE, Hepmc
from trigemu.collider.sources import BACKGROUND
from trigemu.errors import InputError
from trigemu.experiments.belle2.clock import REVOLUTION_TICKS, TICK_NS
from trigemu.experiments.belle2.generator import event_source
from trigemu.setup.build import build_setup
from trigemu.setup.data import Clock
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
    names = ("time", "signal", "process", "empty", "accepted", "radius")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names) and all(
        np.array_equal(getattr(a.particles, name.name), getattr(b.particles, name.name))
        for name in fields(a.particles)
    )


def test_events_depend_on_nothing_but_the_setup_and_the_frame():
    source = event_source(busy())
    wanted = [source.events(frame) for frame in range(4)]
    again = event_source(busy())
    for frame in (3, 0, 2, 2, 1):
        assert same(again.events(frame), wanted[frame])
    other = event_source(busy(seed=5))
    assert not any(same(other.events(frame), wanted[frame]) for frame in range(4))
    assert not same(wanted[0], wanted[1])


def test_every_event_has_a_crossing_of_its_own_inside_the_frame():
    source = event_source(busy())
    for frame in range(5):
        events = source.events(frame)
        n = len(events.time)
        assert n > 20
        assert np.all(np.diff(events.time) > 0)
        assert events.time[0] >= 0
        assert events.time[-1] < FRAME
        assert events.particles.events == n
        for name in ("signal", "process", "empty", "accepted", "radius"):
            assert len(getattr(events, name)) == n


def test_truth_says_what_each_event_is():
    source = event_source(busy())
    muons, kinds = 0, np.zeros(2)
    for frame in range(5):
        events = source.events(frame)
        is_signal, is_process = events.signal != BACKGROUND, events.process != BACKGROUND
        assert not np.any(is_signal & is_process)
        empty = ~is_signal & ~is_process
        count = np.diff(events.particles.offsets)
        assert np.all(count[empty] == 0)
        assert np.all(count[~empty] >= 1)
        assert np.array_equal(events.empty != BACKGROUND, empty)
        kinds += [np.count_nonzero(events.empty == kind) for kind in range(2)]
        # The signal's event alone has a flight; that of an accepted one ends inside the radius.
        assert np.all(events.radius[~is_signal] == 0)
        assert np.all(events.radius[is_signal] > 0)
        assert np.all(events.radius[is_signal & (events.accepted == 1)] <= 600)
        for row in np.flatnonzero(events.process == 1):
            own = slice(*events.particles.offsets[row : row + 2])
            assert {13, -13} <= set(events.particles.pdg[own].tolist())
            muons += 1
    assert muons > 20
    assert np.all(kinds > 5)


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
    source, frames = event_source(setup), 40
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
    one = event_source(make_setup(SIGNAL, process=[{"process": "mumu", "rate_hz": 10_000.0}])).events(1)
    two = event_source(busy()).events(1)

    def energies(events: Any, signal: int) -> list[float]:
        rows = np.flatnonzero(events.signal == signal)
        return [
            float(np.sum(np.abs(events.particles.pz[slice(*events.particles.offsets[row : row + 2])])))
            for row in rows
        ]

    assert energies(one, 0) == energies(two, 0)
    assert len(energies(one, 0)) > 10


def test_no_table_means_no_event():
    events = event_source(make_setup()).events(0)
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
    source = event_source(scan)
    for frame in range(2):
        events = source.events(frame)
        assert np.all(events.signal == 0)
        assert set(np.diff(events.time)) <= regular(10_000.0)
        assert len(events.time) == pytest.approx(FRAME * TICK_NS / 10_000.0, abs=1)
    chosen = setup.experiment.scan.configuration(setup.to_dict(), {**SIGNAL, "every_ns": 50_000.0})
    distance = np.diff(event_source(build_setup(chosen)).events(0).time)
    assert set(distance) <= regular(50_000.0)


def test_external_triggers_are_off_in_a_scan():
    setup = busy()
    scan = build_setup(setup.experiment.scan.configuration(setup.to_dict(), SIGNAL))
    assert scan.section.external.random_hz == 0
    assert np.all(event_source(scan).events(0).empty == BACKGROUND)


@pytest.mark.parametrize("seed", range(3))
def test_many_events_in_few_ticks_move_apart(seed):
    # 1e7 signal events per second: every eighth tick or so would hold more than one without care.
    setup = make_setup(
        {"signal": "muon-gun", "rate_hz": 1e6},
        {"signal": "electron-gun", "rate_hz": 1e6},
        seed=seed,
        frame_revolutions=3,
    )
    events = event_source(setup).events(0)
    assert len(events.time) == pytest.approx(2e6 * 3 * 10.06e-6, rel=0.6)
    assert np.all(np.diff(events.time) > 0)


# Where event files are.


def located(table: Any, folder: str | None) -> Any:
    """Return the table of `resolve_paths`, None if there is none."""
    found = resolve_paths(table, "own", folder)
    return None if found is None else found[0]


def test_files_are_looked_for_in_the_folder(tmp_path):
    hepmc, to_muons = MODELS["hepmc"], MODELS["b-ks-mumu"]
    assert located(hepmc(file="a.hepmc3"), str(tmp_path)).file == str(tmp_path / "a.hepmc3")
    assert located(to_muons(other_b="b.hepmc3"), str(tmp_path)).other_b == str(tmp_path / "b.hepmc3")
    assert resolve_paths(to_muons(), "own", str(tmp_path)) == (to_muons(), "own")
    assert located(hepmc(file="a.hepmc3"), None).file == "a.hepmc3"
    assert located(hepmc(file="/x/a.hepmc3"), str(tmp_path)).file == "/x/a.hepmc3"


def test_a_process_reads_its_events_where_there_is_a_folder(tmp_path):
    table = MODELS["bhabha"](events="e.hepmc3", cross_section_nb=7.0, label="ee")
    read, sampler = resolve_paths(table, "own", str(tmp_path))
    assert isinstance(read, Hepmc)
    assert sampler == PROCESS_FILE
    assert (read.file, read.cross_section_nb, read.label) == (str(tmp_path / "e.hepmc3"), 7.0, "ee")
    assert read.beam_spot_mm == table.beam_spot_mm
    assert resolve_paths(table, "own", None) == (table, "own")


def test_an_optional_process_is_left_out_without_a_folder(tmp_path):
    table = MODELS["hepmc"](file="a.hepmc3", optional=True, rate_hz=10_000.0)
    assert located(table, None) is None
    assert located(table, str(tmp_path)).file == str(tmp_path / "a.hepmc3")
    # Indices of processes stay those of the configuration.
    setup = make_setup(process=[table.model_dump(mode="json"), {"process": "mumu", "rate_hz": 50_000.0}])
    assert set(event_source(setup).events(0).process.tolist()) == {1}


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "absent"):
        with pytest.raises(InputError, match="is not a folder"):
            located(MODELS["bhabha"](), str(path))


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
    events = event_source(setup).events(0)
    assert {0, 1} <= set(events.process.tolist())
    assert 0 in events.signal
    assert same(events, event_source(setup).events(0))


def test_a_file_without_cross_section_needs_a_rate(shared_data):
    setup = make_setup(
        folder=str(shared_data / "events"), process=[{"process": "hepmc", "file": "belle2_bpbm.hepmc3.gz"}]
    )
    with pytest.raises(InputError, match="no cross-section: give cross_section_nb or rate_hz"):
        event_source(setup)


# Other clocks and colliders.


def test_ticks_are_those_of_the_clock_that_is_given():
    offered = OFFERED[CHARM.name]
    gun = offered["muon-gun"]
    clock = Clock(tick_ns=4.0, clock_ticks=6, frame_ticks=250_000)
    source = EventSource(
        collider=CHARM,
        clock=clock,
        seed=3,
        signals=[(gun.model(every_ns=10_000.0), gun.sampler)],
        empty={"random_hz": 2000.0},
    )
    events = source.events(0)
    signal = events.time[events.signal == 0]
    assert len(signal) == 100
    assert set(np.diff(signal).tolist()) <= {2500, 2499, 2501}
    # 2 kHz in frames of a millisecond, twenty frames: 40 expected, five sigma.
    found = sum(np.count_nonzero(source.events(frame).empty == 0) for frame in range(20))
    assert found == pytest.approx(40, abs=32)


def test_too_many_crossings_without_a_collision_name_their_key():
    clock = Clock(tick_ns=4.0, clock_ticks=6, frame_ticks=10**9)
    with pytest.raises(InputError, match=r"^toy\.random_hz: about 4e\+06 events are expected"):
        EventSource(collider=CHARM, clock=clock, seed=3, empty={"toy.pulser_hz": 1.0, "toy.random_hz": 1e6})


def test_rates_follow_from_cross_sections_of_the_collider():
    mumu = OFFERED[CHARM.name]["mumu"]
    clock = Clock(tick_ns=4.0, clock_ticks=6, frame_ticks=25_000_000)
    source = EventSource(
        collider=CHARM,
        clock=clock,
        seed=3,
        processes=[(mumu.model(), mumu.sampler)],
        luminosity=1e35,
    )
    # Born: 86.8 nb GeV^2 / s, less what the mass of the muon takes away.
    expected = 86.8 / CHARM.sqrt_s**2 * 1e-33 * 1e35 * clock.frame_s
    count = sum(len(source.events(frame).time) for frame in range(10))
    assert count == pytest.approx(10 * expected, abs=5 * math.sqrt(10 * expected) + 0.01 * 10 * expected)


def test_a_process_without_rate_and_cross_section():
    signal = OFFERED[CHARM.name]["tau-ealpha"]
    table = signal.model.model_construct(**{**signal.model().model_dump(), "rate_hz": None, "label": "odd"})
    with pytest.raises(InputError, match="process 'odd' has no cross-section: give rate_hz"):
        EventSource(
            collider=CHARM,
            clock=Clock(4.0, 6, 1000),
            seed=1,
            processes=[(table, signal.sampler)],
            luminosity=1e33,
        )
