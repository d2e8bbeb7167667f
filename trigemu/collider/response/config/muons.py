"""Muon detector in the iron yoke."""

from __future__ import annotations

from trigemu.collider.response.config.values import Fraction, NonNegative, Positive
from trigemu.config.model import Model


class Muons(Model):
    """A muon detector in the iron yoke and what is in front of it.

    Energies are lost at minimum ionisation and normal incidence.  Depths are interaction lengths of pions.
    """

    efficiency: Fraction
    """Chance that a layer (or a plane of it, where planes are read out) sees a particle that crosses it."""
    calorimeter_mev: NonNegative
    """Energy lost in the calorimeter [MeV]."""
    barrel_mev: NonNegative
    """Energy lost besides in front of the barrel's iron [MeV]."""
    endcap_mev: NonNegative
    """Energy lost besides in front of the endcaps' iron [MeV]."""
    iron_mev_mm: Positive = 1.14
    """Energy lost in iron [MeV/mm].  Source: PDG, minimum ionisation 11.4 MeV/cm."""
    straggling: Fraction = 0.03
    """Relative spread of the ranges of muons.  Source: recalled."""
    field_radius_mm: Positive
    """Radius beyond which particles fly straight: there is no field [mm]."""
    calorimeter_lengths: NonNegative
    """Depth of the calorimeter [interaction lengths]."""
    coil_lengths: NonNegative
    """Depth of the coil, in front of the barrel's iron [interaction lengths]."""
    iron_length_mm: Positive = 204.0
    """Interaction length of pions in iron [mm].  Source: PDG, 160.8 g/cm2."""
    shower_layers: NonNegative = 1.5
    """Layers that a hadron shower reaches beyond its start, on average (exponential).  Source: guess."""
    dead_edge_mm: NonNegative
    """Barrel layers end this far from the corners [mm]."""
