import numpy as np
from numpy.typing import NDArray

def single_words(tile_of: NDArray[np.uint8], layout: int, words: NDArray[np.uint16]) -> None: ...
def tile_clusters(
    keys: NDArray[np.int64],
    count: int,
    tile_of: NDArray[np.uint8],
    single: NDArray[np.uint16],
    layout: int,
    window: int,
    period: int,
    seed: int,
    first_split: int,
    time: NDArray[np.int64],
    word: NDArray[np.uint16],
    hits: NDArray[np.uint8],
) -> int: ...
