import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I16, I64, U8
from trigemu.experiments.besiii.emc.settings import CellSettings

Digis = tuple[NDArray[np.uint16], NDArray[np.uint16], U8, U8]

class Cells:
    def __init__(
        self, settings: CellSettings, cell_of_crystal: I16, block_of_cell: U8, pulse: I64
    ) -> None: ...
    def run(self, offsets: I64, digis: Digis, sums: I64, fired_offsets: I64, fired: I16) -> None: ...
