import numpy as np
from numpy.typing import NDArray

def find_bad(
    time: NDArray[np.int64],
    fired: NDArray[np.uint64],
    passed: NDArray[np.uint64],
    frame_ticks: int,
    l1: NDArray[np.uint64],
    hlt: NDArray[np.uint64],
) -> int: ...
def advance(
    time: NDArray[np.int64],
    fired: NDArray[np.uint64],
    passed: NDArray[np.uint64],
    frame: int,
    frame_ticks: int,
    rules: NDArray[np.int64],
    pauses: NDArray[np.int64],
    factor: NDArray[np.uint64],
    key: NDArray[np.uint64],
    counting: NDArray[np.uint8],
    l1: NDArray[np.uint64],
    hlt: NDArray[np.uint64],
    counter: NDArray[np.int64],
    carry: NDArray[np.int64],
    counts: NDArray[np.int64],
    states: NDArray[np.int64],
    kept: NDArray[np.uint64],
    accepted: NDArray[np.uint64],
    state: NDArray[np.uint8],
) -> None: ...
def fill_queue(
    load: NDArray[np.uint16],
    limits: NDArray[np.int64],
    queue: NDArray[np.int64],
    steps: NDArray[np.int64],
) -> int: ...
