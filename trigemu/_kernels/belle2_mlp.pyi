import numpy as np
from numpy.typing import NDArray

COLUMNS: int

def level() -> int: ...

class Fixed:
    def __init__(
        self,
        first: NDArray[np.int32],
        shapes: NDArray[np.int32],
        repeated: NDArray[np.int32],
        bias: NDArray[np.int32],
        weights: NDArray[np.int16],
        wide: NDArray[np.int64],
        limit: NDArray[np.int32],
        table: NDArray[np.int32],
        short_table: NDArray[np.int16],
        activation: tuple[int, int, int, int],
        curve: NDArray[np.float32],
        scale: NDArray[np.float32],
    ) -> None: ...
    def use(self, level: int, curve: bool = True) -> bool: ...
    def __call__(self, inputs: NDArray[np.int16], expert: int = 0) -> tuple[float, float]: ...
    def raw(self, inputs: NDArray[np.int16], expert: int = 0) -> tuple[int, int]: ...
    def run(
        self,
        inputs: NDArray[np.int16] | NDArray[np.int32],
        expert: NDArray[np.int8],
        raw: NDArray[np.int32],
        z: NDArray[np.float32],
        cot: NDArray[np.float32],
        theta: NDArray[np.float32],
    ) -> None: ...
