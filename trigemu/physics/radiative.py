"""e+e- -> three photons, mu mu photon and e e photon at lowest order: phase space and unweighted events.

Phase space: photon energy by its logarithm or by that of the others' squared mass, its angle as 1/(1 - c^2), the
other two in their own frame with the first one's angle as the process peaks towards the beams or the photon.
Muons have their mass, electrons none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import ALPHA, MUON, PB_PER_GEV2, mass
from trigemu.physics.qed import dot, electrons_photon, muons_photon, three_photons
from trigemu.physics.vectors import along, boost, direction, two_body_decay

Process = Literal["gammagammagamma", "mumugamma", "eegamma"]

_SCANS = 16
_SCAN_POINTS: dict[Process, int] = {"gammagammagamma": 1 << 14, "mumugamma": 1 << 14, "eegamma": 1 << 15}
"""So many points each: an error of 0.1 to 0.3 % inside default cuts, in a quarter of a second, or half of one."""

_SCAN_SEED = 0
_STEPS = 1.1673039782614187 ** -np.arange(1.0, 5.0)
"""Steps of evenly spread points in four dimensions: powers of the root of x^5 = x + 1."""

_HEADROOM = 1.1
_EDGE = 0.999
_FASTEST = 0.9998
"""Velocities above this peak no more: cuts on masses end the peak before."""

_SOFT: dict[Process, float] = {"gammagammagamma": 0.5, "mumugamma": 0.5, "eegamma": 0.9}
"""Share of photon energies that are drawn by ln E."""

Shape = Literal["flat", "forward", "both"]


def _cosine(shape: Shape, u: F64, beta: F64) -> F64:
    """Return a cosine: flat, as 1/(1 - c)^2 or as 1/(1 - beta^2 c^2)."""
    if shape == "flat":
        return 2.0 * u - 1.0
    if shape == "forward":
        return 1.0 - 1.0 / (0.5 + u * (1.0 / (1.0 - _EDGE) - 0.5))
    return np.asarray(np.tanh((2.0 * u - 1.0) * np.arctanh(beta)) / beta)


def _density(shape: Shape, c: F64, beta: F64) -> F64:
    """Return the density of `_cosine`."""
    if shape == "flat":
        return np.full(len(c), 0.5)
    if shape == "forward":
        norm = 1.0 / (1.0 / (1.0 - _EDGE) - 0.5)
        return np.where(c < _EDGE, norm / np.maximum(1.0 - c, 1e-12) ** 2, 0.0)
    return np.asarray(0.5 * beta / np.arctanh(beta) / (1.0 - (beta * c) ** 2))


@dataclass(frozen=True, slots=True)
class Cuts:
    """In the CM: energies (GeV), range of angles (cosines, of all three) and least mass of every pair (GeV)."""

    photon_energy: float
    lepton_energy: float
    pair_mass: float
    low: float
    high: float


_scanned: dict[tuple[Process, float, Cuts], tuple[float, float, float]] = {}
"""Results of scans: the same in every run, so that a grid of efficiencies does them once."""


class Radiative:
    """Unweighted events of one process inside cuts.

    Cross-section and largest weight come from a scan with points of its own, the same in every run (one event in
    some hundred thousand may exceed the largest weight found; it then counts once).

    Parameters
    ----------
    process, sqrt_s, cuts
        What, energy in GeV, where.

    Attributes
    ----------
    cross_section, error
        pb, lowest order, with its statistical error.
    """

    def __init__(self, process: Process, sqrt_s: float, cuts: Cuts) -> None:
        self._process, self._sqrt_s, self._cuts = process, sqrt_s, cuts
        self._lepton = mass(MUON) if process == "mumugamma" else 0.0
        half = 0.5 * sqrt_s
        self._minus = np.array([0.0, 0.0, half, half])
        self._plus = np.array([0.0, 0.0, -half, half])
        key = process, sqrt_s, cuts
        if key not in _scanned:
            _scanned[key] = self._scan()
        self.cross_section, self.error, largest = _scanned[key]
        self._bound = _HEADROOM * largest

    def _scan(self) -> tuple[float, float, float]:
        """Return cross-section and its error (pb), and the largest weight.

        Each scan is a lattice with a random shift; their differences are the error.
        """
        points = _SCAN_POINTS[self._process]
        lattice = np.arange(points)[:, None] * _STEPS
        shifts = Draws(_SCAN_SEED, 0, 0)
        scans = np.arange(_SCANS)
        shift = np.concatenate([shifts.uniform(scans, block) for block in (0, 1)], axis=1)
        u = np.zeros((points, 5))
        means, largest = [], 0.0
        for row in shift:
            # All turn together: the photon's azimuth is always 0.
            u[:, [0, 1, 3, 4]] = (lattice + row) % 1.0
            weight = self._points(u)[1]
            means.append(float(weight.mean()))
            largest = max(largest, float(weight.max()))
        return float(np.mean(means)), float(np.std(means) / math.sqrt(_SCANS - 1)), largest

    def propose(self, draws: Draws, index: I64, attempt: int | I64) -> tuple[F64, F64]:
        """Return momenta float64[n, 3, 4] (-, +, photon, or three photons) in the CM and weights in pb."""
        return self._points(
            np.concatenate([draws.uniform(index, 3 * attempt + i) for i in range(3)], axis=1)[:, :5]
        )

    def _points(self, u: F64) -> tuple[F64, F64]:
        """Return momenta and weights for uniforms: energy, angle and turn of the photon, angle and turn of the pair."""
        cuts, root = self._cuts, self._sqrt_s
        s, lepton = root * root, self._lepton
        # Three photons: the mapped one is the softest, so it has a third of the energy at most.
        three = self._process == "gammagammagamma"
        least = max(cuts.pair_mass, 2.0 * lepton)
        top = root / 3.0 if three else 0.5 * root * (1.0 - (least / root) ** 2)
        energy, per_gev = self._photon_energy(u[:, 0], top)
        cosine, per_cosine = self._photon_cosine(u[:, 1])
        k = np.empty((len(u), 4))
        k[:, :3] = energy[:, None] * direction(cosine, u[:, 2])
        k[:, 3] = energy
        rest = self._minus + self._plus - k
        pair = np.sqrt(np.maximum(s - 2.0 * root * energy, 0.0))
        beta = np.sqrt(np.maximum(1.0 - (2.0 * lepton / np.maximum(pair, 1e-300)) ** 2, 0.0))
        axis, per_area = self._pair_axis(u[:, 3:], k[:, :3] / energy[:, None], rest, beta)
        q, p = two_body_decay(rest, pair, lepton, lepton, axis)
        momenta = np.stack([q, p, k], axis=1)
        minus, plus = np.broadcast_to(self._minus, q.shape), np.broadcast_to(self._plus, q.shape)
        inside = self._inside(momenta)
        with np.errstate(divide="ignore", invalid="ignore"):
            if three:
                # Softest of three (x 3), one in 3! orders.
                value = three_photons(minus, plus, (q, p, k)) * 0.5
                inside &= (q[:, 3] >= energy) & (p[:, 3] >= energy)
            elif self._process == "mumugamma":
                value = muons_photon(minus, plus, q, p, k)
            else:
                value = electrons_photon(minus, plus, q, p, k)
        # dPhi_3 = E dE dOmega / (16 pi^3) x beta dOmega' / (32 pi^2), logs and tanh taken back.
        phase = energy / (per_gev * per_cosine) * 2.0 * math.pi / (16.0 * math.pi**3)
        phase = phase * beta / per_area / (32.0 * math.pi**2)
        coupling = (4.0 * math.pi * ALPHA) ** 3 / (2.0 * s) * PB_PER_GEV2
        return momenta, np.where(inside, value * phase * coupling, 0.0)

    def _photon_energy(self, u: F64, top: float) -> tuple[F64, F64]:
        """Return energies and their density per GeV: most by ln E, others by ln of the pair's squared mass."""
        root, low = self._sqrt_s, self._cuts.photon_energy
        most, least = root * root - 2.0 * root * low, root * root - 2.0 * root * top
        span, other = math.log(top / low), math.log(most / least)
        share = _SOFT[self._process]
        by_energy = low * np.exp(u / share * span)
        by_mass = 0.5 * (root - least * np.exp((u - share) / (1.0 - share) * other) / root)
        energy = np.where(u < share, by_energy, by_mass)
        by_mass = 2.0 * root / (root * root - 2.0 * root * energy) / other
        return energy, share / (energy * span) + (1.0 - share) * by_mass

    def _photon_cosine(self, u: F64) -> tuple[F64, F64]:
        """Return cosines and their density: as 1/(1 - c^2); for electrons as squared poles too.

        (An electron that goes forward with a photon close to it peaks as Bhabha scattering does.)
        """
        low, high = self._cuts.low, self._cuts.high
        start, span = math.atanh(low), math.atanh(high) - math.atanh(low)
        if self._process != "eegamma":
            cosine = np.tanh(start + u * span)
            return cosine, 1.0 / (span * (1.0 - cosine**2))
        v = 3.0 * u
        a, b = 1.0 / (1.0 - low), 1.0 / (1.0 - high)
        c, d = 1.0 / (1.0 + low), 1.0 / (1.0 + high)
        forward = 1.0 - 1.0 / (a + np.clip(v - 1.0, 0.0, 1.0) * (b - a))
        backward = 1.0 / (d + np.clip(v - 2.0, 0.0, 1.0) * (c - d)) - 1.0
        cosine = np.where(v < 1.0, np.tanh(start + v * span), np.where(v < 2.0, forward, backward))
        poles = 1.0 / ((b - a) * (1.0 - cosine) ** 2) + 1.0 / ((c - d) * (1.0 + cosine) ** 2)
        return cosine, (1.0 / (span * (1.0 - cosine**2)) + poles) / 3.0

    def _pair_axis(self, u: F64, photon: F64, rest: F64, beta: F64) -> tuple[F64, F64]:
        """Return the first one's direction in the pair's frame and its density per solid angle.

        A mixture of peaks about axes: the beams as the pair sees them, and the photon (whose direction is the same in
        the pair's frame).
        """
        velocity = rest[:, :3] / rest[:, 3:]
        minus = boost(np.broadcast_to(self._minus, rest.shape), -velocity)
        plus = boost(np.broadcast_to(self._plus, rest.shape), -velocity)
        peaks: list[tuple[F64, Shape, float]]
        if self._process == "mumugamma":
            peaks = [(photon, "flat", 0.5), (photon, "both", 0.5)]
        elif self._process == "gammagammagamma":
            peaks = [(minus, "both", 1 / 3), (plus, "both", 1 / 3), (photon, "both", 1 / 3)]
        else:
            peaks = [(minus, "forward", 0.2), (-plus, "forward", 0.2), (photon, "both", 0.6)]
        axes = [axis[:, :3] / np.sqrt((axis[:, :3] ** 2).sum(axis=1))[:, None] for axis, _, _ in peaks]
        peak = np.clip(beta, 1e-3, _FASTEST)
        (pick, turn), start, density = u.T, 0.0, np.zeros(len(u))
        out, four = np.empty((len(u), 3)), np.zeros((len(u), 4))
        for axis, (_, shape, share) in zip(axes, peaks, strict=True):
            at = (pick >= start) & (pick < start + share) if axis is not axes[-1] else pick >= start
            four[at, :3] = direction(_cosine(shape, (pick[at] - start) / share, peak[at]), turn[at])
            out[at] = along(axis[at], four[at])[:, :3]
            start += share
        for axis, (_, shape, share) in zip(axes, peaks, strict=True):
            density += share * _density(shape, (out * axis).sum(axis=1), peak)
        return out, density / (2.0 * math.pi)

    def _inside(self, momenta: F64) -> NDArray[np.bool_]:
        cuts = self._cuts
        energy = momenta[..., 3]
        cosine = momenta[..., 2] / np.maximum(np.sqrt((momenta[..., :3] ** 2).sum(axis=2)), 1e-12)
        least = cuts.photon_energy if self._process == "gammagammagamma" else cuts.lepton_energy
        inside = np.asarray(((cosine >= cuts.low) & (cosine <= cuts.high)).all(axis=1))
        inside &= (energy[:, :2] >= least).all(axis=1)
        for i, j, alone in ((0, 1, 2.0), (0, 2, 1.0), (1, 2, 1.0)):
            square = 2.0 * dot(momenta[:, i], momenta[:, j]) + alone * self._lepton**2
            inside &= square >= cuts.pair_mass**2
        return inside

    def events(self, draws: Draws, index: I64) -> F64:
        """Return momenta float64[n, 3, 4] in the CM; blocks of ``draws`` above 2**19 decide acceptance."""

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            momenta, weight = self.propose(draws, index[at], attempt)
            u_accept = draws.uniform(index[at], (1 << 19) + attempt)[:, 0]
            return momenta, np.where(weight > 0.0, weight - u_accept * self._bound, -1.0)

        return accept_reject(index, propose, self._process)
