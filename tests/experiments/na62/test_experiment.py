"""NA62 as the framework sees it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from trigemu.decision.candidates import CandidateFinder
from trigemu.errors import InputError
from trigemu.experiments.na62.experiment import EXPERIMENT
from trigemu.frames.frame import TimeFrame
from trigemu.setup.build import build_setup
from trigemu.setup.registry import find_experiment

DATA = {
    "experiment": "na62",
    "run": {"seed": 4, "frames": 2},
    "menu": {
        "line": [{"name": "H2", "when": "h2", "select": "ee"}, {"name": "C", "when": "lkr", "on": "control"}]
    },
    "signal": [{"signal": "aprime-mumu", "mass": 0.4, "rate_hz": 1e6}],
    "section": {"frame_timestamps": 2560},
}


def test_it_is_found_by_its_entry_point() -> None:
    assert find_experiment("na62") is EXPERIMENT


def test_clock_bits_and_sources() -> None:
    setup = build_setup({**DATA, "section": {}})
    assert (setup.clock.clock_ticks, setup.clock.frame_ticks) == (256, 40960 * 256)
    assert setup.clock.frame_s == pytest.approx(1.02199e-3, rel=1e-4)
    assert len(setup.bits) == 112
    sources = {"newchod", "muv3", "lkr", "lav", "rich", "anti0", "chod", "truth"}
    assert set(setup.schemas) == sources
    pulsed = build_setup({**DATA, "section": {"l0": {"talk_every_ns": 1e5}}})
    assert set(pulsed.schemas) == {*sources, "talk"}
    assert setup.match_window == 103
    assert setup.histograms
    assert {spec.name for spec in EXPERIMENT.signal_specs(setup.section)} >= {"aprime-mumu", "aprime-ee"}


def test_a_frame_goes_from_events_to_candidates() -> None:
    setup = build_setup(DATA)
    generator = setup.make_generator(tuple(setup.schemas))
    frame = TimeFrame(1, 0, {source: generator.fragment(source, 0) for source in setup.schemas})
    candidates = CandidateFinder(setup).candidates(frame.without_truth())
    assert len(candidates.time) > 0
    setup.warm_up()


def test_a_scan_has_one_signal_at_regular_distances_and_no_background() -> None:
    setup = build_setup(DATA)
    alone = build_setup(EXPERIMENT.scan.configuration(setup.to_dict(), {"signal": "aprime-ee", "mass": 0.1}))
    generator = alone.make_generator(("truth",))
    truth = generator.fragment("truth", 1)
    assert set(truth["signal"].tolist()) == {0}
    assert len(truth["time"]) == pytest.approx(63, abs=1)
    assert setup.signals[0].mass == 0.4  # the configuration itself did not change


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"frame_timestamps": 300}, "multiple of 256"),
        ({"halo": {"rate_hz": -1.0}}, "rate_hz"),
        ({"response": {"colour": 1}}, "colour"),
    ],
)
def test_bad_sections_give_one_sentence(section: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        build_setup({**DATA, "section": section})


def test_a_worker_does_not_start_the_compiler() -> None:
    code = (
        "import json, sys\n"
        "from trigemu.setup.build import build_setup\n"
        "setup = build_setup(json.loads(sys.argv[1]))\n"
        "setup.make_trigger()\n"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code, json.dumps(DATA)], check=False).returncode == 0
