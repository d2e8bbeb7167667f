import numpy as np
from numpy.typing import NDArray

def multiplicity(
    time: NDArray[np.int64],
    channel: NDArray[np.uint16],
    board_channels: int,
    window: int,
    board_threshold: int,
    threshold: int,
    out_time: NDArray[np.int64],
    out_word: NDArray[np.uint16],
    out_hits: NDArray[np.uint8],
) -> int: ...
def lav_pairs(
    time: NDArray[np.int64],
    channel: NDArray[np.uint16],
    value: NDArray[np.uint16],
    reach: int,
    low: NDArray[np.int64],
    pairs: NDArray[np.int64],
) -> int: ...
def lav_clusters(
    pairs: NDArray[np.int64],
    window: int,
    minimum: int,
    per_packet: int,
    out_time: NDArray[np.int64],
    out_word: NDArray[np.uint16],
    out_hits: NDArray[np.uint8],
) -> int: ...
def energy_sums(
    time: NDArray[np.int64],
    channel: NDArray[np.uint16],
    value: NDArray[np.uint16],
    threshold: int,
    cluster: int,
    steps: NDArray[np.int64],
    condition_bit: int,
    out_time: NDArray[np.int64],
    out_word: NDArray[np.uint16],
    out_hits: NDArray[np.uint8],
) -> int: ...
