import numpy as np
from numpy.typing import NDArray

def summarise(
    track_offsets: NDArray[np.int64],
    charge: NDArray[np.int8],
    z0: NDArray[np.float32],
    track_time: NDArray[np.float32],
    hits: NDArray[np.uint8],
    pt: NDArray[np.float64],
    p_cm: NDArray[np.float64],
    track_lab: NDArray[np.float64],
    cluster_offsets: NDArray[np.int64],
    energy: NDArray[np.float32],
    cluster_time: NDArray[np.float32],
    theta_deg: NDArray[np.float64],
    track: NDArray[np.int16],
    cluster_lab: NDArray[np.float64],
    cluster_cm: NDArray[np.float64],
    cuts: dict[str, float | int],
    counts: NDArray[np.int32],
    values: NDArray[np.float64],
    leaders: NDArray[np.int64],
) -> None: ...
