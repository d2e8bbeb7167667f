import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.ecl.config import Ecl

_I16 = NDArray[np.int16]
_F64 = NDArray[np.float64]

class Bits:
    def __init__(self, config: Ecl, theta: _I16, table: NDArray[np.int32]) -> None: ...
    def run(
        self,
        counts: _I16,
        sums: _F64,
        cluster_offsets: NDArray[np.int64],
        cluster_whole: _I16,
        cluster_real: _F64,
        bits: _I16,
        words: NDArray[np.uint32],
    ) -> None: ...
