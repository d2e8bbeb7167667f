"""Every key of a configuration has bounds: what no run could do is one sentence, before anything is made."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from support.memory import PRINT_PEAK_KIB

from trigemu.config.model import MAX_TEXT, Model
from trigemu.errors import InputError
from trigemu.setup.build import build_setup, load_setup
from trigemu.setup.load import read_config, shipped_configs
from trigemu.setup.registry import experiment_names, find_experiment
from trigemu.setup.run_config import RunConfig

Place = tuple[str | int, ...]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def all_models() -> dict[type[BaseModel], str]:
    """Every model of a configuration: run, experiments, signals, processes."""
    roots: list[tuple[type[BaseModel], str]] = [(RunConfig, "run configuration")]
    for name in experiment_names():
        spec = find_experiment(name)
        roots.append((spec.config_model, name))
        roots += [
            (signal.model, f"{name} {signal.name}") for signal in spec.signal_specs(spec.config_model())
        ]
    found: dict[type[BaseModel], str] = {}
    while roots:
        model, where = roots.pop()
        if model in found:
            continue
        found[model] = where
        for key, field in model.model_fields.items():
            roots += [(inner, f"{where}.{key}") for inner in models_in(field.annotation)]
            roots += [(inner, f"{where}.{key}") for inner in models_in(getattr(field, "metadata", ()))]
    return found


def kinds(annotation: Any, metadata: list[Any]) -> Iterator[tuple[type, list[Any]]]:
    """Yield the plain types in an annotation, each with what bounds it."""
    if hasattr(annotation, "__metadata__"):
        inner, *more = get_args(annotation)
        unpacked = [each for one in more for each in (one.metadata if isinstance(one, FieldInfo) else [one])]
        yield from kinds(inner, [*metadata, *unpacked])
    elif get_origin(annotation) is Literal:
        return
    elif annotation in (int, float, str):
        yield annotation, metadata
    else:
        # Lengths of an array bound no value in it.
        own = [] if get_origin(annotation) is tuple else metadata
        for inner in get_args(annotation):
            yield from kinds(inner, own)


def bounds(metadata: list[Any], names: tuple[str, ...]) -> list[float]:
    found = [getattr(each, name, None) for each in metadata for name in names]
    return [value for value in found if value is not None]


def test_every_number_and_text_has_bounds() -> None:
    wrong = []
    found = all_models()
    assert len(found) > 50
    for model, where in found.items():
        assert issubclass(model, Model), where
        assert model.model_config.get("str_max_length") == MAX_TEXT, where
        assert model.model_config.get("allow_inf_nan") is False, where
        for key, field in model.model_fields.items():
            for kind, metadata in kinds(field.annotation, list(field.metadata)):
                upper, lower = bounds(metadata, ("le", "lt")), bounds(metadata, ("ge", "gt"))
                if kind is not str and not (upper and lower):
                    wrong.append(f"{where}: {model.__name__}.{key}")
    assert not wrong


EXTREMES: tuple[Any, ...] = (
    *(0, 1, -1, 2, 2**31, 2**63 - 1, 2**64, 10**400, 1e-300, 1e12, 1e300, -1e300, math.inf, math.nan),
    *("", "1", "x" * 300, "x" * 30_000, "a/" * 3000, "\x00", "\x1b[2J", "\ud800", True, [], [1] * 20, {}),
    *([0.0, 1e300], {"x": {"y": 1}}),
)


def leaves(data: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every value, and of every table, in plain data."""
    if place:
        yield place
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data[:2]):
            yield from leaves(value, (*place, index))


def changed(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    head, *rest = place
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[head] = changed(copy[head], tuple(rest), value)
    return copy


def everything(name: str) -> tuple[dict[str, Any], list[Place]]:
    """Return a shipped configuration with all defaults written out, and the places in it."""
    setup = load_setup(name, ["input.path=none"] if "hepmc" in name else [])
    data = setup.to_dict()
    data["menu"]["line"] = data["menu"]["line"][:3]
    return data, list(leaves(data))


def refusal(data: dict[str, Any]) -> str:
    """Return the sentence that refuses a configuration, "" if it is taken."""
    try:
        build_setup(data, "run.toml")
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ["pulser", "na62-dump", "belle2", "besiii", "babar"])
def test_an_extreme_value_is_taken_or_one_sentence(name: str) -> None:
    data, places = everything(name)
    taken = refused = 0
    for number, place in enumerate(places):
        # A few values per key: all of them are the slow version.
        for value in [EXTREMES[(3 * number + k) % len(EXTREMES)] for k in range(2)]:
            sentence = refusal(changed(data, place, value))
            taken += not sentence
            refused += bool(sentence)
            assert not sentence or "run.toml" in sentence
            assert len(sentence) < 40_000
    assert taken
    assert refused > taken


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_configs()))
def test_every_key_with_every_extreme_value(name: str) -> None:
    data, places = everything(name)
    for place in places:
        for value in EXTREMES:
            sentence = refusal(changed(data, place, value))
            assert not sentence or "run.toml" in sentence


ONE_FRAME = """
import resource, sys
from trigemu.errors import InputError
from trigemu.setup.build import build_setup
import json
limit = 3 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for line in sys.stdin:
    text = json.loads(line)
    try:
        setup = build_setup(text, "run.toml")
        generator = setup.make_generator(tuple(setup.schemas))
        for source in setup.schemas:
            generator.fragment(source, 0)
        print("made")
    except InputError as error:
        print("refused", str(error)[:200].replace(chr(10), " "))
"""

LARGE = {
    "pulser": {
        "pulses": 10**6,
        "bursts": 10**4,
        "sources": 64,
        "frame_ticks": 2**40,
        "ready_made_kib": 16384,
    },
    "na62-dump": {
        "halo.rate_hz": 1e9,
        "halo.neutral_rate_hz": 1e9,
        "spill": {"profile": "ripple", "length_s": 30.0, "noise": 0.7, "noise_s": 1e-4},
        "frame_timestamps": 1 << 22,
        "response.rich_hits": 30.0,
        "halo.width_mm": 1e4,
        "response.width_ns": 1e4,
        "response.dead_time_ns": 1e4,
        "response.lkr_resolution_ns": 1e4,
        "response.chod_light_ns_per_m": 100.0,
        "response.chod_width_ns": 1e4,
        "l0.talk_every_ns": 100.0,
        "losses.newchod_noise_hz": 1e7,
        "losses.noisy": [{"detector": "muv3", "channel": 3, "rate_hz": 1e7}] * 256,
        "losses.dead": {"newchod": [101] * 304},
    },
    "belle2": {
        "luminosity": 1e37,
        "frame_revolutions": 10**5,
        "external.random_hz": 1e8,
        "response.background.clusters": 1e6,
        "response.background.wire_rate_khz": [1e6] * 9,
        "response.background.wire_window": [0, 2**15 - 1],
        "response.klm.noise_hits": 1e6,
        "ecl.response.background_cells": 1e6,
        "response.cdc.edge_ns_mm2": 1e6,
    },
    "besiii": {
        "luminosity": 1e36,
        "frame_ticks": 10**9,
        "random_hz": 1e6,
        "response.background.clusters": 1e6,
        "response.background.wire_rate_khz": [1e6] * 11,
        "response.tof.barrel_singles": 6240,
        "response.emc.noise_crystals": 6240,
        "response.mdc.edge_ns_mm2": 1e6,
    },
    "babar": {
        "luminosity": 1e36,
        "frame_samples": 10**8,
        "random_hz": 1e6,
        "response.background.wire_rate_khz": [1e6] * 10,
        "response.emc.noise_crystals": 65536,
        "response.beam_photons.rate_khz": 1e6,
        "response.dch.edge_ns_mm2": 1e6,
    },
}


@pytest.mark.parametrize("name", LARGE)
def test_no_key_makes_frames_that_fill_the_memory(name: str) -> None:
    data = load_setup(name).to_dict()
    cases = []
    for key, value in LARGE[name].items():
        section = dict(data["section"])
        cases.append({**data, "section": changed(section, tuple(key.split(".")), value)})
    for number in range(min(len(data["signal"]), 1)):
        if "rate_hz" in data["signal"][number]:
            cases.append(changed(data, ("signal", number, "rate_hz"), 1e6))
    text = "\n".join(map(json.dumps, cases)) + "\n"
    command = [sys.executable, "-P", "-c", ONE_FRAME + PRINT_PEAK_KIB]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    *said, peak = done.stdout.splitlines()
    assert len(said) == len(cases)
    assert any(line.startswith("refused") for line in said)
    assert int(peak) < 700 << 10, done.stdout


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("streaming.lives=1e9", ("lives", "at most")),
        ("streaming.lives=1000000000", ("lives", "1000")),
        ("record.monitor_every=100000000000", ("monitor_every",)),
        ("streaming.max_restarts=10000000000", ("max_restarts",)),
        ("streaming.heartbeat_s=1e300", ("heartbeat_s", "60")),
        ("streaming.heartbeat_s=1e-300", ("heartbeat_s",)),
        ("streaming.credits=100000", ("credits", "1024")),
        ("streaming.workers=100000", ("workers", "256")),
        ("record.segment_mib=1000000", ("segment_mib",)),
        ("streaming.speed=inf", ("speed", "finite")),
        ("streaming.speed=nan", ("speed", "finite")),
        ("streaming.speed=1e300", ("speed",)),
        ("run.duration_s=1e300", ("duration_s",)),
        ("run.frames='12x'", ("frames", "whole number")),
        ("run.frames='12'", ("frames", "a whole number, not '12'")),
        ("run.seed=true", ("seed", "whole number")),
        ("na62.halo.rate_hz='1e5'", ("rate_hz", "a number, not '1e5'")),
        ("na62.l0.window=['64', 64, 64, 64, 64, 64, 64]", ("window", "whole number")),
        ("menu.line.H2.prescale='5'", ("prescale", "whole number")),
        ("menu.line.H2.enabled='no'", ("enabled", "true or false")),
        ("streaming.checksum=1", ("checksum", "true or false")),
        ("menu.line.H2.name='" + "x" * 300 + "'", ("name",)),
        ("title='" + "x" * 2000 + "'", ("title", "1000")),
        ("na62.halo.rate_hz=1e12", ("rate_hz",)),
        ("na62.l0.talk_every_ns=1", ("talk_every_ns", "100")),
        ("signal.0.rate_hz=1e12", ("rate_hz",)),
        ("na62.losses.newchod_noise_hz=1e12", ("newchod_noise_hz",)),
        ("na62.losses.muv3_channel_efficiency=1.1", ("muv3_channel_efficiency",)),
        (
            "na62.losses.dead.newchod=[101, 139]",
            ("dead.newchod", "newchod has no channel 139: 100 * quadrant"),
        ),
        ("na62.losses.dead.muv3=[65]", ("dead.muv3", "muv3 has no channel 65: pads 0-151 without")),
        (
            "na62.losses.noisy=[{detector='muv3', channel=352, rate_hz=1}]",
            ("noisy", "channel", "muv3 has no channel 352"),
        ),
        ("na62.losses.noisy=[{detector='lkr', channel=1, rate_hz=1}]", ("noisy", "detector", "newchod")),
        ("na62.losses.dead.newchod=[" + "101, " * 305 + "]", ("dead.newchod", "at most 304 values, not 305")),
        ("input.path='" + "x" * 300 + "'", ("path", "255")),
        ("run.seed=1e30", ("run.seed: must be a whole number of at most 64 bits, not 1e+30",)),
        ("menu.line.H2.name=''", ("name: must have at least 1 character, not 0",)),
        ("menu.line.H2.name=" + "x" * 80, ("name: must have at most 64 characters, not 80",)),
        ("menu.line=[]", ("menu.line: must have at least 1 value, not 0",)),
        ("na62.l0.window=[64]", ("window: must have at least 7 values, not 1",)),
        ("menu.choke={requests=[[1]]}", ("requests[0]: must have 2 values",)),
    ],
)
def test_absurd_values_name_their_key(override: str, words: tuple[str, ...]) -> None:
    if override.startswith("run.duration_s"):
        words = ("duration_s",)
    with pytest.raises(InputError) as caught:
        load_setup("na62-dump", [override])
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("place", [("signal",), ("algorithm",), ("section", "process")])
def test_arrays_of_tables_have_bounds(place: Place) -> None:
    data = load_setup("belle2").to_dict()
    assert "must have at most 256 values, not 3000" in refusal(
        changed(data, place, [{"process": "mumu"}] * 3000)
    )


def test_a_duration_of_too_many_frames(configs: File) -> None:
    with pytest.raises(InputError, match="duration_s"):
        load_setup(configs / "na62-dump.toml", ["run.duration_s=1e7"])


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("menu.line.H2.when='h2 and not talk'", ("H2", "'talk'", "na62.l0.talk_every_ns")),
        ("na62.l0.control='talk'", ("l0.control", "talk", "na62.l0.talk_every_ns")),
        ("na62.l0.reference='talk'", ("l0.reference", "talk")),
    ],
)
def test_a_line_on_what_no_source_sends_is_refused(override: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        load_setup("na62-dump", [override])
    for word in words:
        assert word in str(caught.value)


def test_a_line_of_level_1_cannot_ask_the_software_trigger() -> None:
    with pytest.raises(InputError, match=r"'fff'.*hlt_cosmic.*level = 'hlt'"):
        load_setup("belle2", ["menu.line.fff.when=hlt_cosmic"])
    # A line that is off may say anything that can be read.
    assert load_setup("belle2", ["menu.line.fff.when=hlt_cosmic", "menu.line.fff.enabled=false"])


@pytest.mark.parametrize("name", sorted(shipped_configs()))
def test_shipped_configurations_still_load(name: str) -> None:
    data, origin = read_config(name)
    assert build_setup(data, origin)


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        (
            "belle2.process.0.thetastar=3",
            "unknown key 'thetastar'; did you mean 'theta_star'? allowed: label, beam_spot_mm, energy_spread, "
            "process, cross_section_nb, rate_hz, events, theta_star, isr",
        ),
        ("belle2.process.0.process=cosmics", "unknown process 'cosmics'; did you mean 'cosmic'? allowed: "),
        ("bele2.luminosity=1", "unknown key 'bele2'; did you mean 'belle2'? allowed: "),
    ],
)
def test_hints_are_of_the_table_that_is_meant(override: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        load_setup("belle2", [override])
    assert sentence in str(caught.value)
    assert "section" not in str(caught.value).replace("cross_section_nb", "")
