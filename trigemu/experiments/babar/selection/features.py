"""What a classifier may know of a candidate (`trigemu.experiments.babar.selection.config.LAMBDA_FEATURES`)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trigemu.arrays import F64
from trigemu.collider.reconstructed import Columns, events_of
from trigemu.experiments.babar.selection.candidates import Candidates


def features(found: Candidates, clusters: Columns, crossings: int, sigma_xy_mm: float) -> Mapping[str, F64]:
    """Return name -> float64[k] of candidates.

    Parameters
    ----------
    found
        The candidates.
    clusters
        Columns of that source, for all crossings.
    crossings
        How many there are.
    sigma_xy_mm
        Unit of ``flight_significance``.
    """
    b = found.signal
    count, energy = _clusters(clusters, crossings)
    return {
        "b_momentum": np.sqrt((b[:, :3] ** 2).sum(axis=1)),
        "b_px": b[:, 0],
        "b_py": b[:, 1],
        "b_pz": b[:, 2],
        "clusters": count[found.event],
        "neutral_energy": energy[found.event],
        "baryon_energy": found.baryon[:, 3],
        "baryon_momentum": np.sqrt((found.baryon[:, :3] ** 2).sum(axis=1)),
        "flight_significance": found.radius / sigma_xy_mm,
    }


def _clusters(clusters: Columns, crossings: int) -> tuple[F64, F64]:
    """Return float64[n] each: number and energy of clusters of each crossing without track that no tag takes."""
    event = events_of("clusters", clusters, crossings)
    own = (np.asarray(clusters["tagged"]) == 0) & (np.asarray(clusters["track"]) < 0)
    event, energy = event[own], np.asarray(clusters["energy"], np.float64)[own]
    count = np.bincount(event, minlength=crossings).astype(np.float64)
    return count, np.bincount(event, energy, crossings).astype(np.float64)
