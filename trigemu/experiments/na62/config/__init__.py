"""The ``[na62]`` section of a run configuration.

Every default names its source or says that it is a guess; "the NA62 framework" is the offline one of 2019.
"""

from __future__ import annotations

from trigemu.experiments.na62.config.halo import Halo
from trigemu.experiments.na62.config.level0 import DETECTOR_ORDER, L0
from trigemu.experiments.na62.config.losses import Losses
from trigemu.experiments.na62.config.response import Response
from trigemu.experiments.na62.config.section import NA62
from trigemu.experiments.na62.config.selection import Selection
from trigemu.experiments.na62.config.spill import Ripple, Spill

__all__ = [
    "DETECTOR_ORDER",
    "L0",
    "NA62",
    "Halo",
    "Losses",
    "Response",
    "Ripple",
    "Selection",
    "Spill",
]
