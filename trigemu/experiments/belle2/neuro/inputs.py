"""From track segments and 2D tracks to the 27 inputs of a network, in floating or fixed point.

Per superlayer: where the segment is relative to the 2D track, its signed drift time, and the track's crossing angle
(belle2_facts 5.1 and 5.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_neuro_inputs as kernel
from trigemu.experiments.belle2.cdc.event_time import binned_ns
from trigemu.experiments.belle2.cdc.geometry import PRIORITY_LAYER, RADIUS, SEGMENT_FIRST
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.network import INPUTS, SUPERLAYERS, Network
from trigemu.experiments.belle2.records import EventTime, Segments, Tracks2D

OPTIONS = ("fastestpriority", "etf_or_fastestpriority", "etf", "etf_or_zero", "zero")
"""Event-time options, in the kernel's order."""

MEMORY = 2048
"""Places for curvatures whose crossing angles the kernel remembers: the Hough finder knows under a hundred, which
should seldom meet in one place."""

_FLOATING = np.array([-1, 0, 0, 0], np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Inputs of a frame's 2D tracks (rows as in `Tracks2D`).

    Attributes
    ----------
    expert
        int8[m], -1 where none matches.
    valid
        uint8[m], 1 with segments in at least four axial superlayers.
    segment
        int32[m, 9]: row in `Segments` of the segment used, per superlayer, -1 for none.
    scaled
        float32[m, 27].
    raw
        int32[m, 27]: ``scaled`` in units of 2^-node bits, truncated towards zero; zero in floating point.
    """

    expert: NDArray[np.int8]
    valid: NDArray[np.uint8]
    segment: NDArray[np.int32]
    scaled: NDArray[np.float32]
    raw: NDArray[np.int32]


class InputBuilder:
    """Builds inputs for one network; remembers crossing angles, so one instance serves one thread.

    Parameters
    ----------
    network
        Gives experts, windows and largest drift times.
    precision
        Fixed-point bits, or None for floating point.
    event_time
        One of `OPTIONS`.
    fallback
        Whether tracks that match no expert go to the first one.
    """

    def __init__(
        self,
        network: Network,
        precision: Precision | None,
        event_time: str = "fastestpriority",
        fallback: bool = False,
    ) -> None:
        experts = network.experts
        windows = np.stack([e.relevant_id for e in experts])
        hull = np.stack([windows[..., 0].min(axis=0), windows[..., 1].max(axis=0)], axis=-1)
        self._windows = np.concatenate([windows, hull[np.newaxis]])
        self._mask = experts[0].pattern_mask
        self._alike = bool((windows == windows[0]).all())
        self._experts = np.array(
            [[e.pattern, e.pattern & e.pattern_mask, e.t_max] for e in experts], np.int32
        ).T.copy()
        # Scales are rounded down to powers of two, which hardware shifts by.
        low, high = windows[..., 0], windows[..., 1]
        width = (np.float64(2) / (high - low)).astype(np.float32)
        scale = np.exp2(np.floor(np.log2(width.astype(np.float64))))
        middle = (low + high).astype(np.float64) / 2
        self._scales = np.stack([scale, middle]).astype(np.float32)
        self._t_scale = np.array([_power_below(1.0 / e.t_max) for e in experts], np.float32)
        layers = PRIORITY_LAYER[:, np.newaxis] + np.arange(2)
        self._radius = np.ascontiguousarray(RADIUS[layers] / 10)
        self._first = SEGMENT_FIRST.astype(np.int32)
        self._layer_of = np.repeat(np.arange(SUPERLAYERS, dtype=np.uint8), np.diff(SEGMENT_FIRST))
        self._bits = _FLOATING
        if precision is not None:
            p = precision
            self._bits = np.array([p.angle, p.scale, p.reference, p.node], np.int32)
        self._met = np.full(MEMORY, np.nan)
        self._angles = np.empty((MEMORY, 2 * SUPERLAYERS))
        self._option = OPTIONS.index(event_time)
        self._fallback = fallback

    def build(self, segments: Segments, tracks: Tracks2D, event_time: EventTime) -> Inputs:
        """Return the inputs of all tracks of a frame.

        Parameters
        ----------
        segments, tracks, event_time
            What the track trigger found in the same crossings; of the event time the binned one is used, in whole
            ticks, as in the experiment.
        """
        n = len(tracks.phi0)
        room = int(np.diff(segments.offsets).max(initial=0)) + int(np.diff(tracks.rel_offsets).max(initial=0))
        expert = np.full(n, -1, np.int8)
        valid = np.zeros(n, np.uint8)
        chosen = np.full((n, SUPERLAYERS), -1, np.int32)
        scaled = np.zeros((n, INPUTS), np.float32)
        raw = np.zeros((n, INPUTS), np.int32)
        kernel.build(
            segments.offsets,
            segments.segment,
            segments.position,
            segments.left_right,
            segments.time,
            tracks.offsets,
            tracks.phi0,
            tracks.omega,
            tracks.rel_offsets,
            tracks.rel_segment,
            tracks.rel_weight,
            event_time.found,
            binned_ns(event_time) // 2,
            self._windows,
            self._experts,
            self._scales,
            self._t_scale,
            self._radius,
            self._first,
            self._layer_of,
            self._bits,
            self._mask,
            self._alike,
            self._option,
            self._fallback,
            self._met,
            self._angles,
            np.empty((2, 24 * (room + 32)), np.uint8),
            expert,
            valid,
            chosen,
            scaled,
            raw,
        )
        return Inputs(expert, valid, chosen, scaled, raw)


def _power_below(value: float) -> float:
    return float(np.exp2(np.floor(np.log2(value))))
