"""Colliders of tests, and samplers of what is offered at them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from trigemu.collider.collider import Acceptance, Collider
from trigemu.collider.signals.b_offered import b_meson_signals
from trigemu.collider.signals.collision import PROCESS_STREAMS, Sampler
from trigemu.collider.signals.offered import (
    common_processes,
    dark_boson_signals,
    darkonium_signals,
    file_signals,
    gun_signals,
    heavy_neutrino_signals,
    tau_signals,
)
from trigemu.experiments.belle2.signals import BELLE2, PROCESSES, SIGNALS
from trigemu.physics.beams import PEP2, bepc2
from trigemu.setup.reference import resolve

# Angles are round numbers near those of BESIII's and BaBar's chambers and calorimeters: they stand for nothing else.
CHARM = Collider(
    "charm factory",
    bepc2(3.77),
    (0.5, 0.01, 10.0),
    Acceptance((21.6, 158.4), ((21.6, 33.0), (34.0, 146.0), (147.0, 158.4))),
)
"""Equal energies, both beams 11 mrad towards +x; no published cross-sections."""

HEAD_ON = Collider("B factory", PEP2, (0.12, 0.005, 8.0), Acceptance((17.2, 152.6), ((15.8, 140.8),)))
"""9.0 on 3.1 GeV without a crossing angle; no published cross-sections."""


def offered(collider: Collider) -> dict[str, Any]:
    """Return the registrations of a collider's signals and processes by name."""
    if collider is BELLE2:
        return {spec.name: spec for spec in (*SIGNALS, *PROCESSES)}
    makers = (
        dark_boson_signals,
        darkonium_signals,
        tau_signals,
        heavy_neutrino_signals,
        b_meson_signals,
        file_signals,
        gun_signals,
        common_processes,
    )
    return {spec.name: spec for make in makers for spec in make(collider)}


OFFERED = {collider.name: offered(collider) for collider in (BELLE2, CHARM, HEAD_ON)}

MODELS = {name: spec.model for name, spec in OFFERED[BELLE2.name].items()}
"""Tables of Belle II's signals and processes by name."""


def make_sampler(table: BaseModel, seed: int, number: int) -> Sampler:
    """Return what makes the events of a table, one of any of the three colliders."""
    collider: Collider = table.collider
    name = getattr(table, "process", None)
    stream = 0 if name is None else PROCESS_STREAMS
    spec = OFFERED[collider.name][name or table.signal]
    sampler: Sampler = resolve(spec.sampler)(table, collider, seed, number | stream)
    return sampler
