"""Candidates to scores and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trigemu.arrays import F32, F64, Bool
from trigemu.decision.scores.config import Score
from trigemu.decision.scores.models import load_model, reason
from trigemu.errors import InputError
from trigemu.frames.columns import Array
from trigemu.plain import short


class Scorer:
    """Gives candidates scores; one instance serves one thread.

    Parameters
    ----------
    config
        Model, features, cut.

    Raises
    ------
    InputError
        The model cannot be loaded, or does not answer with one number for a candidate.
    """

    def __init__(self, config: Score) -> None:
        self._config = config
        self._model = load_model(config)
        # A model of other features says so here and not in the middle of a run.
        self._scores(np.zeros((1, len(config.features)), np.float32), finite=False)

    def scores(self, features: Mapping[str, Array]) -> F64:
        """Return float64[n], the score of each candidate; -inf where a feature is not finite.

        Parameters
        ----------
        features
            Name -> column[n], at least those of the configuration.  Models get them as float32.

        Raises
        ------
        InputError
            A score is not a finite number.
        """
        columns = [np.asarray(features[name], np.float64) for name in self._config.features]
        with np.errstate(over="ignore"):
            table: F32 = np.stack(columns, axis=1).astype(np.float32)
        out = np.full(len(table), -np.inf)
        usable = np.isfinite(table).all(axis=1)
        if usable.any():
            out[usable] = self._scores(np.ascontiguousarray(table[usable]))
        return out

    def passes(self, features: Mapping[str, Array]) -> Bool:
        """Return bool[n]: the score is at least the cut; parameters and errors as for `scores`."""
        return np.asarray(self.scores(features) >= self._config.cut)

    def _scores(self, table: F32, *, finite: bool = True) -> F64:
        name = short(self._config.model)
        try:
            answer = self._model(table)
        except Exception as error:
            # Whatever a user's model raises.
            raise InputError(f"model {name!r} cannot score its candidates ({reason(error)})") from error
        found = _one_each(answer, len(table))
        if found is None:
            raise InputError(
                f"model {name!r} must answer with one number, or the probabilities of two classes, for each candidate"
            )
        if finite and not np.isfinite(found).all():
            raise InputError(f"model {name!r} gives a score that is not a finite number")
        return found


def _one_each(answer: Any, n: int) -> F64 | None:
    """Return float64[n] of what a model answered for n candidates; None if it is anything else.

    One number for each, or two, of which the second counts; exported classifiers may answer with a dictionary for each,
    class -> probability.
    """
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        answer = [[each[key] for key in sorted(each)] for each in answer]
    try:
        values: F64 = np.asarray(answer, np.float64)
    except (TypeError, ValueError):
        return None
    if values.ndim == 2 and values.shape[1] in (1, 2):
        values = values[:, -1]
    return values if values.shape == (n,) else None
