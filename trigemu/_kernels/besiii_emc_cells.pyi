from trigemu.arrays import I16, I64, U8, U16
from trigemu.experiments.besiii.emc.settings import CellSettings

class Cells:
    def __init__(
        self, settings: CellSettings, cell_of_crystal: I16, block_of_cell: U8, pulse: I64
    ) -> None: ...
    def run(
        self,
        offsets: I64,
        channel: U16,
        value: U16,
        gain: U8,
        time: U8,
        sums: I64,
        fired_offsets: I64,
        fired: I16,
    ) -> None: ...
