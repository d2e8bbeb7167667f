"""Signals that a collider offers at higher energies only, and from which energy on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trigemu.setup.data import SignalSpec

_CLOSE_GEV = 5e-4


def above(
    offered: Callable[[float], Sequence[SignalSpec]], sqrt_s: float, highest: float, key: str
) -> dict[str, str]:
    """Return why signals are not there: name -> a sentence with the energy they need.

    Parameters
    ----------
    offered
        Signals at an energy in the CM (GeV); what is offered at one is offered at all higher ones.
    sqrt_s, highest
        The energy at hand, and the highest one, in GeV.
    key
        What the energy is called in the configuration.
    """
    here = {spec.name for spec in offered(sqrt_s)}
    missing = [spec.name for spec in offered(highest) if spec.name not in here]
    return {
        name: f"it needs {key} above {_lowest(offered, name, sqrt_s, highest):.3f} GeV; here it is {sqrt_s:g}"
        for name in missing
    }


def _lowest(offered: Callable[[float], Sequence[SignalSpec]], name: str, low: float, high: float) -> float:
    """Return the energy (GeV) at which a signal begins to be offered, between one without and one with it."""
    while high - low > _CLOSE_GEV:
        middle = 0.5 * (low + high)
        if any(spec.name == name for spec in offered(middle)):
            high = middle
        else:
            low = middle
    return high
