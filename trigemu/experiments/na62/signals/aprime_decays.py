"""NA62's signals A' -> mu+ mu- and A' -> e+ e- from the dump: where their A' come from."""

from __future__ import annotations

import math

from trigemu.experiments.na62.signals.aprime import PARENTS, Aprime
from trigemu.experiments.na62.signals.decays import DecaySource, flight_of
from trigemu.experiments.na62.signals.final_states import FinalState
from trigemu.physics import darkphoton, hepmc, mesons
from trigemu.physics.decay_cells import pool_cells, spectrum_cells
from trigemu.physics.flight import Flight
from trigemu.physics.production import Cells, brem_cells


class SignalSource(DecaySource):
    """Decays of A' to two leptons, the negative one first; the polarisation of the A' is ignored.

    Parameters
    ----------
    model
        The signal's table.
    path
        HepMC3 file that gives the mesons, or None for the closed-form spectra.
    seed, number
        See `DecaySource`.

    Raises
    ------
    InputError
        The event file is bad or lacks the mesons; or no A' reaches the volume.
    """

    def __init__(self, model: Aprime, path: str | None, seed: int, number: int) -> None:
        ctau = math.inf if model.epsilon is None else darkphoton.ctau(model.mass, model.epsilon)
        flight = flight_of(model.mass, ctau)
        where = f" (mesons of {path})" if path is not None and PARENTS[model.production] else ""
        nothing = (
            f"signal with {model.production} production: no A' of mass {model.mass} GeV and "
            f"p > {model.p_min} GeV decays in the volume{where}; lower epsilon or p_min, or choose "
            "another production"
        )
        super().__init__(
            model,
            seed,
            number,
            flight=flight,
            parts=_cells(model, path, flight),
            states=[FinalState((model.lepton, -model.lepton))],
            nothing=nothing,
            pt_max=model.pt_max,
            cutoff=model.cutoff,
        )


def _cells(model: Aprime, path: str | None, flight: Flight) -> list[Cells]:
    parts: list[Cells] = []
    if model.production in ("brem", "all"):
        parts.append(
            brem_cells(
                flight,
                model.p_min,
                z_range=(model.z_min, model.z_max),
                pt_max=model.pt_max,
                form_factor=model.form_factor,
                cutoff=model.cutoff,
            )
        )
    parents = PARENTS[model.production]
    if parents and path is not None:
        sample = hepmc.read(path, mesons.FROM_FILES)
        parts += pool_cells(flight, model.p_min, parents, sample)
    elif parents:
        parts += spectrum_cells(flight, model.p_min, parents, model.yields)
    return parts
