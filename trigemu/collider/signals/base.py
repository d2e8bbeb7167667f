"""What every ``[[signal]]`` and process table of an experiment at a collider has.

Data only: a worker reads tables without starting the compiler.  Each experiment registers its own subclasses
(`trigemu.collider.signals.offered`), which know the collider: limits that follow from its energy are checked against
it.  Masses and energies in GeV, ctau in mm, angles in degrees.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from trigemu.collider.collider import Collider
from trigemu.config.model import FieldError, FileName, Model

Degrees = Annotated[float, Field(ge=0, le=180)]
Milli = Annotated[float, Field(ge=0, le=100)]
PdgCode = Annotated[int, Field(gt=-(10**10), lt=10**10)]

USABLE = 0.995
"""Fraction of the energy in the CM that masses may add up to: radiation and spread of the beams need the rest."""


class Source(Model):
    """Something that makes events.

    ``label`` names it in reports.  ``beam_spot_mm``: standard deviations of the collision point in x, y, z; the
    collider's own if nothing is given.  ``energy_spread``: smear the energy in the CM as the collider's beams do.
    """

    collider: ClassVar[Collider]

    label: str = ""
    beam_spot_mm: tuple[Milli, Milli, Milli] = (0.0, 0.0, 0.0)
    energy_spread: bool = False

    @property
    def reads_events(self) -> bool:
        """Whether its events come from a file."""
        return False

    @property
    def highest(self) -> Collider:
        """The collider at the highest energy that its events have."""
        return self.collider

    def check_below(self, name: str, value: float, limit: float, why: str = "") -> None:
        """Raise `FieldError` unless a value is below a limit (GeV) that the collider's energy sets."""
        if value >= limit:
            reason = f" with {why}" if why else ""
            raise FieldError(
                name.partition(" ")[0],
                f"{name} must be below {limit:.5g} GeV{reason}, not {value:.5g}: {self.highest.name} has "
                f"{self.highest.sqrt_s:.5g} GeV in the CM",
            )


class Signal(Source):
    """A signal.

    ``rate_hz`` is how many events per second of detector time are mixed into a run: it is chosen, no
    prediction; with ``every_ns`` events come at that regular distance instead (efficiency scans).
    """

    rate_hz: Annotated[float, Field(ge=0, le=1e6)] = 100.0
    every_ns: Annotated[float, Field(ge=2000, le=1e9)] | None = None


class FileInput(Source):
    """Where events come from a file, and how they are drawn.

    ``order = "random"``: each event is any of the file's, with replacement; ``"file"``: consecutive events
    from a random one on, beginning again at the end (frames start at different places).  A signal with ``every_ns``, as
    in an efficiency scan, takes them in turn from the first on.  ``weight`` names an event weight of the file (default:
    the first; ``"none"``: all alike): random events are drawn in proportion to its absolute value and carry its sign,
    those in turn carry the weight itself.  ``invisible``: PDG codes of final particles that leave no trace, besides
    neutrinos and known dark particles.  ``rescale``: bring events whose energy in the CM is up to 2 % from the
    collider's to it, by a common factor on all momenta in the CM.
    """

    file: Annotated[FileName, Field(min_length=1)]
    order: str = Field(default="random", pattern="^(random|file)$")
    weight: Annotated[str, Field(max_length=1000)] = ""
    invisible: Annotated[tuple[PdgCode, ...], Field(max_length=100)] = ()
    rescale: bool = False

    @property
    def reads_events(self) -> bool:
        """Whether its events come from a file."""
        return True


class LheInput(FileInput):
    """How Les Houches events are brought to the laboratory.

    ``boost``: events are in the CM of their own beams or in a head-on laboratory; they are taken to the CM
    and from there to the collider's laboratory, crossing angle included.  Without it momenta are used as they
    are.  ``flip_z``: z -> -z before that; absent, it is done where the file's first beam (which
    goes to +z) is the e+, as MadGraph does for "e+ e- > ...".
    """

    boost: bool = True
    flip_z: bool | None = None
