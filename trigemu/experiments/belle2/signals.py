"""SuperKEKB at the Upsilon(4S) and what Belle II sees of it; the signals and processes that can be generated there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trigemu.collider.collider import Acceptance, Collider, CrossSection
from trigemu.collider.signals.b_offered import b_meson_signals
from trigemu.collider.signals.offered import (
    common_processes,
    dark_boson_signals,
    darkonium_signals,
    file_signals,
    gun_signals,
    heavy_neutrino_signals,
    machine_processes,
    tau_signals,
)
from trigemu.collider.signals.processes import Process
from trigemu.collider.signals.registration import any_process
from trigemu.physics.beams import SUPERKEKB
from trigemu.setup.data import Sourced

BELLE2 = Collider(
    name="Belle II",
    beams=SUPERKEKB,
    # x and y from the product of the two bunches (belle2_facts 1); z recalled, "sub-mm in any case".
    spot_mm=(0.0062, 0.000042, 0.35),
    acceptance=Acceptance(
        # Drift chamber; forward, barrel and backward calorimeter without the gaps (belle2_facts 11).
        tracker_degrees=(17.0, 150.0),
        calorimeter_degrees=((12.4, 31.4), (32.2, 128.7), (130.7, 155.1)),
    ),
    # Remembered from the Belle II Physics Book (arXiv:1808.10567), not read: a remark, not a truth
    # (signals_published B1).
    cross_sections={
        "gammagamma": CrossSection(4.99, 10.0),
        "bhabha": CrossSection(300.0, 10.0),
        "mumu": CrossSection(1.148),
        "tautau": CrossSection(0.919),
    },
    # The equivalent-photon approximation is 16 % too high for 18.9 nb above 0.5 GeV (signals_facts 2.2).
    two_photon_scale=0.86,
)
"""Beams, collision point, angles, cross-sections."""

SIGNALS = (
    *dark_boson_signals(BELLE2),
    *darkonium_signals(BELLE2),
    *b_meson_signals(BELLE2),
    *tau_signals(BELLE2),
    *heavy_neutrino_signals(BELLE2),
    *file_signals(BELLE2),
    *gun_signals(BELLE2),
)
"""The signals that Belle II can generate."""

PROCESSES = (
    *common_processes(BELLE2),
    *machine_processes(
        BELLE2,
        cosmic_hz=Sourced(1000.0, "guess: the size of the chamber at sea level"),
        gas_hz=Sourced(300.0, "guess: 1 % of what level 1 may send"),
        counter_mm=Sourced(1200.0, "the quartz bars around the chamber"),
    ),
)
"""The processes that ``[[belle2.process]]`` can name."""

if TYPE_CHECKING:
    AnyProcess = Process
else:
    AnyProcess = any_process(PROCESSES)
