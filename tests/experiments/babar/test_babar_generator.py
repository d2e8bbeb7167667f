"""Fragments of simulated BaBar events: columns, purity, crossings that agree, phases, occupancy, amounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from support.fragments import (
    Made,
    check_columns,
    check_crossings,
    check_partners,
    check_purity,
    make,
)

from trigemu.collider.sources import BACKGROUND
from trigemu.errors import InputError
from trigemu.experiments.babar.clock import COUNT_NS
from trigemu.experiments.babar.config import Babar
from trigemu.experiments.babar.experiment import EXPERIMENT
from trigemu.experiments.babar.generator import BabarGenerator
from trigemu.experiments.babar.signals import signals
from trigemu.experiments.babar.sources import (
    DCH,
    EMC,
    IFR,
    L3_CLUSTERS,
    L3_TRACKS,
    SCHEMAS,
    TIMING,
)
from trigemu.frames.frame import TRUTH
from trigemu.setup.experiment import Setup
from trigemu.setup.run_config import RunConfig

SECTION: dict[str, Any] = {
    "frame_samples": 20_000,
    "luminosity": 3e33,
    "random_hz": 1000.0,
    "process": [
        {"process": "mumu", "rate_hz": 2000.0},
        {"process": "cosmic"},
        {"process": "beamgas", "rate_hz": 2000.0},
    ],
}
GUN: dict[str, Any] = {"signal": "muon-gun", "rate_hz": 1000.0}


def setup_of(seed: int = 2, tables: Any = (GUN,), path: str | None = None, **section: Any) -> Setup[Babar]:
    """Return a setup without a menu: a generator needs none."""
    own = Babar.model_validate({**SECTION, **section})
    config = RunConfig.model_validate(
        {
            "experiment": "babar",
            "run": {"seed": seed, "frames": 3},
            "menu": {"line": [{"name": "any", "when": "line_1"}]},
            "input": {"path": path},
        }
    )
    models = {spec.name: spec.model for spec in signals(own)}
    chosen = tuple(models[table["signal"]].model_validate(table) for table in tables)
    return Setup(config, EXPERIMENT, own, chosen, (), cast(Any, None))


@pytest.fixture(scope="module")
def setup() -> Setup[Babar]:
    return setup_of()


@pytest.fixture(scope="module")
def made(setup: Setup[Babar]) -> Made:
    return make(BabarGenerator(setup, tuple(SCHEMAS)), tuple(SCHEMAS), 3)


def test_every_source_has_the_columns_of_its_schema(made: Made) -> None:
    check_columns(made, SCHEMAS)


def test_fragments_depend_on_nothing_but_seed_frame_and_source(setup: Setup[Babar], made: Made) -> None:
    # There are no reconstructed B mesons among these events.
    some = {key: columns for key, columns in made.items() if key[0] != "tags"}
    other = BabarGenerator(setup_of(seed=3), tuple(SCHEMAS))
    check_purity(lambda source: BabarGenerator(setup, (source,)), other, some, (2, 0, 1))


def test_sources_agree_about_the_crossings(made: Made) -> None:
    check_crossings(made, SCHEMAS, 20_000, 15)
    check_partners(made)
    check_partners(made, L3_TRACKS, L3_CLUSTERS)


def test_timing(made: Made) -> None:
    timing, truth = made[TIMING, 0], made[TRUTH, 0]
    empty = (truth["signal"] == BACKGROUND) & (truth["process"] == BACKGROUND)
    assert empty.any()
    assert np.array_equal(timing["random"] == 1, empty)
    assert set(timing["energy"].tolist()) == {105794}
    phases = np.concatenate([made[TIMING, frame]["phase"] for frame in range(3)])
    assert phases.max() < 64
    assert len(np.unique(phases)) > 20


def test_hits_follow_the_bunch_that_collided() -> None:
    """Muons of a gun: wires, crystals and chambers see them later by 4.2 ns for each bunch, tracks do not."""
    setup = setup_of(tables=[{**GUN, "p": 2.0, "rate_hz": 40_000.0}], process=[], random_hz=0.0)
    generator = BabarGenerator(setup, (TIMING, DCH, EMC, IFR))
    phase = generator.fragment(TIMING, 0)["phase"].astype(float)
    assert len(phase) > 150
    for source, spread in ((DCH, 30.0), (EMC, 8.0), (IFR, 12.0)):
        columns = generator.fragment(source, 0)
        event = np.repeat(np.arange(len(phase)), np.diff(columns["offsets"]))
        time = columns["time"] - 1024.0 - 4.0 * phase[event]
        near = (time > -5.0) & (time < 60.0)
        if source == EMC:
            near &= columns["energy"] > 500
        slope, _ = np.polyfit(phase[event[near]], columns["time"][near], 1)
        assert slope == pytest.approx(4.0, abs=5.0 * spread / 18.0 / np.sqrt(near.sum()))


def test_occupancy_of_pairs_of_b_mesons(shared_data: Path) -> None:
    """About eleven charged particles, five photons' worth of crystals; the rest is noise and background."""
    pairs = {"process": "hepmc", "file": "babar_b0b0bar.hepmc3.gz", "rate_hz": 8000.0}
    setup = setup_of(tables=[], process=[pairs], random_hz=0.0, path=str(shared_data / "events"))
    generator = BabarGenerator(setup, (DCH, EMC, IFR))
    n = len(generator.events(0).time)
    assert n > 25
    per_event = {source: len(generator.fragment(source, 0)["channel"]) / n for source in (DCH, EMC, IFR)}
    noise = setup.section.response.background.wire_rate_khz
    assert per_event[DCH] > 400 + 7104 * min(noise) * 1e-6 * 3072 * COUNT_NS
    assert per_event[DCH] < 1000
    hard = generator.fragment(EMC, 0)["energy"] > 200
    assert 25 < hard.sum() / n < 60
    assert 200 < per_event[EMC] < 450
    assert 4 < per_event[IFR] < 40


def test_lost_beam_particles_come_at_the_rate_of_the_design() -> None:
    """20 kHz of crossings with a cluster above 100 MeV (besiii_babar_facts B3.6), from level 3's clusters."""
    quiet = Babar.of().response.beam_photons.model_copy(update={"rate_khz": 0.0})
    response = Babar.of().response.model_copy(update={"beam_photons": quiet})
    setup = setup_of(
        tables=[],
        process=[{"process": "beamgas"}],
        random_hz=0.0,
        response=response.model_dump(),
        frame_samples=200_000,
    )
    offsets = BabarGenerator(setup, (L3_CLUSTERS,)).fragment(L3_CLUSTERS, 0)["offsets"]
    seen, seconds = int((np.diff(offsets) > 0).sum()), 200_000 * 268.9e-9
    assert seen / seconds == pytest.approx(20e3, rel=0.15)


def test_too_much_background_is_refused() -> None:
    usual = Babar.of().response.model_dump()
    for table, key, value in (
        ("background", "wire_rate_khz", (1e6,) * 10),
        ("beam_photons", "rate_khz", 1e6),
        ("ifr", "noise_khz", 1e6),
    ):
        response = {**usual, table: {**usual[table], key: value}}
        with pytest.raises(
            InputError, match=rf"babar\.response\.{table}\.{key}: about .* a frame can hold 1e\+07"
        ):
            BabarGenerator(setup_of(response=response, frame_samples=10**7), (DCH,))
