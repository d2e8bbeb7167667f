"""Delays bring together what one collision makes: B meson pairs with beam background, through level 1."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.collider.trigger import pieces_of
from trigemu.experiments.babar.clock import BUNCHES_PER_SAMPLE, SAMPLE_TICKS, TICK_NS
from trigemu.experiments.babar.glt.decision import GlobalDecider
from trigemu.experiments.babar.level1 import Chain
from trigemu.experiments.babar.sources import DCH, EMC, IFR, TIMING
from trigemu.measure.offline import make_frames
from trigemu.setup.build import load_setup

MIXED = (6, 9, 10, 12)
"""Lines that ask for tracks and for clusters."""


class Sample:
    """Some 250 events, and what level 1 says of them; ``lines`` with other settings of the global trigger."""

    def __init__(self, configs, data):
        pairs = '[{process = "hepmc", label = "B", file = "babar_b0b0bar.hepmc3.gz", cross_section_nb = 600}]'
        changes = ("conditions=2001", "random_hz=0", f"process={pairs}")
        self.setup = load_setup(
            configs / "babar.toml",
            [f"input.path={data / 'events'}", "signal=[]", *(f"babar.{change}" for change in changes)],
        )
        (frame,) = make_frames(self.setup, [0])
        n = len(frame[TIMING]["time"])
        self.phase, self.none = frame[TIMING]["phase"], np.zeros(n, np.uint8)
        sources = (pieces_of(frame, source, n) for source in (DCH, EMC, IFR))
        self.found = Chain(self.setup.section).run(*sources, self.none)

    def lines(self, **delay):
        """Return bool[events, 32], with changed delays."""
        glt, found = self.setup.section.glt, self.found
        changed = glt.model_copy(update={"delay": glt.delay.model_copy(update=delay)})
        decision = GlobalDecider(changed).decide(found.tracks, found.emt, found.u, self.none)
        return decision.lines[:, None] >> np.arange(32, dtype=np.uint32) & np.uint32(1) == 1


@pytest.fixture(scope="module")
def sample(configs, shared_data):
    return Sample(configs, shared_data)


@pytest.mark.parametrize(("kind", "lines"), [("emt", MIXED), ("ift", (11,))])
def test_a_tick_more_or_less_changes_nothing(sample, kind, lines):
    """Delays are in the middle of those with which tracks, clusters and muons meet."""
    now = getattr(sample.setup.section.glt.delay, kind)
    columns = np.array(lines) - 1
    here, *near = (sample.lines(**{kind: now + step})[:, columns].mean(axis=0) for step in (0, -1, 1))
    far = sample.lines(**{kind: now + 7})[:, columns].mean(axis=0)
    assert (here > 0.05).all()
    assert all((rate > 0.97 * here).all() for rate in near)
    assert (far < 0.1 * here).all()


def test_every_event_is_decided_when_it_was(sample):
    """52 ns rms, 99 % within 308 ns (babar_geometry_facts G8.10, recalled)."""
    tick = sample.found.decision.tick
    assert (tick >= 0).all()
    late = (tick - sample.phase * SAMPLE_TICKS / BUNCHES_PER_SAMPLE) * TICK_NS
    late -= np.median(late)
    assert np.std(late) < 80.0
    assert (np.abs(late) < 308.0).mean() > 0.98
