"""Sections of a run configuration that all detectors at e+e- colliders have.

Fields without a default are an experiment's own: it derives from these models and gives its values, each with its
source.  Those with one are properties of the material (CsI(Tl)) or of the method.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trigemu.config.model import Model

Positive = Annotated[float, Field(gt=0, le=1e6)]
NonNegative = Annotated[float, Field(ge=0, le=1e6)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Angle = Annotated[float, Field(ge=0, le=180)]
Count = Annotated[int, Field(ge=0, lt=2**15)]
HalfTurns = Annotated[int, Field(ge=1, le=64)]


class Cells(Model):
    """Drift cells of the chamber.  Lengths in mm, times in ns.

    A hit's drift distance has a Gaussian error ``resolution_mm``.  A cell fires with ``efficiency`` where the track
    crosses it in full, less where it leaves few of ``clusters_per_mm`` primary ionisations.  Drift goes at
    ``drift_mm_ns`` up to ``linear_mm`` from the wire; further out (d - linear)^2 times ``edge_ns_mm2`` comes on top.
    Signals run along the wire to its backward end at ``propagation_mm_ns``.  A curling track is lost in material after
    ``half_turns``.
    """

    resolution_mm: NonNegative
    efficiency: Fraction
    clusters_per_mm: Positive
    drift_mm_ns: Positive
    linear_mm: Positive
    edge_ns_mm2: NonNegative
    propagation_mm_ns: Positive
    half_turns: HalfTurns


class Tracking(Model):
    """Track finding and fitting offline and in the software trigger.  Lengths in mm, GeV.

    Half of the plateau's ``efficiency`` at ``pt_half_gev`` and at ``layers_half`` chamber layers; it falls with
    ``exp(-|d0| / d0_scale_mm)``.  Tracks from inside ``vertex_radius_mm`` may be found in the vertex detector alone
    (``vertex_efficiency`` of them).  Errors: sigma(pT)/pT = ``pt_slope`` pT (+) ``pt_constant`` / beta; ``d0``, ``z0``
    and angles constant (+) scattering over p beta and powers of sin(theta); ``chamber_*`` without vertex detector.
    ``angle_rad``: of the polar angle, and of the azimuth unless ``azimuth_rad`` is given.
    """

    efficiency: Fraction
    pt_half_gev: Positive
    pt_width_gev: Positive
    layers_half: NonNegative
    layers_width: Positive
    d0_scale_mm: Positive
    vertex_radius_mm: NonNegative
    vertex_efficiency: Fraction
    pt_slope: NonNegative
    pt_constant: NonNegative
    d0_mm: NonNegative
    d0_scattering_mm_gev: NonNegative
    z0_mm: NonNegative
    z0_scattering_mm_gev: NonNegative
    chamber_d0_mm: NonNegative
    chamber_z0_mm: NonNegative
    angle_rad: NonNegative
    azimuth_rad: NonNegative | None = None
    angle_scattering_gev: NonNegative
    time_ns: NonNegative


class Photons(Model):
    """Calorimeter clusters offline and in the software trigger.  GeV, rad, ns.

    sigma(E)/E = ``stochastic`` / sqrt(E) (+) ``quarter`` / E^(1/4) (+) ``constant``, angles without the second term;
    times fall with the square root of the energy from ``time_ns`` at 1 GeV.  ``acceptance_deg`` are rising intervals of
    the polar angle.  Deposits closer than ``merge_rad`` are one cluster.  ``efficiency``: photons that do not convert
    in front.
    """

    efficiency: Fraction
    threshold_gev: NonNegative
    stochastic: NonNegative
    quarter: NonNegative = 0.0
    constant: NonNegative
    angle_stochastic_rad: NonNegative
    angle_constant_rad: NonNegative
    time_ns: NonNegative
    acceptance_deg: tuple[tuple[Angle, Angle], ...]
    merge_rad: NonNegative
    mip_gev: NonNegative
    mip_width_gev: NonNegative
    hadron_interaction: Fraction
    hadron_visible: Fraction

    @model_validator(mode="after")
    def _intervals(self) -> Photons:
        edges = [angle for interval in self.acceptance_deg for angle in interval]
        if not edges or edges[0] < 0.0 or edges[-1] > 180.0 or sorted(set(edges)) != edges:
            raise ValueError("acceptance_deg must hold rising intervals of angles in 0-180 degrees")
        return self


class Background(Model):
    """Beam background in every crossing that is read out.

    ``wire_rate_khz`` per wire in each superlayer, within ``wire_window`` (TDC counts, both included); the part
    ``bunch_fraction`` of the seeds brings a small group of neighbouring hits.  ``clusters`` in the calorimeter per
    event: exponential energies of mean ``cluster_gev`` above the threshold, times within plus or minus
    ``cluster_window_ns``.
    """

    wire_rate_khz: tuple[NonNegative, ...]
    wire_window: tuple[Count, Count]
    bunch_fraction: Fraction
    clusters: NonNegative = 0.0
    cluster_gev: NonNegative = 0.0
    cluster_window_ns: NonNegative = 0.0

    @model_validator(mode="after")
    def _window(self) -> Background:
        first, last = self.wire_window
        if not 0 <= first <= last < 2**15:
            raise ValueError("wire_window must be two TDC counts in 0-32767, the smaller one first")
        return self


Size = Annotated[float, Field(gt=0, le=1e6)]
Amount = Annotated[float, Field(ge=0, le=1e6)]


class Showers(Model):
    """From particles to energies in crystals of CsI(Tl).  GeV, mm.

    ``barrel_radius_mm``, ``forward_z_mm`` and ``backward_z_mm`` (a distance, positive): the crystals' front faces.
    sigma(E)/E = ``resolution_quarter`` / E^(1/4) (+) ``resolution_constant``.
    """

    barrel_radius_mm: Size
    forward_z_mm: Size
    backward_z_mm: Size
    crystal_mm: Size

    longest_path_mm: Size = 1e4  # guess: particles that loop longer lose their energy before the calorimeter

    # Electromagnetic showers.  Lateral profile: core and tail of the form 2 r R^2 / (r^2 + R^2)^2 (Grindhammer and
    # Peters, hep-ex/0001020), so that 90 % lie within the Moliere radius.
    moliere_mm: Size = 35.3  # recalled: CsI
    core_fraction: Fraction = 0.85  # guess
    core_moliere: Size = 0.25  # guess: R of the core in Moliere radii
    tail_moliere: Size = 0.7  # guess: R of the tail
    shower_depth_mm: Amount = 90.0  # guess: five radiation lengths, where the shower is broadest
    resolution_quarter: Amount
    resolution_constant: Amount
    leakage: Fraction = 0.01  # guess: mean energy lost behind a shower (exponential)

    # Charged particles that do not shower, and hadrons.
    mip_gev_mm: Size = 5.6e-4  # recalled: minimum ionisation in CsI, 170 MeV in 30 cm; most probable loss
    mip_width: Annotated[float, Field(ge=0, le=0.2)] = (
        0.04  # guess: scale of the Landau-like (Moyal) fluctuation, relative
    )
    interaction_mm: Size = 380.0  # recalled: nuclear interaction length of CsI
    hadron_fraction: Fraction = (
        0.6  # guess: an interaction shows a uniform fraction of its energy, up to this
    )
    hadron_radius_mm: Size = 50.0  # guess: R of its lateral profile


class Readout(Showers):
    """Showers, and the electronics of the crystals.  GeV, ns.

    A crystal has noise of ``noise_gev_crystal`` and is read out above ``suppression_gev``, at a time with a Gaussian
    error ``time_ns`` (+) ``time_noise_ns_gev`` over its energy.  Besides showers, ``noise_crystals`` are read out at
    any time of the window: ``noise_gev`` (mean of an exponential above the suppression), of the part
    ``beam_fraction`` with the mean ``beam_gev``.
    """

    noise_gev_crystal: Amount
    suppression_gev: Amount
    time_ns: NonNegative
    time_noise_ns_gev: NonNegative
    noise_crystals: Annotated[float, Field(ge=0, le=65536)]
    noise_gev: Amount
    beam_fraction: Fraction = 0.0
    beam_gev: Amount = 0.0


class BeamPhotons(Model):
    """Photons of the beams' background in every crossing that is read out.

    They come at ``rate_khz`` from ``before_ns`` before to ``after_ns`` after the collision, with energies above
    ``floor_gev`` by an exponential of mean ``mean_gev``, flat in the polar angles ``polar_deg``.
    """

    rate_khz: NonNegative
    floor_gev: Amount
    mean_gev: Amount
    polar_deg: tuple[Angle, Angle]
    before_ns: NonNegative
    after_ns: NonNegative

    @model_validator(mode="after")
    def _rises(self) -> BeamPhotons:
        if self.polar_deg[0] >= self.polar_deg[1]:
            raise ValueError("polar_deg must be two angles, the smaller one first")
        return self


class Muons(Model):
    """A muon detector in the iron yoke and what is in front of it.  Energies in MeV, lengths in mm.

    Energies are lost at minimum ionisation and normal incidence: in the calorimeter, besides that in front of the
    barrel's and the endcaps' iron, in a millimetre of iron.  ``straggling``: relative spread of muon ranges.  Depths
    in front of the iron are interaction lengths of pions, ``iron_length_mm`` is that of iron.  A hadron shower reaches
    ``shower_layers`` beyond its start on average.  Barrel layers end ``dead_edge_mm`` from the corners.
    """

    efficiency: Fraction
    calorimeter_mev: NonNegative
    barrel_mev: NonNegative
    endcap_mev: NonNegative
    iron_mev_mm: Positive = 1.14  # PDG minimum ionisation in iron, 11.4 MeV/cm
    straggling: Fraction = 0.03  # recalled: relative spread of muon ranges
    field_radius_mm: Positive
    calorimeter_lengths: NonNegative
    coil_lengths: NonNegative
    iron_length_mm: Positive = 204.0  # pion interaction length of iron (PDG 160.8 g/cm2)
    shower_layers: NonNegative = 1.5  # guess
    dead_edge_mm: NonNegative
