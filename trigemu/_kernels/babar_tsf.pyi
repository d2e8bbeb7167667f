from collections.abc import Sequence

from trigemu.arrays import I16, I64, U16
from trigemu.experiments.babar.records import Segments

class Finder:
    def __init__(
        self,
        entries: U16,
        cells: Sequence[int],
        layer: Sequence[int],
        step: Sequence[int],
        minimum_weight: int,
        latency_ticks: int,
    ) -> None: ...
    def find(self, channel: U16, time: I16, offsets: I64, begin: int, rows: Segments) -> int: ...
