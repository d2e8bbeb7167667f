from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import TypeAdapter, ValidationError

from trigemu.collider.signals import models
from trigemu.collider.signals.processes import AnyProcess

NEEDS = {"hepmc-signal": {"file": "a"}, "lhe-signal": {"file": "a"}}
NAMES = [spec.name for spec in models.SIGNALS]


@pytest.mark.parametrize("spec", models.SIGNALS, ids=NAMES)
def test_defaults(spec):
    model = spec.model(**NEEDS.get(spec.name, {}))
    assert model.signal == spec.name
    assert spec.model.model_validate(model.model_dump(mode="json")) == model
    assert model.rate_hz > 0
    assert model.every_ns is None
    assert spec.model.__doc__


def test_names_are_all_different():
    assert len(set(NAMES)) == len(NAMES) == 22
    assert {f"b-{k}-{f}" for k in ("ks", "kstar") for f in ("ee", "mumu", "pipi", "kk")} <= set(NAMES)


@pytest.mark.parametrize(
    ("model", "keys", "message"),
    [
        (models.GammaAprime, {"mass": 10.39, "minimum_energy": 1.0}, "too near the energy"),
        (models.GammaAprime, {"theta_star": (90, 30)}, "theta_star must rise"),
        (models.GammaAprime, {"masss": 1}, "Extra inputs"),
        (models.GammaAprime, {"every_ns": 1000}, "greater than or equal to 2000"),
        (models.MuMuTauTau, {"mass": 3.0}, "greater than 3.55"),
        (models.BtoKMuMu, {"mass": 0.2}, "mass must be between 0.211317 and"),
        (models.BtoKstarKK, {"mass": 4.5}, "mass must be between 0.987354 and 4.38416"),
        (models.TauToEAlpha, {"mass": 1.7}, "less than or equal to 1.6"),
        (models.AprimeHiggs, {"mass": 8.0, "higgs_mass": 4.0}, "below 10.5"),
        (models.MuonGun, {"p": 2.0, "p_max": 1.0}, "p_max must be at least p"),
        (models.MuonGun, {"pt_max": 1.0}, "pt_max must be at least pt"),
        (models.MuonGun, {"pt": 1.0, "theta": 0.5}, "between 1 and 179"),
        (models.HepmcSignal, {"file": "a", "order": "reverse"}, "pattern"),
        (models.HepmcSignal, {}, "Field required"),
    ],
)
def test_refused(model, keys, message):
    with pytest.raises(ValidationError, match=message):
        model(**keys)


def test_processes():
    adapter = TypeAdapter(AnyProcess)
    assert adapter.validate_python({"process": "bhabha", "rate_hz": 10}).rate_hz == 10
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        adapter.validate_python({"process": "bhabhas"})
    with pytest.raises(ValidationError, match="theta_star must rise"):
        adapter.validate_python({"process": "mumu", "theta_star": (30, 20)})
    with pytest.raises(ValidationError, match="theta_star must rise"):
        adapter.validate_python({"process": "eegamma", "theta_star": (1, 20)})


def test_tables_are_light():
    code = (
        "import sys; import trigemu.collider.signals.models, "
        "trigemu.collider.signals.processes; "
        "print([m for m in ('numba', 'scipy', 'pyhepmc') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
