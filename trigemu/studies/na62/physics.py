"""NA62's A' numbers recomputed: yields and widths in closed form, acceptance by counting."""

from __future__ import annotations

from functools import cache

import numpy as np

from trigemu.experiments.na62.config import NA62
from trigemu.experiments.na62.detector.acceptance import Acceptance, accept
from trigemu.experiments.na62.signals.aprime import Aprime
from trigemu.experiments.na62.signals.aprime_decays import SignalSource
from trigemu.measure.efficiency import count_signal as count_events
from trigemu.measure.efficiency import find_signal, signal_setup
from trigemu.measure.validate import Measured, fraction
from trigemu.physics import darkphoton, mesons
from trigemu.physics.bremsstrahlung import production
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup

SEED = 62
GEOMETRY_EVENTS, CHAIN_EVENTS = 400_000, 200_000
"""Events: statistical errors are then a tenth of the tolerances."""

FRAMEWORK_Z, FRAMEWORK_PT2 = (0.04, 0.96), (0.001, 1.0)
"""Limits of the brem table in NA62's framework."""

TOY_Z = (0.14, 0.86)
"""Limits of z in the reference calculation at 0.40 GeV."""

_MENU = [
    {"name": "Q1", "when": "q1"},
    {"name": "H2", "when": "h2"},
    {"name": "Q2", "when": "q2"},
    {"name": "QX", "when": "qx"},
]


def brem_shape(mass: float) -> Measured:
    """Return the brem yield at a mass (GeV) relative to 20 MeV, all form factors off, framework limits."""
    low, high = FRAMEWORK_PT2

    def total(m: float) -> float:
        return production(m, z_range=FRAMEWORK_Z, pt2_low=low, pt2_high=high)

    return total(mass) / total(0.02), 0.0


def brem_yield(mass: float) -> Measured:
    """Return A' per proton on target and eps^2, form factors off, limits of the reference calculation."""
    return production(mass, z_range=TOY_Z), 0.0


def width(mass: float) -> Measured:
    """Return the visible width (GeV) at eps = 1."""
    return darkphoton.total_width(mass), 0.0


def lifetime(mass: float) -> Measured:
    """Return c tau (m) at eps = 1."""
    return darkphoton.ctau(mass) * 1e-3, 0.0


def forward_share(pdg: int) -> Measured:
    """Return the fraction of a meson species above 20 GeV and below 5 mrad, by its closed form."""
    return mesons.forward_share(pdg, 20.0, 5e-3), 0.0


@cache
def _chain() -> Setup[NA62]:
    """Return a setup of A' -> mu+ mu- at 0.40 GeV alone, in the conditions of the reference calculation.

    It knows no losses of channels, so there are none (`trigemu.studies.na62.losses` has them).
    """
    base = build_setup(
        {
            "experiment": "na62",
            "run": {"seed": SEED, "frames": 1},
            "menu": {"line": _MENU},
            "section": {"losses": {"enabled": False}},
            "signal": [
                {
                    "signal": "aprime-mumu",
                    "mass": 0.4,
                    "production": "brem",
                    "forward": False,
                    "z_min": TOY_Z[0],
                    "z_max": TOY_Z[1],
                }
            ],
        },
        "validation",
    )
    return signal_setup(base, find_signal(base, "aprime-mumu"), {}, SEED)


@cache
def _geometry() -> Acceptance:
    """Judge events of the reference calculation by geometry alone."""
    signal = _chain().signals[0]
    if not isinstance(signal, Aprime):
        raise TypeError(f"the signal is {type(signal).__name__}, not an A'")
    source = SignalSource(signal, None, SEED, 0)
    return accept(source.sample(0, GEOMETRY_EVENTS)[0])


@cache
def _counted() -> tuple[int, int, dict[str, int]]:
    setup = _chain()
    count = count_events(setup, CHAIN_EVENTS)
    return (
        count.generated,
        count.accepted,
        dict(zip((*setup.menu.names, *setup.menu.totals), count.passed, strict=True)),
    )


def acceptance() -> Measured:
    """Return the fraction of decays in 105-180 m whose muons both cross every plane."""
    judged = _geometry()
    return fraction(int(judged.accepted.sum()), len(judged.accepted))


def tiles(kind: str) -> Measured:
    """Return the fraction of accepted decays of one kind (an attribute of `Acceptance`)."""
    judged = _geometry()
    return fraction(int(np.sum(getattr(judged, kind) & judged.accepted)), int(judged.accepted.sum()))


def chain_acceptance() -> Measured:
    """Return the acceptance that the generator's truth carries."""
    generated, accepted, _ = _counted()
    return fraction(accepted, generated)


def chain(line: str) -> Measured:
    """Return the fraction of accepted decays that a line passes after hits, primitives and L0."""
    _, accepted, passed = _counted()
    return fraction(passed[line], accepted)
