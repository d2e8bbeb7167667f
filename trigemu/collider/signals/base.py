"""What every ``[[signal]]`` and ``[[belle2.process]]`` table of Belle II has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model

SQRT_S = 10.5796
"""Energy in the CM in GeV (belle2_facts 1)."""

Mass = Annotated[float, Field(ge=0, lt=SQRT_S)]
Degrees = Annotated[float, Field(ge=0, le=180)]
Milli = Annotated[float, Field(ge=0, le=100)]


class Source(Model):
    """Something that makes events.

    ``label`` names it in reports.  ``beam_spot_mm``: standard deviations of the collision point in x, y, z: x
    and y from the product of the two bunches (belle2_facts 1), z recalled, "sub-mm in any case".
    ``energy_spread``: smear the energy in the CM by 5.0 MeV (signals_facts 2).
    """

    label: str = ""
    beam_spot_mm: tuple[Milli, Milli, Milli] = (0.0062, 0.000042, 0.35)
    energy_spread: bool = False


class Signal(Source):
    """A signal.

    ``rate_hz`` is how many events per second of detector time are mixed into a run: it is chosen, no
    prediction; with ``every_ns`` events come at that regular distance instead (efficiency scans).
    """

    rate_hz: Annotated[float, Field(ge=0, le=1e6)] = 100.0
    every_ns: Annotated[float, Field(ge=2000, le=1e9)] | None = None


class FileInput(Model):
    """Where events come from a file, and how they are drawn.

    ``order = "random"``: each event is any of the file's, with replacement; ``"file"``: consecutive events
    from a random one on, beginning again at the end (frames start at different places).  ``weight`` names an
    event weight of the file: events are then drawn in proportion to it (random order only), which undoes the
    bias of files unweighted with a maximum that was too low.
    """

    file: Annotated[str, Field(min_length=1)]
    order: str = Field(default="random", pattern="^(random|file)$")
    weight: str = ""


class LheOptions(Model):
    """How Les Houches events are brought to the laboratory.

    ``boost``: events are in the CM of their own beams or in a head-on laboratory; they are taken to the CM
    and from there to Belle II's laboratory, crossing angle included.  Without it momenta are used as they
    are.  ``flip_z``: z -> -z before that; absent, it is done where the file's first beam (which
    goes to +z) is the e+, as MadGraph does for "e+ e- > ...".
    """

    boost: bool = True
    flip_z: bool | None = None
