import numpy as np
from numpy.typing import NDArray

def merge(
    reference: NDArray[np.int64],
    control: NDArray[np.int64],
    slot_shift: int,
    low: int,
    high: int,
    time: NDArray[np.int64],
    flags: NDArray[np.uint8],
    load: NDArray[np.uint16],
) -> int: ...
def align(
    entry: NDArray[np.int64],
    time: NDArray[np.int64],
    word: NDArray[np.uint16],
    slot_shift: int,
    cut: int,
    state: NDArray[np.uint16],
    column: int,
) -> None: ...
def one_per_timestamp(
    time: NDArray[np.int64],
    fired: NDArray[np.uint64],
    physics: int,
    out_time: NDArray[np.int64],
    out_fired: NDArray[np.uint64],
) -> int: ...
