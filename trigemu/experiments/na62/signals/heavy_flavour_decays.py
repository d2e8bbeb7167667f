"""NA62's signals from charm, taus and beauty in the dump: where their particles come from."""

from __future__ import annotations

from trigemu.experiments.na62.signals.decays import DecaySource, flight_of
from trigemu.experiments.na62.signals.long_lived import FromHeavyFlavour
from trigemu.physics.constants import mass
from trigemu.physics.decay_cells import source_cells
from trigemu.physics.flight import Flight
from trigemu.physics.heavy_flavour import Source, spectrum_table
from trigemu.physics.production import Cells


class HeavyFlavourSource(DecaySource):
    """Decays of heavy neutral leptons, dark scalars or axion-like particles.

    Parameters
    ----------
    model
        The signal's table.
    path
        Not used: production is from closed-form spectra.
    seed, number
        See `DecaySource`.

    Raises
    ------
    InputError
        Nothing decays in the volume.
    """

    def __init__(self, model: FromHeavyFlavour, path: str | None, seed: int, number: int) -> None:
        del path
        flight = flight_of(model.mass, model.lifetime)
        nothing = (
            f"signal: no {model.noun} of mass {model.mass} GeV, ctau {flight.ctau:.3g} mm and p > {model.p_min} GeV "
            f"decays in the volume; {_remedy(model)}"
        )
        super().__init__(
            model,
            seed,
            number,
            flight=flight,
            parts=[_cells(flight, model.p_min, source) for source in model.sources],
            states=model.final_states,
            nothing=nothing,
        )


def _remedy(model: FromHeavyFlavour) -> str:
    """Return what to do where nothing decays in the volume."""
    if model.ctau is not None:
        return "raise ctau"
    given = [key for key in model.keys_of_lifetime if getattr(model, key) is not None]
    # In the long-lived limit no lifetime is too short.
    return f"lower {' and '.join(given)}" if given else "lower p_min"


def _cells(flight: Flight, p_min: float, source: Source) -> Cells:
    """Return the cells of a source; of a chain D -> tau nu, tau -> hadron N where it has one."""
    parent, companion, number = mass(source.parent), source.companion_mass, source.per_proton
    if source.via == 0:
        return source_cells(flight, p_min, spectrum_table(source.parent), parent, companion, number)
    table = spectrum_table(source.via)
    chain = (parent, companion)
    return source_cells(flight, p_min, table, mass(source.via), 0.0, number, chain)
