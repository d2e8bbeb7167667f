import numpy as np
from numpy.typing import NDArray

ROOM: int

class States:
    known: int
    def clear(self) -> None: ...
    def ask(
        self,
        state: NDArray[np.uint64],
        flags: NDArray[np.uint8],
        rows: NDArray[np.uint64],
        kinds: NDArray[np.uint8],
    ) -> int: ...
    def tell(self, fired: NDArray[np.uint64]) -> None: ...
    def fire(
        self,
        time: NDArray[np.int64],
        flags: NDArray[np.uint8],
        state: NDArray[np.uint64],
        physics: int,
        each: bool,
        out_time: NDArray[np.int64],
        out_fired: NDArray[np.uint64],
    ) -> int: ...

def one_per_timestamp(
    time: NDArray[np.int64],
    fired: NDArray[np.uint64],
    physics: int,
    each: bool,
    out_time: NDArray[np.int64],
    out_fired: NDArray[np.uint64],
) -> int: ...
