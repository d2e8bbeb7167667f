"""Events of a file in the laboratory of a collider, at its energy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.collider.signals.base import FileInput, LheInput
from trigemu.errors import InputError
from trigemu.physics.beams import Beams
from trigemu.physics.constants import ELECTRON, SPEED_OF_LIGHT
from trigemu.physics.event_energy import check_energy
from trigemu.physics.event_file import EventFile
from trigemu.physics.event_weights import chosen
from trigemu.physics.final_codes import check_codes
from trigemu.physics.hepmc_events import read_events
from trigemu.physics.lhe import read_lhe
from trigemu.physics.particles import Particles
from trigemu.physics.vectors import boost

_POSITRON = -ELECTRON
_LENGTHS = (1.0, 1.0, 1.0, SPEED_OF_LIGHT)
_STEPS = 20


class LabEvents:
    """The events of a table's file, any of which can be taken in the laboratory.

    Parameters
    ----------
    table
        Which file, and how it is brought there.
    beams
        The collider's.

    Raises
    ------
    InputError
        The file is bad, of another collider or in other units, or holds particles that detectors do not know.

    Attributes
    ----------
    file
        The file.
    weight
        float64[n], the largest absolute value 1; None where all events count alike.
    """

    def __init__(self, table: FileInput, beams: Beams) -> None:
        self.file, self._beams = _read(table), beams
        file = self.file
        les_houches = isinstance(table, LheInput)
        self._boost = isinstance(table, LheInput) and table.boost
        self._flip = False
        if isinstance(table, LheInput):
            if abs(file.first_beam) != ELECTRON:
                raise InputError(
                    f"{file.name}: its first beam has the code {file.first_beam}, electron or positron is wanted"
                )
            self._flip = table.flip_z if table.flip_z is not None else file.first_beam == _POSITRON
        check_energy(
            file.name,
            file.energies,
            beams.sqrt_s,
            beams.total,
            lab=not (les_houches and self._boost),
            rescale=table.rescale,
        )
        check_codes(file.name, file.codes, [abs(code) for code in table.invisible])
        self._factor = 1.0
        if table.rescale:
            own = file.energies.sqrt_s
            if own is None:
                raise InputError(
                    f"{file.name}: rescale = true needs the energy of its events, but it lists no beams and its "
                    "final states are not complete"
                )
            self._factor = beams.sqrt_s / own
        self.weight = chosen(file.name, file.weights, file.weight_names, table.weight, len(file))

    def __len__(self) -> int:
        return len(self.file)

    def take(self, events: I64) -> Particles:
        """Return the events with these numbers, in this order, numbered from 0."""
        final = self.file.take(events)
        if not (self._flip or self._boost or self._factor != 1.0):
            return final
        momentum, point = final.momentum.copy(), final.point * _LENGTHS
        total = self.file.energies.sum
        if self._boost and total is not None:
            velocity = -total[:3] / total[3]
            momentum, point = boost(momentum, velocity), boost(point, velocity)
        if self._flip:
            momentum[:, 2] *= -1.0
            point[:, 2] *= -1.0
        if self._factor != 1.0 and not self._boost and total is not None:
            velocity = -total[:3] / total[3]
            moved = rescaled(boost(momentum, velocity), final.mass, final.event, final.events, self._factor)
            # Back with the collider's own motion: that of the file is the same within its energy's tolerance.
            momentum = boost(moved, -velocity)
        elif self._factor != 1.0:
            momentum = rescaled(momentum, final.mass, final.event, final.events, self._factor)
        if self._boost:
            momentum, point = self._beams.to_lab(momentum), self._beams.to_lab(point)
        return replace(final, momentum=momentum, point=point / _LENGTHS)


def _read(table: FileInput) -> EventFile:
    return read_lhe(table.file) if isinstance(table, LheInput) else read_events(table.file, table.weight)


def rescaled(momentum: F64, mass: F64, event: I64, events: int, factor: float) -> F64:
    """Return momenta in the CM by a common factor per event, so that energies sum to ``factor`` times what they did.

    Parameters
    ----------
    momentum
        float64[m, 4] in the CM, GeV.
    mass
        float64[m], GeV.
    event, events
        int64[m], event of each particle, and how many there are.
    factor
        The energies' ratio.

    Returns
    -------
    float64[m, 4]
        Sums of three-momenta keep their direction; masses stay.
    """
    square = (momentum[:, :3] ** 2).sum(axis=1)
    target = factor * np.bincount(event, momentum[:, 3], minlength=events)
    x = np.full(events, factor)
    for _ in range(_STEPS):
        energy = np.sqrt(mass**2 + square * x[event] ** 2)
        excess = np.bincount(event, energy, minlength=events) - target
        # The energies' derivative by x; particles at rest have none.
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.bincount(
                event, np.where(energy > 0, square * x[event] / energy, 0.0), minlength=events
            )
            step = np.where(slope > 0.0, excess / slope, 0.0)
        x = np.maximum(x - step, 0.1 * x)
        if np.abs(step).max(initial=0.0) < 1e-14:
            break
    out = momentum.copy()
    out[:, :3] *= x[event][:, None]
    out[:, 3] = np.sqrt(mass**2 + square * x[event] ** 2)
    return out
