"""Digis of a raw file to the columns of the sources: identifiers to channels (besiii_real_facts 2.1).

An entry of the drift chamber or of the counters without a time is noise in the charge alone: the trigger never saw it,
and it is dropped; so is one of electronics that nothing is connected to.  A few entries that name nothing, or hold what
their electronics do not send, are damage and dropped as well; more of them are another detector, which is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import I64, Bool
from trigemu.errors import InputError
from trigemu.experiments.besiii.config import Besiii
from trigemu.experiments.besiii.emc.geometry import channels as crystal_channels
from trigemu.experiments.besiii.mdc.geometry import CHANNEL_FIRST, INNER_LAYERS, LAYERS, WIRES
from trigemu.experiments.besiii.raw.reader import Digis
from trigemu.experiments.besiii.sources import (
    BARS,
    EMC,
    ENDCAP_COUNTERS,
    FIRST_ENDCAP,
    FIRST_MRPC,
    MDC,
    MODULES,
    STRIPS,
    TOF,
)
from trigemu.frames.columns import Array

NO_VALUE = 0x7FFFFFFF
"""A time or charge that is not there."""

NO_NAME = 0xFFFFFFFF
"""Identifier of what the electronics read out and no part of the detector is connected to."""

MAX_TIME = (1 << 24) - 1
MAX_ADC, MAX_RANGE, MAX_EMC_TIME = 1023, 2, 63

FEW = 0.01
"""Share of a detector's entries that may be damaged (guess)."""

_MDC_ID, _TOF_ID, _EMC_ID = 0x10, 0x20, 0x30
_EAST, _BARREL, _WEST, _MRPC = range(4)


@dataclass(frozen=True, slots=True)
class Detector:
    """What there is of the detector.

    Attributes
    ----------
    conditions
        Name of the conditions that say so.
    inner_chamber
        Layers 0-7 of the drift chamber.
    mrpc
        MRPC modules in the endcaps, else scintillator counters.
    """

    conditions: str
    inner_chamber: bool
    mrpc: bool

    @classmethod
    def of(cls, section: Besiii) -> Detector:
        """Return the detector that a section is of."""
        return cls(section.conditions, section.mdc.inner_chamber, section.tof.endcap == "mrpc")


@dataclass(frozen=True, slots=True, eq=False)
class DetectorData:
    """The events of a piece of a file as the trigger gets them.

    Attributes
    ----------
    columns
        Source (mdc, tof, emc) -> columns with ``offsets``.
    dropped
        Source -> entries without a time or charge, or of nothing that the trigger has.
    """

    columns: Mapping[str, Mapping[str, Array]]
    dropped: Mapping[str, int]


def to_columns(digis: Digis, detector: Detector, where: str) -> DetectorData:
    """Return the columns of the detectors.

    Parameters
    ----------
    digis
        What the file holds.
    detector
        What there is of it.
    where
        What messages call the events.

    Raises
    ------
    InputError
        An entry is of a part of the detector that is not there, or its numbers are none that the detector has.
    """
    columns, dropped = {}, {}
    for source, take in ((MDC, _mdc), (TOF, _tof), (EMC, _emc)):
        given = {name: np.asarray(values, np.int64) for name, values in digis[source].items()}
        columns[source], dropped[source] = take(given, detector, where)
    return DetectorData(columns, dropped)


def _mdc(given: Mapping[str, I64], detector: Detector, where: str) -> tuple[dict[str, Array], int]:
    given, dropped = _kept(given, (given["m_timeChannel"] != NO_VALUE) & (given["m_intId"] != NO_NAME))
    name = given["m_intId"]
    layer, wire = name >> 9 & 0x3F, name & 0x1FF
    known = (name >> 24 == _MDC_ID) & (layer < LAYERS)
    known &= wire < WIRES[np.where(known, layer, 0)]
    given, damaged = _known(given, known, "a wire", where)
    layer, wire, name = layer[known], wire[known], name[known]
    if not detector.inner_chamber:
        _none(layer < INNER_LAYERS, name, "wires of the inner drift chamber", detector, where)
    _in_range(given["m_timeChannel"], MAX_TIME, "time of a wire", where)
    columns = {"channel": CHANNEL_FIRST[layer] + wire, "time": given["m_timeChannel"]}
    return _typed(columns, given["offsets"], channel="<u2", time="<i4"), dropped + damaged


def _tof(given: Mapping[str, I64], detector: Detector, where: str) -> tuple[dict[str, Array], int]:
    # The counters behind the last of an endcap measure luminosity.
    name = given["m_intId"]
    part, counter = name >> 14 & 3, name >> 1 & 0x7F
    unused = ((part == _EAST) | (part == _WEST)) & (counter == ENDCAP_COUNTERS) | (name == NO_NAME)
    given, dropped = _kept(given, (given["m_timeChannel"] != NO_VALUE) & ~unused)
    name = given["m_intId"]
    part, end, counter, layer = name >> 14 & 3, name & 1, name >> 1 & 0x7F, name >> 8 & 1
    side, module, strip = name >> 11 & 1, name >> 5 & 0x3F, name >> 1 & 0xF
    barrel, mrpc = part == _BARREL, part == _MRPC
    endcap = ~barrel & ~mrpc
    bar = (layer * BARS + counter) * 2 + end
    channel = np.where(barrel, bar, FIRST_ENDCAP + (part // 2) * ENDCAP_COUNTERS + counter)
    channel = np.where(mrpc, FIRST_MRPC + ((side * MODULES + module) * STRIPS + strip) * 2 + end, channel)
    known = (name >> 24 == _TOF_ID) & np.where(barrel, counter < BARS, counter < ENDCAP_COUNTERS)
    known = np.where(mrpc, (name >> 24 == _TOF_ID) & (module < MODULES) & (strip < STRIPS), known)
    given, damaged = _known(given, known, "a counter", where)
    channel, endcap, mrpc, name = channel[known], endcap[known], mrpc[known], name[known]
    if detector.mrpc:
        _none(endcap, name, "scintillator counters in the endcaps", detector, where)
    else:
        _none(mrpc, name, "MRPC modules in the endcaps", detector, where)
    _in_range(given["m_timeChannel"], MAX_TIME, "time of a counter", where)
    columns = {"channel": channel, "time": given["m_timeChannel"]}
    return _typed(columns, given["offsets"], channel="<u2", time="<i4"), dropped + damaged


def _emc(given: Mapping[str, I64], detector: Detector, where: str) -> tuple[dict[str, Array], int]:
    there = (given["m_timeChannel"] != NO_VALUE) & (given["m_chargeChannel"] != NO_VALUE)
    given, dropped = _kept(given, there & (given["m_intId"] != NO_NAME))
    name = given["m_intId"]
    channel = crystal_channels(name >> 16 & 0xF, name >> 8 & 0x3F, name & 0xFF)
    known = (name >> 24 == _EMC_ID) & (channel >= 0)
    given, damaged = _known(given, known, "a crystal", where)
    channel = channel[known]
    in_range = (given["m_measure"] <= MAX_RANGE) & (given["m_timeChannel"] <= MAX_EMC_TIME)
    if np.count_nonzero(~in_range) > FEW * len(in_range):
        _in_range(given["m_measure"], MAX_RANGE, "ADC range of a crystal", where)
        _in_range(given["m_timeChannel"], MAX_EMC_TIME, "time of a crystal", where)
    given, odd = _kept(given, in_range)
    channel = channel[in_range]
    columns = {
        "channel": channel,
        # The field has a bit more than the ADC: what is above its end is at its end.
        "value": np.minimum(given["m_chargeChannel"], MAX_ADC),
        "range": given["m_measure"],
        "time": given["m_timeChannel"],
    }
    typed = _typed(columns, given["offsets"], channel="<u2", value="<u2", range="|u1", time="|u1")
    return typed, dropped + damaged + odd


def _kept(given: Mapping[str, I64], keep: Bool) -> tuple[dict[str, I64], int]:
    """Return the entries that are kept, and how many are not."""
    offsets = given["offsets"]
    before = np.zeros(len(keep) + 1, np.int64)
    np.cumsum(keep, out=before[1:])
    kept = {name: values[keep] for name, values in given.items() if name != "offsets"}
    return {**kept, "offsets": before[offsets]}, int(len(keep) - before[-1])


def _typed(columns: Mapping[str, I64], offsets: I64, **dtypes: str) -> dict[str, Array]:
    return {**{name: columns[name].astype(dtype) for name, dtype in dtypes.items()}, "offsets": offsets}


def _refuse(where: str, what: str) -> NoReturn:
    raise InputError(f"{where}: {what}")


def _known(given: Mapping[str, I64], known: Bool, what: str, where: str) -> tuple[Mapping[str, I64], int]:
    """Return the entries that name something, and how many do not; raises `InputError` if these are more than a few."""
    if np.count_nonzero(~known) > FEW * len(known):
        bad = int(given["m_intId"][np.argmin(known)])
        _refuse(where, f"the identifier {bad:#010x} is none of {what} in any configuration of the detector")
    return _kept(given, known)


def _none(there: NDArray[Any], name: I64, what: str, detector: Detector, where: str) -> None:
    if there.any():
        bad = int(name[np.argmax(there)])
        _refuse(
            where,
            f"they have {what} ({bad:#010x}), which the detector of besiii.conditions = {detector.conditions!r} does "
            "not have; name the conditions of another epoch",
        )


def _in_range(values: I64, high: int, what: str, where: str) -> None:
    if len(values) and values.max() > high:
        _refuse(where, f"the {what} is {int(values.max())}, allowed are 0 to {high}")
