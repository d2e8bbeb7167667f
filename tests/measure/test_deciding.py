"""A row per event: the same as a run's, in any order, with weights and numbers as they are."""

from __future__ import annotations

import numpy as np
import pytest
from support.own_events import CONFIGS, FROM_TARGET, flags, named, own_events, write_hepmc

import trigemu
from trigemu.frames.frame import TRUTH
from trigemu.measure.deciding import decide_events
from trigemu.measure.deciding.decide import decide_each
from trigemu.measure.offline import make_frames
from trigemu.menu.planes import unpack_lines
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.experiment import Setup

EVENTS = 60
ALL = [(experiment, config) for experiment, configs in CONFIGS.items() for config in configs]
ONE = [(experiment, configs[0]) for experiment, configs in CONFIGS.items()]


def file_of(tmp_path, experiment, config, events=EVENTS, **more):
    """Return a file of a few events, and the changes with which a configuration takes each once."""
    na62 = experiment == "na62"
    path = write_hepmc(tmp_path / "events.hepmc3", own_events(config, events), na62=na62, **more)
    return path, [FROM_TARGET] if na62 else []


def once(config, path, changes):
    name, changes = named(config, changes)
    return load_setup(name, [*changes, f"input.path={path}", "input.once=true"])


def fired_in(setup: Setup) -> np.ndarray:
    """Return what fires in a run, put to events by their times: bool[events, 2 x lines]."""
    decisions = trigemu.decide(setup)
    lines = len(setup.menu.lines)
    words = np.column_stack([unpack_lines(decisions.fired, lines), unpack_lines(decisions.passed, lines)])
    found = np.zeros((setup.config.input.events, 2 * lines), bool)
    for frame in make_frames(setup, range(setup.frames)):
        truth = frame[TRUTH]
        mine = decisions.frame == frame.number
        near = np.abs(decisions.time[mine][:, None] - truth["time"]) <= setup.match_window
        for row, event in np.argwhere(near):
            found[truth["event"][event]] |= words[mine][row]
    return found


@pytest.mark.parametrize(("experiment", "config"), ALL)
def test_rows_are_those_of_a_run_of_the_same_events(experiment, config, tmp_path):
    path, changes = file_of(tmp_path, experiment, config)
    setup = once(config, path, changes)
    run = fired_in(setup)
    name, changes = named(config, changes)
    found = decide_events(name, path, overrides=changes)
    assert len(found) == setup.config.input.events == EVENTS
    assert found.lines == setup.menu.names
    lines = len(found.lines)
    assert np.array_equal(np.column_stack([found.fired_by(line) for line in found.lines]), run[:, :lines])
    passed = run[:, lines:]
    l1 = np.array([line.level == "l1" for line in setup.menu.lines])
    full = np.array([line.scale.factor == 1 for line in setup.menu.lines])
    taken = passed[:, l1 & full].any(axis=1)
    assert np.array_equal(found.l1, taken)
    sent = passed & (l1 | taken[:, None])
    assert np.array_equal(np.column_stack([found.passed_by(line) for line in found.lines]), sent)
    if not l1.all():
        assert np.array_equal(found.hlt, taken & passed[:, ~l1 & full].any(axis=1))
    # Not everything is the same in all events.
    assert len(np.unique(flags(found), axis=0)) > EVENTS // 4


@pytest.mark.parametrize(("experiment", "config"), ONE)
def test_rows_do_not_depend_on_order_or_company(experiment, config, tmp_path):
    n = 40
    particles, random = own_events(config, n), np.random.default_rng(7)
    order = random.permutation(n)
    some = np.sort(random.choice(n, 11, replace=False))
    whole = flags(decide_events(config, particles))
    assert np.array_equal(flags(decide_events(config, particles.take(order))), whole[order])
    assert np.array_equal(flags(decide_events(config, particles.take(some))), whole[some])
    # So it is with files.
    na62, changes = experiment == "na62", [FROM_TARGET] if experiment == "na62" else []
    files = [
        write_hepmc(tmp_path / name, particles.take(which), na62=na62)
        for name, which in (("all", np.arange(n)), ("other", order))
    ]
    one, other = (flags(decide_events(config, file, overrides=changes)) for file in files)
    assert np.array_equal(other, one[order])


def test_another_seed_is_another_detector_response():
    particles = own_events("belle2", 20)
    one, again, other = (flags(decide_events("belle2", particles, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_particles_of_a_file_get_its_rows(tmp_path):
    from trigemu.physics.hepmc_events import read_events

    path = write_hepmc(tmp_path / "events.hepmc3", own_events("babar", EVENTS))
    particles = read_events(path).take(np.arange(EVENTS))
    assert np.array_equal(flags(decide_events("babar", particles)), flags(decide_events("babar", path)))


def test_weights_and_numbers_are_those_of_the_file(tmp_path):
    n = 20
    weights = [(-1) ** event * (0.5 + event) for event in range(n)]
    numbers = [7 * event + 3 for event in range(n)]
    path, _ = file_of(tmp_path, "belle2", "belle2", n, weights=weights, numbers=numbers)
    found = decide_events("belle2", path)
    assert found.weight.tolist() == weights
    assert found.number.tolist() == numbers
    assert found.event.tolist() == list(range(n))
    plain = decide_events("belle2", path, overrides=["input.reading.weight=none"])
    assert plain.weight.tolist() == [1.0] * n
    assert np.array_equal(flags(plain), flags(found))


def test_lines_can_be_chosen_and_are_found_by_name():
    found = decide_events("belle2", own_events("belle2", 20), lines=["ffy", "HIE"])
    whole = decide_events("belle2", own_events("belle2", 20))
    assert found.lines == ("ffy", "hie")
    assert np.array_equal(found["ffy"], whole.passed_by("ffy"))
    assert np.array_equal(found.l1, whole.l1)
    assert len(found) == 20
    assert "20 events" in repr(found)
    assert "ffy" in found._repr_html_()
    assert found.plot().get_xlabel() == "efficiency"
    table = found.to_pandas()
    assert list(table.columns) == list(found.columns)
    assert np.array_equal(table["fired_ffy"], found.fired_by("ffy"))


def test_a_configuration_that_takes_each_event_is_complete(tmp_path):
    path, changes = file_of(tmp_path, "besiii", "besiii", 51)
    setup = once("besiii", path, changes)
    assert (setup.frames, setup.config.input.events) == (2, 51)
    assert setup.config.run.duration_s is None
    rows = flags(decide_each(setup))
    path.rename(tmp_path / "elsewhere")
    again = build_setup(setup.to_dict())
    assert again.digest == setup.digest
    with pytest.raises(trigemu.errors.InputError, match="does not exist"):
        decide_each(again)
    # Another file of that name is not the one of the run.
    write_hepmc(path, own_events("besiii", 20))
    with pytest.raises(trigemu.errors.InputError, match="20 events"):
        decide_each(again)
    assert len(rows) == 51


def test_raw_data_are_decided_as_they_are(shared_data):
    found = decide_events("besiii-raw", shared_data / "besiii" / "run91668.raw")
    assert len(found) == 10
    assert found.accepted is None
    assert found.number.min() == 199781
    setup = load_setup("besiii-raw", [f"input.path={shared_data / 'besiii' / 'run91668.raw'}"])
    run = trigemu.decide(setup)
    fired = np.column_stack([found.fired_by(line) for line in found.lines])
    assert np.array_equal(unpack_lines(run.fired, len(found.lines)), fired[fired.any(axis=1)])
