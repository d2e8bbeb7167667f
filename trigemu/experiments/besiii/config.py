"""The ``[besiii]`` section of a run configuration.

Every default names its source or says that it is a guess; each block's own section is beside the block.  Numbers that
differ between epochs come from a file in ``conditions/``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from trigemu.config.conditions import ConditionsModel
from trigemu.experiments.besiii.emc.config import Emc
from trigemu.experiments.besiii.filter.config import Filter
from trigemu.experiments.besiii.gtl.config import Gtl
from trigemu.experiments.besiii.match.config import Match
from trigemu.experiments.besiii.mdc.config import Mdc
from trigemu.experiments.besiii.raw.config import Raw
from trigemu.experiments.besiii.response.config import Response
from trigemu.experiments.besiii.signals import RANGE_GEV, USUAL_GEV, ProcessTables
from trigemu.experiments.besiii.tof.config import Tof

EPOCHS = ("2009", "2016", "2026")
"""Named conditions that come with the package."""

_DEFAULT: Literal["2016"] = "2016"


class Besiii(ConditionsModel):
    """BESIII."""

    package = f"{__package__}.conditions"
    epochs = EPOCHS
    usual = _DEFAULT

    conditions: Literal["2009", "2016", "2026"] = _DEFAULT
    """Thresholds, windows, delays and channels of an epoch; keys of the blocks' tables win over them. Of a raw data
    file "auto" takes those of its run.  Source: chosen, the epoch of the single-photon search."""
    events: Literal["simulated", "raw"] = "simulated"
    """Simulated events, or those of a raw data file (``input.path``).  Source: chosen."""
    frame_ticks: Annotated[int, Field(ge=1000, le=10**9)] = 5_000_000
    """Length of a time frame [tick of 24 ns].  Source: chosen, 0.12 s."""
    sqrt_s: Annotated[float, Field(ge=RANGE_GEV[0], le=RANGE_GEV[1])] = USUAL_GEV
    """Energy of the collisions in the centre of mass [GeV].  Source: chosen, that of the largest part of the data of
    the invisible search."""
    luminosity: Annotated[float, Field(ge=0, le=1e36)] = 1e33
    """Turns the cross-sections of ``[[besiii.process]]`` tables into rates [1/(cm2 s)].  Source: peak at 3.78 GeV
    (besiii_babar_facts A1.3)."""
    process: ProcessTables = ()
    """Processes that make the events beside the signals: one ``[[besiii.process]]`` table each."""
    random_hz: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Rate of random triggers, crossings with nothing but beam background [Hz].  Source: chosen, none."""
    latency_budget_us: Annotated[float, Field(gt=0, le=1e6)] = 6.408
    """Latency of level 1 that the front ends' buffers allow [us].  Source: besiii_babar_facts A3.4, "6.4 us", which are
    267 ticks."""
    mdc: Mdc
    """Drift chamber's sub-trigger: segments and tracks."""
    tof: Tof
    """Time-of-flight sub-trigger: bars, counters, modules."""
    emc: Emc
    """Calorimeter's sub-trigger: trigger cells, clusters, energy sums."""
    match: Match
    """Track match: tracks with counters and clusters at the same azimuth."""
    gtl: Gtl
    """Global trigger: conditions, channels, decision."""
    filter: Filter = Filter()
    """Event filter, and the searches' online selections."""
    response: Response = Response()
    """Detector response and beam background."""
    raw: Raw = Raw()
    """How events of a raw data file become frames."""


def section_of(conditions: str = _DEFAULT, **changes: Any) -> Besiii:
    """Return the section of an epoch, with keys changed: for use without a run.

    Raises
    ------
    pydantic.ValidationError
        There is no such epoch, or a change is not allowed.
    """
    return Besiii.of(conditions, **changes)
