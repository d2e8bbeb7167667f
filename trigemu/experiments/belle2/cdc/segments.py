"""Track-segment finder: wire hits to track segments.

Logic and parameters are those of the experiment's simulation (belle2_facts 3): hits inside a window of TDC counts, the
earliest one of each wire; a segment fires if its look-up table says so and one of its priority wires is hit; one seen
through a second-priority wire only is dropped if a neighbour has its first-priority wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_segments
from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.geometry import (
    CHANNEL_LAYER,
    CHANNEL_WIRE,
    CHANNELS,
    INNER_SHAPE,
    OUTER_SHAPE,
    SEGMENTS,
    WIRES,
    wire_channel,
)
from trigemu.experiments.belle2.cdc.tables import left_right
from trigemu.experiments.belle2.clock import T0_TDC
from trigemu.experiments.belle2.records import Segments
from trigemu.frames.ranges import CorruptError

Columns = Mapping[str, NDArray[Any]]
_Number = TypeVar("_Number", bound=np.integer[Any])

_ROW, _PAD, _MISSING = 7 * 64, 8, 9999
_PLACE = (CHANNEL_LAYER * _ROW + _PAD + CHANNEL_WIRE).astype(np.uint16)
"""Where the kernel keeps bit and time of each channel: layer by layer, seven words of bits, after eight spare ones."""


def wire_hits(
    layer: NDArray[Any], wire: NDArray[Any], tdc: NDArray[Any], offsets: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """Return the columns that `SegmentFinder.find` takes, from plain arrays of hits.

    Parameters
    ----------
    layer, wire
        Integers: layer 0-55 and wire 0..n-1 in it.
    tdc
        Raw counts, larger is earlier, 4900 at the collision.
    offsets
        Hits of crossing i are ``offsets[i]:offsets[i + 1]``.

    Raises
    ------
    InputError
        There is no such wire.
    """
    layer, wire = np.asarray(layer, np.int64), np.asarray(wire, np.int64)
    if layer.shape != wire.shape:
        raise InputError(f"{layer.size} layers of hits but {wire.size} wires")
    bad = (layer < 0) | (layer >= len(WIRES))
    bad |= (wire < 0) | (wire >= WIRES[np.where(bad, 0, layer)])
    if bad.any():
        hit = int(np.argmax(bad))
        raise InputError(
            f"hit {hit} is on wire {wire[hit]} of layer {layer[hit]}: allowed are layers 0-{len(WIRES) - 1} "
            f"and wires 0-{WIRES[0] - 1} (layer 0) to 0-{WIRES[-1] - 1} (layer {len(WIRES) - 1})"
        )
    return {"channel": wire_channel(layer, wire), "tdc": np.asarray(tdc), "offsets": np.asarray(offsets)}


def lower_neighbours(ideal: bool) -> NDArray[np.int16]:
    """Return int16[9]: what the first segment of each superlayer takes for its lower neighbour.

    The experiment's simulation computes (0 - 1) mod n with 32-bit unsigned numbers, which is n - 1 only where n is a
    power of two.
    """
    return ((SEGMENTS - 1) if ideal else (2**32 - 1) % SEGMENTS).astype(np.int16)


def least_layers(table: NDArray[np.uint8], shape: tuple[tuple[int, int], ...]) -> int:
    """Return the smallest number of layers with hits in a pattern for which a table fires (5 if it never does)."""
    patterns = np.arange(len(table)) >> 1
    layers = np.zeros(len(table), np.int64)
    for layer in {layer for layer, _ in shape}:
        mask = sum(1 << bit for bit, (own, _) in enumerate(shape) if own == layer)
        layers += (patterns & mask) != 0
    fires = layers[table != 0]
    return int(fires.min()) if len(fires) else 5


class SegmentFinder:
    """Finds track segments; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    config
        The ``[belle2.cdc]`` section.

    Raises
    ------
    InputError
        The left/right tables cannot be read.
    """

    def __init__(self, config: Cdc) -> None:
        self._inner, self._outer = left_right(config)
        self._inner_least = least_layers(self._inner, INNER_SHAPE)
        self._outer_least = least_layers(self._outer, OUTER_SHAPE)
        self._low, self._high = config.tdc_low, config.tdc_high
        self._lower = lower_neighbours(config.ideal_neighbours)
        self._wires = WIRES.astype(np.int16)
        self._time = np.full(len(WIRES) * _ROW, _MISSING, np.int16)
        self._make_room(1 << 16)

    def _make_room(self, rows: int) -> None:
        self._numbers = tuple(np.empty(rows, np.int16) for _ in range(4))
        self._codes = tuple(np.empty(rows, np.uint8) for _ in range(2))
        self._pattern = np.empty(rows, np.uint16)

    def find(self, columns: Columns) -> Segments:
        """Return the segments of a batch of crossings.

        Parameters
        ----------
        columns
            ``channel`` uint16[m] (`geometry.wire_channel` of layer and wire), ``tdc`` int16[m] (raw counts, larger is
            earlier, 4900 at the collision) and ``offsets`` int64[n + 1]: hits of crossing i are
            ``offsets[i]:offsets[i + 1]``, in any order.

        Raises
        ------
        InputError
            A channel is none of the 14336 wires, or ``offsets`` do not cut the hits into crossings.
        """
        channel = _exactly(columns, "channel", np.uint16)
        tdc = _exactly(columns, "tdc", np.int16)
        offsets = _exactly(columns, "offsets", np.int64)
        _check_cuts(channel, tdc, offsets)
        # A wire is the priority wire of at most two segments, so there are at most two segments per hit.
        if 2 * len(channel) > len(self._pattern):
            self._make_room(3 * len(channel))
        cuts = np.empty(len(offsets), np.int64)
        segment, time, fastest, found = self._numbers
        position, side = self._codes
        pattern = self._pattern
        count = belle2_segments.find_segments(
            channel,
            tdc,
            offsets,
            self._low,
            self._high,
            T0_TDC,
            _PLACE,
            self._wires,
            self._lower,
            self._inner,
            self._outer,
            self._inner_least,
            self._outer_least,
            self._time,
            cuts,
            segment,
            position,
            side,
            time,
            fastest,
            found,
            pattern,
        )
        if count < 0:
            hit = -1 - count
            raise CorruptError(
                f"source cdc: hit {hit} has channel {channel[hit]}, allowed are 0-{CHANNELS - 1}", ("cdc",)
            )
        return Segments(
            cuts,
            segment[:count].copy(),
            position[:count].copy(),
            side[:count].copy(),
            time[:count].copy(),
            fastest[:count].copy(),
            found[:count].copy(),
            pattern[:count].copy(),
        )


def _exactly(columns: Columns, name: str, kind: type[_Number]) -> NDArray[_Number]:
    """Return a column in the type that the kernel reads; numbers that do not fit are refused, not cut."""
    column = np.ascontiguousarray(columns[name])
    if column.dtype == kind:
        return column
    with np.errstate(invalid="ignore"):
        result = column.astype(kind)
    if not np.array_equal(result, column):
        raise InputError(f"source cdc: {name} holds numbers that are no {np.dtype(kind)}")
    return result


def _check_cuts(channel: NDArray[np.uint16], tdc: NDArray[np.int16], offsets: NDArray[np.int64]) -> None:
    if len(channel) != len(tdc):
        raise InputError(f"source cdc: {len(channel)} channels but {len(tdc)} tdc counts")
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(channel) or (np.diff(offsets) < 0).any():
        raise InputError(
            f"source cdc: offsets must rise from 0 to {len(channel)}, the number of hits, without falling"
        )
