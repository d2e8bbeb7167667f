from trigemu.arrays import I32, U8, U16, U32
from trigemu.experiments.babar.records import Segments

class Links:
    def __init__(
        self, supercell: U8, windows: I32, dead: U32, settings: tuple[int, int, int, bool]
    ) -> None: ...
    def link(self, segments: Segments, long: U16, short: U16) -> None: ...
