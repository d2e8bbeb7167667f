"""Rules between keys that the JSON schema says, and those that it cannot say."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from trigemu.config.overrides import apply_override, parse_override
from trigemu.config.toml import read_toml
from trigemu.errors import InputError
from trigemu.setup.build import build_setup
from trigemu.setup.file_schema import config_schema
from trigemu.setup.load import shipped_configs
from trigemu.setup.named import named_setup


def both(name: str, changes: list[str]) -> tuple[bool, str]:
    """Return whether the schema takes a configuration with changes, and what the loader says of it."""
    file = shipped_configs()[name]
    data: dict[str, Any] = read_toml(file)[0]
    menu = read_toml(file.parent / data["menu"].pop("file"))[0]
    data["menu"] = {**menu, **data["menu"], "line": menu["line"][:2]}
    data["menu"].pop("default_prescale", None)
    setup = named_setup(name)
    for change in changes:
        apply_override(data, parse_override(change))
    fits = Draft202012Validator(config_schema(setup.experiment, setup.section)).is_valid(data)
    try:
        build_setup(
            {
                **{k: v for k, v in data.items() if k != data["experiment"]},
                "section": data.get(data["experiment"], {}),
            }
        )
    except InputError as error:
        return fits, str(error)
    return fits, ""


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("pulser", ["menu.line.pair.prescale={every = 2, set = 1}"], "give either every"),
        ("pulser", ["menu.line.pair.prescale={mode = 'event'}"], "give either every"),
        ("pulser", ["menu.line.pair.name=Any L1"], "cannot be called"),
        ("pulser", ["menu.line.pair.on=crossing"], "crossing"),
        ("pulser", ["menu.line.pair.select=ee"], "ee"),
        ("pulser", ["menu.choke={high = 7000}"], "low must not exceed high"),
        ("pulser", ["run={seed = 1}"], "give frames or duration_s"),
        ("pulser", ["algorithm=[{close = 1}]"], "give file"),
        ("na62-dump", ["na62.l0.reference=talk"], "would never trigger"),
        ("na62-dump", ["na62.l0.slot_bits=3", "na62.l0.read_latency_timestamps=2045"], "at most 2044"),
        ("na62-dump", ["na62.l0.read_latency_timestamps=4093"], "at most 4092"),
        ("na62-dump", ["na62.frame_timestamps=1000"], "a multiple of 256"),
        ("na62-dump", ["na62.halo.mean_momentum_gev=4"], "must be above minimum_momentum_gev"),
        ("na62-dump", ["na62.losses.dead.newchod=[139]"], "no channel 139"),
        ("na62-dump", ["na62.losses.noisy=[{detector='muv3', channel=66, rate_hz=1}]"], "no channel 66"),
        ("na62-dump", ["signal.0.mass=0.2"], "twice the lepton's"),
        ("na62-dump", ["signal.0.mass=1.2"], "extrapolate"),
        ("na62-dump", ["signal.0.production=pi0"], "must be below 0.1349"),
        ("na62-dump", ["signal.0.z_min=0.95"], "z_min must be below z_max"),
        ("na62-dump", ["na62.losses.dead.muv3=[3, 3]"], "twice"),
        (
            "na62-dump",
            ["na62.losses.noisy=[" + "{detector='muv3', channel=3, rate_hz=1}, " * 2 + "]"],
            "twice",
        ),
        ("na62-dump", ["na62.spill.noise=0.78"], "would be negative"),
        ("na62-dump", ["na62.spill.drift=-1.6"], "would be negative"),
        ("na62-dump", ["na62.spill.rise_s=4.75"], "must be at most length_s"),
        ("na62-dump", ["na62.spill.rise_s=4.9", "na62.spill.fall_s=0"], "must be at most length_s"),
        ("na62-dump", ["na62.spill.length_s=0.1"], "must be at most length_s"),
        ("na62-dump", ["na62.spill.length_s=0.05", "na62.spill.fall_s=0"], "must be at most length_s"),
        ("na62-dump-llp", ["signal.0.channel=e-pi"], "raise ue2 or umu2"),
        ("na62-dump-llp", ["signal.0.umu2=0"], "one of ue2"),
        ("na62-dump-llp", ["signal.0.umu2=0", "signal.0.utau2=1"], "raise ue2 or umu2"),
        ("na62-dump-llp", ["signal.1.hadrons=leptons", "signal.1.channel=kk"], "no width with"),
        ("na62-dump-llp", ["signal.2.channel=ee"], "give lepton"),
        ("na62-dump-llp", ["signal.2={signal='alp', mass=0.5, lepton=1}"], "give photon or w"),
        ("na62-dump-llp", ["signal.2.photon=1e-200"], "at least 1e-100"),
        ("na62-dump-llp", ["signal.0.mass=0.2"], "above 0.245229 GeV for channel 'mu-pi'"),
        ("na62-dump-llp", ["signal.0.ctau=1.0"], "either coupling or ctau"),
        ("na62-dump-llp", ["signal.0.mass=1.7", "signal.0.production=tau"], "needs utau2"),
        ("na62-dump-llp", ["signal.1.channel=pipi", "signal.1.mass=2.0"], "no width at 2 GeV"),
        ("na62-dump-llp", ["signal.2.channel=mumu", "signal.2.mass=0.2"], "above 0.211317"),
        ("belle2", ["signal.0.mass=11"], "must be below"),
        ("belle2", ["signal.0.theta_star=[0.5, 120]"], "between 1 and 179"),
        ("belle2", ["belle2.process.bhabha.theta_star=[10, 60]"], "hold 90"),
        ("belle2", ["belle2.cdc.tdc_high=1"], "tdc_low must not exceed tdc_high"),
        ("belle2", ["menu.prescales={fff = -1}"], ""),
        ("belle2", ["menu.ftdl={inp = 'a'}"], ""),
        ("besiii", ["signal.0.mass=4.5"], "must be below"),
        ("besiii", ["besiii.conditions=2010"], "must be"),
        ("besiii", ["besiii.conditions=auto"], "follows from a raw data file"),
        ("besiii", ["besiii.match.bb=[0, 3]"], "first >= 1"),
        ("besiii", ["besiii.gtl.channel=[{slot = 9, name = 'x'}]"], "random trigger's"),
        ("besiii", ["besiii.gtl.channel=[{slot = 1, name = 'x', true = ['no']}]"], "unknown condition"),
        ("babar", ["babar.dct.blt.windows=[2, 1, 1, 1, 1, 1, 1, 1, 1]"], "is even"),
        ("babar", ["babar.glt.line=[{slot = 1, name = 'x', cuts = {no = 1}}]"], "unknown count"),
        ("babar", ["babar.emt.weights=[1, 2]"], "8 or none"),
    ],
)
def test_rules_that_both_know(name: str, changes: list[str], said: str) -> None:
    fits, found = both(name, changes)
    assert not fits
    assert said in found


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("pulser", ["menu.line.pair.prescale={set = 1}"]),
        ("pulser", ["menu.choke={high = 7000, low = 6000}"]),
        ("pulser", ["run={duration_s = 1}"]),
        ("na62-dump", ["signal.0.mass=1.2", "signal.0.extrapolate=true"]),
        ("na62-dump", ["na62.halo.mean_momentum_gev=4", "na62.halo.minimum_momentum_gev=1"]),
        (
            "na62-dump",
            [
                "na62.losses.dead={muv3 = [351]}",
                "na62.losses.noisy=[{detector='newchod', channel=488, rate_hz=1}]",
            ],
        ),
        ("na62-dump", ["na62.spill.rise_s=4.6", "na62.spill.fall_s=0.2"]),
        ("na62-dump", ["na62.spill.length_s=0.2"]),
        ("na62-dump", ["na62.spill.noise=0.9", "na62.spill.ripple=[]"]),
        ("na62-dump-llp", ["signal.0.umu2=0", "signal.0.ue2=0.5", "signal.0.channel=e-pi"]),
        ("na62-dump-llp", ["signal.0.mass=1.5", "signal.0.utau2=1", "signal.0.production=tau"]),
        ("na62-dump-llp", ["signal.2.channel=ee", "signal.2.lepton=1e-3"]),
        ("na62-dump-llp", ["signal.2={signal='alp', mass=0.5, channel='mumu', ctau=100.0}"]),
        ("besiii", ["besiii.conditions=2009"]),
        # The energy in the same file: what follows from it is the loader's.
        ("besiii", ["besiii.sqrt_s=4.6", "signal.0.mass=4.3"]),
        ("besiii-single-photon", ["signal.0.mass=4.2"]),
        ("besiii-raw", ["run={seed = 1}"]),
        ("babar-2001", ["babar.dct.tsf={}"]),
    ],
)
def test_what_both_allow(name: str, changes: list[str]) -> None:
    assert both(name, changes) == (True, "")


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("pulser", ["menu.line.pair.when=four"], "unknown bit"),
        ("pulser", ["menu.line.pair.when=two and"], "when"),
        ("pulser", ["menu.line.pair.name=triple"], "name"),
        ("pulser", ["menu.choke={low = 9, high = 8}"], "low must not exceed high"),
        ("pulser", ["streaming.producers=[['p9']]"], "unknown source"),
        ("pulser", ["pulser.sources=64", "pulser.pulses=1000000"], "at most"),
        ("pulser", ["menu.dead_time.fixed_ns=nan"], "finite"),
        ("na62-dump", ["na62.spill.noise=0.7", "na62.spill.drift=0.5"], "would be negative"),
        (
            "na62-dump",
            ["na62.spill.ripple=[{frequency_hz=50, amplitude=0.9}]", "na62.spill.noise=0.2"],
            "negative",
        ),
        (
            "na62-dump",
            ["na62.losses.noisy=[{detector='muv3', channel=3, rate_hz=1}]", "na62.losses.dead.muv3=[3]"],
            "is in dead.muv3 too",
        ),
        ("na62-dump", ["na62.spill.rise_s=4", "na62.spill.fall_s=4"], "must be at most length_s"),
        (
            "babar",
            [
                "babar.glt.line=[{slot = 1, name = 'x', cuts = {a = 1}}, {slot = 1, name = 'y', cuts = {a = 1}}]"
            ],
            "twice",
        ),
        ("belle2", ["signal.0.theta_star=[120, 30]"], "must rise"),
        ("belle2", ["signal.0.minimum_energy=2", "signal.0.mass=9"], "must be below"),
        ("besiii", ["besiii.sqrt_s=3.5", "signal.0.mass=4.0"], "must be below"),
    ],
)
def test_what_a_schema_cannot_say(name: str, changes: list[str], said: str) -> None:
    # docs/finding.md lists these kinds with the reasons.
    fits, found = both(name, changes)
    assert fits
    assert said in found
