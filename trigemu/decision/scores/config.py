"""A section of a run configuration that asks for a score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, FileName, Model
from trigemu.config.names import allowed
from trigemu.config.rules import Rule, values
from trigemu.plain import short

Kind = Literal["onnx", "pickle", "object"]

PICKLES = (".joblib", ".pkl", ".pickle")
"""Suffixes of files whose loading runs code."""


class Score(Model):
    """A model that gives each candidate a score, and the least score of those that pass.

    The model has the method ``predict_proba`` (the probability of the second of two classes is the score),
    ``decision_function`` or ``predict``, or is a function; ONNX models give the last of their floating-point outputs.
    """

    offered: ClassVar[tuple[str, ...]] = ()

    model: Annotated[FileName, Field(min_length=1)]
    """A file .onnx, .joblib or .pkl (a scikit-learn model), or ``package.module:object``."""

    features: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    """Names of its inputs, in its order."""

    cut: Annotated[float, Field(ge=-1e6, le=1e6)]
    """Least score of a candidate that passes."""

    trust: bool = False
    """Must be true for a pickled model, because loading one runs whatever code the file holds."""

    @property
    def kind(self) -> Kind:
        """How the model is loaded."""
        suffix = Path(self.model).suffix.lower()
        if suffix in PICKLES:
            return "pickle"
        return "onnx" if suffix == ".onnx" else "object"

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        known: Rule = {"uniqueItems": True}
        if cls.offered:
            known["items"] = {"enum": list(cls.offered)}
        pickled: Rule = {"properties": {"model": {"pattern": _any_case(PICKLES)}}, "required": ["model"]}
        trusted: Rule = {**values(trust={"const": True}), "required": ["trust"]}
        return [
            *super().schema_rules(),
            values(features=known, model={"pattern": f":|{_any_case((*PICKLES, '.onnx'))}"}),
            {"if": pickled, "then": trusted},
        ]

    @model_validator(mode="after")
    def _usable(self) -> Score:
        unknown = [name for name in self.features if self.offered and name not in self.offered]
        if unknown:
            names = allowed(unknown[0], self.offered)
            raise FieldError("features", f"{short(unknown[0])!r} is no feature; {names}", named=False)
        if len(set(self.features)) != len(self.features):
            raise FieldError("features", "holds a name twice", named=False)
        if self.kind == "object" and ":" not in self.model:
            files = ", ".join((".onnx", *PICKLES))
            sentence = f"must be a file ({files}) or package.module:object, not {short(self.model)!r}"
            raise FieldError("model", sentence, named=False)
        if self.kind == "pickle" and not self.trust:
            sentence = "trust must be true for a pickled model: loading one runs whatever code the file holds"
            raise FieldError("trust", sentence)
        return self


def _any_case(suffixes: tuple[str, ...]) -> str:
    """Return the pattern of names that end in one of these suffixes, in small or capital letters."""
    letters = ("".join(f"[{c}{c.upper()}]" if c.isalpha() else f"\\{c}" for c in each) for each in suffixes)
    return f"({'|'.join(letters)})$"
