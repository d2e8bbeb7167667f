"""Events with one B meson that decays to something new; the other B comes from a file or is absent.

Everything is decayed where the B rests, flight of what it decays to included, and boosted.  Sources: signals_facts 5.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import numpy as np

from trigemu.arrays import F64, I64, Bool
from trigemu.collider.collider import Collider
from trigemu.collider.signals.b_models import BSignal
from trigemu.collider.signals.b_origins import ORIGIN_STEPS, origin_of
from trigemu.collider.signals.collision import FIRST_STEP, Sampled, boosted, draws_of
from trigemu.physics.addressed import Draws
from trigemu.physics.particles import Particles, merge
from trigemu.physics.vectors import two_body_decay

DECAY_STEP = FIRST_STEP + ORIGIN_STEPS
"""Decays of the signal B use steps of random numbers from here on."""

BTable = TypeVar("BTable", bound=BSignal)


class BSampler(ABC, Generic[BTable]):
    """Events with a signal B.

    Parameters
    ----------
    table
        The table.
    collider
        Where it happens.
    seed, number
        Seed of the run; sub-stream of the table.

    Raises
    ------
    InputError
        ``other_b`` is bad or not of the right B mesons.
    """

    cross_section_nb = None

    def __init__(self, table: BTable, collider: Collider, seed: int, number: int) -> None:
        self.table, self.acceptance = table, collider.acceptance
        self._seed, self._number = seed, number
        self._origin = origin_of(table, collider)

    @abstractmethod
    def decay(self, draws: Draws, index: I64, heavy: F64, sign: I64) -> list[Particles]:
        """Return what B mesons of masses ``heavy`` decay to where they rest, the B at the origin."""

    @abstractmethod
    def accepted(self, made: Particles) -> Bool:
        """Return bool[n] from what the signal B leaves in the laboratory."""

    def radius(self, made: Particles, point: F64) -> F64:
        """Return the transverse flight (mm) of what is long-lived, made where the B decays: none."""
        return np.zeros(len(point))

    def sample(self, frame: int, n: int) -> Sampled:
        """Return the first n events of a frame: in each the signal B's particles come first."""
        index = np.arange(n)
        draws = draws_of(self._seed, frame, self._number)
        b = self._origin.draw(draws, index)
        parts = merge(self.decay(draws, index, b.mass, b.sign), n)
        made = boosted(parts, b.momentum[:, :3][parts.event] / b.momentum[:, 3:][parts.event]).moved(b.point)
        accepted, radius = self.accepted(made), self.radius(made, b.point)
        return Sampled(merge([made, *b.others], n), accepted.astype(np.uint8), radius.astype(np.float32))

    def in_two(self, heavy: F64, beside: F64 | float, axis: F64) -> tuple[F64, F64]:
        """Return what goes along ``axis`` where the B rests, of mass ``beside``, and the new particle."""
        rest = np.zeros((len(heavy), 4))
        rest[:, 3] = heavy
        return two_body_decay(rest, heavy, beside, self.table.mass, axis)
