"""NA62's L0 trigger processor: alignment of the seven inputs and the entries on which lines are evaluated.

Source of the algorithm: na62_facts 6 (read in the L0TP firmware, ethlink/Trigger.vhd and altriggerLUT.vhd).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import na62_l0tp
from trigemu.errors import InputError
from trigemu.experiments.na62.clock import FINE_BITS
from trigemu.experiments.na62.config import DETECTOR_ORDER, L0
from trigemu.experiments.na62.level0.primitives import Primitives
from trigemu.experiments.na62.level0.scratch import Scratch

REFERENCE, CONTROL = 1, 2
"""Bits of `Entries.flags`."""

_EVER = 1 << 61
"""Times must be nearer to 0 than this."""

_NONE = Primitives(np.zeros(0, np.int64), np.zeros(0, np.uint16), np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Entries of the merged reference and control queue, with what the memory held around them.

    Attributes
    ----------
    time
        int64[n], TDC counts since the start of the frame, rising.
    flags
        uint8[n], `REFERENCE` and `CONTROL`.
    words
        uint64[n, 2], bit ``16 * i + j`` is bit j of detector i of `DETECTOR_ORDER`; the upper 16 bits are 0.
    load
        uint16[k], merged words per packet time, before entries in the slot of the one before them are
        skipped.
    """

    time: NDArray[np.int64]
    flags: NDArray[np.uint8]
    words: NDArray[np.uint64]
    load: NDArray[np.uint16]

    @property
    def state(self) -> NDArray[np.uint16]:
        """The ids of the seven detectors, uint16[n, 7]."""
        return self.words.astype("<u8", copy=False).view("<u2")[:, : len(DETECTOR_ORDER)]


def process(
    primitives: Sequence[Primitives | None],
    l0: L0,
    *,
    span: tuple[int, int] = (-_EVER, _EVER),
    steps: int = 0,
    scratch: Scratch | None = None,
    trusted: bool = False,
) -> Entries:
    """Align primitives and return the entries in ``span``.

    The processor's memory has 16384 slots per detector, addressed by timestamp and ``slot_bits`` bits of fine
    time; a later primitive replaces an earlier one in its slot.  For every entry the slots N, N - 1 and N + 1
    are read and the ids of primitives less than the detector's cut away are OR-ed.

    Decided here: "the same slot" means the same slot of absolute time, not the same 14-bit address (the
    firmware would also skip an entry one memory depth after the one before it);
    ``l0.read_latency_timestamps`` is short enough (the configuration checks it) that no slot is written a
    second time before it is read.

    Parameters
    ----------
    primitives
        One per detector of `DETECTOR_ORDER`; None where there is no input.
    l0
        Reference and control detector, cuts, slot bits.
    span
        Entries with ``span[0] <= time < span[1]`` are made.
    steps
        Packet times (256 timestamps from time 0) for which ``load`` is counted.
    scratch
        Memory to use.
    trusted
        The primitives come from `trigemu.experiments.na62.level0.primitives`, so they are sorted.

    Raises
    ------
    InputError
        Not seven inputs; or times that are not sorted or beyond 2**61, or another number of ids.
    """
    if len(primitives) != len(DETECTOR_ORDER):
        raise InputError(f"the trigger processor has {len(DETECTOR_ORDER)} inputs, not {len(primitives)}")
    if not trusted:
        _check_order(primitives)
    if not -_EVER <= span[0] <= span[1] <= _EVER or steps < 0:
        raise InputError(
            f"span {span} must rise within 2**61 TDC counts, and steps {steps} must not be negative"
        )
    scratch = scratch or Scratch()
    shift = FINE_BITS - l0.slot_bits
    column = DETECTOR_ORDER.index(l0.reference)
    reference = primitives[column] or _NONE
    control = (None if l0.control is None else primitives[DETECTOR_ORDER.index(l0.control)]) or _NONE
    room = len(reference.time) + len(control.time)
    time = scratch.take("entry time", room, np.int64)
    flags = scratch.take("entry flags", room, np.uint8)
    words = scratch.take("entry words", room, np.uint64, 2)
    load = np.empty(steps, np.uint16)
    count = na62_l0tp.merge(
        reference.time,
        reference.word,
        control.time,
        shift,
        l0.cut[column],
        column,
        *span,
        time,
        flags,
        words,
        load,
    )
    time, words = time[:count], words[:count]
    for index, found in enumerate(primitives):
        if found is not None and index != column:
            na62_l0tp.align(time, found.time, found.word, shift, l0.cut[index], words, index)
    return Entries(time, flags[:count], words, load)


def _check_order(primitives: Sequence[Primitives | None]) -> None:
    for name, found in zip(DETECTOR_ORDER, primitives, strict=True):
        if found is None:
            continue
        if not len(found.time) == len(found.word) == len(found.hits):
            raise InputError(f"primitives of {name!r} have columns of different lengths")
        if not na62_l0tp.rising(found.time):
            raise InputError(f"primitives of {name!r} are not sorted by time")
        if len(found.time) and not -_EVER <= int(found.time[0]) <= int(found.time[-1]) < _EVER:
            raise InputError(f"primitives of {name!r} have times beyond 2**61 TDC counts")


def overwritten(time: NDArray[np.int64], slot_bits: int) -> NDArray[np.bool_]:
    """Return which primitives (sorted times, int64[n]) a later one in the same slot replaces (bool[n])."""
    slot = time >> (FINE_BITS - slot_bits)
    lost = np.zeros(len(time), np.bool_)
    lost[:-1] = slot[1:] == slot[:-1]
    return lost
