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
    """What counts as a shower or as a track from the collision point."""

    shower_gev: NonNegative = 0.05
    """A shower has more energy than this [GeV].  Source: recalled, the least energy of a good photon in the endcaps."""
    shower_ns: Positive = 350.0
    """A shower is closer to the collision in time than this [ns].  Source: guess, half of the 700 ns that offline
    selections are recalled to take."""
    track_r_mm: Positive = 10.0
    """Tracks from the collision point come closer to the axis than this [mm].  Source: recalled, good tracks."""
    track_z_mm: Positive = 100.0
    """Tracks from the collision point have abs(z) below this [mm].  Source: inferred, abs(z) < 10 cm
    (besiii_babar_facts A10.8)."""


class Pair(Model):
    """Two showers back to back: Bhabha with tracks, two photons without."""

    energy_share: Share = 0.8
    """Each of the two has more energy than this [beam energy].  Source: inferred (besiii_babar_facts A10.8)."""
    acollinearity_deg: Degrees = 10.0
    """They are back to back to better than this [deg].  Source: inferred (besiii_babar_facts A10.8)."""


class Muons(Model):
    """Two muons.

    Electrons leave all they have in the calorimeter, or nothing where both fly into the gaps of the calorimeter.
    """

    momentum_share: Share = 0.8
    """Each of the two has more momentum than this [beam energy].  Source: guess."""
    leg_gev: tuple[NonNegative, Positive] = (0.05, 0.6)
    """Energies in the calorimeter between which each of the two is, ends excluded [GeV].  Source: guess, what a muon
    leaves."""
    acollinearity_deg: Degrees = 10.0
    """They are back to back to better than this [deg].  Source: guess, as of showers."""

    @model_validator(mode="after")
    def _rises(self) -> Muons:
        if self.leg_gev[0] >= self.leg_gev[1]:
            raise ValueError("leg_gev must rise")
        return self


class Cosmics(Model):
    """A cosmic ray that crosses the detector looks like two tracks, one of which is early."""

    acollinearity_deg: Degrees = 10.0
    """They are back to back to better than this [deg].  Source: guess."""
    time_ns: Positive = 3.0
    """Their times are further apart than this [ns].  Source: guess, between 0 of collisions and about 5 ns
    (besiii_babar_facts A10.8)."""


class BeamGas(Model):
    """Beams on gas and pipe: no track from the collision point and little energy."""

    energy_share: Share = 0.2
    """Without tracks, all showers together have less energy than this [energy in the centre of mass].  Source: inferred
    (besiii_babar_facts A10.8)."""


class SinglePhoton(Model):
    """One shower, no track."""

    cosine: Cosine = 0.93
    """Its abs(cos theta) is below this.  Source: the calorimeter's acceptance (besiii_babar_facts A2.2)."""
    other_gev: Positive = 0.1
    """The most energy that any other shower may have [GeV].  Source: guess."""


class Search(Model):
    """Online selection of the search for an invisible A' (besiii_babar_facts A9.2).

    Energies and angles are those of the laboratory: both edges of the window are the detector's, a threshold and
    saturation.
    """

    cosine: Cosine = 0.6
    """The photon's abs(cos theta) is below this.  Source: read (besiii_babar_facts A9.2)."""
    energy_gev: tuple[Positive, Positive] = (1.3, 1.8)
    """Energies between which the photon's lies, ends excluded [GeV].  Source: read (besiii_babar_facts A9.2)."""
    other_gev: Positive = 0.1
    """More in another cluster within ``time_ns`` refuses the event [GeV].  Source: guess, "nothing else"."""
    time_ns: Positive = 350.0
    """Clusters count that are closer to the collision in time than this [ns].  Source: guess, as of showers."""

    @model_validator(mode="after")
    def _rises(self) -> Search:
        if self.energy_gev[0] >= self.energy_gev[1]:
            raise ValueError("energy_gev must rise")
        return self


class Filter(Model):
    """Settings of the event filter."""

    objects: Objects = Objects()
    """What counts as a shower or a track."""
    pair: Pair = Pair()
    """Bhabha pairs and two photons."""
    muons: Muons = Muons()
    """Muon pairs."""
    cosmics: Cosmics = Cosmics()
    """Cosmic rays."""
    beam_gas: BeamGas = BeamGas()
    """Beams on gas and pipe."""
    single_photon: SinglePhoton = SinglePhoton()
    """The class of single photons."""
    search: Search = Search()
    """The search for an invisible A' beside a photon."""
