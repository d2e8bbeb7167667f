import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.belle2.ecl.config import Ecl

_I16 = NDArray[np.int16]
_I64 = NDArray[np.int64]
_F64 = NDArray[np.float64]

class Clusters:
    def __init__(
        self, config: Ecl, near: _I16, vetoes: _I16, theta: _I16, quadrants: NDArray[np.uint8], centres: _F64
    ) -> None: ...
    def run(
        self,
        offsets: _I64,
        cell: _I16,
        energy: _F64,
        time: _F64,
        u: _F64,
        keep_flags: bool,
        order: NDArray[np.int32],
        counts: _I16,
        sums: _F64,
        cluster_offsets: _I64,
        cluster_whole: _I16,
        cluster_real: _F64,
    ) -> None: ...
