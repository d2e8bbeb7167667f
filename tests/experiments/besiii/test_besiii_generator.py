"""Fragments of simulated BESIII events: columns, purity, crossings that agree, energies and phases, amounts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from support.fragments import Made, check_columns, check_crossings, check_purity, make

from trigemu.collider.sources import BACKGROUND
from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.experiment import EXPERIMENT
from trigemu.experiments.besiii.generator import BesiiiGenerator
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, INNER_LAYERS
from trigemu.experiments.besiii.signals import signals
from trigemu.experiments.besiii.sources import EMC, FIRST_ENDCAP, FIRST_MRPC, MDC, SIMULATED, TIMING, TOF
from trigemu.frames.frame import TRUTH
from trigemu.setup.experiment import Setup
from trigemu.setup.run_config import RunConfig

SCAN = [[4.128, 400.0], [4.178, 3200.0], [4.6, 590.0]]
SECTION: dict[str, Any] = {
    "frame_ticks": 1_000_000,
    "luminosity": 1e33,
    "random_hz": 500.0,
    "process": [
        {"process": "mumu"},
        {"process": "bhabha", "theta_star": (18.0, 162.0)},
        {"process": "cosmic"},
    ],
}
SIGNALS: list[dict[str, Any]] = [
    {"signal": "gamma-aprime", "mass": 2.5, "energies": SCAN, "rate_hz": 2000.0},
    {"signal": "muon-gun", "rate_hz": 500.0},
]


def setup_of(seed: int = 2, tables: Any = SIGNALS, path: str | None = None, **section: Any) -> Setup[Besiii]:
    """Return a setup without a menu: a generator needs none."""
    own = Besiii.model_validate({**SECTION, **section})
    run = {"seed": seed, "frames": 3}
    config = RunConfig.model_validate(
        {
            "experiment": "besiii",
            "run": run,
            "menu": {"line": [{"name": "any", "when": "nclus_1"}]},
            "input": {"path": path},
        }
    )
    models = {spec.name: spec.model for spec in signals(own)}
    chosen = tuple(models[table["signal"]].model_validate(table) for table in tables)
    return Setup(config, EXPERIMENT, own, chosen, (), cast(Any, None))


@pytest.fixture(scope="module")
def setup() -> Setup[Besiii]:
    return setup_of()


@pytest.fixture(scope="module")
def made(setup: Setup[Besiii]) -> Made:
    return make(BesiiiGenerator(setup, tuple(SIMULATED)), tuple(SIMULATED), 3)


def test_every_source_has_the_columns_of_its_schema(made: Made) -> None:
    check_columns(made, SIMULATED)


def test_fragments_depend_on_nothing_but_seed_frame_and_source(setup: Setup[Besiii], made: Made) -> None:
    other = BesiiiGenerator(setup_of(seed=3), tuple(SIMULATED))
    check_purity(lambda source: BesiiiGenerator(setup, (source,)), other, made, (2, 0, 1))


def test_sources_agree_about_the_crossings(made: Made) -> None:
    check_crossings(made, SIMULATED, 1_000_000, 20)


def test_the_energy_of_a_crossing_is_that_of_its_beams(made: Any) -> None:
    timing, truth = (
        {k: np.concatenate([made[s, f][k] for f in range(3)]) for k in names}
        for s, names in (
            (TIMING, ("energy", "random", "phase")),
            (TRUTH, ("signal", "process")),
        )
    )
    scanned = truth["signal"] == 0
    assert set(np.unique(timing["energy"][~scanned])) == {41780}
    assert set(np.unique(timing["energy"][scanned])) == {41280, 41780, 46000}
    empty = (truth["signal"] == BACKGROUND) & (truth["process"] == BACKGROUND)
    assert empty.any()
    assert np.array_equal(timing["random"] == 1, empty)
    assert set(np.unique(timing["phase"])) == {0, 1, 2}


def test_hits_follow_the_bunch_that_collided(made: Any) -> None:
    """Muons of a gun at 90 degrees: counters see them at the same time after their own bunch, 8 ns apart."""
    generator = BesiiiGenerator(
        setup_of(tables=[{"signal": "muon-gun", "rate_hz": 10_000.0}], process=[], random_hz=0.0),
        (TIMING, TOF),
    )
    phase = generator.fragment(TIMING, 0)["phase"]
    tof = generator.fragment(TOF, 0)
    event = np.repeat(np.arange(len(phase)), np.diff(tof["offsets"]))
    ns = tof["time"] * (24.0 / 8192)
    near = (np.abs(ns - 580.0) < 20.0) & (tof["channel"] < FIRST_ENDCAP // 2)
    means = [ns[near & (phase[event] == k)].mean() for k in range(3)]
    assert means[1] - means[0] == pytest.approx(8.0, abs=0.5)
    assert means[2] - means[0] == pytest.approx(16.0, abs=0.5)


def test_epochs_change_counters_and_chamber() -> None:
    hits = {}
    for epoch in ("2009", "2016", "2026"):
        generator = BesiiiGenerator(setup_of(conditions=epoch), (MDC, TOF))
        hits[epoch] = (generator.fragment(MDC, 0)["channel"], generator.fragment(TOF, 0)["channel"])
    inner = {epoch: bool((mdc < CHANNEL_FIRST[INNER_LAYERS]).any()) for epoch, (mdc, _) in hits.items()}
    assert inner == {"2009": True, "2016": True, "2026": False}
    strips = {epoch: bool((tof >= FIRST_MRPC).any()) for epoch, (_, tof) in hits.items()}
    assert strips == {"2009": False, "2016": True, "2026": True}
    counters = {
        epoch: bool(((tof >= FIRST_ENDCAP) & (tof < FIRST_MRPC)).any()) for epoch, (_, tof) in hits.items()
    }
    assert counters == {"2009": True, "2016": False, "2026": False}


def test_too_much_background_is_refused() -> None:
    usual = Besiii().response.model_dump()
    for table, key, value in (
        ("background", "wire_rate_khz", (1e6,) * 11),
        ("background", "clusters", 1e6),
    ):
        response = {**usual, table: {**usual[table], key: value}}
        with pytest.raises(
            InputError, match=rf"besiii\.response\.{table}\.{key}: about .* a frame can hold 1e\+07"
        ):
            BesiiiGenerator(setup_of(response=response), (MDC,))
    with pytest.raises(InputError, match=r"a frame can hold 2\.5e"):
        BesiiiGenerator(setup_of(luminosity=1e36, frame_ticks=5_000_000), (EMC,))


def test_files_of_events_at_this_energy(shared_data: Path) -> None:
    muons = {"process": "hepmc", "file": "besiii_mumu_4178.hepmc3.gz"}
    setup = setup_of(process=[muons], tables=[], path=str(shared_data / "events"))
    generator = BesiiiGenerator(setup, (TIMING, MDC))
    events = generator.events(0)
    # 6.258 nb at 1e33: 0.15 events in a frame of 24 ms.
    assert events.particles.events == len(events.time)
    elsewhere = Besiii.model_validate({**SECTION, "sqrt_s": 3.8, "process": [muons]})
    with pytest.raises(InputError, match="besiii_mumu_4178"):
        BesiiiGenerator(replace(setup, section=elsewhere), (MDC,))
