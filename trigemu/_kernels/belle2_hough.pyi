import numpy as np
from numpy.typing import NDArray

class Finder:
    def __init__(
        self,
        columns: int,
        rows: int,
        min_hits: int,
        min_short: int,
        start: NDArray[np.int16],
        row: NDArray[np.int32],
        length: NDArray[np.int16],
        words: NDArray[np.uint64],
        relation_start: NDArray[np.int16],
        relation_row: NDArray[np.int32],
        relation_length: NDArray[np.int16],
        relation_words: NDArray[np.uint64],
    ) -> None: ...
    def find(
        self,
        offsets: NDArray[np.int64],
        segment: NDArray[np.int16],
        position: NDArray[np.uint8],
        axial_of: NDArray[np.int16],
        layer_of: NDArray[np.int8],
        centre_phi0: NDArray[np.float64],
        centre_y: NDArray[np.float64],
        cuts: NDArray[np.int64],
        ambiguous: NDArray[np.uint8],
        phi0: NDArray[np.float64],
        omega: NDArray[np.float64],
        corner: NDArray[np.int16],
        squares: NDArray[np.int16],
        rel_cuts: NDArray[np.int64],
        rel_segment: NDArray[np.int32],
        rel_weight: NDArray[np.int8],
    ) -> tuple[int, int]: ...
