"""Signals and processes that any e+e- collider can offer, as far as its energy allows.

Each function returns registrations for one collider: an experiment puts together its own from these and adds what is
its own.  Nothing here starts the compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from trigemu.collider.collider import Collider
from trigemu.collider.signals import models, tau_models
from trigemu.collider.signals.backgrounds import BeamGas, Cosmic
from trigemu.collider.signals.base import USABLE
from trigemu.collider.signals.guns import Gun
from trigemu.collider.signals.models import MUON_MASS, TAU_MASS
from trigemu.collider.signals.processes import (
    PROCESS_FILE,
    EEMuMu,
    Hepmc,
    Lhe,
    PairProcess,
    RadiativeProcess,
)
from trigemu.collider.signals.registration import ProcessSpec, process
from trigemu.physics.constants import ELECTRON, KAON, MUON, PHOTON, PION, PROTON
from trigemu.setup.data import SignalSpec, Sourced, signal

_HERE = "trigemu.collider.signals"
_PAIRS, _RADIATIVE = f"{_HERE}.pair_production", f"{_HERE}.radiative"
_FILE = f"{_HERE}.file_sampler:SignalFile"
_MACHINE = f"{_HERE}.background_samplers"
_GUN = f"{_HERE}.gun_sampler:GunSampler"

_TAU_ROOM = 0.01
"""GeV above the threshold of tau pairs that radiation needs."""


def of_collider(collider: Collider) -> dict[str, Any]:
    """Return what a table has of its collider."""
    return {"collider": collider, "beam_spot_mm": collider.spot_mm}


def dark_boson_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return photon A', mu mu Z', mu mu X with X to taus, and A' h'."""
    fixed, top = of_collider(collider), USABLE * collider.sqrt_s
    # Default masses: 5 GeV, less where the energy is lower.
    middle = min(5.0, round(0.5 * collider.sqrt_s, 1))
    specs = [
        signal(
            "gamma-aprime",
            "e+e- -> photon A', A' invisible",
            models.GammaAprime,
            f"{_PAIRS}:PhotonAprime",
            **fixed,
        ),
        signal(
            "mumu-zprime",
            "e+e- -> mu mu Z', Z' invisible",
            models.MuMuZprime,
            f"{_RADIATIVE}:MuMuBoson",
            **fixed,
        ),
    ]
    most = top - 2.0 * MUON_MASS
    if most > 2.0 * TAU_MASS:
        taus = min(5.0, round(0.5 * (2.0 * TAU_MASS + most), 3))
        specs.append(
            signal(
                "mumu-tautau",
                "e+e- -> mu mu X, X -> tau tau",
                models.MuMuTauTau,
                f"{_RADIATIVE}:MuMuTaus",
                mass=taus,
                **fixed,
            )
        )
    specs.append(
        signal(
            "aprime-higgs",
            "e+e- -> A' h', A' -> mu mu",
            models.AprimeHiggs,
            f"{_HERE}.dark_higgs:Higgsstrahlung",
            mass=middle,
            **fixed,
        )
    )
    return tuple(specs)


def darkonium_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return photon Upsilon_D with Upsilon_D to three A'."""
    return (
        signal(
            "darkonium",
            "e+e- -> photon Upsilon_D, Upsilon_D -> A' A' A'",
            models.Darkonium,
            f"{_HERE}.darkonium:PhotonDarkonium",
            **of_collider(collider),
        ),
    )


def scanned_aprime(
    collider: Collider, at: Callable[[float], Collider], energy_range: tuple[float, float]
) -> SignalSpec:
    """Return photon A' at a list of energies in a range (GeV), at which ``at`` gives the collider: instead of one."""
    return signal(
        "gamma-aprime",
        "e+e- -> photon A', A' invisible",
        models.ScannedAprime,
        f"{_HERE}.energy_scan:PhotonAprimeScan",
        collider_at=staticmethod(at),
        energy_range=energy_range,
        **of_collider(collider),
    )


def resonance_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return J/psi -> photon A0 with A0 to mu mu, made at this energy only."""
    return (
        signal(
            "jpsi-gamma-a0",
            "J/psi -> photon A0, A0 -> mu mu",
            models.RadiativeScalar,
            f"{_HERE}.resonances:PhotonScalar",
            resonance="J/psi",
            pole=3.0969,
            **of_collider(collider),
        ),
    )


def baryon_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return Lambda_c -> p gamma' in pair events, made above their threshold only."""
    return (
        signal(
            "lambdac-p-gammaprime",
            "Lambda_c+ -> p gamma', gamma' invisible",
            models.LambdaCToProton,
            f"{_HERE}.baryon_pairs:LambdaCPair",
            **of_collider(collider),
        ),
    )


def tau_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return tau -> lepton alpha; none below the threshold of tau pairs."""
    if collider.sqrt_s <= 2.0 * TAU_MASS + _TAU_ROOM:
        return ()
    return tuple(
        signal(
            f"tau-{name}alpha",
            f"tau -> {name} alpha, alpha invisible",
            tau_models.TauToLeptonAlpha,
            f"{_HERE}.tau_pairs:TauAlpha",
            lepton=lepton,
            **of_collider(collider),
        )
        for name, lepton in (("e", ELECTRON), ("mu", MUON))
    )


def heavy_neutrino_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return tau -> pi pi pi N; none below the threshold of tau pairs."""
    if collider.sqrt_s <= 2.0 * TAU_MASS + _TAU_ROOM:
        return ()
    return (
        signal(
            "tau-hnl",
            "tau -> pi pi pi N, N invisible",
            tau_models.TauToHeavyNeutrino,
            f"{_HERE}.tau_pairs:TauHeavyNeutrino",
            **of_collider(collider),
        ),
    )


def file_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return events of HepMC3 and Les Houches files."""
    fixed = of_collider(collider)
    return (
        signal("hepmc-signal", "events of a HepMC3 file", models.FileSignal, _FILE, **fixed),
        signal("lhe-signal", "events of a Les Houches file", models.LheSignal, _FILE, **fixed),
    )


def gun_signals(collider: Collider) -> tuple[SignalSpec, ...]:
    """Return single electrons, muons, pions, kaons, protons and photons."""
    guns = {
        "electron": ELECTRON,
        "muon": MUON,
        "pion": PION,
        "kaon": KAON,
        "proton": PROTON,
        "photon": PHOTON,
    }
    return tuple(
        signal(f"{name}-gun", f"single {name}s", Gun, _GUN, pdg=pdg, collider=collider)
        for name, pdg in guns.items()
    )


def common_processes(collider: Collider) -> tuple[ProcessSpec, ...]:
    """Return pairs (taus above their threshold), radiative and two-photon processes, and events of files."""
    fixed, whole = of_collider(collider), {"theta_star": (0.1, 179.9)}
    pairs = [
        process("gammagamma", PairProcess, f"{_PAIRS}:Pair", pair="photons", **fixed),
        process("bhabha", PairProcess, f"{_PAIRS}:Pair", pair="bhabha", **fixed),
        process("mumu", PairProcess, f"{_PAIRS}:Pair", pair="muons", **whole, **fixed),
    ]
    if collider.sqrt_s > 2.0 * TAU_MASS + _TAU_ROOM:
        pairs.append(process("tautau", PairProcess, f"{_PAIRS}:Pair", pair="taus", **whole, **fixed))
    return (
        *pairs,
        *(
            process(name, RadiativeProcess, f"{_RADIATIVE}:ThreeBody", radiative=name, **fixed)
            for name in ("gammagammagamma", "mumugamma", "eegamma")
        ),
        process("eemumu", EEMuMu, f"{_RADIATIVE}:TwoPhoton", **fixed),
        process("hepmc", Hepmc, PROCESS_FILE, **fixed),
        process("lhe", Lhe, PROCESS_FILE, **fixed),
    )


def machine_processes(
    collider: Collider,
    *,
    cosmic_hz: float | Sourced,
    gas_hz: float | Sourced,
    counter_mm: float | Sourced,
    gas: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[ProcessSpec, ...]:
    """Return cosmic muons and collisions of a beam with gas, which come at these rates where a table has none.

    ``counter_mm``: how far from the beam the counters are that take a cosmic muon's time; ``gas``: more defaults of
    `BeamGas`.
    """
    fixed = of_collider(collider)
    return (
        process(
            "cosmic",
            Cosmic,
            f"{_HERE}.background_samplers:CosmicSampler",
            rate_hz=cosmic_hz,
            counter_mm=counter_mm,
            **fixed,
        ),
        process(
            "beamgas",
            BeamGas,
            f"{_HERE}.background_samplers:BeamGasSampler",
            rate_hz=gas_hz,
            **{**fixed, **gas},
        ),
    )
