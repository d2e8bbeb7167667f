import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.besiii.mdc.tables import Rows, SegmentTables, TrackTables

class Finder:
    def __init__(
        self,
        segments: SegmentTables,
        tracks: TrackTables,
        need_layers: int,
        hit_counts: int,
        many: tuple[int, int],
        window: tuple[int, int],
    ) -> None: ...
    def decide(
        self,
        channel: NDArray[np.uint16],
        time: NDArray[np.int32],
        offsets: NDArray[np.int64],
        begin: int,
        conditions: NDArray[np.uint64],
        rows: Rows,
    ) -> int: ...
    def look(
        self,
        channel: NDArray[np.uint16],
        time: NDArray[np.int32],
        offsets: NDArray[np.int64],
        instant: NDArray[np.int64],
        segments: NDArray[np.uint8],
        rings: NDArray[np.uint8],
    ) -> int: ...
