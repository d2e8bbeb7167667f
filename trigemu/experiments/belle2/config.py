"""The ``[belle2]`` section of a run configuration.

Every default names its source or says that it is a guess; each block's own section is beside the block.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import MAX_TABLES, Model
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.ecl.config import Ecl
from trigemu.experiments.belle2.grl.config import Grl
from trigemu.experiments.belle2.hlt.config import Hlt
from trigemu.experiments.belle2.klm.config import Klm
from trigemu.experiments.belle2.neuro.config import Neuro
from trigemu.experiments.belle2.response.config import Response
from trigemu.experiments.belle2.signals import AnyProcess

Rate = Annotated[float, Field(ge=0, le=1e8)]


class Injection(Model):
    """Top-up injection and the veto that follows it: total at first, then for the injected bunch once per turn."""

    rate_hz: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    """Injections per second; 0: no injection, no veto [Hz].  Source: recalled, not verified: 25 Hz per ring."""
    full_us: Annotated[float, Field(ge=0, le=1e7)] = 150.0
    """For so long after an injection every crossing has the bit ``veto`` [us].  Source: guess."""
    gated_us: Annotated[float, Field(ge=0, le=1e7)] = 10000.0
    """Until so long after an injection a part of each turn has it [us].  Source: guess."""
    gate_us: Annotated[float, Field(ge=0, le=10.06)] = 2.0
    """Length of this part, in which the injected bunch passes [us].  Source: guess."""


class External(Model):
    """Triggers from outside the detector: crossings with nothing but beam background, at these mean rates."""

    random_hz: Rate = 0.0
    """Rate of crossings with the bit ``pseud_rand`` [Hz].  Source: chosen, none."""
    poisson_hz: Rate = 0.0
    """Rate of crossings with the bit ``poissonin`` [Hz].  Source: chosen, none."""
    injection: Injection = Injection()
    """Top-up injection and its veto."""


class Belle2(Model):
    """Belle II."""

    frame_revolutions: Annotated[int, Field(ge=1, le=10**5)] = 512
    """Length of a time frame [turns of a bunch, 10.06 us each].  Source: chosen."""
    luminosity: Annotated[float, Field(ge=0, le=1e37)] = 4.7e34
    """Turns the cross-sections of ``[[belle2.process]]`` tables into rates [1/(cm2 s)].  Source: recalled, the record
    of June 2022."""
    process: Annotated[tuple[AnyProcess, ...], Field(max_length=MAX_TABLES)] = ()
    """Processes that make the events beside the signals: one ``[[belle2.process]]`` table each."""
    external: External = External()
    """Triggers from outside the detector."""
    latency_clocks: Annotated[int, Field(ge=1, le=10**4)] = 611
    """Latency of level 1 [clock of 127.2 MHz].  Source: belle2_facts 1, read in the experiment's software."""
    latency_budget_us: Annotated[float, Field(gt=0, le=1e6)] = 5.0
    """Latency that the depth of the front ends' buffers allows [us].  Source: recalled."""
    cdc: Cdc = Cdc()
    """Drift-chamber trigger: track segments, 2D tracks, event time, short and inner tracks."""
    neuro: Neuro = Neuro()
    """Neural z trigger."""
    ecl: Ecl = Ecl()
    """Calorimeter trigger, and the response of the calorimeter's trigger cells."""
    klm: Klm = Klm()
    """Muon-detector trigger."""
    grl: Grl = Grl()
    """Global reconstruction logic: counts and matches of tracks, clusters and sectors."""
    hlt: Hlt = Hlt()
    """Software trigger."""
    response: Response = Response()
    """Detector response and beam background, the calorimeter's trigger cells apart."""
