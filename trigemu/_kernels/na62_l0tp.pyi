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
def distinct(
    state: NDArray[np.uint64],
    flags: NDArray[np.uint8],
    rows: NDArray[np.uint64],
    kinds: NDArray[np.uint8],
    which: NDArray[np.uint16],
) -> int: ...
def one_per_timestamp(
    time: NDArray[np.int64],
    which: NDArray[np.uint16],
    fired: NDArray[np.uint64],
    physics: int,
    out_time: NDArray[np.int64],
    out_fired: NDArray[np.uint64],
) -> int: ...
