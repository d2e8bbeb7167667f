import numpy as np
from numpy.typing import NDArray

def encode_words(
    timestamp: NDArray[np.uint32],
    fine: NDArray[np.uint8],
    word: NDArray[np.uint16],
    high: int,
    out: NDArray[np.uint32],
) -> int: ...
def decode_words(
    words: NDArray[np.uint32],
    high: int,
    mask: int,
    timestamp: NDArray[np.uint32],
    fine: NDArray[np.uint8],
    word: NDArray[np.uint16],
) -> int: ...
