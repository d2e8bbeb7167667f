import numpy as np
from numpy.typing import NDArray

def find_segments(
    channel: NDArray[np.uint16],
    tdc: NDArray[np.int16],
    offsets: NDArray[np.int64],
    low: int,
    high: int,
    origin: int,
    place: NDArray[np.uint16],
    wires: NDArray[np.int16],
    lower: NDArray[np.int16],
    inner: NDArray[np.uint8],
    outer: NDArray[np.uint8],
    inner_least: int,
    outer_least: int,
    time_of: NDArray[np.int16],
    cuts: NDArray[np.int64],
    segment: NDArray[np.int16],
    position: NDArray[np.uint8],
    left_right: NDArray[np.uint8],
    time: NDArray[np.int16],
    fastest: NDArray[np.int16],
    found: NDArray[np.int16],
    pattern: NDArray[np.uint16],
) -> int: ...
