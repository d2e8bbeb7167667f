"""Whether the events of a file are those of a collider: what their beams and final states add up to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError
from trigemu.physics.particles import Particles

TOLERANCE = 2e-3
"""How far the energy of a file's beams in the CM may be from the collider's: four times the spread of its beams, and
less than the 0.6 % between data at the Upsilon(4S) and below it."""

SPREAD = 2.6e-3
"""How far single events may be from the mean of their file: five times the spread of beams."""

DIRECTION = 5e-3
"""How far the sum of the beams' momenta may be from the laboratory's, as a fraction of its energy."""

RESCALED = 0.02
"""How far the energies may be if a table says ``rescale``: further away, the physics is another."""

COMPLETE = 1e-3
"""Final states whose sums differ by less than this fraction of the energy have all particles in the file."""


@dataclass(slots=True, eq=False)
class Energies:
    """What events amount to; grows while a file is read.

    Attributes
    ----------
    most, most_event
        Largest energy of a final state (GeV), and whose.
    least, largest
        float64[5], of all final states' px, py, pz, E and mass (GeV).
    beams, spread
        Mean mass (GeV) of the sum of two beams over the ``events`` that have them, and its farthest values.
    total
        float64[4], mean of these sums.
    """

    events: int = 0
    most: float = -np.inf
    most_event: int = 0
    least: F64 = field(default_factory=lambda: np.full(5, np.inf))
    largest: F64 = field(default_factory=lambda: np.full(5, -np.inf))
    with_beams: int = 0
    total: F64 = field(default_factory=lambda: np.zeros(4))
    beams: float = 0.0
    spread: tuple[float, float] = (np.inf, -np.inf)

    def add(self, final: Particles, beam_event: I64, beam: F64) -> None:
        """Count consecutive events: their final states, and the rows (event, float64[k, 4]) of their beams."""
        n = final.events
        sums = _sums(final.event, final.momentum, n)
        energy = sums[:, 3]
        if energy.max(initial=-np.inf) > self.most:
            self.most, self.most_event = float(energy.max()), self.events + int(energy.argmax())
        self.least = np.minimum(self.least, sums.min(axis=0))
        self.largest = np.maximum(self.largest, sums.max(axis=0))
        pairs = np.bincount(beam_event, minlength=n) == 2
        if pairs.any():
            both = _sums(beam_event, beam, n)[pairs]
            k = len(both)
            mass = both[:, 4]
            self.with_beams += k
            self.total = self.total + (both[:, :4].sum(axis=0) - k * self.total) / self.with_beams
            self.beams += float(mass.sum() - k * self.beams) / self.with_beams
            self.spread = min(self.spread[0], float(mass.min())), max(self.spread[1], float(mass.max()))
        self.events += n

    @property
    def sqrt_s(self) -> float | None:
        """Energy in the CM as beams or complete final states say it, GeV; None if neither does."""
        if self.with_beams:
            return self.beams
        return float(self._middle[4]) if self._complete else None

    @property
    def _middle(self) -> F64:
        return 0.5 * (self.least + self.largest)

    @property
    def _complete(self) -> bool:
        close = self.largest - self.least < COMPLETE * self.largest[3]
        return bool(self.events > 1 and close.all())

    @property
    def sum(self) -> F64 | None:
        """float64[4], what beams or complete final states add up to, GeV; None if neither says."""
        if self.with_beams:
            return self.total
        return self._middle[:4] if self._complete else None


def _sums(event: I64, momentum: F64, n: int) -> F64:
    """Return float64[n, 5], sums by event and their mass."""
    sums = np.stack([np.bincount(event, momentum[:, i], minlength=n) for i in range(4)], axis=1)
    square = sums[:, 3] ** 2 - (sums[:, :3] ** 2).sum(axis=1)
    return np.column_stack([sums, np.sqrt(np.maximum(square, 0.0))])


def check_energy(
    name: str, energies: Energies, sqrt_s: float, total: F64, *, lab: bool, rescale: bool = False
) -> None:
    """Refuse a file whose energies are not those of a collider.

    Parameters
    ----------
    name
        What messages call the file.
    energies
        What its events amount to, GeV.
    sqrt_s
        The collider's energy in the CM in GeV.
    total
        float64[4], the collider's total momentum in the laboratory.
    lab
        Events are said to be in that laboratory; else only the energy in the CM is compared.
    rescale
        The events will be brought to the collider's energy.

    Raises
    ------
    InputError
        The beams in the file (or its complete final states) are others, or an event has more energy than the beams.
    """
    say = f"{name} is not of this collider or in other units"
    tolerance = RESCALED if rescale else TOLERANCE
    own, sums = energies.sqrt_s, energies.sum
    if own is not None and sums is not None:
        what = "beams have" if energies.with_beams else "final states add up to"
        if abs(own - sqrt_s) > tolerance * sqrt_s:
            near = abs(own - sqrt_s) <= RESCALED * sqrt_s
            hint = ": take events of this energy, or set rescale = true in the file's table" if near else ""
            raise InputError(
                f"{say}: its {what} {own:.6g} GeV in the CM, {sqrt_s:.6g} GeV are allowed "
                f"(within {tolerance:.1%}){hint}"
            )
        low, high = energies.spread if energies.with_beams else (own, own)
        if max(own - low, high - own) > SPREAD * sqrt_s:
            raise InputError(
                f"{say}: its beams have {low:.6g} to {high:.6g} GeV in the CM, so its events are of several "
                "energies; give one file for each"
            )
        scale = own / sqrt_s
        if lab and np.abs(sums - scale * total).max() > (DIRECTION + abs(scale - 1.0)) * total[3]:
            raise InputError(
                f"{say}: its beams add up to p = ({sums[0]:.4g}, {sums[1]:.4g}, {sums[2]:.4g}) GeV, those of "
                f"the laboratory to ({total[0]:.4g}, {total[1]:.4g}, {total[2]:.4g}) GeV"
            )
    # Events in a frame of their own may have more energy there than the collider's beams have in the laboratory.
    own_frame = 0.0 if sums is None else sums[3]
    limit = 1.02 * (total[3] if lab else max(total[3], sqrt_s, own_frame))
    if energies.most > limit:
        raise InputError(
            f"{say}: event {energies.most_event} has {energies.most:.6g} GeV in its final state, {limit:.5g} GeV "
            "at most are allowed"
        )
    if energies.most < 1e-3 * sqrt_s:
        raise InputError(
            f"{say}: no event has more than {energies.most:.3g} GeV, beams of {sqrt_s:.5g} GeV give more"
        )
