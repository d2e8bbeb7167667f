"""Belle II's shipped menus against the experiment's own algebra, and the names of trigger bits."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from click.testing import CliRunner
from reference.ftdl import is_fired

from trigemu.cli import cli
from trigemu.experiments.belle2.bits import BITS, EXTERNAL, WORDS
from trigemu.experiments.belle2.ecl.bits import ECL_BITS
from trigemu.experiments.belle2.grl.bits import GRL_BITS
from trigemu.experiments.belle2.hlt.bits import HLT_BITS
from trigemu.menu.planes import pack_lines, unpack_lines
from trigemu.setup.build import load_setup
from trigemu.setup.data import WORD_BITS
from trigemu.setup.load import shipped_configs

SHIPPED = tuple(name for name in shipped_configs() if name.startswith("belle2"))
PRESCALES = {
    # belle2_facts 8.3
    "fff": 100, "ff": 2000, "f": 20000, "ffy": 1, "fyo": 1, "stt": 1, "hie": 1, "bhie": 50, "lume": 100,
    "c2": 150, "c4": 1, "lml0": 1, "lml1": 2, "lml3": 100, "lml4": 10, "ggsel": 1, "bha3d": 100,
    "eklmhit": 100, "cdcklm1": 1, "cdcecl1": 3000, "mu_b2b": 1, "g_c1": 1500, "ssb": 10,
}  # fmt: skip


@pytest.fixture(scope="module")
def files(shared_data):
    stem = shared_data / "belle2"
    inputs, outputs = (
        [line.split()[1] for line in (stem / f"gdl_v36.{form}").read_text().splitlines()]
        for form in ("inp", "oup")
    )
    return inputs, outputs, (stem / "gdl_v36.alg").read_text().splitlines()


PLACES = {name: number for number, names in enumerate(BITS) for name in names.split("|") if name}
"""Name -> bit: one bit may have two names."""


def test_names_are_unique_and_in_their_words():
    named = [name for names in BITS for name in names.split("|") if name]
    assert [name for name, count in Counter(named).items() if count > 1] == []
    assert len(BITS) == WORDS * WORD_BITS == 7 * 64
    assert all(name == name.lower() and name.isidentifier() for name in named)
    for first, names in ((0, GRL_BITS), (128, ECL_BITS), (256, EXTERNAL), (320, HLT_BITS)):
        assert BITS[first : first + len(names)] == tuple(names)


def test_every_input_of_the_experiment_has_a_bit(files):
    inputs, _, _ = files
    assert len(inputs) == 151
    assert sorted({name.lower() for name in inputs} - set(PLACES)) == []


@pytest.mark.parametrize("name", ["belle2", "belle2-single-photon"])
def test_lines_are_the_experiments_algebra(files, configs, name):
    inputs, outputs, algebra = files
    formulas = {output.lower(): text for output, text in zip(outputs, algebra, strict=True)}
    menu = load_setup(configs / f"{name}.toml").menu
    lines = [
        number
        for number, line in enumerate(menu.lines)
        if line.level == "l1" and line.name.lower() in formulas
    ]
    assert len(lines) >= (60 if name == "belle2" else 1)
    rng = np.random.default_rng(36)
    # Few, half and most bits set: terms with many inverted inputs need words with few.
    rows = np.concatenate([rng.random((200, len(inputs))) < part for part in (0.03, 0.1, 0.3, 0.5, 0.8)])
    for names in BITS:
        # One bit with two names.
        places = [column for column, name in enumerate(inputs) if name.lower() in names.split("|")]
        rows[:, places[1:]] = rows[:, places[:1]]
    # Bits that no formula of the experiment names must not matter.
    spread = rng.random((len(rows), len(BITS))) < 0.5
    spread[:, [PLACES[bit.lower()] for bit in inputs]] = rows
    fired = unpack_lines(menu.evaluate(pack_lines(spread), np.ones(len(rows), np.uint8)), len(menu.lines))
    seen = 0
    for number in lines:
        formula = formulas[menu.lines[number].name.lower()]
        wanted = [is_fired(row, formula) for row in rows.tolist()]
        assert fired[:, number].tolist() == wanted, menu.lines[number].name
        seen += any(wanted) and not all(wanted)
    assert seen == len(lines)


def test_all_lines_of_level_1_are_the_experiments(files, configs):
    _, outputs, _ = files
    menu = load_setup(configs / "belle2.toml").menu
    names = {line.name.lower() for line in menu.lines if line.level == "l1"}
    assert sorted(names - {name.lower() for name in outputs}) == []
    assert len(names) == 175 - 87


def test_prescales(configs):
    menu = load_setup(configs / "belle2.toml").menu
    factors = {line.name.lower(): line.scale.factor for line in menu.lines}
    assert {name: factors[name] for name in PRESCALES} == PRESCALES


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configurations_load(name):
    setup = load_setup(name)
    assert setup.config.experiment == "belle2"
    assert len(setup.menu.lines) >= 1
    assert setup.menu.l1_mask.any()
    assert setup.config.title


def test_there_are_shipped_configurations():
    assert {"belle2", "belle2-single-photon"} <= set(SHIPPED)


def listed(*arguments):
    result = CliRunner().invoke(cli, ["list", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_lists_show_belle2(configs):
    assert set(SHIPPED) <= {row["name"] for row in listed("configs") if row["experiment"] == "belle2"}
    signals = {row["name"]: row for row in listed("signals") if row["experiment"] == "belle2"}
    assert {"gamma-aprime", "mumu-zprime", "b-ks-mumu", "hepmc-signal"} <= set(signals)
    assert "ctau" in signals["b-ks-mumu"]["parameters"]
    lines = listed("lines", "belle2")
    menu = load_setup(configs / "belle2.toml").menu
    assert [row["line"] for row in lines] == list(menu.names)
    table = CliRunner().invoke(cli, ["list", "lines", "belle2"])
    assert "hlt_displaced_vertex" in table.stdout
