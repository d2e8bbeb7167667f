"""Identifiers of digis to channels, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.experiments.besiii.config import EPOCHS, Besiii
from trigemu.experiments.besiii.raw.child import COLUMNS
from trigemu.experiments.besiii.raw.digis import NO_NAME, NO_VALUE, Detector, to_columns
from trigemu.experiments.besiii.raw.epochs import epoch_of_run, epochs
from trigemu.experiments.besiii.sources import DETECTORS, FIRST_ENDCAP, FIRST_MRPC
from trigemu.frames.columns import pack
from trigemu.frames.ranges import Ranges


def mdc(layer, wire):
    return 0x10 << 24 | layer << 9 | wire


def bar(layer, counter, end):
    return 0x20 << 24 | 1 << 14 | layer << 8 | counter << 1 | end


def endcap(west, counter):
    return 0x20 << 24 | 2 * west << 14 | counter << 1


def mrpc(west, module, strip, end):
    return 0x20 << 24 | 3 << 14 | west << 11 | module << 5 | strip << 1 | end


def crystal(part, theta, phi):
    return 0x30 << 24 | part << 16 | theta << 8 | phi


def digis(**entries):
    """One event with entries (identifier, values...) of some detectors."""
    out = {}
    for detector, names in COLUMNS.items():
        rows = np.array(entries.get(detector, []), np.int64).reshape(-1, len(names))
        out[detector] = {name: rows[:, i].astype(np.uint32) for i, name in enumerate(names)}
        out[detector]["offsets"] = np.array([0, len(rows)])
    return out


def columns(epoch="2016", **entries):
    detector = Detector.of(Besiii.model_validate({"conditions": epoch}))
    return to_columns(digis(**entries), detector, "FILE, events 0-0")


def test_channels():
    found = columns(
        mdc=[(mdc(0, 39), 1), (mdc(1, 0), 2), (mdc(42, 287), 3)],
        tof=[(bar(0, 0, 1), 4), (bar(1, 87, 0), 5), (mrpc(0, 0, 0, 1), 6), (mrpc(1, 35, 11, 1), 7)],
        emc=[(crystal(0, 0, 0), 8, 9, 0), (crystal(1, 0, 119), 10, 11, 1), (crystal(2, 0, 63), 1023, 63, 2)],
    )
    assert found.columns["mdc"]["channel"].tolist() == [39, 40, 6795]
    assert found.columns["tof"]["channel"].tolist() == [
        1,
        350,
        FIRST_MRPC + 1,
        FIRST_MRPC + 2 * 36 * 12 * 2 - 1,
    ]
    assert found.columns["emc"]["channel"].tolist() == [0, 480 + 119, 6239]
    assert found.columns["emc"]["value"].tolist() == [8, 10, 1023]
    assert found.columns["emc"]["range"].tolist() == [0, 1, 2]
    assert found.columns["emc"]["time"].tolist() == [9, 11, 63]
    for source, schema in DETECTORS.items():
        assert Ranges(schema).complaint(pack(schema, found.columns[source])) == ""


def test_scintillators_of_the_endcaps():
    found = columns("2009", tof=[(endcap(0, 3), 1), (endcap(1, 47), 2), (endcap(0, 48), 3)])
    # The last is no counter of the trigger.
    assert found.columns["tof"]["channel"].tolist() == [FIRST_ENDCAP + 3, FIRST_ENDCAP + 48 + 47]
    assert found.dropped["tof"] == 1


def test_entries_without_a_time_are_dropped_and_counted():
    found = columns(
        mdc=[(mdc(9, 1), NO_VALUE), (mdc(9, 2), 7), (NO_NAME, 7)],
        tof=[(bar(0, 1, 0), NO_VALUE), (NO_NAME, 7)],
        emc=[(crystal(1, 2, 3), 4, NO_VALUE, 0), (crystal(1, 2, 3), 4, 5, 0), (NO_NAME, 4, 5, 0)],
    )
    assert dict(found.dropped) == {"mdc": 2, "tof": 2, "emc": 2}
    assert found.columns["mdc"]["time"].tolist() == [7]
    assert found.columns["mdc"]["offsets"].tolist() == [0, 1]
    assert found.columns["tof"]["offsets"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("epoch", "entries", "said"),
    [
        ("2026", {"mdc": [(mdc(7, 0), 1)]}, "they have wires of the inner drift chamber (0x10000e00)"),
        ("2009", {"tof": [(mrpc(0, 1, 1, 0), 1)]}, "they have MRPC modules in the endcaps"),
        ("2016", {"tof": [(endcap(0, 1), 1)]}, "they have scintillator counters in the endcaps"),
        ("2016", {"mdc": [(mdc(43, 0), 1)]}, "0x10005600 is none of a wire"),
        ("2016", {"mdc": [(mdc(0, 40), 1)]}, "is none of a wire in any configuration of the detector"),
        ("2016", {"tof": [(bar(0, 88, 0), 1)]}, "is none of a counter"),
        ("2016", {"tof": [(mrpc(0, 36, 0, 0), 1)]}, "is none of a counter"),
        ("2016", {"tof": [(mrpc(0, 0, 12, 0), 1)]}, "is none of a counter"),
        ("2016", {"emc": [(crystal(1, 44, 0), 1, 1, 1)]}, "is none of a crystal"),
        ("2016", {"emc": [(crystal(0, 5, 96), 1, 1, 1)]}, "is none of a crystal"),
        ("2016", {"emc": [(crystal(3, 0, 0), 1, 1, 1)]}, "is none of a crystal"),
        ("2016", {"emc": [(mdc(9, 0), 1, 1, 1)]}, "0x10001200 is none of a crystal"),
        (
            "2016",
            {"mdc": [(mdc(9, 0), 1 << 24)]},
            "the time of a wire is 16777216, allowed are 0 to 16777215",
        ),
        ("2016", {"emc": [(crystal(1, 0, 0), 1, 1, 3)]}, "the ADC range of a crystal is 3"),
        ("2016", {"emc": [(crystal(1, 0, 0), 1, 64, 1)]}, "the time of a crystal is 64"),
    ],
)
def test_what_the_detector_does_not_have(epoch, entries, said):
    with pytest.raises(InputError) as caught:
        columns(epoch, **entries)
    assert str(caught.value).startswith("FILE, events 0-0: ")
    assert said in str(caught.value)


def test_crystals_are_numbered_as_in_the_geometry(shared_data):
    with np.load(shared_data / "besiii" / "emc_geometry.npz") as archive:
        names = crystal(*(archive[key].astype(np.int64) for key in ("part", "theta", "phi")))
    found = columns(emc=[(name, 1, 1, 1) for name in names])
    assert np.array_equal(found.columns["emc"]["channel"], np.arange(6240))


def test_wires_are_numbered_as_in_the_geometry(shared_data):
    with np.load(shared_data / "besiii" / "mdc_geometry.npz") as archive:
        names = mdc(*(archive[key].astype(np.int64) for key in ("layer", "wire")))
    found = columns(mdc=[(name, 1) for name in names])
    assert np.array_equal(np.sort(found.columns["mdc"]["channel"]), np.arange(6796))
    order = np.lexsort((names & 0x1FF, names >> 9 & 0x3F))
    assert np.array_equal(found.columns["mdc"]["channel"][order], np.arange(6796))


def test_a_count_above_the_end_of_the_adc_is_its_end():
    found = columns(emc=[(crystal(1, 0, 0), 1024, 1, 2), (crystal(1, 0, 1), 2047, 1, 2)])
    assert found.columns["emc"]["value"].tolist() == [1023, 1023]


def test_a_few_damaged_entries_are_dropped_and_counted():
    good = [(crystal(1, k // 120, k % 120), 9, 8, 1) for k in range(400)]
    found = columns(
        emc=[*good, (crystal(1, 44, 0), 1, 1, 1), (crystal(1, 0, 0), 1, 1, 3), (crystal(1, 0, 0), 1, 64, 1)],
        tof=[*[(bar(0, k % 88, k % 2), k) for k in range(200)], (mrpc(0, 40, 0, 0), 1)],
        mdc=[*[(mdc(20, k % 100), k) for k in range(200)], (mdc(43, 0), 1)],
    )
    assert found.dropped == {"mdc": 1, "tof": 1, "emc": 3}
    assert [len(found.columns[source]["channel"]) for source in ("mdc", "tof", "emc")] == [200, 200, 400]
    assert all(each["offsets"].tolist() == [0, len(each["channel"])] for each in found.columns.values())


def test_epochs_of_known_runs():
    assert [epoch_of_run(run).name for run in (0, 10266, 10816, 30000, 45095, 91668)] == [
        *["2009"] * 4,
        "2016",
        "2026",
    ]
    assert tuple(epoch.name for epoch in epochs()) == EPOCHS
