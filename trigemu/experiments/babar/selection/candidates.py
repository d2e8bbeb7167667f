"""Baryons beside a reconstructed B: of what the B leaves, one track or a pair, and nothing else.

Tracks have no identification: that they are a proton or a proton and a pion is a hypothesis of mass.  How often
identification says so is part of the published efficiency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trigemu.arrays import F64, I64, U32
from trigemu.collider.reconstructed import Columns, check_pieces, events_of, track_momenta
from trigemu.collider.response.recoil import beam_totals, signed_mass
from trigemu.collider.response.vertices import Helices, chi2_limit, meet
from trigemu.experiments.babar.dct.geometry import FIELD_T
from trigemu.experiments.babar.selection.config import LambdaPsid, ProtonPsid
from trigemu.physics import constants
from trigemu.physics.beams import pep2

GEV_PER_COUNT = 1e-4
"""Unit of ``energy`` in source ``timing``."""

LEAST_ENERGY = 10_000
"""Counts below which there is no run of this collider."""

PROTON_GEV, PION_GEV = constants.mass(constants.PROTON), constants.mass(constants.PION)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """At most one candidate in a crossing.

    Attributes
    ----------
    event
        int64[k], crossings, rising.
    signal, baryon
        float64[k, 4] each (px, py, pz, E in GeV, laboratory): the signal B, which is the beams less the reconstructed
        other B, and the Lambda or proton.
    radius
        float64[k], transverse distance of the Lambda's decay from the z axis, mm; 0 of a proton.
    """

    event: I64
    signal: F64
    baryon: F64
    radius: F64

    @property
    def missing(self) -> F64:
        """float64[k], missing mass in GeV, negative where its square is."""
        return signed_mass(self.signal - self.baryon)


def signal_b(tags: Columns, energy: U32) -> F64:
    """Return float64[n, 4], the signal B of each crossing (px, py, pz, E in GeV): the beams less the reconstructed B.

    nan without a reconstructed B, or with several, and where there is no run.

    Parameters
    ----------
    tags
        Columns of that source.
    energy
        uint32[n], energy in the CM of each crossing's run, 0.1 MeV.

    Raises
    ------
    InputError
        The source has pieces for other than n crossings.
    """
    offsets = check_pieces("tags", tags, len(energy))
    momenta = np.full((len(energy), 4), np.nan)
    one = np.flatnonzero((np.diff(offsets) == 1) & (energy >= LEAST_ENERGY))
    own = [np.asarray(tags[name], np.float64)[offsets[one]] for name in ("px", "py", "pz", "energy")]
    momenta[one] = beam_totals(energy[one], lambda counts: pep2(GEV_PER_COUNT * counts)) - np.stack(
        own, axis=1
    )
    return momenta


def left_over(tracks: Columns, signal: F64, number: int) -> tuple[I64, I64]:
    """Return crossings int64[k] whose reconstructed B leaves so many tracks, and the rows of these, int64[k, number].

    ``signal``: `signal_b`.
    """
    n = len(signal)
    event = events_of("tracks", tracks, n)
    rows = np.flatnonzero(np.asarray(tracks["tagged"]) == 0)
    counts = np.bincount(event[rows], minlength=n)
    chosen = np.flatnonzero((counts == number) & np.isfinite(signal).all(axis=1))
    first = np.searchsorted(event[rows], chosen)
    return chosen, rows[first[:, None] + np.arange(number)]


def lambdas(tracks: Columns, signal: F64, config: LambdaPsid) -> Candidates:
    """Return the crossings with a Lambda and no other track beside a reconstructed B; ``signal``: `signal_b`."""
    event, rows = left_over(tracks, signal, 2)
    charge = np.asarray(tracks["charge"], np.int64)[rows]
    bent = (np.asarray(tracks["omega"], np.float64)[rows] != 0.0).all(axis=1)
    opposite = (charge[:, 0] * charge[:, 1] < 0) & bent
    event, rows = event[opposite], rows[opposite]
    pair = [Helices.of(tracks, rows[:, k]) for k in (0, 1)]
    limit = chi2_limit(config.probability)
    place = meet(pair[0], pair[1], config.sigma_xy_mm, config.sigma_z_mm, limit)
    radius = np.hypot(place.x, place.y)
    baryon = _pair(pair, place.x, place.y)
    mass2 = baryon[:, 3] ** 2 - (baryon[:, :3] ** 2).sum(axis=1)
    low, high = config.mass_gev
    kept = (mass2 > low * low) & (mass2 < high * high) & (place.chi2 < limit)
    kept &= (radius > config.radius_mm[0]) & (radius < config.radius_mm[1])
    return Candidates(event[kept], signal[event[kept]], baryon[kept], radius[kept])


def _pair(pair: list[Helices], x: F64, y: F64) -> F64:
    """Return float64[k, 4], the sum of both momenta at a point."""
    # The faster one is the proton, as it is of any Lambda above 0.3 GeV.
    flight = [
        {"omega": track.omega, "phi0": track.azimuth_at(x, y), "tan_lambda": track.tan_lambda}
        for track in pair
    ]
    size = [np.hypot(1.0, track.tan_lambda) / np.abs(track.omega) for track in pair]
    first = size[0] > size[1]
    masses = [np.where(first, a, b) for a, b in ((PROTON_GEV, PION_GEV), (PION_GEV, PROTON_GEV))]
    momenta = [track_momenta(columns, mass, FIELD_T) for columns, mass in zip(flight, masses, strict=True)]
    return momenta[0] + momenta[1]


def protons(tracks: Columns, signal: F64, config: ProtonPsid) -> Candidates:
    """Return the crossings with one track, from the beams, beside a reconstructed B; ``signal``: `signal_b`."""
    event, rows = left_over(tracks, signal, 1)
    row = rows[:, 0]
    own = {
        name: np.asarray(tracks[name], np.float64)[row]
        for name in ("d0", "z0", "omega", "phi0", "tan_lambda")
    }
    kept = (np.abs(own["d0"]) < config.d0_mm) & (np.abs(own["z0"]) < config.z0_mm) & (own["omega"] != 0.0)
    baryon = track_momenta(own, PROTON_GEV, FIELD_T)[kept]
    return Candidates(event[kept], signal[event[kept]], baryon, np.zeros(len(baryon)))
