"""2D track finder: axial track segments to tracks in the plane across the beams.

Hough transform with 160 cells in direction and 34 in curvature, clusters of cells as patterns, and the relations of
tracks to segments as in the experiment's simulation (belle2_facts 4; `plane` says what is worked out in advance).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_hough
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.geometry import AXIAL, SEGMENT_FIRST, SEGMENTS
from trigemu.experiments.belle2.cdc.plane import make_plane
from trigemu.experiments.belle2.records import Segments, Tracks2D
from trigemu.frames.columns import grown

_RELATIONS = 16
"""Relations to segments that are allocated for each track."""


def axial_numbers() -> tuple[NDArray[np.int16], NDArray[np.int8]]:
    """Return, per segment, its number among axial ones (int16[2336]) and its axial superlayer 0-4 (int8[2336]).

    Both are -1 for stereo segments.
    """
    number, layer = np.full(SEGMENT_FIRST[-1], -1, np.int16), np.full(SEGMENT_FIRST[-1], -1, np.int8)
    count = 0
    for index, superlayer in enumerate(AXIAL):
        own = slice(*SEGMENT_FIRST[superlayer : superlayer + 2])
        number[own] = count + np.arange(SEGMENTS[superlayer])
        layer[own] = index
        count += int(SEGMENTS[superlayer])
    return number, layer


class HoughFinder:
    """Finds 2D tracks; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    config
        The ``[belle2.cdc]`` section.
    """

    def __init__(self, config: Cdc) -> None:
        plane = make_plane(config)
        self._centres = plane.phi0, plane.y
        self._axial = axial_numbers()
        sizes = np.cumsum([0, *(len(level.words) for level in plane.levels[:-1])])
        related = plane.relations
        self._kernel = belle2_hough.Finder(
            config.phi_cells,
            config.curvature_cells,
            config.min_hits,
            config.min_hits_short,
            np.stack([level.start for level in plane.levels]),
            np.stack([level.row + size for level, size in zip(plane.levels, sizes, strict=True)]).astype(
                np.int32
            ),
            np.stack([level.length for level in plane.levels]),
            np.concatenate([level.words for level in plane.levels]),
            related.start,
            related.row,
            related.length,
            related.words,
        )
        self._allocate(1024)

    def _allocate(self, tracks: int) -> None:
        relations = _RELATIONS * tracks
        self._tracks = (
            np.empty(tracks, np.float64),
            np.empty(tracks, np.float64),
            np.empty((tracks, 2), np.int16),
            np.empty(tracks, np.int16),
        )
        self._relations = (
            np.empty(tracks + 1, np.int64),
            np.empty(relations, np.int32),
            np.empty(relations, np.int8),
        )

    def find(self, segments: Segments) -> Tracks2D:
        """Return the 2D tracks of a batch of crossings, in the order in which the experiment finds them."""
        return self.find_all(segments)[0]

    def find_all(self, segments: Segments) -> tuple[Tracks2D, NDArray[np.uint8]]:
        """Return the 2D tracks, and per crossing whether all clusters were unambiguous (uint8[n], as the experiment).

        A cluster is ambiguous if it goes on beyond 3 x 3 squares, has two last squares, or has two first or two last
        cells; so is a track without any segment.
        """
        offsets = np.ascontiguousarray(segments.offsets)
        events = len(offsets) - 1
        cuts, ambiguous = np.empty(events + 1, np.int64), np.empty(events, np.uint8)

        def fill(rows: int) -> tuple[int, tuple[int, int]]:
            if rows > len(self._tracks[0]):
                self._allocate(rows)
            phi0, omega, corner, squares = self._tracks
            rel_cuts, rel_segment, rel_weight = self._relations
            tracks, relations = self._kernel.find(
                offsets,
                np.ascontiguousarray(segments.segment),
                np.ascontiguousarray(segments.position),
                *self._axial,
                *self._centres,
                cuts,
                ambiguous,
                phi0,
                omega,
                corner,
                squares,
                rel_cuts,
                rel_segment,
                rel_weight,
            )
            return max(tracks, -(-relations // _RELATIONS)), (tracks, relations)

        _, (tracks, relations) = grown(fill, len(self._tracks[0]))
        phi0, omega, corner, squares = self._tracks
        rel_cuts, rel_segment, rel_weight = self._relations
        return Tracks2D(
            cuts,
            phi0[:tracks].copy(),
            omega[:tracks].copy(),
            corner[:tracks].copy(),
            squares[:tracks].copy(),
            rel_cuts[: tracks + 1].copy(),
            rel_segment[:relations].copy(),
            rel_weight[:relations].copy(),
        ), 1 - ambiguous
