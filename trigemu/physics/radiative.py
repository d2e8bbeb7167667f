"""e+e- -> three massless particles at lowest order: matrix elements, phase space, unweighted events.

Matrix elements: CALKUL (Berends et al. 1981-82) as in signals_facts 2.1, averaged over the beams' spins, in
units of e^6.  Phase space: photon energy by its logarithm or by that of the others' squared mass, its angle as
1/(1 - c^2), the other two in their own frame with the first one's angle as the process peaks towards the
beams or the photon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.constants import ALPHA
from trigemu.physics.pairs import PB_PER_GEV2
from trigemu.physics.vectors import along, boost, direction, two_body_decay

Process = Literal["gammagammagamma", "mumugamma", "eegamma"]

_SCAN = 60_000
_HEADROOM = 1.15
_EDGE = 0.999
_COLLINEAR_EDGE = 0.9998


Shape = Literal["flat", "forward", "both"]


def _cosine(shape: Shape, u: F64) -> F64:
    """Return a cosine: flat, as 1/(1 - c)^2 or as 1/(1 - c^2)."""
    if shape == "flat":
        return 2.0 * u - 1.0
    if shape == "forward":
        return 1.0 - 1.0 / (0.5 + u * (1.0 / (1.0 - _EDGE) - 0.5))
    return np.asarray(np.tanh((2.0 * u - 1.0) * math.atanh(_COLLINEAR_EDGE)))


def _density(shape: Shape, c: F64) -> F64:
    """Return the density of `_cosine`."""
    if shape == "flat":
        return np.full(len(c), 0.5)
    if shape == "forward":
        norm = 1.0 / (1.0 / (1.0 - _EDGE) - 0.5)
        return np.where(c < _EDGE, norm / np.maximum(1.0 - c, 1e-12) ** 2, 0.0)
    norm = 0.5 / math.atanh(_COLLINEAR_EDGE)
    return np.where(np.abs(c) < _COLLINEAR_EDGE, norm / np.maximum(1.0 - c * c, 1e-12), 0.0)


def _dot(a: F64, b: F64) -> F64:
    return np.asarray(a[..., 3] * b[..., 3] - (a[..., :3] * b[..., :3]).sum(axis=-1))


def three_photons(minus: F64, plus: F64, k: tuple[F64, F64, F64]) -> F64:
    """Return |M|^2 / e^6 of e-e+ -> three photons (no factor for identical ones); four-vectors float64[n, 4]."""
    s = 2.0 * _dot(minus, plus)
    a = [_dot(minus, photon) for photon in k]
    b = [_dot(plus, photon) for photon in k]
    total = sum(x * y * (x * x + y * y) for x, y in zip(a, b, strict=True))
    return np.asarray(s * total / np.prod([x * y for x, y in zip(a, b, strict=True)], axis=0))


def _eikonal(minus: F64, plus: F64, q: F64, p: F64, k: F64) -> F64:
    v = plus / _dot(plus, k)[..., None] - minus / _dot(minus, k)[..., None]
    v = v - p / _dot(p, k)[..., None] + q / _dot(q, k)[..., None]
    return -_dot(v, v)


def muons_photon(minus: F64, plus: F64, q: F64, p: F64, k: F64) -> F64:
    """Return |M|^2 / e^6 of e-e+ -> mu- (q) mu+ (p) photon (k)."""
    s, s1 = 2.0 * _dot(minus, plus), 2.0 * _dot(q, p)
    t, t1 = -2.0 * _dot(minus, q), -2.0 * _dot(plus, p)
    u, u1 = -2.0 * _dot(minus, p), -2.0 * _dot(plus, q)
    return np.asarray((t * t + t1 * t1 + u * u + u1 * u1) / (s * s1) * _eikonal(minus, plus, q, p, k))


def electrons_photon(minus: F64, plus: F64, q: F64, p: F64, k: F64) -> F64:
    """Return |M|^2 / e^6 of e-e+ -> e- (q) e+ (p) photon (k)."""
    s, s1 = 2.0 * _dot(minus, plus), 2.0 * _dot(q, p)
    t, t1 = -2.0 * _dot(minus, q), -2.0 * _dot(plus, p)
    u, u1 = -2.0 * _dot(minus, p), -2.0 * _dot(plus, q)
    top = s * s1 * (s * s + s1 * s1) + t * t1 * (t * t + t1 * t1) + u * u1 * (u * u + u1 * u1)
    return np.asarray(top / (s * s1 * t * t1) * _eikonal(minus, plus, q, p, k))


@dataclass(frozen=True, slots=True)
class Cuts:
    """In the CM: energies (GeV), range of angles (cosines, of all three) and least mass of every pair (GeV)."""

    photon_energy: float
    lepton_energy: float
    pair_mass: float
    low: float
    high: float


class Radiative:
    """Unweighted events of one process inside cuts.

    Parameters
    ----------
    process, sqrt_s, cuts
        What, energy in GeV, where.
    draws
        Random numbers for the scan that finds cross-section and largest weight (one event in a few ten
        thousand may exceed the largest weight found; it then counts once).

    Attributes
    ----------
    cross_section, error
        pb, lowest order, with its statistical error.
    """

    def __init__(self, process: Process, sqrt_s: float, cuts: Cuts, draws: Draws) -> None:
        self._process, self._sqrt_s, self._cuts = process, sqrt_s, cuts
        half = 0.5 * sqrt_s
        self._minus = np.array([0.0, 0.0, half, half])
        self._plus = np.array([0.0, 0.0, -half, half])
        weight = self.propose(draws, np.arange(_SCAN), 0)[1]
        self.cross_section = float(weight.mean())
        self.error = float(weight.std() / math.sqrt(_SCAN))
        self._bound = _HEADROOM * float(weight.max())

    def propose(self, draws: Draws, index: I64, attempt: int | I64) -> tuple[F64, F64]:
        """Return momenta float64[n, 3, 4] (-, +, photon, or three photons) in the CM and weights in pb."""
        cuts, root = self._cuts, self._sqrt_s
        s = root * root
        u1, u2, u3 = (draws.uniform(index, 3 * attempt + i) for i in range(3))
        # Three photons: the mapped one is the softest, so it has a third of the energy at most.
        three = self._process == "gammagammagamma"
        top = root / 3.0 if three else 0.5 * root * (1.0 - (cuts.pair_mass / root) ** 2)
        energy, per_gev = self._photon_energy(u1[:, 0], top)
        cosine, per_cosine = self._photon_cosine(u1[:, 1])
        k = np.empty((len(index), 4))
        k[:, :3] = energy[:, None] * direction(cosine, u2[:, 0])
        k[:, 3] = energy
        rest = self._minus + self._plus - k
        pair = np.sqrt(np.maximum(s - 2.0 * root * energy, 0.0))
        axis, per_area = self._pair_axis(u2[:, 1], u3, k[:, :3] / energy[:, None], rest)
        q, p = two_body_decay(rest, pair, 0.0, 0.0, axis)
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
        # dPhi_3 = E dE dOmega / (16 pi^3) x dOmega' / (32 pi^2), logs and tanh taken back.
        phase = energy / (per_gev * per_cosine) * 2.0 * math.pi / (16.0 * math.pi**3)
        phase = phase / per_area / (32.0 * math.pi**2)
        coupling = (4.0 * math.pi * ALPHA) ** 3 / (2.0 * s) * PB_PER_GEV2
        return momenta, np.where(inside, value * phase * coupling, 0.0)

    def _photon_energy(self, u: F64, top: float) -> tuple[F64, F64]:
        """Return energies and their density per GeV: half by ln E, half by ln of the pair's squared mass."""
        root, low = self._sqrt_s, self._cuts.photon_energy
        most, least = root * root - 2.0 * root * low, root * root - 2.0 * root * top
        span, other = math.log(top / low), math.log(most / least)
        soft = u < 0.5
        by_energy = low * np.exp(2.0 * u * span)
        by_mass = 0.5 * (root - least * np.exp((2.0 * u - 1.0) * other) / root)
        energy = np.where(soft, by_energy, by_mass)
        return energy, 0.5 / (energy * span) + root / (root * root - 2.0 * root * energy) / other

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

    def _pair_axis(self, u: F64, v: F64, photon: F64, rest: F64) -> tuple[F64, F64]:
        """Return the first one's direction in the pair's frame and its density per solid angle.

        A mixture of equal parts, each a peak about one axis: the beams as the pair sees them, and the photon
        (whose direction is the same in the pair's frame).
        """
        velocity = rest[:, :3] / rest[:, 3:]
        minus = boost(np.broadcast_to(self._minus, rest.shape), -velocity)
        plus = boost(np.broadcast_to(self._plus, rest.shape), -velocity)
        peaks: list[tuple[F64, Shape]]
        if self._process == "mumugamma":
            peaks = [(photon, "flat"), (photon, "both")]
        elif self._process == "gammagammagamma":
            peaks = [(minus, "both"), (plus, "both"), (photon, "both")]
        else:
            peaks = [(minus, "forward"), (-plus, "forward"), (photon, "both")]
        axes = [axis[:, :3] / np.sqrt((axis[:, :3] ** 2).sum(axis=1))[:, None] for axis, _ in peaks]
        which = np.minimum((u * len(peaks)).astype(np.int64), len(peaks) - 1)
        fraction = u * len(peaks) - which
        four = np.zeros((len(u), 4))
        out = np.empty((len(u), 3))
        for number, (_, shape) in enumerate(peaks):
            at = which == number
            four[at, :3] = direction(_cosine(shape, fraction[at]), v[at, 0])
            out[at] = along(axes[number][at], four[at])[:, :3]
        density = sum(
            _density(shape, (out * axis).sum(axis=1)) for axis, (_, shape) in zip(axes, peaks, strict=True)
        )
        return out, np.asarray(density / (2.0 * math.pi * len(peaks)))

    def _inside(self, momenta: F64) -> NDArray[np.bool_]:
        cuts = self._cuts
        energy = momenta[..., 3]
        cosine = momenta[..., 2] / np.maximum(energy, 1e-12)
        least = cuts.photon_energy if self._process == "gammagammagamma" else cuts.lepton_energy
        inside = np.asarray(((cosine >= cuts.low) & (cosine <= cuts.high)).all(axis=1))
        inside &= (energy[:, :2] >= least).all(axis=1)
        for i, j in ((0, 1), (0, 2), (1, 2)):
            inside &= 2.0 * _dot(momenta[:, i], momenta[:, j]) >= cuts.pair_mass**2
        return inside

    def events(self, draws: Draws, index: I64) -> F64:
        """Return momenta float64[n, 3, 4] in the CM; blocks of ``draws`` above 2**19 decide acceptance."""

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            momenta, weight = self.propose(draws, index[at], attempt)
            u_accept = draws.uniform(index[at], (1 << 19) + attempt)[:, 0]
            return momenta, np.where(weight > 0.0, weight - u_accept * self._bound, -1.0)

        return accept_reject(index, propose, self._process)
