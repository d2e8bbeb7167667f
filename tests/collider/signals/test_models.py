from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import TypeAdapter, ValidationError
from support.colliders import CHARM, HEAD_ON, MODELS, OFFERED

from trigemu.collider.signals import models
from trigemu.collider.signals.registration import any_process, process, sampled_processes
from trigemu.experiments.belle2.signals import BELLE2, PROCESSES, SIGNALS, AnyProcess

NEEDS = {"hepmc-signal": {"file": "a"}, "lhe-signal": {"file": "a"}}
NAMES = [spec.name for spec in SIGNALS]


@pytest.mark.parametrize("spec", SIGNALS, ids=NAMES)
def test_defaults(spec):
    model = spec.model(**NEEDS.get(spec.name, {}))
    assert model.signal == spec.name
    assert spec.model.model_validate(model.model_dump(mode="json")) == model
    assert model.rate_hz > 0
    assert model.every_ns is None
    assert spec.model.__doc__


def test_names_are_all_different():
    assert len(set(NAMES)) == len(NAMES) == 27
    assert {f"b-{k}-{f}" for k in ("ks", "kstar") for f in ("ee", "mumu", "pipi", "kk")} <= set(NAMES)


@pytest.mark.parametrize(
    ("model", "keys", "message"),
    [
        (
            MODELS["gamma-aprime"],
            {"mass": 10.39, "minimum_energy": 1.0},
            r"mass must be below 9.5272 GeV with minimum_energy = 1, not 10.39: ",
        ),
        (MODELS["gamma-aprime"], {"theta_star": (90, 30)}, "theta_star must rise"),
        (MODELS["gamma-aprime"], {"masss": 1}, "Extra inputs"),
        (MODELS["gamma-aprime"], {"every_ns": 1000}, "greater than or equal to 2000"),
        (MODELS["mumu-tautau"], {"mass": 3.0}, "greater than 3.55"),
        (MODELS["b-ks-mumu"], {"mass": 0.2}, "mass must be between 0.211317 and"),
        (MODELS["b-kstar-kk"], {"mass": 4.5}, "mass must be between 0.987354 and 4.38416"),
        (MODELS["tau-ealpha"], {"mass": 1.7}, "less than or equal to 1.6"),
        (
            MODELS["aprime-higgs"],
            {"mass": 8.0, "higgs_mass": 4.0},
            r"mass \+ higgs_mass must be below 10.527 GeV, not 12: Belle II has 10.58 GeV",
        ),
        (MODELS["muon-gun"], {"p": 2.0, "p_max": 1.0}, "p_max must be at least p"),
        (MODELS["muon-gun"], {"pt_max": 1.0}, "pt_max must be at least pt"),
        (MODELS["muon-gun"], {"pt": 1.0, "theta": 0.5}, "between 1 and 179"),
        (MODELS["hepmc-signal"], {"file": "a", "order": "reverse"}, "pattern"),
        (MODELS["hepmc-signal"], {}, "Field required"),
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
        "import sys; import trigemu.experiments.belle2.config, trigemu.experiments.belle2.signals; "
        "print([m for m in ('numba', 'scipy', 'pyhepmc') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def refusal(collider, name, **keys):
    with pytest.raises(ValidationError) as caught:
        OFFERED[collider.name][name].model(**keys)
    return caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("gamma-aprime", {"mass": 3.7}, "mass must be below 3.6686 GeV"),
        ("gamma-aprime", {"minimum_energy": 1.9}, "minimum_energy must be below 1.885 GeV"),
        ("mumu-zprime", {"mass": 3.6}, "mass must be below 3.5398 GeV with two muons, not 3.6"),
        ("aprime-higgs", {"mass": 3.0}, "mass + higgs_mass must be below 3.7512 GeV, not 4"),
        ("gammagammagamma", {"photon_energy": 1.3}, "photon_energy must be below 1.2567 GeV, not 1.3"),
        ("mumugamma", {"photon_energy": 1.9}, "photon_energy must be below 1.8731 GeV with pair_mass = 0.3"),
        ("eegamma", {"lepton_energy": 1.7}, "lepton_energy must be below 1.635 GeV with photon_energy = 0.5"),
        ("eegamma", {"pair_mass": 2.5}, "pair_mass must be below 2.1766 GeV"),
        ("eemumu", {"mass_min": 4.0}, "mass_min must be below 3.7512 GeV"),
    ],
)
def test_limits_follow_from_the_energy(name, keys, words):
    sentence = refusal(CHARM, name, **keys)
    assert words in sentence
    assert sentence.endswith(": charm factory has 3.77 GeV in the CM")
    assert getattr(MODELS[name](**keys), next(iter(keys))) == next(iter(keys.values()))


def test_what_is_offered_follows_from_the_energy():
    low, high = OFFERED[CHARM.name], OFFERED[HEAD_ON.name]
    # Cosmic muons and beam gas are offered apart: their rates are an experiment's own.
    assert set(OFFERED[BELLE2.name]) - {"cosmic", "beamgas"} == set(high)
    # No B mesons, and two muons leave too little for two taus.
    missing = set(high) - set(low)
    assert missing == {name for name in high if name.startswith("b-")} | {"mumu-tautau"}
    for specs in (low, high):
        for name, spec in specs.items():
            table = spec.model(**NEEDS.get(name, {"file": "a"} if name in ("hepmc", "lhe") else {}))
            assert table.model_dump()["process" if hasattr(table, "process") else "signal"] == name


def test_tables_have_their_own_collider_and_its_spot():
    for collider in (BELLE2, CHARM, HEAD_ON):
        specs = OFFERED[collider.name]
        assert specs["mumu"].model.collider is collider
        assert specs["mumu"].model().beam_spot_mm == collider.spot_mm
        assert specs["gamma-aprime"].model().beam_spot_mm == collider.spot_mm
        assert specs["muon-gun"].model().beam_spot_mm == (0.0, 0.0, 0.0)
    assert not hasattr(models.MuMuZprime, "collider")


def test_a_process_of_one_s_own():
    class Own(MODELS["mumu"]):
        pass

    spec = process("own", Own, "module:Sampler", theta_star=(20.0, 160.0), pair="taus")
    table = TypeAdapter(any_process((*PROCESSES, spec))).validate_python({"process": "own"})
    assert (table.theta_star, table.pair, table.process) == ((20.0, 160.0), "taus", "own")
    assert sampled_processes([table], (*PROCESSES, spec)) == [(table, "module:Sampler")]
    with pytest.raises(TypeError, match="has no class variable or field 'colour'"):
        process("own", Own, "module:Sampler", colour=1)
