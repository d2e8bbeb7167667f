"""Networks for real collisions, judged by cross-validation over events beside the hardware's own answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from trigemu.arrays import F32, I64
from trigemu.errors import InputError
from trigemu.studies.belle2.training.fit import Layers
from trigemu.studies.belle2.training.real import RealTracks
from trigemu.studies.belle2.training.recipe import Z_SCALE
from trigemu.studies.belle2.training.tune import RealRecipe, train_on

Progress = Callable[[int, int], None]

NEAR_CM, FAR_CM, CUT_CM = 1.0, 30.0, 15.0
"""Offline z of tracks from collisions and of background, and the trigger's cut on z."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well z is known.

    Attributes
    ----------
    near, far
        Rows with offline z within `NEAR_CM`, and beyond `FAR_CM`.
    width
        68 % half-width of z - offline z of near rows in cm: the quantile of its absolute value.
    central
        Half of the interval from the 16th to the 84th percentile of the same difference, which forgives a bias.
    within
        Share of near rows with z within `CUT_CM`.
    far_within
        The same of far rows.
    """

    near: int
    far: int
    width: float
    central: float
    within: float
    far_within: float


def figures(outputs: F32, offline: F32) -> Figures:
    """Return how well scaled outputs float32[n, 2] agree with the offline track's."""
    z, truth = outputs[:, 0] * Z_SCALE, offline[:, 0] * Z_SCALE
    near, far = np.abs(truth) < NEAR_CM, np.abs(truth) > FAR_CM
    if not near.any() or not far.any():
        raise InputError(
            f"real tracks: need rows with offline z below {NEAR_CM:g} cm and above {FAR_CM:g} cm in each fold"
        )
    return Figures(
        int(near.sum()),
        int(far.sum()),
        float(np.quantile(np.abs(z - truth)[near], 0.68)),
        float(np.diff(np.quantile((z - truth)[near], (0.16, 0.84)))[0] / 2),
        float((np.abs(z[near]) < CUT_CM).mean()),
        float((np.abs(z[far]) < CUT_CM).mean()),
    )


def split(event: I64, folds: int, seed: int) -> I64:
    """Return int64[n], the fold of each row; rows of one event are in one fold."""
    events = int(event.max()) + 1
    if not 2 <= folds <= events:
        raise InputError(f"folds: {folds} is not allowed, the file has {events} events, so 2 to {events} are")
    fold = np.random.Generator(np.random.Philox(seed)).permutation(events) % folds
    return np.asarray(fold[event], np.int64)


_WHO = ("ours", "hardware")


@dataclass(frozen=True, slots=True)
class Fold:
    """What one fold says: of the package's network, and of the hardware on the same rows."""

    ours: Figures
    hardware: Figures


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Cross-validation over events.

    Attributes
    ----------
    folds
        In each, the rows that training has not seen.
    outputs
        float32[n, 2]: each row's answer by the network that has not seen it.
    pooled
        The same figures over all rows.
    """

    folds: tuple[Fold, ...]
    outputs: F32
    pooled: Fold

    def to_dict(self) -> dict[str, object]:
        """Return plain data: folds, medians over folds, and all rows together."""
        return {
            "folds": [asdict(fold) for fold in self.folds],
            "median": self.medians(),
            "pooled": asdict(self.pooled),
        }

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Return the same as rows for people: each fold, the medians, and all rows together."""
        rows: list[dict[str, object]] = []
        for number, fold in enumerate((*self.folds, self.pooled)):
            name = str(number + 1) if number < len(self.folds) else "all rows"
            for who in _WHO:
                rows.append({"fold": name, "network": who, **asdict(getattr(fold, who))})
        medians: list[dict[str, object]] = [
            {"network": who, **row} for who, row in self.medians().items() if who in _WHO
        ]
        compared: list[dict[str, object]] = [dict(self.medians()["compared"])]
        return {
            "z - offline z, cm, and shares within 15 cm, on rows not trained on": rows,
            "median over folds": medians,
            "ours against the hardware's medians": compared,
        }

    def medians(self) -> dict[str, dict[str, float]]:
        """Return the median over folds of each figure, and of the ratio and difference to the hardware."""
        names = ("width", "central", "within", "far_within")
        table = {
            who: {
                name: float(np.median([getattr(getattr(f, who), name) for f in self.folds])) for name in names
            }
            for who in _WHO
        }
        table["compared"] = {
            "width_ratio": table["ours"]["width"] / table["hardware"]["width"],
            "central_ratio": table["ours"]["central"] / table["hardware"]["central"],
            "within_difference": table["ours"]["within"] - table["hardware"]["within"],
            "far_within_difference": table["ours"]["far_within"] - table["hardware"]["far_within"],
        }
        return table


def cross_validate(
    tracks: RealTracks,
    folds: int,
    recipe: RealRecipe,
    run: Callable[[Layers, F32], F32],
    progress: Progress | None = None,
) -> Study:
    """Train on all folds but one, ask about that one; for each.

    Parameters
    ----------
    tracks
        Real rows.
    folds
        How many parts the events are dealt to.
    recipe
        The same for each fold; nothing is chosen by looking at a fold's own rows.
    run
        Gives the outputs of layers for inputs: floating or fixed point.
    progress
        Told how many folds are done, and how many there are.
    """
    fold = split(tracks.event, folds, recipe.seed)
    outputs = np.empty_like(tracks.offline)
    rows = []
    for k in range(folds):
        if progress:
            progress(k, folds)
        test = tracks.rows(fold == k)
        outputs[fold == k] = answer = run(train_on(tracks.rows(fold != k), recipe), test.inputs)
        rows.append(Fold(figures(answer, test.offline), figures(test.hardware, test.offline)))
    if progress:
        progress(folds, folds)
    pooled = Fold(figures(outputs, tracks.offline), figures(tracks.hardware, tracks.offline))
    return Study(tuple(rows), outputs, pooled)
