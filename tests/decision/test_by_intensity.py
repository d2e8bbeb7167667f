"""Counts in bins of intensity: those of the frames that belong to each, and all of the run together."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from reference.sequencer import Rule
from support.measured_run import toy_setup
from support.sequencing import menu_of

from trigemu.arrays import F64, I64
from trigemu.decision.by_intensity import (
    BINS,
    UNIT,
    ByIntensity,
    IntensityBins,
    IntensityCounter,
    intensity_bins,
)
from trigemu.decision.candidates import Candidates
from trigemu.decision.sequencer import Sequencer
from trigemu.menu.planes import pack_lines
from trigemu.menu.schema import DeadTime
from trigemu.setup.data import Clock

CLOCK = Clock(tick_ns=1.0, clock_ticks=1, frame_ticks=1000)
LINES = [Rule("a"), Rule("b", factor=3, counting=True), Rule("c", hlt=True, factor=2)]
FRAMES = 3000


def wave(frames: I64) -> F64:
    return 1.0 + 0.9 * np.sin(frames / 37.0)


def made(frame: int) -> Candidates | None:
    """Return the candidates of a frame; None: it is lost."""
    rng = np.random.default_rng(frame)
    if frame % 97 == 5:
        return None
    count = 0 if frame % 400 > 250 else int(rng.poisson(3.0 * wave(np.array([frame]))[0]))
    fired = rng.random((count, len(LINES))) < 0.6
    fired[:, 0] |= ~fired[:, :2].any(axis=1)
    return Candidates(np.sort(rng.choice(1000, count, replace=False)), pack_lines(fired), pack_lines(fired))


def new_sequencer() -> Sequencer:
    return Sequencer(menu_of(LINES, DeadTime(fixed_ns=150.0)), CLOCK, seed=3)


def plain(counts: ByIntensity) -> dict[str, list[int]]:
    return {each.name: getattr(counts, each.name).tolist() for each in fields(counts)}


def count(sequencer: Sequencer, bins: IntensityBins, *, quiet: bool, peek: bool = False) -> ByIntensity:
    """Take all frames through a sequencer; ``quiet``: those without candidates in stretches."""
    counter = IntensityCounter(bins, sequencer, np.array([rule.hlt for rule in LINES]))
    waiting: list[int] = []

    def flush() -> None:
        if waiting:
            for first, length in counter.quiet(waiting[0], len(waiting)):
                sequencer.step_quiet(first, length)
            waiting.clear()

    for frame in range(FRAMES):
        candidates = made(frame)
        if quiet and candidates is not None and not len(candidates.time):
            waiting.append(frame)
            continue
        flush()
        counter.enter(frame, candidates)
        if candidates is None:
            sequencer.skip(frame)
        else:
            sequencer.step(frame, candidates)
        if peek and frame % 100 == 0:
            counter.counts()
    flush()
    return counter.counts()


BINS_OF_WAVE = IntensityBins(np.array([0.1, 0.3, 0.8, 1.2, 1.9]), wave)


def test_each_bin_has_what_its_frames_have_and_all_of_them_are_the_run() -> None:
    sequencer, alone = new_sequencer(), new_sequencer()
    found = count(sequencer, BINS_OF_WAVE, quiet=False)
    of_bins = np.searchsorted([0.3, 0.8, 1.2], wave(np.arange(FRAMES)), side="right")
    # Frame by frame, differences of what the sequencer has counted.
    expected: dict[str, I64] = {
        name: np.zeros(np.shape(getattr(found, name)), np.int64)
        for name in ("frames", "lost", "dead", "states", "several", "fired", "accepted")
    }
    for frame in range(FRAMES):
        before = (alone.fired, alone.accepted.copy(), alone.states.copy(), alone.dead_ticks)
        candidates, at = made(frame), of_bins[frame]
        if candidates is None:
            alone.skip(frame)
            expected["lost"][at] += 1
            continue
        alone.step(frame, candidates)
        expected["frames"][at] += 1
        expected["fired"][at] += alone.fired - before[0]
        expected["accepted"][at] += alone.accepted - before[1]
        expected["states"][at] += alone.states - before[2]
        expected["dead"][at] += alone.dead_ticks - before[3]
        expected["several"][at] += sum(int(mask).bit_count() > 1 for mask in candidates.fired[:, 0])
    for name, table in expected.items():
        assert getattr(found, name).tolist() == table.tolist(), name
        assert table.any(axis=0).all(), name
    decided = [frame for frame in range(FRAMES) if made(frame) is not None]
    seen, at = wave(np.array(decided)), of_bins[decided]
    for power in (1, 2):
        sums = np.bincount(at, seen**power, minlength=4)
        assert found.sums[:, power - 1] / UNIT == pytest.approx(sums, rel=1e-5)
    assert found.fired.sum(axis=0).tolist() == sequencer.fired.tolist()
    assert found.accepted.sum(axis=0).tolist() == sequencer.accepted.tolist()
    assert found.states.sum(axis=0).tolist() == sequencer.states.tolist()
    assert found.kept.sum(axis=0).tolist() == [*sequencer.generated[:2].tolist(), sequencer.accepted[2]]
    assert found.dead.sum() == sequencer.dead_ticks
    assert (found.frames.sum(), found.lost.sum()) == (sequencer.frames, sequencer.lost_frames)


def test_stretches_of_quiet_frames_and_looks_on_the_way_change_nothing() -> None:
    one, other, third = new_sequencer(), new_sequencer(), new_sequencer()
    expected = plain(count(one, BINS_OF_WAVE, quiet=False))
    assert plain(count(other, BINS_OF_WAVE, quiet=True)) == expected
    assert plain(count(third, BINS_OF_WAVE, quiet=False, peek=True)) == expected
    assert one.sha256() == other.sha256() == third.sha256()


def bins_of(of_frames: object, frames: int = 1000) -> IntensityBins | None:
    setup = toy_setup()
    run = setup.config.run.model_copy(update={"frames": frames})
    experiment = replace(setup.experiment, intensity=lambda _: of_frames)
    return intensity_bins(
        replace(setup, experiment=experiment, config=setup.config.model_copy(update={"run": run}))
    )


def test_bins_cover_what_the_run_sees() -> None:
    found = bins_of(wave)
    assert found is not None
    assert len(found) == BINS
    seen = wave(np.arange(1000))
    assert (found.edges[0], found.edges[-1]) == (seen.min(), seen.max())
    assert (np.diff(found.edges) > 0.0).all()
    counts = np.histogram(seen, found.edges)[0]
    assert counts.min() > 1000 / BINS / 4
    assert len(bins_of(wave, 3) or ()) == 3
    # Runs of any length look at no more frames than they need.
    assert len(bins_of(wave, 2**32 - 1) or ()) == BINS


def test_what_does_not_change_has_no_bins() -> None:
    assert intensity_bins(toy_setup()) is None
    assert bins_of(None) is None
    assert bins_of(lambda frames: np.full(len(frames), 0.7) + 1e-12 * frames) is None
    assert bins_of(wave, 1) is None
