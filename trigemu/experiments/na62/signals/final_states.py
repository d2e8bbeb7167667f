"""Final states of a decay: which particles, how often, and how their momenta are distributed; data only."""

from __future__ import annotations

from dataclasses import dataclass, replace

NEUTRINO = 12
"""Code of neutrinos in final states: their flavour is not followed."""


@dataclass(frozen=True, slots=True)
class FinalState:
    """One way to decay.

    Attributes
    ----------
    daughters
        PDG codes: two, which are isotropic, or two charged leptons and a neutrino.
    share
        How often, relative to others.
    element
        Squared matrix element of three daughters, see `trigemu.physics.pair_decay`.
    """

    daughters: tuple[int, ...]
    share: float = 1.0
    element: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def both_charges(self) -> list[FinalState]:
        """Return the final state and its charge conjugate, each with half the share."""
        conjugate = tuple(pdg if pdg == NEUTRINO else -pdg for pdg in self.daughters)
        half = replace(self, share=0.5 * self.share)
        return [half, replace(half, daughters=conjugate)]
