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
    """Something that makes events."""

    collider: ClassVar[Collider]

    label: str = ""
    """What reports call it; its name and number if nothing is given."""
    beam_spot_mm: tuple[Milli, Milli, Milli] = (0.0, 0.0, 0.0)
    """Standard deviations of the collision point in x, y and z [mm]; the collider's own if nothing is given.
    Source: none here, an experiment gives its own."""
    energy_spread: bool = False
    """Whether the energy in the CM is smeared as the collider's beams do."""

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
    """A signal: events that are mixed into a run, or come alone in an efficiency scan."""

    rate_hz: Annotated[float, Field(ge=0, le=1e6)] = 100.0
    """How many events per second of detector time are mixed into a run [Hz].  Source: chosen, no prediction."""
    every_ns: Annotated[float, Field(ge=2000, le=1e9)] | None = None
    """Regular distance at which events come instead, as in efficiency scans [ns]."""


class FileInput(Source):
    """Where events come from a file, and how they are drawn."""

    file: Annotated[FileName, Field(min_length=1)]
    """The file of events."""
    order: str = Field(default="random", pattern="^(random|file)$")
    """``random``: each event is any of the file's, with replacement; ``file``: consecutive events from a random one
    on, beginning again at the end (frames start at different places).  With ``every_ns`` they come in turn from the
    first on.  Source: chosen."""
    weight: Annotated[str, Field(max_length=1000)] = ""
    """Name of an event weight of the file (nothing: the first; ``none``: all alike).  Random events are drawn in
    proportion to its absolute value and carry its sign, those in turn carry the weight itself."""
    invisible: Annotated[tuple[PdgCode, ...], Field(max_length=100)] = ()
    """PDG codes of final particles that leave no trace, besides neutrinos and known dark particles."""
    rescale: bool = False
    """Whether events whose energy in the CM is up to 2 % from the collider's are brought to it, by a common factor
    on all momenta in the CM."""

    @property
    def reads_events(self) -> bool:
        """Whether its events come from a file."""
        return True


class LheInput(FileInput):
    """How Les Houches events are brought to the laboratory."""

    boost: bool = True
    """Whether events are taken from the CM of their own beams, or a head-on laboratory, to the collider's
    laboratory, crossing angle included; else momenta are used as they are."""
    flip_z: bool | None = None
    """Whether z becomes -z before that; not given, it does where the file's first beam (which goes to +z) is the e+,
    as MadGraph has it for "e+ e- > ..."."""
