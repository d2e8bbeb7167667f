"""The ``[[signal]]`` table of events of a HepMC3 file: data only, see `catalogue`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trigemu.config.model import FileName, Model
from trigemu.experiments.na62.detector.geometry import TAX_SOURCE

Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]
PdgCode = Annotated[int, Field(gt=-(10**10), lt=10**10)]


class FileSignal(Model):
    """Events of a HepMC3 ascii file: what is left of each in the end, followed from where it starts.

    What starts in the dump, ahead of z = 26.15 m, is absorbed there, but for muons and invisible particles: charged
    pions and kaons decay to muons with the chance that they do before they interact, and muons get through the sweeping
    fields with the chance 1 - exp(-(p / na62.halo.sweep_gev)^2), both as for the halo of an event file; energy loss and
    scattering of muons in the dump are left out.  What long-lived hadrons (K_S, Lambda, ...) decay to behind it is
    absorbed with them.
    """

    label: str = ""
    """Name in reports."""

    file: Annotated[FileName, Field(min_length=1)]
    """HepMC3 ascii file, plain or gzipped."""

    rate_hz: Annotated[float, Field(ge=0, le=1e9)] = 1000.0
    """Events per second of detector time that are mixed into a run [Hz].  Source: chosen."""

    every_ns: Annotated[float, Field(ge=200, le=1e9)] | None = None
    """With it, events come at this regular distance, each of the file in turn [ns].  Source: chosen."""

    weight: Annotated[str, Field(max_length=1000)] = ""
    """Name of an event weight of the file: its first one if empty, all alike for ``none``."""

    origin_mm: tuple[Coordinate, Coordinate, Coordinate] = TAX_SOURCE
    """Where the file's point (0, 0, 0) is in the experiment's axes [mm].  Source: the point in the dump where new
    particles are made (ALPINIST); ``[0, 0, 0]`` for files whose positions count from the kaon target."""

    invisible: Annotated[tuple[PdgCode, ...], Field(max_length=100)] = ()
    """PDG codes of final particles that leave no trace, besides neutrinos and known dark particles."""

    acceptance: Literal["all", "pair"] = "all"
    """Which events count as accepted: ``all``, or with ``pair``, as for A', those of exactly two charged particles
    behind the dump, which cross every plane that the searches need.  Source: chosen."""

    @property
    def reads_events(self) -> bool:
        """Whether its events come from a file."""
        return True
