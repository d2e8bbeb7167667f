"""Single values of arrays that stand in no file: the rest is their default."""

from __future__ import annotations

import pytest

from trigemu.errors import InputError
from trigemu.setup.build import load_setup

CONFIG = """\
experiment = "toy"

[run]
frames = 2

[menu]
file = "menus/m.toml"

[toy.beam]
rate_hz = 1.0e5

[[signal]]
signal = "pair"
mass = 0.4
"""
MENU = """\
[[line]]
name = "Q1"
when = "q1"
prescale = 20

[[line]]
name = "H2"
when = "h2 and not muv3"

[dead_time]
minimum_distance = 2
"""


@pytest.mark.parametrize(
    ("name", "override", "path"),
    [
        ("na62-dump", "na62.spill.ripple.1.amplitude=0.0", ("spill", "ripple")),
        ("na62-dump", "na62.l0.window.1=128", ("l0", "window")),
        ("babar", "babar.glt.line.D2.priority=5", ("glt", "line")),
        ("babar", "babar.dct.tsf.drift.1.1=36", ("dct", "tsf", "drift")),
        ("babar", "babar.zpd.zprime.a7.z0_cm.0=-11", ("zpd", "zprime", "a7", "z0_cm")),
        ("besiii", "besiii.gtl.channel.1.name=x", ("gtl", "channel")),
        ("besiii", "besiii.emc.pedestals.0=8", ("emc", "pedestals")),
        ("belle2", "belle2.hlt.vertex.radius_mm.0=20", ("hlt", "vertex", "radius_mm")),
    ],
)
def test_one_value_of_an_array_that_has_its_default(
    monkeypatch: pytest.MonkeyPatch, name: str, override: str, path: tuple[str, ...]
) -> None:
    monkeypatch.undo()
    found = []
    for changes in ([], [override]):
        data = load_setup(name, changes).to_dict()["section"]
        for key in path:
            data = data[key]
        found.append(data)
    before, after = found
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


@pytest.mark.parametrize("first", [0, 1])
def test_one_value_of_an_array_of_another_epoch(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    monkeypatch.undo()
    changes = ["besiii.conditions=2009", "besiii.gtl.channel.0.name=x"]
    usual = load_setup("besiii", changes[:1]).section.gtl.channel
    found = load_setup("besiii", [changes[first], changes[1 - first]]).section.gtl.channel
    assert found == (usual[0].model_copy(update={"name": "x"}), *usual[1:])


@pytest.mark.parametrize(
    ("name", "override", "sentence"),
    [
        (
            "na62-dump",
            "na62.losses.noisy.0.rate_hz=1",
            "na62.losses.noisy is empty, there is no '0'; give the whole array",
        ),
        ("na62-dump", "na62.spill.ripple.4.amplitude=1", "there is no '4'; allowed: 0, 1, 2, 3"),
        (
            "besiii",
            "signal.0.beam_spot_mm.0=1",
            "[[signal]] gamma-aprime beam_spot_mm: must be an array; what is inside its default cannot be set alone, "
            "give the whole array",
        ),
    ],
)
def test_values_that_no_default_has(
    monkeypatch: pytest.MonkeyPatch, name: str, override: str, sentence: str
) -> None:
    monkeypatch.undo()
    with pytest.raises(InputError) as error:
        load_setup(name, [override])
    assert str(error.value) == f"--set {override}: {sentence}"
