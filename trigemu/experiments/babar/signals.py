"""PEP-II at the energy of a run and what BaBar sees of it; the signals and processes that can be generated there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from trigemu.collider.collider import Acceptance, Collider
from trigemu.collider.signals.b_offered import b_meson_signals
from trigemu.collider.signals.offered import (
    common_processes,
    dark_boson_signals,
    darkonium_signals,
    file_signals,
    gun_signals,
    heavy_neutrino_signals,
    machine_processes,
    scanned_aprime,
    tau_signals,
)
from trigemu.collider.signals.processes import Process
from trigemu.collider.signals.registration import ProcessSpec, process_tables
from trigemu.collider.signals.thresholds import above
from trigemu.physics.beams import PEP2, pep2
from trigemu.setup.data import SignalSpec, Sourced

RANGE_GEV = (9.0, 11.3)
"""Energies in the CM at which a run may be (recalled: scans went to 11.2 GeV; the lower end is chosen)."""

USUAL_GEV = PEP2.sqrt_s
"""Energy of a run that names none: the Upsilon(4S)."""

SEARCH_ENERGIES = ((10.023, 15.9e3), (10.355, 31.3e3), (10.579, 5.9e3))
"""Energy (GeV) and luminosity (1/pb) of the data of the invisible search, at Upsilon(2S), (3S) and (4S): a value for
the key ``energies`` of gamma-aprime.

The luminosities are recalled (besiii_babar_facts B7.15); their sum of 53.1 1/fb is that of the abstract.
"""


COSMIC_HZ = Sourced(
    240.0, "chosen: level 1 takes the 125 Hz of the experiment's formula (besiii_babar_facts B3.9)"
)
"""Cosmic muons in the detector."""

LOST_HZ = Sourced(52_000.0, "chosen: tracks and clusters of besiii_babar_facts B3.6")
"""Crossings in which a beam loses a particle that is seen, at design luminosity.

With what follows about 20 kHz have a track above 120 MeV/c that reaches superlayer 5, and about 20 kHz a cluster above
100 MeV: besiii_babar_facts B3.6.
"""

_ONE_PARTICLE = "guess: most events have one particle, a proton or an electromagnetic one"

LOST_PARTICLES: Mapping[str, object] = {
    "z_peaks": Sourced(
        ((-200.0, 20.0, 0.3), (200.0, 20.0, 0.3)),
        "recalled: flanges of the pipe, steps of the masks (babar_geometry_facts G11.31); widths and parts: guess",
    ),
    "z_max": Sourced(800.0, "guess"),
    "radius_mm": Sourced(25.0, "beam pipe (babar_geometry_facts 11.3)"),
    "protons": Sourced(0.3, _ONE_PARTICLE),
    "pions": Sourced(0.1, _ONE_PARTICLE),
    "electrons": Sourced(0.1, _ONE_PARTICLE),
    "photons": Sourced(0.6, _ONE_PARTICLE),
}
"""Beam particles that hit the pipe or the masks (babar_geometry_facts G11.30)."""


@lru_cache(maxsize=64)
def babar(sqrt_s: float) -> Collider:
    """Return the collider at an energy in the CM (GeV).

    Cross-sections of pairs are those of lowest order at any energy: no published ones stand in their place.  What is
    recalled at 10.58 GeV (besiii_babar_facts B9) is 1.2 nb of mu mu and 0.9 nb of tau tau, where lowest order says 0.78
    and 0.77: the key ``cross_section_nb`` of a process takes it.  Narrow resonances make nothing of their own: B pairs
    and the decays of Upsilon(2S) and (3S) come from event files.
    """
    return Collider(
        name="BaBar",
        beams=pep2(sqrt_s),
        # babar_geometry_facts G11.4: the first year's.
        spot_mm=(0.12, 0.0056, 9.0),
        acceptance=Acceptance(
            # Tracks reach superlayer 5 (babar_geometry_facts G1.36); crystals (besiii_babar_facts B2.6).
            tracker_degrees=(16.3, 153.2),
            calorimeter_degrees=((15.8, 141.8),),
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
    collider = babar(sqrt_s)
    return (
        scanned_aprime(collider, babar, RANGE_GEV),
        *(spec for spec in dark_boson_signals(collider) if spec.name != "gamma-aprime"),
        *darkonium_signals(collider),
        *b_meson_signals(collider),
        *tau_signals(collider),
        *heavy_neutrino_signals(collider),
        *file_signals(collider),
        *gun_signals(collider),
    )


def signals(section: HasEnergy) -> tuple[SignalSpec, ...]:
    """Return the signals that BaBar can generate at the section's energy."""
    return _signals(section.sqrt_s)


def withheld(section: HasEnergy) -> dict[str, str]:
    """Return the signals that need a higher energy than the section's, each with that energy."""
    return above(_signals, section.sqrt_s, RANGE_GEV[1], "babar.sqrt_s")


@lru_cache(maxsize=64)
def processes(sqrt_s: float) -> tuple[ProcessSpec, ...]:
    """Return the processes that ``[[babar.process]]`` can name at an energy (GeV)."""
    collider = babar(sqrt_s)
    machine = machine_processes(
        collider,
        cosmic_hz=COSMIC_HZ,
        gas_hz=LOST_HZ,
        counter_mm=Sourced(850.0, "the quartz bars; their radius is a guess"),
        gas=LOST_PARTICLES,
    )
    return (*common_processes(collider), *machine)


if TYPE_CHECKING:
    ProcessTables = tuple[Process, ...]
else:
    ProcessTables = process_tables(processes, "sqrt_s", USUAL_GEV)
"""An array of process tables, whose limits are those of the field ``sqrt_s``."""
