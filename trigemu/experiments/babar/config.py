"""The ``[babar]`` section of a run configuration.

Every default names its source or says that it is a guess; each block's own section is beside the block.  Numbers that
differ between epochs come from a file in ``conditions/``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trigemu.config.conditions import ConditionsModel
from trigemu.experiments.babar.clock import LATENCY_US
from trigemu.experiments.babar.dct.config import Dct
from trigemu.experiments.babar.emt.config import Emt
from trigemu.experiments.babar.glt.config import Glt
from trigemu.experiments.babar.ift.config import Ift
from trigemu.experiments.babar.l3.config import L3
from trigemu.experiments.babar.response.config import Response
from trigemu.experiments.babar.selection.config import Selection
from trigemu.experiments.babar.signals import RANGE_GEV, USUAL_GEV, ProcessTables
from trigemu.experiments.babar.zpd.config import Zpd


class Babar(ConditionsModel):
    """BaBar."""

    package = f"{__package__}.conditions"
    epochs = ("2001", "2006")
    usual = "2006"

    conditions: Literal["2001", "2006"] = "2006"
    """Epoch whose thresholds, boards and lines are taken; keys of the tables below win over them.  Source: chosen,
    the later one."""
    frame_samples: Annotated[int, Field(ge=100, le=10**8)] = 200_000
    """Length of a time frame [samples].  Source: chosen, 54 ms."""
    sqrt_s: Annotated[float, Field(ge=RANGE_GEV[0], le=RANGE_GEV[1])] = USUAL_GEV
    """Energy in the CM; both beams are scaled, so that the boost stays [GeV].  Source: chosen, the Upsilon(4S)."""
    luminosity: Annotated[float, Field(ge=0, le=1e36)] = 3e33
    """Turns cross-sections of ``[[babar.process]]`` tables into rates [1/(cm2 s)].  Source: design
    (babar_geometry_facts G11.5)."""
    process: ProcessTables = ()
    """Processes that fill the run."""
    random_hz: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Rate of random triggers [Hz].  Source: chosen, none."""
    latency_budget_us: Annotated[float, Field(gt=0, le=1e6)] = LATENCY_US
    """Longest latency of level 1 [us].  Source: besiii_babar_facts B3.3."""
    dct: Dct
    """The drift chamber's trigger: segments, links, high-momentum tracks."""
    zpd: Zpd
    """The z trigger (2006)."""
    emt: Emt = Emt()
    """The calorimeter's trigger."""
    ift: Ift = Ift()
    """The muon detector's trigger."""
    glt: Glt = Glt()
    """The global trigger."""
    l3: L3 = L3()
    """Level 3 and the filters after it."""
    selection: Selection = Selection()
    """Selections beside a reconstructed B."""
    response: Response = Response()
    """What the detectors make of particles."""
