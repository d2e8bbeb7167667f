"""Online selections of the searches beside a reconstructed B."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import F64, U32, Bool
from trigemu.collider.reconstructed import Columns
from trigemu.decision.scores.scorer import Scorer
from trigemu.experiments.babar.selection.candidates import Candidates, lambdas, protons, signal_b
from trigemu.experiments.babar.selection.config import SELECTIONS, Selection
from trigemu.experiments.babar.selection.features import features


class Selector:
    """Selects events of B -> baryon psi_D; one instance serves one thread.

    Parameters
    ----------
    config
        Cuts, and perhaps models that score candidates.

    Raises
    ------
    InputError
        A model cannot be used.
    """

    def __init__(self, config: Selection) -> None:
        self._config = config
        scores = {name: getattr(config, name).score for name in SELECTIONS}
        self._scorers = {name: None if score is None else Scorer(score) for name, score in scores.items()}

    def select(self, name: str, tracks: Columns, clusters: Columns, tags: Columns, energy: U32) -> Bool:
        """Return bool[n], crossings that pass a selection of `SELECTIONS`; parameters as for `masses`."""
        return np.isfinite(self.masses(name, tracks, clusters, tags, energy))

    def masses(self, name: str, tracks: Columns, clusters: Columns, tags: Columns, energy: U32) -> F64:
        """Return float64[n] in GeV, the missing mass of crossings that pass a selection, nan of the others.

        Parameters
        ----------
        name
            Of `SELECTIONS`.
        tracks, clusters, tags
            Columns of those sources (`trigemu.experiments.babar.sources`).
        energy
            uint32[n], energy in the CM of each crossing's run, 0.1 MeV.

        Raises
        ------
        InputError
            Sources have different numbers of crossings, columns different lengths, or a score is no finite number.
        """
        found, window = self._candidates(name, tracks, tags, energy)
        mass = found.missing
        passed = (mass > window[0]) & (mass < window[1])
        if (scorer := self._scorers[name]) is not None:
            passed &= scorer.passes(self._features(found, clusters, len(energy)))
        out = np.full(len(energy), np.nan)
        out[found.event[passed]] = mass[passed]
        return out

    def candidates(
        self, name: str, tracks: Columns, clusters: Columns, tags: Columns, energy: U32
    ) -> tuple[Candidates, Mapping[str, F64]]:
        """Return the candidates of a selection before its window and score, and what a score may know of them.

        Parameters and errors as for `masses`.

        Returns
        -------
        found
            k candidates, at most one in a crossing.
        features
            Name (`trigemu.experiments.babar.selection.config.LAMBDA_FEATURES`) -> float64[k].
        """
        found, _ = self._candidates(name, tracks, tags, energy)
        return found, self._features(found, clusters, len(energy))

    def _candidates(
        self, name: str, tracks: Columns, tags: Columns, energy: U32
    ) -> tuple[Candidates, tuple[float, float]]:
        config, signal = self._config, signal_b(tags, energy)
        if name == "lambda_psid":
            return lambdas(tracks, signal, config.lambda_psid), config.lambda_psid.missing_gev
        return protons(tracks, signal, config.p_psid), config.p_psid.missing_gev

    def _features(self, found: Candidates, clusters: Columns, crossings: int) -> Mapping[str, F64]:
        return features(found, clusters, crossings, self._config.lambda_psid.sigma_xy_mm)
