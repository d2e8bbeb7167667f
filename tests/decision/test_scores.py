"""Scores of candidates by models that users bring: the same verdicts in any form, and bad models in one sentence."""

from __future__ import annotations

import pickle
import sys

import joblib
import numpy as np
import pytest
from pydantic import ValidationError
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC

from trigemu.config.check import validate
from trigemu.decision.scores.config import Score
from trigemu.decision.scores.scorer import Scorer
from trigemu.errors import InputError

NAMES = ("momentum", "energy", "clusters")


def events(n, seed):
    """Return features float32[n, 3] and whether an event is signal."""
    rng = np.random.default_rng(seed)
    signal = rng.random(n) < 0.5
    features = rng.normal(signal[:, None] * [1.0, 0.5, -1.0], 1.0, (n, 3)).astype(np.float32)
    return features, signal


@pytest.fixture(scope="module")
def trained():
    """A small boosted tree; nothing of this kind comes with the package."""
    return GradientBoostingClassifier(n_estimators=10, random_state=1).fit(*events(300, 1))


def columns(features):
    # In another order than the model's, with one that it does not want.
    return {
        "energy": features[:, 1],
        "clusters": features[:, 2],
        "other": features[:, 0],
        "momentum": features[:, 0],
    }


def scorer(model, cut=0.75, **changes):
    return Scorer(Score(model=str(model), features=NAMES, cut=cut, **changes))


def save_onnx(model, path, **options):
    exported = to_onnx(model, np.zeros((1, 3), np.float32), options={id(model): options} if options else None)
    path.write_bytes(exported.SerializeToString())
    return path


@pytest.mark.parametrize("zipmap", [True, False])
def test_a_model_and_its_export_give_the_same_verdicts(trained, tmp_path, zipmap):
    joblib.dump(trained, tmp_path / "bdt.joblib")
    (tmp_path / "bdt.pkl").write_bytes(pickle.dumps(trained))
    save_onnx(trained, tmp_path / "bdt.onnx", zipmap=zipmap)
    features, _ = events(3000, 2)
    expected = trained.predict_proba(features)[:, 1]
    for name, changes in (("bdt.joblib", {"trust": True}), ("bdt.pkl", {"trust": True}), ("bdt.onnx", {})):
        made = scorer(tmp_path / name, **changes)
        np.testing.assert_allclose(made.scores(columns(features)), expected, atol=2e-6)
        passed = made.passes(columns(features))
        np.testing.assert_array_equal(passed, expected >= 0.75)
        assert 0.1 < passed.mean() < 0.9


@pytest.mark.parametrize(
    "model", [LinearSVC(), Ridge(), LogisticRegression()], ids=lambda model: type(model).__name__
)
def test_other_kinds_of_models(model, tmp_path):
    model.fit(*events(200, 1))
    joblib.dump(model, tmp_path / "model.joblib")
    save_onnx(model, tmp_path / "model.onnx")
    features, _ = events(500, 2)
    pickled = scorer(tmp_path / "model.joblib", trust=True).scores(columns(features))
    exported = scorer(tmp_path / "model.onnx").scores(columns(features))
    np.testing.assert_allclose(exported, pickled, rtol=1e-4, atol=1e-5)
    assert pickled.std() > 0.1


def test_a_function_of_a_package():
    features = np.array([[1, 2, 3], [0, 0, 0]], np.float32)
    made = scorer("support.toy_scores:total", cut=6.0)
    assert made.scores(columns(features)).tolist() == [6.0, 0.0]
    assert made.passes(columns(features)).tolist() == [True, False]
    assert made.scores(columns(features[:0])).shape == (0,)


def test_what_is_not_finite_passes_no_cut():
    features = np.array([[np.nan, 0, 0], [np.inf, 0, 0], [3e38, 3e38, 0], [1, 0, 0]])
    table = {name: features[:, k].astype(np.float64) for k, name in enumerate(NAMES)}
    table["energy"][2] = 1e300
    assert scorer("support.toy_scores:total", cut=-10.0).passes(table).tolist() == [False, False, False, True]


def test_scores_that_are_no_numbers_are_refused():
    made = scorer("support.toy_scores:nowhere")
    with pytest.raises(
        InputError, match=r"^model 'support.toy_scores:nowhere' gives a score that is not a finite"
    ):
        made.scores(columns(np.ones((2, 3), np.float32)))


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("nowhere.onnx", "nowhere.onnx: there is no such file of a model"),
        (
            "support.toy_scores:missing",
            r"model 'support.toy_scores:missing' cannot be loaded \(AttributeError",
        ),
        ("no_such_package:model", r"cannot be loaded \(ModuleNotFoundError"),
        ("support.toy_scores:NUMBER", "is no function and has none of the methods predict_proba"),
        ("support.toy_scores:three", "must answer with one number, or the probabilities of two classes"),
        ("support.toy_scores:text", "must answer with one number"),
        (
            "support.toy_scores:fails",
            r"cannot score its candidates \(ValueError: of seven inputs none is here\)",
        ),
    ],
)
def test_bad_models(model, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        scorer(model)
    assert "\n" not in str(error.value)


def test_files_that_are_no_models(tmp_path):
    for name, changes in (("bad.onnx", {}), ("bad.joblib", {"trust": True}), ("bad.pkl", {"trust": True})):
        (tmp_path / name).write_bytes(b"this is no model\n" * 20)
        with pytest.raises(InputError, match=rf"{name}: is not a readable") as error:
            scorer(tmp_path / name, **changes)
        assert "\n" not in str(error.value)


def test_models_of_other_inputs(trained, tmp_path):
    joblib.dump(trained, tmp_path / "bdt.joblib")
    save_onnx(trained, tmp_path / "bdt.onnx")
    for name, trust in (("bdt.joblib", True), ("bdt.onnx", False)):
        config = Score(model=str(tmp_path / name), features=NAMES[:2], cut=0.0, trust=trust)
        with pytest.raises(InputError, match="takes 3 features, the configuration names 2: momentum, energy"):
            Scorer(config)


def test_missing_packages(trained, tmp_path, monkeypatch):
    joblib.dump(trained, tmp_path / "bdt.joblib")
    save_onnx(trained, tmp_path / "bdt.onnx")
    for package, name, trust in (("joblib", "bdt.joblib", True), ("onnxruntime", "bdt.onnx", False)):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(InputError, match=rf"{name}: .* needs .* \(pip install 'trigemu\[scores\]'\)"):
            scorer(tmp_path / name, trust=trust)
        monkeypatch.undo()


class Offering(Score):
    offered = NAMES


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": "bdt.joblib"}, "trust must be true for a pickled model"),
        (
            {"model": "bdt.txt"},
            r"model: must be a file \(.onnx, .joblib, .pkl, .pickle\) or package.module:object",
        ),
        ({"features": ("energy", "energie")}, "'energie' is no feature; did you mean 'energy'"),
        ({"features": ("energy", "energy")}, "holds a name twice"),
        ({"features": ()}, "features"),
        ({"cut": float("nan")}, "cut"),
    ],
)
def test_bad_configurations(changes, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        validate(Offering, {"model": "bdt.onnx", "features": NAMES, "cut": 0.5, **changes}, "score")
    assert "\n" not in str(error.value)
    with pytest.raises(ValidationError):
        Offering(**{"model": "bdt.onnx", "features": NAMES, "cut": 0.5, **changes})
