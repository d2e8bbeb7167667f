"""An e+e- collider as generators see it: beams, where they meet, what the detector covers, published cross-sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from trigemu.arrays import F64, Bool
from trigemu.physics import angles
from trigemu.physics.beams import Beams


@dataclass(frozen=True)
class Acceptance:
    """Polar angles that a detector covers, in the laboratory, in degrees.

    Attributes
    ----------
    tracker_degrees
        From and to which angle charged particles are tracked.
    calorimeter_degrees
        The same for each part of the calorimeter, so without the gaps between them.
    """

    tracker_degrees: tuple[float, float]
    calorimeter_degrees: tuple[tuple[float, float], ...]

    def in_tracker(self, momentum: F64) -> Bool:
        """Return bool[n]: the direction of four-vectors float64[n, 4] is in the tracker."""
        theta = angles.theta(momentum)
        return np.asarray((theta >= self.tracker_degrees[0]) & (theta <= self.tracker_degrees[1]))

    def in_calorimeter(self, momentum: F64) -> Bool:
        """Return bool[n]: the direction of four-vectors float64[n, 4] is in a part of the calorimeter."""
        theta = angles.theta(momentum)
        inside = np.zeros(len(theta), np.bool_)
        for low, high in self.calorimeter_degrees:
            inside |= (theta >= low) & (theta <= high)
        return inside


@dataclass(frozen=True)
class CrossSection:
    """A published cross-section of a pair process: ``nb`` where both particles are between two angles in the CM.

    The angles are ``degrees`` and 180 degrees less that, to the incoming e-; 0 means all angles.
    """

    nb: float
    degrees: float = 0.0


@dataclass(frozen=True)
class Collider:
    """A collider and the detector at it.

    Attributes
    ----------
    name
        For messages.
    beams
        The two beams.
    spot_mm
        Standard deviations of the collision point in x, y, z, mm: the default of signals and processes.
    acceptance
        Angles that the detector covers.
    cross_sections
        Name of a pair process (``gammagamma``, ``bhabha``, ``mumu``, ``tautau``) -> published cross-section, which
        replaces the Born one; angles other than the published ones are reached by the ratio of Born cross-sections.
    two_photon_scale
        What the equivalent-photon cross-section of e+e- -> (e+e-) mu mu is multiplied by.
    """

    name: str
    beams: Beams
    spot_mm: tuple[float, float, float]
    acceptance: Acceptance
    cross_sections: Mapping[str, CrossSection] = field(default_factory=dict)
    two_photon_scale: float = 1.0

    @property
    def sqrt_s(self) -> float:
        """Energy in the CM in GeV."""
        return self.beams.sqrt_s
