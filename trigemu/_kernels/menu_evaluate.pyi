import numpy as np
from numpy.typing import NDArray

def evaluate(
    words: NDArray[np.uint64],
    entry: NDArray[np.uint8],
    entry_of: NDArray[np.uint8],
    term_of: NDArray[np.int32],
    check_of: NDArray[np.int32],
    word: NDArray[np.int32],
    care: NDArray[np.uint64],
    value: NDArray[np.uint64],
    fired: NDArray[np.uint64],
) -> None: ...
