"""The ``[babar.response]`` section: detector response and beam background.

Every default names its source or says that it is a guess.  "Recalled": general knowledge without a document at hand.
None was tuned to what a trigger publishes.  Material is not simulated: what it does to efficiencies and resolutions is
in the numbers.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.collider.response import config as collider
from trigemu.collider.response.config import (
    Amount,
    Angle,
    Count,
    Fraction,
    HalfTurns,
    NonNegative,
    Positive,
    Size,
)
from trigemu.config.model import FieldError, Model
from trigemu.config.rules import Rule, values
from trigemu.experiments.babar.clock import COLLISION_TICK, TICK_NS, TICKS
from trigemu.experiments.babar.emt.geometry import BARREL_RADIUS, BARREL_Z, FRONT, EdgeSet
from trigemu.experiments.babar.response.reconstruction_config import (
    Level3Photons,
    Level3Tracking,
    Photons,
    Tracking,
)
from trigemu.experiments.babar.sources import IFR_LAYERS


class Cells(collider.Cells):
    """Drift cells of the chamber (DCH)."""

    resolution_mm: NonNegative = 0.125
    """Source: babar_geometry_facts G1.30."""
    efficiency: Fraction = 0.98
    """So often a cell fires that is crossed in full.  Source: babar_geometry_facts G1.32; the fast simulation
    multiplies it with 1 - 0.17^(path / 11.9 mm), which is ``clusters_per_mm`` 0.149: 81 % in a straight crossing.
    That describes hits on fitted tracks (inferred); the ionisation of the gas is 14 times as dense."""
    clusters_per_mm: Positive = 2.1
    """Source: recalled: primary ionisation in He-C4H10 80:20."""
    drift_mm_ns: Positive = 0.025
    """Source: guess, the best relation of this form to the table of G1.41, off by up to 5 ns."""
    linear_mm: Positive = 3.73
    """Source: guess (G1.41), as the speed."""
    edge_ns_mm2: NonNegative = 4.38
    """Source: guess (G1.41), as the speed."""
    propagation_mm_ns: Positive = 270.0
    """Source: guess: signal along the wire, to the electronics at its backward end."""
    half_turns: HalfTurns = 4
    """Source: guess: a curling track is lost in material after these."""
    calibrated_ns: NonNegative = 6.0
    """Delays are set so that a hit that comes so much later than the collision, without drift, has its time [ns].
    Source: chosen: flight and propagation of a central track half-way through the chamber."""


class Emc(collider.Readout):
    """Showers, tracks and electronics of the calorimeter (EMC); the time of a digi is when the light pulse begins."""

    edges: EdgeSet = "front_faces"
    """Which set of the rings' edges is true.  Source: babar_geometry_facts G5.4-G5.7."""
    barrel_radius_mm: Size = BARREL_RADIUS
    """Source: babar_geometry_facts G5.4."""
    forward_z_mm: Size = FRONT.z_forward
    """Source: babar_geometry_facts G5.6: middle of the cone."""
    backward_z_mm: Size = -BARREL_Z[0]
    """Source: babar_geometry_facts G5.4: there is no backward endcap."""
    crystal_mm: Size = 300.0
    """Source: babar_geometry_facts G5.8."""
    moliere_mm: Size = 37.0
    """Source: babar_geometry_facts G5.9."""
    interaction_mm: Size = 369.0
    """Source: babar_geometry_facts G5.9: 167 g/cm2 at 4.53 g/cm3."""

    resolution_quarter: Amount = 0.0232
    """Source: besiii_babar_facts B2.6."""
    resolution_constant: Amount = 0.0185
    """Source: besiii_babar_facts B2.6."""
    leakage: Fraction = 0.0
    """Source: chosen, it is in the resolution already."""

    noise_gev_crystal: Amount = 0.00023
    """Source: recalled: electronics noise."""
    suppression_gev: Amount = 0.001
    """Source: babar_geometry_facts G5.12."""
    time_ns: NonNegative = 2.0
    """Source: guess: spread of cables and light."""
    time_noise_ns_gev: NonNegative = 0.0
    """Source: chosen, none."""
    noise_crystals: Annotated[float, Field(ge=0, le=65536)] = 197.0
    """Source: babar_geometry_facts G5.12: 3 % of 6580."""
    noise_gev: Amount = 0.0002
    """Source: babar_geometry_facts G5.12."""


_Plates = Annotated[tuple[NonNegative, ...], Field(min_length=1, max_length=31)]
_Layers = Annotated[
    tuple[Annotated[int, Field(ge=0, le=30)], ...], Field(min_length=IFR_LAYERS, max_length=IFR_LAYERS)
]


class Ifr(collider.Muons):
    """Muon detector in the flux return (IFR) and what is in front of it: a hexagonal barrel of layers, ends alike."""

    efficiency: Fraction = 0.9
    """Source: guess: of a layer."""
    calorimeter_mev: NonNegative = 168.0
    """Source: 30 cm of CsI at 5.6 MeV/cm (PDG minimum), at normal incidence."""
    barrel_mev: NonNegative = 70.0
    """Source: guess: DIRC quartz, and the solenoid's coil and cryostat."""
    endcap_mev: NonNegative = 20.0
    """Source: guess."""
    field_radius_mm: Positive = 1530.0
    """Source: babar_geometry_facts G11.9."""
    calorimeter_lengths: NonNegative = 0.7
    """Source: pion interaction lengths in 30 cm of CsI (PDG: 44 cm each)."""
    coil_lengths: NonNegative = 0.35
    """Source: recalled: 0.25-0.4."""
    dead_edge_mm: NonNegative = 50.0
    """Source: guess: layers end this far from the corners of the hexagon."""

    centre_mm: Annotated[float, Field(ge=-1e4, le=1e4)] = 370.0
    """z of the middle of the barrel [mm].  Source: recalled: the detector is moved by so much."""
    half_length_mm: Positive = 1875.0
    """Half of its length [mm].  Source: recalled: 3.75 m."""
    barrel_radius_mm: Positive = 1780.0
    """Where the first gap of the barrel begins [mm].  Source: recalled."""
    barrel_plates_mm: _Plates = (
        0.0,
        *(20.0,) * 9,
        *(30.0,) * 4,
        *(50.0,) * 3,
        *(100.0,) * 2,
    )
    """Iron in front of each layer of resistive-plate chambers in the hexagonal barrel [mm].  Source: recalled, 65 cm
    in all."""
    end_plates_mm: _Plates = (
        0.0,
        *(20.0,) * 9,
        *(30.0,) * 4,
        *(50.0,) * 3,
        100.0,
    )
    """Iron in front of each layer in the ends [mm].  Source: guess; 60 cm in all recalled."""
    gap_mm: Positive = 33.0
    """Gaps between plates [mm].  Source: guess: so that the barrel ends at 3.05 m."""
    end_radii_mm: tuple[Positive, Positive] = (400.0, 3050.0)
    """Inner and outer radius of the ends [mm].  Source: guess."""
    barrel_layers: _Layers = (0, 2, 4, 6, 8, 10, 12, 14)
    """Layers of the barrel that the trigger sees (numbers from 0).  Source: guess: 8 of the 19 (babar_geometry_facts
    G7.2)."""
    end_layers: _Layers = (0, 2, 4, 6, 8, 10, 12, 14)
    """Layers of the ends that the trigger sees (numbers from 0).  Source: guess."""

    delay_ns: NonNegative = 12.0
    """Layers fire so long after the particle began ... [ns].  Source: guess: flight and strips."""
    time_ns: NonNegative = 10.0
    """... within plus or minus this [ns].  Source: guess."""
    noise_khz: NonNegative = 5.0
    """Rate at which each layer of a sector that the trigger sees fires by itself [kHz].  Source: guess."""
    beam_khz: tuple[NonNegative, NonNegative] = (
        0.5,
        5.0,
    )
    """Rate at which lost beam particles cross whole half doors of the backward and the forward end [kHz].  Source:
    guess; mostly forward (babar_geometry_facts G11.35)."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [
            *super().schema_rules(),
            values(barrel_layers={"uniqueItems": True}, end_layers={"uniqueItems": True}),
        ]

    @model_validator(mode="after")
    def _possible(self) -> Ifr:
        for kind, layers, plates in (
            ("barrel", self.barrel_layers, self.barrel_plates_mm),
            ("end", self.end_layers, self.end_plates_mm),
        ):
            if len(set(layers)) < len(layers) or max(layers) >= len(plates):
                raise FieldError(
                    f"{kind}_layers",
                    f"{kind}_layers must be different numbers below {len(plates)}, one layer behind each plate",
                )
        if self.end_radii_mm[0] >= self.end_radii_mm[1]:
            raise FieldError("end_radii_mm", "end_radii_mm must be two radii, the smaller one first")
        return self


class Background(collider.Background):
    """Beam background in the chamber in every crossing that is read out."""

    wire_rate_khz: Annotated[tuple[NonNegative, ...], Field(min_length=10, max_length=10)] = (
        20.0,
        16.0,
        14.0,
        12.0,
        10.0,
        9.0,
        8.0,
        7.0,
        7.0,
        7.0,
    )
    """Source: guess: 2 % of the cells in 2 us, worst inside."""
    wire_window: tuple[Count, Count] = (
        0,
        3071,
    )
    """Source: chosen: 24 ticks, from 1.1 us before to 2.1 us after the collision's sample begins."""
    bunch_fraction: Fraction = 0.2
    """Source: guess."""


class BeamPhotons(collider.BeamPhotons):
    """Soft photons from lost beam particles in every crossing that is read out.

    With these numbers 16 kHz are above 100 MeV, of the order of besiii_babar_facts B3.6.
    """

    rate_khz: NonNegative = 400.0
    """Source: guess."""
    floor_gev: Amount = 0.02
    """Source: chosen: softer ones count nowhere."""
    mean_gev: Amount = 0.025
    """Source: guess."""
    polar_deg: tuple[Angle, Angle] = (15.75, 140.77)
    """Source: guess: everywhere alike."""
    before_ns: NonNegative = COLLISION_TICK * TICK_NS
    """Source: chosen: the axis of an event."""
    after_ns: NonNegative = (TICKS - COLLISION_TICK) * TICK_NS
    """Source: chosen, the axis of an event."""
    readout_ns: NonNegative = 650.0
    """Level 3 and reconstruction see those within so much before or after the collision [ns].  Source:
    babar_geometry_facts G10.5: they look at 1.3 us."""


class Response(Model):
    """Detector response and beam background."""

    dch: Cells = Cells()
    """The drift chamber."""
    emc: Emc = Emc()
    """The calorimeter."""
    ifr: Ifr = Ifr()
    """The muon detector."""
    l3_tracking: Level3Tracking = Level3Tracking()
    """Tracks of level 3."""
    l3_photons: Level3Photons = Level3Photons()
    """Clusters of level 3."""
    tracking: Tracking = Tracking()
    """Tracks offline."""
    photons: Photons = Photons()
    """Clusters offline."""
    background: Background = Background()
    """Beam background in the chamber."""
    beam_photons: BeamPhotons = BeamPhotons()
    """Soft photons of the beams."""
