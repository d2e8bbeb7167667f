"""What a tau decays to, mode by mode, in any frame.

Hadrons are polarised as V - A makes them: two pions through the rho, three through the a1 (see
`trigemu.physics.three_pions`), omega pi in a P wave; mass and width of the omega pi system are recalled.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.physics import constants
from trigemu.physics.addressed import Draws, accept_reject
from trigemu.physics.line_shapes import PWave, Spectrum, breit_wigner
from trigemu.physics.particles import Particles, make_particles
from trigemu.physics.three_pions import three_pions
from trigemu.physics.vectors import (
    along,
    boost,
    direction,
    isotropic,
    momentum_of_two,
    polarised,
    two_body_decay,
)

TAU_MASS = constants.mass(constants.TAU)

NU_TAU = (16, 0.0)
"""Code and mass (GeV) of what takes the rest beside a tau-'s hadrons."""

_PI, _PI0 = constants.mass(constants.PION), constants.mass(constants.PI0)
_RHO = (constants.mass(constants.RHO0), 0.1474)
_OMEGA = constants.mass(constants.OMEGA)
_OMEGA_PI = PWave(1.45, 0.40, _OMEGA, _PI)
_EDGE = 1e-3


def _from_tau(mass: F64) -> F64:
    """Weight of tau -> (spin-1 hadrons of this mass) nu."""
    y = (mass / TAU_MASS) ** 2
    return np.asarray((1.0 - y) ** 2 * (1.0 + 2.0 * y))


def _excess(mass: F64) -> F64:
    """Return by how much hadrons of spin 1 are longitudinal: 0 if all three states were equally frequent."""
    return np.asarray((TAU_MASS / mass) ** 2 - 1.0)


@cache
def _omega_pi() -> Spectrum:
    return Spectrum(lambda m: _OMEGA_PI.density(m) * _from_tau(m), _OMEGA + _PI, TAU_MASS - _EDGE)


class Daughters:
    """Collects the daughters of the taus of one mode.

    Parameters
    ----------
    draws, first
        Random numbers; steps ``first + 1`` to ``first + 7`` are used.
    index, event
        int64[n], number of the event for random numbers and in the output.
    sign
        int64[n], +1 for tau-, -1 for tau+.
    point
        float64[n, 4], where they decay, mm and ns.
    neutrino
        Code and mass (GeV) of what three pions leave of a tau-.

    Attributes
    ----------
    out
        The daughters, in parts.
    """

    def __init__(
        self,
        draws: Draws,
        first: int,
        index: I64,
        event: I64,
        sign: I64,
        point: F64,
        neutrino: tuple[int, float] = NU_TAU,
    ) -> None:
        self.out: list[Particles] = []
        self._draws, self._first = draws, first
        self._index, self._event, self._sign, self._point = index, event, sign, point
        self._neutrino = neutrino

    def _step(self, number: int) -> Draws:
        return self._draws.step(self._first + number)

    def _axis(self, number: int, block: int = 0) -> F64:
        return isotropic(self._step(number).uniform(self._index, block))

    def _add(self, pdg: int, momentum: F64, mass: float) -> None:
        """Add a daughter; ``pdg`` is that of a tau-'s daughter."""
        self.out.append(
            make_particles(self._event, self._sign * pdg, mass, momentum, self._point, 15 * self._sign)
        )

    def _pi0(self, momentum: F64, step: int, block: int) -> None:
        first, second = two_body_decay(momentum, _PI0, 0.0, 0.0, self._axis(step, block))
        for photon in (first, second):
            self.out.append(
                make_particles(self._event, constants.PHOTON, 0.0, photon, self._point, constants.PI0)
            )

    def lepton(self, tau: F64, pdg: int) -> None:
        """Michel spectrum with the lepton's mass; the neutrinos share what is left isotropically."""
        mass = constants.mass(pdg)
        most = 0.5 * (TAU_MASS + mass * mass / TAU_MASS)
        least = mass / most

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = self._step(1).uniform(self._index[at], attempt)
            x = u[:, 0]
            momentum = np.sqrt(np.maximum(x * x - least * least, 0.0))
            keep = momentum * (3.0 * x - 2.0 * x * x - least * least) - u[:, 1]
            return x * most, np.where(x > least, keep, -1.0)

        energy = accept_reject(self._index, propose, "tau -> l nu nu")
        pair = np.sqrt(np.maximum(TAU_MASS**2 + mass * mass - 2.0 * TAU_MASS * energy, 0.0))
        lepton, rest = two_body_decay(tau, TAU_MASS, mass, pair, self._axis(2))
        first, second = _massless_pair(rest, pair, self._axis(3))
        self._add(pdg, lepton, mass)
        self._add(-(pdg + 1), first, 0.0)
        self._add(16, second, 0.0)

    def _hadrons(self, tau: F64, mass: F64) -> tuple[F64, F64]:
        """Return the momentum of hadrons that take all but the neutrino, and where they see the tau go (unit)."""
        code, rest = self._neutrino
        momentum, neutrino = two_body_decay(tau, TAU_MASS, mass, rest, self._axis(2))
        self._add(code, neutrino, rest)
        seen = boost(tau, -momentum[:, :3] / momentum[:, 3:])[:, :3]
        return momentum, seen / np.sqrt((seen**2).sum(axis=1))[:, None]

    def _two_hadrons(self, tau: F64, mass: F64, excess: F64, first: float, second: float) -> tuple[F64, F64]:
        """Return two hadrons of this mass together; cosines to the tau go as 1 + excess c^2."""
        total, axis = self._hadrons(tau, mass)
        u = self._step(3).uniform(self._index)
        four = np.zeros((len(mass), 4))
        four[:, :3] = direction(polarised(u[:, 0], excess), u[:, 1])
        return two_body_decay(total, mass, first, second, along(axis, four)[:, :3])

    def one_pion(self, tau: F64) -> None:
        """One charged pion."""
        pion, neutrino = two_body_decay(tau, TAU_MASS, _PI, 0.0, self._axis(2))
        self._add(-constants.PION, pion, _PI)
        self._add(16, neutrino, 0.0)

    def two_pions(self, tau: F64) -> None:
        """rho- -> pi- pi0."""

        def weight(mass: F64, _: I64) -> F64:
            threshold = np.maximum(1.0 - ((_PI + _PI0) / mass) ** 2, 0.0)
            return np.asarray(_from_tau(mass) * threshold**1.5)

        mass = breit_wigner(_RHO, _PI + _PI0, TAU_MASS - _EDGE, weight, self._step(1), self._index)
        pion, neutral = self._two_hadrons(tau, mass, _excess(mass), _PI, _PI0)
        self._add(-constants.PION, pion, _PI)
        self._pi0(neutral, 4, 0)

    def three_pions(self, tau: F64, *, neutral: bool) -> None:
        """a1- -> pi0 pi0 pi- or pi- pi- pi+."""
        model = three_pions(TAU_MASS, neutral=neutral, heavy=self._neutrino[1])
        mass = model.masses(self._step(1).uniform(self._index)[:, 0])
        total, axis = self._hadrons(tau, mass)
        s1, s2 = model.points(self._step(3), self._index, mass)
        velocity = total[:, :3] / total[:, 3:]
        first, second, third = (
            boost(along(axis, pion), velocity)
            for pion in model.momenta(self._step(4), self._index, mass, s1, s2)
        )
        if neutral:
            self._add(-constants.PION, third, _PI)
            self._pi0(first, 6, 0)
            self._pi0(second, 6, 1)
        else:
            self._add(-constants.PION, first, _PI)
            self._add(-constants.PION, second, _PI)
            self._add(constants.PION, third, _PI)

    def omega_pion(self, tau: F64) -> None:
        """Omega pi-, omega -> pi+ pi- pi0 as a vector does, not polarised."""
        mass = _omega_pi().draw(self._step(1).uniform(self._index)[:, 0])
        # The current is across the momentum of both: 1 + e sin^2 / 2.
        half = 0.5 * _excess(mass)
        omega, pion = self._two_hadrons(tau, mass, -half / (1.0 + half), _OMEGA, _PI)
        low, high = 2.0 * _PI, _OMEGA - _PI0

        def propose(at: I64, attempt: I64) -> tuple[F64, F64]:
            u = self._step(4).uniform(self._index[at], attempt)
            m = low + u[:, 0] * (high - low)
            # Phase space times the square of p x q, both momenta of the pair: (p q)^3; largest p q: 0.04244 GeV^2.
            keep = momentum_of_two(_OMEGA, m, _PI0) * momentum_of_two(m, _PI, _PI)
            return m, (keep / 0.0425) ** 3 - u[:, 1]

        pair_mass = accept_reject(self._index, propose, "omega -> 3 pi")
        axis = self._axis(5)
        pair, neutral = two_body_decay(omega, _OMEGA, pair_mass, _PI0, axis)
        u = self._step(6).uniform(self._index)
        four = np.zeros((len(mass), 4))
        four[:, :3] = direction(polarised(u[:, 0], np.full(len(mass), -1.0)), u[:, 1])
        seen = boost(omega, -pair[:, :3] / pair[:, 3:])[:, :3]
        seen /= np.sqrt((seen**2).sum(axis=1))[:, None]
        first, second = two_body_decay(pair, pair_mass, _PI, _PI, along(seen, four)[:, :3])
        self._add(-constants.PION, pion, _PI)
        self._add(-constants.PION, first, _PI)
        self._add(constants.PION, second, _PI)
        self._pi0(neutral, 7, 0)


def _massless_pair(total: F64, mass: F64, axis: F64) -> tuple[F64, F64]:
    # A pair of neutrinos may have next to no mass: then both go along.
    still = mass < 1e-6
    first, second = two_body_decay(
        np.where(still[:, None], [0.0, 0.0, 0.0, 1.0], total), np.maximum(mass, 1e-6), 0, 0, axis
    )
    half = 0.5 * total
    return np.where(still[:, None], half, first), np.where(still[:, None], half, second)
