"""What brings ``[[signal]]`` and ``[[belle2.process]]`` tables to life."""

from __future__ import annotations

import math

from pydantic import BaseModel

from trigemu.collider.signals import models, processes
from trigemu.collider.signals.b_mesons import BMesonSampler
from trigemu.collider.signals.base import SQRT_S, Source
from trigemu.collider.signals.collision import PROCESS_STREAMS, CollisionSampler, Maker, Sampled, Sampler
from trigemu.collider.signals.file_sampler import FileSampler
from trigemu.collider.signals.gun_sampler import GunSampler
from trigemu.collider.signals.guns import Gun
from trigemu.collider.signals.pair_production import Higgsstrahlung, Pair, PhotonAprime, TauAlpha
from trigemu.collider.signals.radiative import MuMuBoson, ThreeBody, TwoPhoton
from trigemu.physics.constants import MUON, mass
from trigemu.physics.pairs import PairName, born
from trigemu.physics.tau import TAU_MASS

__all__ = ["Sampled", "Sampler", "make_sampler"]

_S = SQRT_S**2
_COS10 = math.cos(math.radians(10.0))

# Published nb (recalled, signals_published B1) and the Born cross-section (pb) for the same cuts.
_PUBLISHED: dict[str, tuple[PairName, float, float]] = {
    "gammagamma": ("photons", 4.99, born("photons", _S, -_COS10, _COS10)),
    "bhabha": ("bhabha", 300.0, born("bhabha", _S, -_COS10, _COS10)),
    "mumu": ("muons", 1.148, born("muons", _S, -1.0, 1.0, mass(MUON))),
    "tautau": ("taus", 0.919, born("taus", _S, -1.0, 1.0, TAU_MASS)),
}
_EEMUMU_K = 0.86


def make_sampler(model: BaseModel, seed: int, number: int) -> Sampler:
    """Return what makes the events of a table.

    Parameters
    ----------
    model
        A validated ``[[signal]]`` or ``[[belle2.process]]`` table.
    seed
        Seed of the run.
    number
        Index of the table among the configuration's tables of its kind (signals, processes): tables do not
        share random numbers.

    Raises
    ------
    InputError
        An event file of the table is bad.
    """
    if isinstance(model, processes.Process):
        return _process(model, seed, number | PROCESS_STREAMS)
    if isinstance(model, Gun):
        return GunSampler(model, seed, number)
    if isinstance(model, models.BtoKS):
        return BMesonSampler(model, seed, number)
    if isinstance(model, models.HepmcSignal | models.LheSignal):
        return FileSampler(model, seed, number)
    maker: Maker
    if isinstance(model, models.GammaAprime):
        maker = PhotonAprime(model)
    elif isinstance(model, models.MuMuZprime | models.MuMuTauTau):
        maker = MuMuBoson(model)
    elif isinstance(model, models.TauToLeptonAlpha):
        maker = TauAlpha(model)
    elif isinstance(model, models.AprimeHiggs):
        maker = Higgsstrahlung(model)
    else:
        raise TypeError(f"{type(model).__name__} is no table of Belle II")
    return CollisionSampler(maker, model, seed, number)


def _process(model: Source, seed: int, number: int) -> Sampler:
    if isinstance(model, processes.Hepmc | processes.Lhe):
        return FileSampler(model, seed, number)
    if isinstance(model, processes.EEMuMu):
        two = TwoPhoton(model)
        own = _EEMUMU_K * two.cross_section_pb * 1e-3
        return CollisionSampler(two, model, seed, number, _given(model, own))
    if isinstance(model, processes.GammaGammaGamma | processes.MuMuGamma | processes.EEGamma):
        three = ThreeBody(model, seed, number)
        return CollisionSampler(three, model, seed, number, _given(model, three.cross_section_nb))
    if not isinstance(model, processes.GammaGamma | processes.Bhabha | processes.MuMu | processes.TauTau):
        raise TypeError(f"{type(model).__name__} is no process of Belle II")
    name, published, reference = _PUBLISHED[model.process]
    pair = Pair(name, model.theta_star, isr=model.isr)
    return CollisionSampler(pair, model, seed, number, _given(model, published * pair.born(_S) / reference))


def _given(model: processes.Process, own: float) -> float:
    return own if model.cross_section_nb is None else model.cross_section_nb
