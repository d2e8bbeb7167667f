import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I16
from trigemu.experiments.belle2.ecl.config import Ecl

class Bits:
    def __init__(self, config: Ecl, theta: I16, table: NDArray[np.int32]) -> None: ...
    def run(
        self,
        counts: I16,
        sums: F64,
        cluster_offsets: NDArray[np.int64],
        cluster_whole: I16,
        cluster_real: F64,
        bits: I16,
        words: NDArray[np.uint32],
    ) -> None: ...
