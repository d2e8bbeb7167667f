"""Signals of B mesons that an e+e- collider above the threshold of B pairs can offer.

Nothing here starts the compiler.
"""

from __future__ import annotations

from typing import Any

from trigemu.collider.collider import Collider
from trigemu.collider.signals import b_models
from trigemu.collider.signals.b_models import B_PLUS_MASS, B_ZERO_MASS, K_STAR_MASS, KAON_MASS
from trigemu.collider.signals.offered import of_collider
from trigemu.physics.constants import ELECTRON, KAON, LAMBDA, MUON, PION, PROTON, mass
from trigemu.setup.data import SignalSpec, signal

_HERE = "trigemu.collider.signals"

_CHARGED_B: dict[str, Any] = {"parent": 521, "heavy": B_PLUS_MASS}
_NEUTRAL_B: dict[str, Any] = {"parent": 511, "heavy": B_ZERO_MASS}


def b_meson_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return B -> K S, K* S, K a, Lambda psi_D and p psi_D; none below the threshold of B pairs."""
    if collider.sqrt_s <= 2.0 * B_ZERO_MASS:
        return ()
    return (*_scalars(collider), *_axions(collider), *_baryons(collider))


def _scalars(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return B -> K S and K* S with S to ee, mu mu, pi pi and KK."""
    parents: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("ks", "B+ -> K+ S", {**_CHARGED_B, "beside": KAON_MASS}),
        ("kstar", "B0 -> K*0 S", {**_NEUTRAL_B, "beside": K_STAR_MASS}),
    )
    finals: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("ee", "ee", {"final": ELECTRON}),
        ("mumu", "mu mu", {"final": MUON}),
        ("pipi", "pi pi", {"final": PION}),
        ("kk", "KK", {"final": KAON, "mass": 1.5}),
    )
    sampler = f"{_HERE}.b_scalars:BToKScalar"
    return tuple(
        signal(
            f"b-{kaon}-{pair}",
            f"{decay}, S -> {shown}",
            b_models.BtoKS,
            sampler,
            **of,
            **to,
            **of_collider(collider),
        )
        for kaon, decay, of in parents
        for pair, shown, to in finals
    )


def _axions(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return B+ -> K+ a with a to two photons."""
    return (
        signal(
            "b-ka-gammagamma",
            "B+ -> K+ a, a -> photon photon",
            b_models.BtoKAxion,
            f"{_HERE}.b_axions:BToKAxion",
            beside=KAON_MASS,
            **_CHARGED_B,
            **of_collider(collider),
        ),
    )


def _baryons(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return B0 -> Lambda psi_D and B+ -> p psi_D."""
    return (
        signal(
            "b-lambda-psi",
            "B0 -> Lambda psi_D, psi_D invisible",
            b_models.BtoLambdaDark,
            f"{_HERE}.b_baryons:BToLambda",
            beside=mass(LAMBDA),
            **_NEUTRAL_B,
            **of_collider(collider),
        ),
        signal(
            "b-p-psi",
            "B+ -> p psi_D, psi_D invisible",
            b_models.BtoProtonDark,
            f"{_HERE}.b_baryons:BToProton",
            beside=mass(PROTON),
            **_CHARGED_B,
            **of_collider(collider),
        ),
    )
