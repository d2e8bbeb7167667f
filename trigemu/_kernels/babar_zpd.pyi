import numpy as np
from numpy.typing import NDArray

from trigemu.experiments.babar.records import Segments, ZTracks
from trigemu.experiments.babar.zpd.tables import Tables, Window

class Finder:
    def __init__(self, tables: Tables, window: Window) -> None: ...
    def find(self, segments: Segments, rows: ZTracks) -> int: ...
    def maps(self, tracks: ZTracks, maps: NDArray[np.uint16]) -> None: ...
