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
    """Top-up injection and the veto that follows it.

    ``rate_hz`` 0 switches it off.  Recalled, not verified: 25 Hz per ring; the veto is total at first and then
    gates the injected bunch once per turn.
    """

    rate_hz: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    full_us: Annotated[float, Field(ge=0, le=1e7)] = 150.0  # guess
    gated_us: Annotated[float, Field(ge=0, le=1e7)] = 10000.0  # guess
    gate_us: Annotated[float, Field(ge=0, le=10.06)] = 2.0  # guess


class External(Model):
    """Triggers from outside the detector: crossings with nothing but beam background, at these mean rates."""

    random_hz: Rate = 0.0
    poisson_hz: Rate = 0.0
    injection: Injection = Injection()


class Belle2(Model):
    """Belle II.

    ``frame_revolutions``: length of a time frame in turns of a bunch (10.06 us).  ``luminosity`` in 1/(cm2 s)
    turns the cross-sections of ``[[belle2.process]]`` tables into rates; its default is the record of June
    2022 (recalled).
    """

    frame_revolutions: Annotated[int, Field(ge=1, le=10**5)] = 512
    luminosity: Annotated[float, Field(ge=0, le=1e37)] = 4.7e34
    process: Annotated[tuple[AnyProcess, ...], Field(max_length=MAX_TABLES)] = ()
    external: External = External()
    latency_clocks: Annotated[int, Field(ge=1, le=10**4)] = (
        611  # belle2_facts 1: level 1, clocks of 127.2 MHz
    )
    latency_budget_us: Annotated[float, Field(gt=0, le=1e6)] = (
        5.0  # recalled: depth of the front ends' buffers
    )
    cdc: Cdc = Cdc()
    neuro: Neuro = Neuro()
    ecl: Ecl = Ecl()
    klm: Klm = Klm()
    grl: Grl = Grl()
    hlt: Hlt = Hlt()
    response: Response = Response()
