"""Every key of every configuration says what it is, in which unit, and where its default comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from trigemu.config.described import Key, described, usual_of
from trigemu.setup.registry import experiment_names, find_experiment
from trigemu.setup.run_config import RunConfig

UNITS = {
    **{
        name: name
        for name in ("ns", "us", "ms", "s", "um", "mm", "cm", "m", "rad", "mrad", "deg", "nb", "pb")
    },
    **{"ev": "eV", "kev": "keV", "mev": "MeV", "gev": "GeV", "hz": "Hz", "khz": "kHz", "mhz": "MHz"},
    **{"kib": "KiB", "mib": "MiB", "clocks": "clock", "ticks": "tick", "samples": "sample"},
}
"""Last parts of keys that are units -> how the unit is written."""

NO_UNITS = ("sqrt_s", "bhabha_veto_cm", "bhabha_select_cm", "mumu_cm", "lml_cm", "etot_m")
"""Keys that end in something else: s squared, the centre of mass, a medium threshold."""


def models() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every model that a table of a configuration has, with the table's name."""
    yield "", RunConfig
    for name in experiment_names():
        experiment = find_experiment(name)
        yield name, experiment.config_model
        section = usual_of(experiment.config_model)
        assert section is not None
        for spec in experiment.signal_specs(section):
            yield f"signal.{spec.name}", spec.model


def keys() -> list[Key]:
    found = {}
    for name, model in models():
        for key in described(model, name, usual_of(model)):
            found.setdefault((key.model.__module__, key.model.__qualname__, key.name), key)
    return list(found.values())


def units_in(name: str) -> list[str]:
    """Return the units that a key ends in, as they are written: ``drift_mm_ns`` -> mm and ns."""
    found: list[str] = []
    for part in reversed(name.split("_")[1:]):
        unit = UNITS.get(re.sub(r"\d$", "", part))
        if unit is None:
            break
        found.append(unit)
    return [] if name in NO_UNITS else found


def needs_source(key: Key) -> bool:
    """Return whether a key has a default that comes from somewhere: an experiment's number or choice."""
    ours = key.model.__module__.startswith(("trigemu.experiments.", "trigemu.collider."))
    nothing = isinstance(key.default, bool) or key.default in (None, "", [], {})
    fixed = key.holds == "text" and key.range == key.default
    return ours and not (key.required or key.tables or nothing or fixed)


def test_units_are_read_from_names() -> None:
    assert units_in("drift_mm_ns") == ["ns", "mm"]
    assert units_in("edge_ns_mm2") == ["mm", "ns"]
    assert units_in("noise_gev_crystal") == units_in("sqrt_s") == units_in("s") == []


def test_every_key_has_a_meaning() -> None:
    assert [f"{k.key} ({k.model.__module__})" for k in keys() if not k.meaning] == []


def test_units_are_those_of_the_names() -> None:
    wrong = [
        f"{key.key} [{key.unit}]"
        for key in keys()
        if not all(re.search(rf"(?<![A-Za-z]){unit}s?(?![A-Za-z])", key.unit) for unit in units_in(key.name))
    ]
    assert wrong == []


def test_defaults_of_experiments_have_sources() -> None:
    assert [f"{key.key} = {key.default}" for key in keys() if needs_source(key) and not key.source] == []


def check_bits(name: str, section: BaseModel) -> None:
    experiment = find_experiment(name)
    meanings = experiment.part_for("meanings", section)
    names = [each for bit in experiment.bit_names(section) for each in bit.split("|") if each]
    assert set(names) == set(meanings)
    known = {key.key for key in described(experiment.config_model, name, section)}
    for bit, meaning in meanings.items():
        assert all((meaning.meaning, meaning.block, meaning.source)), bit
        assert not meaning.meaning.endswith("."), bit
        assert set(re.findall(rf"\b{name}\.[a-z0-9_.]*[a-z0-9_]", meaning.meaning)) <= known, bit


@pytest.mark.parametrize("name", experiment_names())
def test_every_bit_has_a_meaning(name: str) -> None:
    section = usual_of(find_experiment(name).config_model)
    assert section is not None
    check_bits(name, section)


@pytest.mark.parametrize("changes", [{"newchod_bits": "cnt"}, {"lkr_condition_bit": 14}])
def test_bits_of_other_run_periods_have_meanings(changes: dict[str, object]) -> None:
    check_bits("na62", find_experiment("na62").config_model.model_validate({"l0": changes}))


@pytest.mark.parametrize("name", experiment_names())
def test_every_experiment_has_defaults(name: str) -> None:
    # Lists and pages show what an experiment is without a file.
    assert usual_of(find_experiment(name).config_model) is not None


@pytest.mark.parametrize("name", experiment_names())
def test_axes_of_histograms_say_what_they_are(name: str) -> None:
    experiment = find_experiment(name)
    specs = experiment.part_for("histograms", usual_of(experiment.config_model))
    for histogram, spec in specs.items():
        assert spec.title, histogram
        assert spec.xlabel, histogram
        # A map's second axis is a place; a histogram's says what is counted, not that something is.
        assert spec.ylabel not in ("", "entries", "counts"), histogram
