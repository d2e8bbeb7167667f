"""The signals of NA62.

Tables are data only: a worker reads them without starting the compiler; what makes events is named and imported where
it is used.
"""

from __future__ import annotations

from trigemu.experiments.na62.signals.alp import AxionLike
from trigemu.experiments.na62.signals.aprime import Aprime
from trigemu.experiments.na62.signals.file_signal import FileSignal
from trigemu.experiments.na62.signals.hnl import HeavyNeutralLepton
from trigemu.experiments.na62.signals.scalar import DarkScalar
from trigemu.physics import constants
from trigemu.setup.data import signal

_APRIME = "trigemu.experiments.na62.signals.aprime_decays:SignalSource"
_HEAVY_FLAVOUR = "trigemu.experiments.na62.signals.heavy_flavour_decays:HeavyFlavourSource"

SIGNALS = (
    signal("aprime-mumu", "A' -> mu+ mu-", Aprime, _APRIME, offline="mumu", lepton=constants.MUON),
    signal("aprime-ee", "A' -> e+ e-", Aprime, _APRIME, offline="ee", lepton=constants.ELECTRON),
    signal("hnl", "heavy neutral lepton N", HeavyNeutralLepton, _HEAVY_FLAVOUR),
    signal("scalar", "dark scalar S", DarkScalar, _HEAVY_FLAVOUR),
    signal("alp", "axion-like particle a", AxionLike, _HEAVY_FLAVOUR),
    signal(
        "hepmc-signal",
        "events of a HepMC3 file",
        FileSignal,
        "trigemu.experiments.na62.signals.file_events:FileSource",
    ),
)
"""The signals that NA62 can generate; a sampler is called with the table, ``input.path``, the seed and the number."""
