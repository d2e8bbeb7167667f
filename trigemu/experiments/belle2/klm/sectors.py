"""Sector trigger of the muon detector: how many readout planes of a sector were hit (belle2_facts 7).

The experiment's second algorithm, a straight-line fit per sector, is left out: its slopes, offsets and cut-offs are
kept in a database that is not public, and neither the counts of sectors nor the match with tracks use it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_klm
from trigemu.experiments.belle2.klm import geometry
from trigemu.experiments.belle2.klm.config import Klm
from trigemu.experiments.belle2.records import KlmTrigger
from trigemu.frames.columns import Array, Column, Schema, check_offsets, pack_exactly
from trigemu.frames.ranges import CorruptError, is_plain

_EXISTS = geometry.exists()
_SCHEMA = Schema("klm", (Column("channel", "<u2"), Column("offsets", "<i8")))


def sectors(columns: Mapping[str, NDArray[np.generic]], config: Klm) -> KlmTrigger:
    """Return the sectors in which enough different (layer, plane) pairs were hit.

    Parameters
    ----------
    columns
        ``channel`` uint16[m] and ``offsets`` int64[n + 1] of the source ``klm``; repeated hits count once.
    config
        How many planes are enough.

    Raises
    ------
    InputError
        A channel that the detector does not have (`CorruptError`), or offsets that do not cut the hits into pieces.
    """
    block: Mapping[str, Array] = {name: columns[name] for name in _SCHEMA.names}
    if not is_plain(_SCHEMA, block):
        block = pack_exactly(_SCHEMA, block)
    channel, offsets = block["channel"], block["offsets"]
    check_offsets(offsets, len(channel), "source 'klm'")
    out = np.empty((4, len(offsets) - 1), np.uint8)
    bad = belle2_klm.sectors(offsets, channel, _EXISTS, config.planes, out)
    if bad >= 0:
        section, sector, layer, _ = (int(value) for value in geometry.unpack(channel[bad]))
        raise CorruptError(
            f"source 'klm', hit {bad}: channel {channel[bad]} is section {section}, sector {sector}, layer {layer}; "
            f"sections 0-3 have {geometry.SECTORS} sectors and {geometry.LAYERS} layers",
            ("klm",),
        )
    return KlmTrigger(
        barrel_forward=out[geometry.BARREL_FORWARD],
        barrel_backward=out[geometry.BARREL_BACKWARD],
        endcap_forward=out[geometry.ENDCAP_FORWARD],
        endcap_backward=out[geometry.ENDCAP_BACKWARD],
    )
