"""Global trigger: maps to counts, back-to-back and matched objects, and lines.

Counts are those of `trigemu.experiments.babar.bits.COUNTS`, 0 to 7.  A starred one counts the objects that have a
partner on the other side, a matched one (BM, AM, A'M, BMX) the tracks that have a cluster in their direction: bits of
adjacent bins by the same rule as other objects (chosen; the lines only ask whether there is any).  ``u`` is the code
itself.  All cuts of a line must hold in one tick.  Compiled in ``ext/babar/glt.pyx``.  Sources: babar_geometry_facts
section 8, besiii_babar_facts B6.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trigemu._kernels.babar_glt import Decider
from trigemu.arrays import I32, U8
from trigemu.experiments.babar.bits import COUNTS
from trigemu.experiments.babar.glt.bins import (
    CLUSTER_BINS,
    TRACK_BINS,
    near,
    opposite,
    tracks_at_clusters,
)
from trigemu.experiments.babar.glt.config import Glt
from trigemu.experiments.babar.glt.lines import passing, priorities
from trigemu.experiments.babar.records import EmtTrigger, GlobalTrigger, TrackMaps

_KINDS = ("tracks", "tracks", "aprime", *("z",) * 4, *("emt",) * 5, "ift")
"""Which delay and hold A, B, A', Z, Zt, Z', Zk, M, G, E, X, Y and the muon trigger's codes have."""

_WAYS = ("pairs", "runs", "bits")


class GlobalDecider:
    """Counts objects tick by tick and looks lines up; one object may serve many threads."""

    def __init__(self, config: Glt) -> None:
        self.config = config
        self._kernel = Decider(**_settings(config))

    def decide(self, tracks: TrackMaps, emt: EmtTrigger, u: U8, random: U8) -> GlobalTrigger:
        """Decide crossings.

        Parameters
        ----------
        tracks, emt
            Maps of n crossings.
        u
            uint8[n, 64], codes of the muon trigger.
        random
            uint8[n], 1 at a random trigger.

        Raises
        ------
        InputError
            Arrays of other shapes, bits beyond a map's bins, or codes above 7.
        """
        n = len(random)
        out = GlobalTrigger(
            np.empty(n, np.uint32), np.empty(n, np.int16), np.empty((n, len(COUNTS)), np.uint8)
        )
        self._kernel.decide(tracks, emt, np.ascontiguousarray(u), np.ascontiguousarray(random), out)
        return out


def _settings(config: Glt) -> dict[str, Any]:
    """Return what the kernel wants to know: see `Decider`."""
    back, match = config.back_to_back, config.match
    return {
        "times": _times(config),
        "opposite": {
            "b": opposite(TRACK_BINS, back.b),
            **{name: opposite(CLUSTER_BINS, getattr(back, name)) for name in ("g", "m", "em")},
        },
        "near": {
            "em": near(CLUSTER_BINS, match.em),
            "tracks": tracks_at_clusters(match.cluster_degrees, match.widen),
        },
        "passing": passing(config),
        "priority": priorities(config),
        "random": (config.random_slot or 0, config.random_tick),
        "ways": (_WAYS.index(config.counting), match.bmx == "both"),
    }


def _times(config: Glt) -> I32:
    """Return int32[13, 2], delay and hold of each map."""
    return np.array([(getattr(config.delay, kind), getattr(config.hold, kind)) for kind in _KINDS], np.int32)
