"""Own events as a user has them: particles of an experiment, and HepMC3 files of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from support.event_texts import HEPMC_END, HEPMC_HEAD

from trigemu.experiments.na62.detector.transport import EVENT_PLANE_MM
from trigemu.measure.deciding import EventDecisions
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.particles import Particles, join
from trigemu.setup.build import load_setup
from trigemu.setup.reference import resolve

CONFIGS = {
    "belle2": ("belle2", "belle2-single-photon", "belle2-hepmc"),
    "besiii": ("besiii", "besiii-single-photon", "besiii-2009"),
    "babar": ("babar", "babar-2001", "babar-bmeso"),
    "na62": ("na62-dump", "na62-dump-ee", "na62-hepmc"),
}
"""Three configurations of each experiment; `named` says what they are."""

OTHERWISE = {"besiii-2009": ("besiii", ['besiii.conditions="2009"'])}

SIGNALS = ("mumu-zprime", "gamma-aprime")
"""What events at colliders are made of; in NA62 they are decays of A'."""

FROM_TARGET = "input.reading.origin_mm=[0,0,0]"
"""How files of `write_hepmc` are read in NA62."""


def named(config: str, changes: Sequence[str] = ()) -> tuple[str, list[str]]:
    """Return the name of a shipped configuration, and what is changed in it."""
    name, more = OTHERWISE.get(config, (config, []))
    return name, [*more, *changes]


@cache
def own_events(config: str, n: int) -> Particles:
    """Return n events that a user may have made for an experiment, of kinds that take turns."""
    setup = load_setup(*named(config))
    specs = {spec.name: spec for spec in setup.experiment.signal_specs(setup.section)}
    if setup.experiment.name == "na62":
        parts = []
        for name in ("aprime-mumu", "aprime-ee"):
            spec = specs[name]
            table = spec.model(signal=name, mass=0.3)
            parts.append(resolve(spec.sampler)(table, None, 5, 0).sample(0, n)[0])
    else:
        parts = []
        for name in SIGNALS:
            spec = specs[name]
            sampler = resolve(spec.sampler)(spec.model(signal=name), spec.model.collider, 5, 0)
            parts.append(sampler.sample(0, n).particles)
    every = np.arange(n)
    made = join(parts).take(every + n * (every % len(parts)))
    # A Z' that leaves no trace has a code that files may use for what does.
    return made.select(made.pdg != 32)


def write_hepmc(
    path: Path,
    particles: Particles,
    weights: Sequence[float] | None = None,
    numbers: Sequence[int] | None = None,
    *,
    na62: bool = False,
) -> Path:
    """Write events, the particles of each from a new particle that decays where the first starts.

    ``na62``: positions count from the kaon target, and times from when light would leave it.
    """
    text = HEPMC_HEAD + "W nominal\n"
    start = EVENT_PLANE_MM / SPEED_OF_LIGHT if na62 else 0.0
    for event in range(particles.events):
        rows = slice(*particles.offsets[event : event + 2])
        momentum, point = particles.momentum[rows], particles.point[rows]
        number = event if numbers is None else numbers[event]
        text += f"E {number} 1 {1 + len(momentum)}\nU GEV MM\n"
        text += f"W {1.0 if weights is None else weights[event]!r}\n"
        whole = momentum.sum(axis=0)
        mass = np.sqrt(max(whole[3] ** 2 - (whole[:3] ** 2).sum(), 0.0))
        text += f"P 1 0 4900023 {_numbers(whole)} {float(mass)!r} 2\n"
        x, y, z, t = point[0]
        text += f"V -1 0 [1] @ {_numbers(np.array([x, y, z, (t + start) * SPEED_OF_LIGHT]))}\n"
        for place, (code, four, m) in enumerate(
            zip(particles.pdg[rows], momentum, particles.mass[rows], strict=True)
        ):
            text += f"P {2 + place} -1 {code} {_numbers(four)} {float(m)!r} 1\n"
    path.write_text(text + HEPMC_END)
    return path


def _numbers(values: np.ndarray) -> str:
    return " ".join(repr(float(value)) for value in values)


def flags(decisions: EventDecisions) -> np.ndarray:
    """Return all that is true or false of each event, bool[n, columns]."""
    names = [name for name in decisions.columns if decisions[name].dtype == np.bool_]
    return np.column_stack([decisions[name] for name in names])
