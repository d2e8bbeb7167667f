"""BEPCII at the energy of a run and what BESIII sees of it; the signals and processes that can be generated there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from trigemu.collider.collider import Acceptance, Collider
from trigemu.collider.signals.offered import (
    baryon_signals,
    common_processes,
    dark_boson_signals,
    file_signals,
    gun_signals,
    machine_processes,
    resonance_signals,
    scanned_aprime,
    tau_signals,
)
from trigemu.collider.signals.processes import Process
from trigemu.collider.signals.registration import ProcessSpec, process_tables
from trigemu.collider.signals.thresholds import above
from trigemu.physics.beams import bepc2
from trigemu.setup.data import SignalSpec, Sourced

RANGE_GEV = (2.0, 4.95)
"""Energies in the CM at which a run may be (besiii_babar_facts A1.1: 2.0 to 4.95)."""

USUAL_GEV = 4.178
"""Energy of a run that names none: the largest part of the data of the invisible search."""

SEARCH_ENERGIES = (
    *((4.128, 401.5), (4.157, 408.7), (4.178, 3189.0), (4.189, 570.0), (4.199, 526.0), (4.209, 572.0)),
    *((4.219, 569.0), (4.226, 1100.9), (4.236, 530.3), (4.244, 594.0), (4.258, 828.4), (4.267, 531.1)),
    *((4.278, 175.7), (4.288, 502.4), (4.312, 501.2), (4.337, 505.0), (4.358, 543.9), (4.377, 522.7)),
    *((4.396, 507.8), (4.416, 1090.7), (4.436, 569.9), (4.600, 586.9)),
)
"""Energy (GeV) and luminosity (1/pb) of data taken at 4.13-4.60 GeV: a value for the key ``energies`` of gamma-aprime.

All recalled, none read: only the range and the sum of 14.9 1/fb are known (besiii_babar_facts A9.1); these add up to
15.3, so at least one of them is no part of that search.
"""

COSMIC_HZ = Sourced(1500.0, "recalled (besiii_babar_facts A12)")
"""Cosmic muons in the detector."""

GAS_HZ = Sourced(
    5000.0,
    "guess; known is that beam background at level 1's output is below 2 kHz (besiii_babar_facts A12, recalled)",
)
"""Crossings in which a beam meets gas."""

COUNTER_MM = Sourced(870.0, "between the two layers of bars (trigemu.experiments.besiii.tof.geometry)")
"""Where counters see the time of a cosmic muon."""


@lru_cache(maxsize=64)
def besiii(sqrt_s: float) -> Collider:
    """Return the collider at an energy in the CM (GeV); lowest-order cross-sections."""
    return Collider(
        name="BESIII",
        beams=bepc2(sqrt_s),
        # Recalled: bunches of 0.38 mm x 6 um x 15 mm; the product of two is smaller by the square root of 2.
        spot_mm=(0.27, 0.004, 10.0),
        acceptance=Acceptance(
            # abs(cos theta) < 0.93; good photons at less than 0.83 and from 0.86 to 0.92 (besiii_babar_facts A2.2,
            # A2.10).
            tracker_degrees=(21.6, 158.4),
            calorimeter_degrees=((23.1, 30.7), (33.9, 146.1), (149.3, 156.9)),
        ),
    )


class HasEnergy(Protocol):
    """The section, as far as signals and processes need it."""

    @property
    def sqrt_s(self) -> float:
        """Energy in the CM in GeV."""
        ...


@lru_cache(maxsize=64)
def _signals(sqrt_s: float) -> tuple[SignalSpec, ...]:
    collider = besiii(sqrt_s)
    return (
        scanned_aprime(collider, besiii, RANGE_GEV),
        *(spec for spec in dark_boson_signals(collider) if spec.name != "gamma-aprime"),
        *resonance_signals(collider),
        *baryon_signals(collider),
        *tau_signals(collider),
        *file_signals(collider),
        *gun_signals(collider),
    )


def signals(section: HasEnergy) -> tuple[SignalSpec, ...]:
    """Return the signals that BESIII can generate at the section's energy."""
    return _signals(section.sqrt_s)


def withheld(section: HasEnergy) -> dict[str, str]:
    """Return the signals that need a higher energy than the section's, each with that energy."""
    return above(_signals, section.sqrt_s, RANGE_GEV[1], "besiii.sqrt_s")


@lru_cache(maxsize=64)
def processes(sqrt_s: float) -> tuple[ProcessSpec, ...]:
    """Return the processes that ``[[besiii.process]]`` can name at an energy (GeV)."""
    collider = besiii(sqrt_s)
    machine = machine_processes(collider, cosmic_hz=COSMIC_HZ, gas_hz=GAS_HZ, counter_mm=COUNTER_MM)
    return (*common_processes(collider), *machine)


if TYPE_CHECKING:
    ProcessTables = tuple[Process, ...]
else:
    ProcessTables = process_tables(processes, "sqrt_s", USUAL_GEV)
"""An array of process tables, whose limits are those of the field ``sqrt_s``."""
