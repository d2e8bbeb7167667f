"""What a frame's hits say, before anything that depends on order."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64, U64


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What a frame's hits say: a pure function of the frame, before anything that depends on order.

    Attributes
    ----------
    time
        int64[n], TDC counts since the start of the frame, strictly rising, inside the frame.
    fired
        uint64[n, words], line i of the menu is bit ``i % 64`` of word ``i // 64``: the lines that fired (before
        prescale).  In each candidate at least one line of the hardware trigger did
        (`trigemu.menu.compile.CompiledMenu.makes_candidate`).
    passed
        uint64[n, words], subset of ``fired``: lines whose online selection also passed.
    load
        uint16[k], words that entered the trigger processor's merged input queue in each of the frame's k equal
        time steps (empty where the experiment has no such queue); the sequencer's CHOKE model reads it.
    """

    time: I64
    fired: U64
    passed: U64
    load: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))
