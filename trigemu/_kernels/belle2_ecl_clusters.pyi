import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I16, I64
from trigemu.experiments.belle2.ecl.config import Ecl

class Clusters:
    def __init__(
        self, config: Ecl, near: I16, vetoes: I16, theta: I16, quadrants: NDArray[np.uint8], centres: F64
    ) -> None: ...
    def run(
        self,
        offsets: I64,
        cell: I16,
        energy: F64,
        time: F64,
        u: F64,
        keep_flags: bool,
        order: NDArray[np.int32],
        counts: I16,
        sums: F64,
        cluster_offsets: I64,
        cluster_whole: I16,
        cluster_real: F64,
    ) -> None: ...
