import numpy as np
from numpy.typing import NDArray

def rising(time: NDArray[np.int64]) -> bool: ...
def merge(
    reference: NDArray[np.int64],
    word: NDArray[np.uint16],
    control: NDArray[np.int64],
    slot_shift: int,
    cut: int,
    column: int,
    low: int,
    high: int,
    time: NDArray[np.int64],
    flags: NDArray[np.uint8],
    state: NDArray[np.uint64],
    load: NDArray[np.uint16],
) -> int: ...
def align(
    entry: NDArray[np.int64],
    time: NDArray[np.int64],
    word: NDArray[np.uint16],
    slot_shift: int,
    cut: int,
    state: NDArray[np.uint64],
    column: int,
) -> None: ...
