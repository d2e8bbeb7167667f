"""Events of files through the offline selections: mixed in, with weights, and each event once."""

from __future__ import annotations

import numpy as np
import pytest
from support.own_events import FROM_TARGET, own_events, write_hepmc

from trigemu.measure.efficiency import efficiency
from trigemu.setup.build import load_setup

EVENTS = 60


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """Write decays of A' to muons and to electrons in turn; every second muon pair has no weight."""
    made = own_events("na62-dump", EVENTS)
    weights = [0.0 if event % 4 == 0 else 1.0 for event in range(EVENTS)]
    return write_hepmc(tmp_path_factory.mktemp("files") / "decays.hepmc", made, weights, na62=True)


def test_weights_of_a_file_count_in_the_flow(events):
    table = f'signal=[{{signal="hepmc-signal", file="{events}", origin_mm=[0,0,0], acceptance="pair"}}]'
    setup = load_setup("na62-dump", [table])
    flow = efficiency(setup, "hepmc-signal", events=600, lines="H2", selection="mumu").flow
    steps = {row.step: row for row in flow}
    assert steps["accepted"].count > 50
    # Of the weight accepted, a third is muons and the rest electrons, which have no MUV3 hits.
    assert 0 < steps["selected"].weight < 0.7 * steps["triggered"].weight
    assert steps["selected"].of_triggered == steps["selected"].weight / steps["triggered"].weight


def test_each_event_of_a_file_is_judged_once(events):
    setup = load_setup("na62-dump", [f"input.path={events}", "input.once=true", FROM_TARGET])

    def judged(frames):
        generator = setup.make_generator(tuple(setup.schemas))
        return {frame: generator.offline("mumu", frame) for frame in frames}

    forward, backward = judged(range(EVENTS)), judged(reversed(range(EVENTS)))
    assert all(forward[frame].shape == (1, len(setup.offline["mumu"])) for frame in range(EVENTS))
    assert all((forward[frame] == backward[frame]).all() for frame in range(EVENTS))
    selected = np.array([forward[frame].all() for frame in range(EVENTS)])
    assert selected[::2].any()
    assert not selected[1::2].any()
