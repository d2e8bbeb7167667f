import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I16, I64, U8
from trigemu.experiments.besiii.emc.config import Emc

class Clusters:
    def __init__(self, config: Emc) -> None: ...
    def run(self, offsets: I64, fired: I16, masks: NDArray[np.uint64], head: U8) -> None: ...
    def at_once(self, rows: NDArray[np.uint32], out: NDArray[np.uint32]) -> None: ...
