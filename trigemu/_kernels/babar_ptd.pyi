from trigemu.arrays import I32, U16
from trigemu.experiments.babar.records import Segments

class Seeds:
    def __init__(
        self,
        turn: int,
        scales: I32,
        windows: I32,
        confirm: tuple[int, int],
        minimum_weight: int,
        hold: int,
    ) -> None: ...
    def find(self, segments: Segments, out: U16) -> None: ...
