from trigemu.arrays import I16, I32, I64, U16, U32
from trigemu.experiments.babar.emt.trigger import Settings

class Finder:
    def __init__(self, settings: Settings, tower_of_crystal: I16, pulse: I32, response: I32) -> None: ...
    def run(
        self,
        offsets: I64,
        channel: U16,
        energy: U32,
        time: I16,
        maps: U32,
        y: U16,
        row_cuts: I64,
        rows: I32,
    ) -> None: ...
