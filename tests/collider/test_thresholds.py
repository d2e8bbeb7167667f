"""Signals that need a higher energy say which."""

from __future__ import annotations

import re

import pytest

from trigemu.collider.signals.models import MUON_MASS, TAU_MASS
from trigemu.errors import InputError
from trigemu.measure.efficiency import efficiency
from trigemu.setup.build import load_setup
from trigemu.setup.withheld import why_withheld


@pytest.mark.parametrize(
    ("experiment", "sqrt_s", "signal", "needed"),
    [
        ("besiii", 3.0969, "tau-mualpha", 2 * TAU_MASS + 0.01),
        ("besiii", 3.6, "mumu-tautau", (2 * TAU_MASS + 2 * MUON_MASS) / 0.99),
        ("babar", 10.3, "b-p-psi", 2 * 5.2797),
    ],
)
def test_a_signal_below_its_threshold_names_the_energy(
    experiment: str, sqrt_s: float, signal: str, needed: float
) -> None:
    setup = load_setup(experiment, [f"{experiment}.sqrt_s={sqrt_s}"])
    with pytest.raises(
        InputError, match=f"no signal '{signal}' here: it needs {experiment}.sqrt_s above"
    ) as error:
        efficiency(setup, signal, events=1)
    found = re.search(r"above ([\d.]+) GeV; here it is ([\d.]+)", str(error.value))
    assert found is not None
    assert float(found[1]) == pytest.approx(needed, rel=0.01)
    assert float(found[2]) == sqrt_s
    # There it can be had.
    at = load_setup(experiment, [f"{experiment}.sqrt_s={float(found[1]) + 0.001}"])
    assert signal in {spec.name for spec in at.experiment.signal_specs(at.section)}
    with pytest.raises(InputError, match=rf"no signal '{signal}': it needs"):
        load_setup(experiment, [f"{experiment}.sqrt_s={sqrt_s}", f"signal.0.signal={signal}"])


def test_a_signal_that_is_none_and_one_that_no_energy_has() -> None:
    setup = load_setup("besiii")
    for name in ("b-p-psi", "nonsense"):
        with pytest.raises(InputError, match=f"besiii has no signal '{name}'; it has"):
            efficiency(setup, name)
    raw = setup.section.model_copy(update={"events": "raw"})
    assert why_withheld(setup.experiment, raw, "mumu-zprime") == "a raw data file holds its own events"
