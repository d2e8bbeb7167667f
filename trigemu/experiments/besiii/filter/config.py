"""The ``[besiii.filter]`` section: the event filter.

The experiment's cuts are in a configuration that is not public: what is computed and the classes are read in its
software (besiii_babar_facts A10.3-A10.6), numbers are inferred (A10.8) or guesses, each as it says.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.config.model import Model

Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
Degrees = Annotated[float, Field(ge=0, le=180)]
Share = Annotated[float, Field(ge=0, le=2)]
Cosine = Annotated[float, Field(gt=0, le=1)]


class Objects(Model):
    """What counts as a shower or as a track from the collision point.  GeV, ns, mm."""

    shower_gev: NonNegative = 0.05  # recalled: the least energy of a good photon in the endcaps
    shower_ns: Positive = 350.0  # guess: half of the 700 ns that offline selections are recalled to take
    track_r_mm: Positive = 10.0  # recalled: distance to the axis of good tracks
    track_z_mm: Positive = 100.0  # inferred: |z| < 10 cm (A10.8)


class Pair(Model):
    """Two showers back to back: Bhabha with tracks, two photons without.  Energies in units of the beam energy."""

    energy_share: Share = 0.8  # inferred: of each of the two (A10.8)
    acollinearity_deg: Degrees = 10.0  # inferred (A10.8)


class Muons(Model):
    """Two muons.  Momenta in units of the beam energy, GeV in the calorimeter.

    Electrons leave all they have, or nothing where both fly into the gaps between barrel and endcaps.
    """

    momentum_share: Share = 0.8  # guess: of each of the two
    leg_gev: tuple[NonNegative, Positive] = (0.05, 0.6)  # guess: what a muon leaves in the calorimeter
    acollinearity_deg: Degrees = 10.0  # guess, as of showers

    @model_validator(mode="after")
    def _rises(self) -> Muons:
        if self.leg_gev[0] >= self.leg_gev[1]:
            raise ValueError("leg_gev must rise")
        return self


class Cosmics(Model):
    """A cosmic ray that crosses the detector looks like two tracks, one of which is early."""

    acollinearity_deg: Degrees = 10.0  # guess
    time_ns: Positive = 3.0  # guess: between 0 of collisions and about 5 ns (A10.8)


class BeamGas(Model):
    """Beams on gas and pipe: no track from the collision point and little energy."""

    energy_share: Share = 0.2  # inferred: of the energy in the centre of mass (A10.8)


class SinglePhoton(Model):
    """One shower, no track."""

    cosine: Cosine = 0.93  # the calorimeter's acceptance (A2.2)
    other_gev: Positive = 0.1  # guess: the most that any other shower may have


class Search(Model):
    """Online selection of the search for an invisible A' (besiii_babar_facts A9.2).

    Energies and angles are those of the laboratory: both edges of the window are the detector's, a threshold and
    saturation.  ``other_gev``: more in another cluster within ``time_ns`` refuses the event.
    """

    cosine: Cosine = 0.6  # read (A9.2)
    energy_gev: tuple[Positive, Positive] = (1.3, 1.8)  # read (A9.2)
    other_gev: Positive = 0.1  # guess: "nothing else"
    time_ns: Positive = 350.0  # guess, as of showers

    @model_validator(mode="after")
    def _rises(self) -> Search:
        if self.energy_gev[0] >= self.energy_gev[1]:
            raise ValueError("energy_gev must rise")
        return self


class Filter(Model):
    """Settings of the event filter."""

    objects: Objects = Objects()
    pair: Pair = Pair()
    muons: Muons = Muons()
    cosmics: Cosmics = Cosmics()
    beam_gas: BeamGas = BeamGas()
    single_photon: SinglePhoton = SinglePhoton()
    search: Search = Search()
