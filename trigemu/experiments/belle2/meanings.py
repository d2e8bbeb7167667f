"""What Belle II's trigger bits say."""

from __future__ import annotations

from trigemu.experiments.belle2.ecl import meanings as ecl
from trigemu.experiments.belle2.grl import meanings as grl
from trigemu.experiments.belle2.hlt import meanings as hlt
from trigemu.setup.data import BitMeaning

_INJECTION = (
    "Injection veto: within belle2.external.injection.full_us after an injection, then in a part of each turn until "
    "belle2.external.injection.gated_us"
)
_UNSET = "; nothing sets it here"

_EXTERNAL = {
    **dict.fromkeys(("veto", "injv"), _INJECTION),
    "revo": f"Revolution signal of the accelerator{_UNSET}",
    "her_kick": f"Injection kick of the high-energy ring{_UNSET}",
    "ler_kick": f"Injection kick of the low-energy ring{_UNSET}",
    "bha_delay": f"Delayed Bhabha trigger{_UNSET}",
    "pseud_rand": "Random trigger: a crossing with nothing but beam background, at belle2.external.random_hz",
    "plsin": f"Pulser input{_UNSET}",
    "poissonin": "Poisson pulser: a crossing with nothing but beam background, at belle2.external.poisson_hz",
    "nimin0": f"NIM input 0{_UNSET}",
    "nimin1": f"NIM input 1{_UNSET}",
}

_NAMED_BY = "its name in the experiment's menu (belle2_facts 8.1)"

MEANINGS = {
    **grl.MEANINGS,
    **ecl.MEANINGS,
    **{name: BitMeaning(said, "external", _NAMED_BY) for name, said in _EXTERNAL.items()},
    **hlt.MEANINGS,
}
"""Every name of `trigemu.experiments.belle2.bits.BITS`."""
