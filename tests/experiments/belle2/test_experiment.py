"""Belle II as the framework sees it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from trigemu.decision.candidates import CandidateFinder
from trigemu.errors import InputError
from trigemu.experiments.belle2.experiment import EXPERIMENT
from trigemu.experiments.belle2.generator import Belle2Generator
from trigemu.experiments.belle2.sources import CDC, ECL, SCHEMAS, TIMING
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.frames.frame import TimeFrame
from trigemu.menu.planes import unpack_lines
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.registry import experiment_names, find_experiment

HEAVY = ("numba", "torch", "onnx", "onnxruntime", "uproot", "awkward", "scipy", "matplotlib", "pyhepmc")


@pytest.fixture(scope="module")
def setup(configs):
    return load_setup(configs / "belle2.toml", ["belle2.frame_revolutions=64"])


@pytest.fixture(scope="module")
def frames(setup):
    generator = Belle2Generator(setup, tuple(SCHEMAS))
    sources = [source for source in SCHEMAS if source != "truth"]
    return [
        TimeFrame(1, number, {source: generator.fragment(source, number) for source in sources})
        for number in range(3)
    ]


def test_the_registry_knows_it():
    assert "belle2" in experiment_names()
    assert find_experiment("belle2") is EXPERIMENT


def test_clock(setup):
    clock = setup.clock
    # belle2_facts 1: RF 508.89 MHz, 5120 periods per turn; the data clock is a sixteenth of it.
    assert clock.tick_ns == pytest.approx(1e3 / 508.89, rel=1e-4)
    assert clock.frame_ticks == 64 * 5120
    assert clock.clock_ticks == 16
    assert setup.crossings == TIMING


def test_a_setup_survives_the_way_to_a_worker(setup):
    again = build_setup(json.loads(json.dumps(setup.to_dict())))
    assert again.to_dict() == setup.to_dict()
    assert again.digest == setup.digest
    assert again.section == setup.section
    assert again.menu.names == setup.menu.names


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"frame_revolutions": 0}, "frame_revolutions"),
        ({"luminosity": -1.0}, "luminosity"),
        ({"colour": 1}, "colour"),
        ({"cdc": {"min_hits": 9}}, "min_hits"),
        ({"external": {"injection": {"gate_us": 11.0}}}, "gate_us"),
        ({"process": [{"process": "bhabhas"}]}, "bhabhas"),
        ({"process": [{"process": "mumu", "theta_star": [30, 20]}]}, "theta_star"),
    ],
)
def test_bad_sections_give_one_sentence(setup, section, words):
    with pytest.raises(InputError, match=words) as error:
        build_setup({**setup.to_dict(), "section": section})
    assert "\n" not in str(error.value)


def test_candidates_are_crossings(setup, frames):
    finder = CandidateFinder(setup)
    found = 0
    for frame in frames:
        candidates = finder.candidates(frame)
        found += len(candidates.time)
        assert np.all(np.isin(candidates.time, frame[TIMING]["time"]))
        assert np.all(np.diff(candidates.time) > 0)
        assert candidates.fired.shape == (len(candidates.time), setup.menu.words)
        assert np.all(setup.menu.makes_candidate(candidates.fired))
        assert np.array_equal(candidates.fired, candidates.passed)
    assert found > 20


def test_frames_do_not_remember_one_another(setup, frames):
    # One trigger for all frames in both directions, and a new one for each: the same.
    finder = CandidateFinder(setup)
    forward = [finder.candidates(frame) for frame in frames]
    backward = [finder.candidates(frame) for frame in frames[::-1]][::-1]
    alone = [CandidateFinder(setup).candidates(frame) for frame in frames]
    for other in (backward, alone):
        for a, b in zip(forward, other, strict=True):
            assert np.array_equal(a.time, b.time)
            assert np.array_equal(a.fired, b.fired)


def test_a_crossing_alone_fires_the_same_lines(setup, frames):
    """The software trigger and level 1 look at one crossing at a time."""
    finder, frame = CandidateFinder(setup), frames[0]
    whole = finder.candidates(frame)
    time = frame[TIMING]["time"]
    for row in range(len(time)):
        pieces = {}
        for source, columns in frame.fragments.items():
            if source == TIMING:
                pieces[source] = {name: column[row : row + 1] for name, column in columns.items()}
                continue
            begin, end = columns["offsets"][row : row + 2]
            pieces[source] = {
                name: column[begin:end] for name, column in columns.items() if name != "offsets"
            }
            pieces[source]["offsets"] = np.array([0, end - begin])
        one = finder.candidates(TimeFrame(1, 0, pieces))
        here = whole.time == time[row]
        assert np.array_equal(one.fired, whole.fired[here])


def test_empty_frames(setup):
    generator = Belle2Generator(
        build_setup({**setup.to_dict(), "signal": [], "section": {"frame_revolutions": 1}}),
        tuple(SCHEMAS),
    )
    frame = TimeFrame(1, 0, {source: generator.fragment(source, 0) for source in SCHEMAS})
    candidates = CandidateFinder(setup).candidates(frame)
    assert len(candidates.time) == 0
    assert candidates.fired.shape == (0, setup.menu.words)
    assert set(monitored(Belle2Trigger(setup), frame)) <= set(setup.histograms)


def test_random_triggers_fire_only_lines_that_ask_for_them(setup):
    data = setup.to_dict()
    section = {**data["section"], "process": [], "external": {"random_hz": 20_000.0}}
    alone = build_setup({**data, "signal": [], "section": section})
    generator = Belle2Generator(alone, tuple(SCHEMAS))
    frame = TimeFrame(1, 0, {source: generator.fragment(source, 0) for source in SCHEMAS})
    candidates = CandidateFinder(alone).candidates(frame)
    assert np.array_equal(candidates.time, frame[TIMING]["time"])
    names = list(alone.menu.names)
    fired = unpack_lines(candidates.fired, len(names))
    assert np.all(fired[:, names.index("random")])
    assert np.all(fired[:, names.index("hlt_random")])
    assert not np.any(fired[:, names.index("poissonv")])


def monitored(trigger, frame):
    return trigger.monitor(frame, trigger.words(frame))


def test_monitoring_does_not_run_level_1_again(setup, frames, monkeypatch):
    trigger = Belle2Trigger(setup)
    words = trigger.words(frames[0])
    monkeypatch.setattr(Belle2Trigger, "level1", None)
    assert sum(int(counts.sum()) for counts in trigger.monitor(frames[0], words).values()) > 0


def test_monitor_counts_what_the_frame_has(setup, frames):
    trigger = Belle2Trigger(setup)
    specs = setup.histograms
    for frame in frames:
        counts = monitored(trigger, frame)
        assert set(counts) == set(specs)
        for name, array in counts.items():
            assert array.size == np.prod(specs[name].shape)
            assert np.all(array >= 0)
        assert sum(int(array.sum()) for array in counts.values()) > 0


@pytest.mark.parametrize("source", [CDC, ECL, "klm", "tracks"])
def test_missing_and_torn_sources_are_refused(setup, frames, source):
    finder, frame = CandidateFinder(setup), frames[0]
    without = {name: columns for name, columns in frame.fragments.items() if name != source}
    with pytest.raises(InputError, match=f"no fragment of source '{source}'"):
        finder.candidates(TimeFrame(1, 0, without))
    torn = {name: column[:-1] if name == "offsets" else column for name, column in frame[source].items()}
    with pytest.raises(InputError, match=f"source '{source}' has"):
        finder.candidates(TimeFrame(1, 0, {**frame.fragments, source: torn}))


def test_a_scan_keeps_beam_background_and_nothing_else(setup):
    scan = EXPERIMENT.scan.configuration(setup.to_dict(), {"signal": "mumu-zprime", "mass": 2.0})
    assert scan["section"]["process"] == []
    assert [table["every_ns"] for table in scan["signal"]] == [10_000.0]
    assert scan["section"]["response"] == setup.to_dict()["section"]["response"]


def test_a_worker_starts_neither_compiler_nor_libraries(setup, frames):
    code = (
        "import json, sys\n"
        "from trigemu.setup.build import build_setup\n"
        "import trigemu.streaming.roles.worker\n"
        "setup = build_setup(json.loads(sys.argv[1]))\n"
        "setup.make_trigger()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, json.dumps(setup.to_dict())],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
