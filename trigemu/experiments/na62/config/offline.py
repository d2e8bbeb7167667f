"""``[na62.offline]``: what searches ask for after the trigger, and how well tracks are measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import Model
from trigemu.config.rules import Rule, ordered

Metres = Annotated[float, Field(ge=-1000, le=1000)]
Window = Annotated[float, Field(ge=0, le=100)]


class SignalRegion(Model):
    """Where the line of a new particle comes nearest to the beam at the dump: inside is signal."""

    z_min_m: Metres = 6.0
    """Least z of the closest approach to the beam line [m].  Source: recalled, arXiv:2303.08666."""

    z_max_m: Metres = 40.0
    """Largest z of the closest approach to the beam line [m].  Source: recalled, arXiv:2303.08666."""

    cda_mm: Annotated[float, Field(gt=0, le=1e5)] = 20.0
    """Largest distance to the beam line [mm].  Source: recalled, arXiv:2303.08666."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        least, most = (cls.model_fields[name].default for name in ("z_min_m", "z_max_m"))
        return [*super().schema_rules(), *ordered("z_min_m", "z_max_m", (least, most))]

    @model_validator(mode="after")
    def _rises(self) -> SignalRegion:
        if self.z_min_m >= self.z_max_m:
            raise ValueError("z_min_m must be below z_max_m")
        return self


class ControlRegion(SignalRegion):
    """The wider region about the signal region, which is part of it."""

    z_min_m: Metres = -4.0
    """Least z of the closest approach to the beam line [m].  Source: recalled, arXiv:2303.08666."""

    z_max_m: Metres = 50.0
    """Largest z of the closest approach to the beam line [m].  Source: recalled, arXiv:2303.08666."""

    cda_mm: Annotated[float, Field(gt=0, le=1e5)] = 150.0
    """Largest distance to the beam line [mm].  Source: recalled, arXiv:2303.08666."""


class MumuCuts(Model):
    """What the mu+ mu- search alone asks for."""

    muv3_ns: Window = 5.0
    """A MUV3 hit belongs to a track if it is at most this far from the event [ns].  Source: guess."""

    muv3_sigmas: Annotated[float, Field(gt=0, le=100)] = 4.0
    """It lies at most so many times 530 mm GeV / p, the scattering per axis, from the track.
    Source: read in the NA62 framework (na62_facts 3)."""

    ep_max: Annotated[float, Field(ge=0, le=10)] = 0.2
    """Largest part of a muon's momentum that is seen in the LKr.  Source: guess."""

    lav_ns: Window = 3.0
    """Half width of the LAV veto around the event [ns].
    Source: read in the NA62 framework, in kaon mode (na62_facts 3)."""

    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = 3
    """So many LAV hits (low and high threshold crossed) in the window veto.
    Source: guess, those of a LAV primitive; the talk says that ee is tighter."""

    anti0_ns: Window = 5.0
    """Half width of the ANTI0 veto around the event [ns].
    Source: guess; the talk says that ee is tighter."""


class EECuts(Model):
    """What the e+ e- search alone asks for."""

    ep_min: Annotated[float, Field(ge=0, le=10)] = 0.9
    """Least energy in the LKr over momentum of an electron.  Source: guess."""

    ep_max: Annotated[float, Field(ge=0, le=10)] = 1.1
    """Largest energy in the LKr over momentum of an electron.  Source: guess."""

    muv3_ns: Window = 5.0
    """A MUV3 hit near a track vetoes if it is at most this far from the event [ns].  Source: guess."""

    muv3_sigmas: Annotated[float, Field(gt=0, le=100)] = 4.0
    """It lies at most so many times 530 mm GeV / p, the scattering per axis, from the track.
    Source: read in the NA62 framework, for muons (na62_facts 3)."""

    lav_ns: Window = 6.0
    """Half width of the LAV veto around the event [ns].
    Source: guess, the window of the L1 algorithm; the talk says that ee is tighter than mumu."""

    lav_pairs: Annotated[int, Field(ge=1, le=10**4)] = 1
    """So many LAV hits (low and high threshold crossed) in the window veto.
    Source: guess, tighter than mumu (talk)."""

    anti0_ns: Window = 10.0
    """Half width of the ANTI0 veto around the event [ns].  Source: guess, tighter than mumu (talk)."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), *ordered("ep_min", "ep_max", (0.9, 1.1))]

    @model_validator(mode="after")
    def _rises(self) -> EECuts:
        if self.ep_min >= self.ep_max:
            raise ValueError("ep_min must be below ep_max")
        return self


class Offline(Model):
    """Offline selections of A' -> mu+ mu- and A' -> e+ e-: resolutions, cuts that both share, and those of each."""

    momentum_resolution: Annotated[float, Field(ge=0, le=1)] = 0.003
    """Constant part of the relative momentum resolution.  Source: recalled (na62_facts 3)."""

    momentum_resolution_per_gev: Annotated[float, Field(ge=0, le=1)] = 5e-5
    """Part of the relative momentum resolution that rises with the momentum, added in squares [1/GeV].
    Source: recalled (na62_facts 3)."""

    angle_resolution_urad: Annotated[float, Field(ge=0, le=1e5)] = 20.0
    """Resolution of dx/dz and dy/dz of fast tracks ahead of the magnet [µrad].
    Source: recalled, 60 to 20 with rising momentum (na62_facts 3)."""

    angle_scattering_urad_gev: Annotated[float, Field(ge=0, le=1e7)] = 570.0
    """Multiple scattering in the same, times momentum, added in squares [µrad GeV].
    Source: inferred from the recalled 60 µrad, taken to be at 10 GeV (na62_facts 3)."""

    position_resolution_mm: Annotated[float, Field(ge=0, le=1e3)] = 0.15
    """Resolution of x and y at the first STRAW chamber [mm].
    Source: inferred from 20 µrad over the 10.6 m to the second chamber."""

    beam_spot_mm: Annotated[float, Field(ge=0, le=1e3)] = 6.4
    """Spread of the point in the dump where new particles are made about the beam's centre, in x and y [mm].
    Source: inferred, makes the recalled 7 mm of resolution in CDA (tracks alone give 2.9 mm)."""

    track_efficiency: Annotated[float, Field(ge=0, le=1)] = 0.98
    """Probability that a track through the four chambers is found.  Source: guess."""

    track_p_min_gev: Annotated[float, Field(ge=0, le=400)] = 5.0
    """Both tracks have more momentum [GeV].  Source: read in the NA62 framework (na62_facts 10)."""

    pair_cda_mm: Annotated[float, Field(gt=0, le=1e5)] = 20.0
    """Largest distance of the two tracks at their closest approach [mm].
    Source: recalled, 10 to 20 (na62_facts 10)."""

    vertex_min_m: Metres = 105.0
    """Least z of the vertex of the two tracks [m].  Source: arXiv:2312.17188 and recalled (na62_facts 10)."""

    vertex_max_m: Metres = 180.0
    """Largest z of the vertex of the two tracks [m].  Source: arXiv:2312.17188 and recalled (na62_facts 10)."""

    newchod_sigmas: Annotated[float, Field(gt=0, le=100)] = 6.0
    """A NewCHOD tile belongs to a track if it is at most so many times 0.07 mm + 47.3 mm GeV / p away.
    Source: read in the NA62 framework (na62_facts 3)."""

    search_ns: Window = 20.0
    """Tile hits further than this from the event belong to no track [ns].
    Source: read in the NA62 framework, STRAW to CHOD in kaon mode (na62_facts 3)."""

    pair_ns: Window = 6.0
    """Largest time between the NewCHOD hits of the two tracks [ns].
    Source: read in the NA62 framework, in kaon mode (na62_facts 10)."""

    trigger_ns: Window = 5.0
    """Largest time between a track's NewCHOD hit and the event [ns].
    Source: read in the NA62 framework, in kaon mode; 5 to 10 recalled for the dump (na62_facts 10)."""

    region: Literal["signal", "control"] = "signal"
    """Which region the last two cuts ask for.  Source: chosen."""

    signal_region: SignalRegion = SignalRegion()
    """The signal region."""

    control_region: ControlRegion = ControlRegion()
    """The control region."""

    mumu: MumuCuts = MumuCuts()
    """What the mu+ mu- search alone asks for."""

    ee: EECuts = EECuts()
    """What the e+ e- search alone asks for."""

    @classmethod
    def schema_rules(cls) -> list[Rule]:
        """Return what its validators check, as JSON schema."""
        return [*super().schema_rules(), *ordered("vertex_min_m", "vertex_max_m", (105.0, 180.0))]

    @model_validator(mode="after")
    def _rises(self) -> Offline:
        if self.vertex_min_m >= self.vertex_max_m:
            raise ValueError("vertex_min_m must be below vertex_max_m")
        return self

    @property
    def chosen_region(self) -> SignalRegion:
        """The region that `region` names."""
        return self.signal_region if self.region == "signal" else self.control_region
