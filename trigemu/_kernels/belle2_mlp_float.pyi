import numpy as np
from numpy.typing import NDArray

def run(
    inputs: NDArray[np.float32],
    expert: NDArray[np.int8],
    first: NDArray[np.int32],
    shapes: NDArray[np.int32],
    weights: NDArray[np.float32],
    scale: NDArray[np.float32],
    room: NDArray[np.float32],
    z: NDArray[np.float32],
    cot: NDArray[np.float32],
    theta: NDArray[np.float32],
) -> None: ...
