from typing import Any

import numpy as np
from numpy.typing import NDArray

class Summary:
    def __init__(self, cuts: dict[str, Any]) -> None: ...
    def tracks(
        self,
        columns: dict[str, NDArray[np.generic]],
        offsets: NDArray[np.int64],
        counts: NDArray[np.int32],
        r2: NDArray[np.float64],
        legs: NDArray[np.float64],
    ) -> None: ...
    def clusters(
        self,
        columns: dict[str, NDArray[np.generic]],
        offsets: NDArray[np.int64],
        counts: NDArray[np.int32],
        values: NDArray[np.float64],
        legs: NDArray[np.float64],
    ) -> None: ...
