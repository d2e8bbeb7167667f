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
    """BESIII.

    ``conditions``: thresholds, windows, delays and channels of an epoch; keys of the blocks' tables win over them; of a
    raw data file "auto" takes those of its run.
    ``events``: simulated ones, or those of a raw data file (``input.path``).  ``sqrt_s`` in GeV; ``luminosity`` in
    1/(cm2 s) turns cross-sections of ``[[besiii.process]]`` tables into rates.  ``random_hz``: random triggers.
    """

    package = f"{__package__}.conditions"
    epochs = EPOCHS
    usual = _DEFAULT

    conditions: Literal["2009", "2016", "2026"] = _DEFAULT
    events: Literal["simulated", "raw"] = "simulated"
    frame_ticks: Annotated[int, Field(ge=1000, le=10**9)] = 5_000_000  # chosen: 0.12 s
    sqrt_s: Annotated[float, Field(ge=RANGE_GEV[0], le=RANGE_GEV[1])] = USUAL_GEV
    luminosity: Annotated[float, Field(ge=0, le=1e36)] = 1e33  # peak at 3.78 GeV (besiii_babar_facts A1.3)
    process: ProcessTables = ()
    random_hz: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    latency_budget_us: Annotated[float, Field(gt=0, le=1e6)] = (
        6.408  # besiii_babar_facts A3.4: "6.4 us", 267 ticks
    )
    mdc: Mdc
    tof: Tof
    emc: Emc
    match: Match
    gtl: Gtl
    filter: Filter = Filter()
    response: Response = Response()
    raw: Raw = Raw()


def section_of(conditions: str = _DEFAULT, **changes: Any) -> Besiii:
    """Return the section of an epoch, with keys changed: for use without a run.

    Raises
    ------
    pydantic.ValidationError
        There is no such epoch, or a change is not allowed.
    """
    return Besiii.of(conditions, **changes)
