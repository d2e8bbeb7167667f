import numpy as np
from numpy.typing import NDArray

def words(
    track_offsets: NDArray[np.int64],
    phi0: NDArray[np.float64],
    omega: NDArray[np.float64],
    found: NDArray[np.uint8],
    z: NDArray[np.float32],
    cot_theta: NDArray[np.float32],
    short_map: NDArray[np.uint64],
    inner_map: NDArray[np.uint64],
    cluster_offsets: NDArray[np.int64],
    energy: NDArray[np.float64],
    time_ns: NDArray[np.float64],
    event_time_ns: NDArray[np.float64],
    ecl: NDArray[np.uint32],
    klm: NDArray[np.uint8],
    place: NDArray[np.int16],
    direction: NDArray[np.float64],
    cuts: dict[str, float | int | bool],
    out: NDArray[np.uint64],
) -> None: ...
