"""The boards' words: real ones as decoded elsewhere, made ones as the reference decodes them."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import besiii_raw as reference
from support import besiii_raw as make

from trigemu.experiments.besiii.bits import MATCH_FIRST, MUC_FIRST
from trigemu.experiments.besiii.raw import hardware as hw
from trigemu.experiments.besiii.raw.file import open_raw
from trigemu.experiments.besiii.raw.hardware import Hardware, read_boards
from trigemu.frames.ranges import CorruptError

BOARDS = tuple(range(0xE2, 0xEA))


@pytest.fixture(scope="module")
def decoded(shared_data):
    with np.load(shared_data / "besiii" / "real_run91668.npz") as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def real(shared_data):
    file = open_raw(str(shared_data / "besiii" / "run91668.raw"))
    return Hardware(read_boards(*file.read(0, len(file))))


def test_conditions_and_channels(real, decoded):
    assert np.array_equal(real.conditions(hw.OF_FOUR), decoded["cond"])
    assert np.array_equal(real.channels(2), decoded["chan"])
    differ = real.conditions(hw.AT_TICK) != real.conditions(hw.OF_FOUR)
    # Track match comes one to three ticks after the others.
    match = np.isin(np.arange(48), np.arange(MATCH_FIRST, MUC_FIRST))
    names, late = decoded["cond_names"], np.argwhere(differ & ~match)
    assert [(int(event), str(names[bit])) for event, bit in late] == [
        (6, "NClus>=2"),
        (8, "NBTOF>=1"),
        (9, "NBTOF>=2"),
        (9, "NBTOF>=1"),
    ]
    assert not (real.conditions(hw.AT_TICK) & differ).any()
    # Word 14 in every event that something triggered; event 8 is random.
    assert real.first_tick().tolist() == [14] * 8 + [26, 14]


def test_calorimeter(real, decoded):
    for window in range(4):
        assert np.array_equal(real.barrel_cells()[:, window], decoded["tc_barrel"][:, window])
        for side, name in enumerate(("tc_east", "tc_west")):
            assert np.array_equal(real.endcap_cells(side)[:, window], decoded[name][:, window])
        words = decoded["eacc_cond"][:, window]
        assert np.array_equal(real.emc_conditions()[:, window], words[:, None] >> np.arange(16) & 1)
    assert not real.barrel_cells()[:, 4:].any()
    assert np.array_equal(real.charges(), decoded["eacc_charge_time"][:, :, 0])
    assert np.array_equal(real.charge_times(), decoded["eacc_charge_time"][:, :, 1])


def test_counters_and_tracks(real, decoded):
    assert np.array_equal(real.tof_conditions(), decoded["tof_cond"])
    for ring, name in enumerate(("inner", "outer", "east", "west")):
        assert np.array_equal(real.tof_cells(ring), decoded[f"tof_{name}"])
    for part, name in ((hw.LONG, "ltrk"), (hw.SHORT, "strk")):
        assert np.array_equal(real.ring(part), decoded[f"{name}_cells"])
        assert np.array_equal(real.ring_word(part), decoded[f"{name}_word6"])


def test_segments(real, decoded):
    for number, kind in enumerate(BOARDS):
        first = hw.SEGMENTS + 3 * number
        assert np.array_equal(real.rows[:, first : first + 3], decoded[f"board_{kind:x}"])
    assert np.array_equal(real.rows[:, hw.INNER : hw.INNER + 7], decoded["board_ea"])
    # Every bit of the boards is a segment of one superlayer (besiii_real_facts 2.3: 80 of them).
    assert sum(int(real.segments(number).sum()) for number in (3, 4, 5, 10)) == 80
    boards = real.rows[:, hw.SEGMENTS : hw.SEGMENTS + 24]
    assert int(np.bitwise_count(boards).sum()) == 80


def test_all_boards_are_there(real):
    assert (real.rows[:, hw.KNOWN] == (1 << 20) - 1).all()


words = st.integers(0, 2**32 - 1)
kinds = st.sampled_from([0xD2, 0xD3, 0xD4, 0xD6, 0xD7, 0xDA, 0xDB, *range(0xE2, 0xEE), 0x38, 0xFF])
sizes = st.sampled_from([0, 1, 2, 3, 6, 7, 13, 14, 23, 24, 28, 63, 64, 104, 24 + 20 * 9])


@st.composite
def boards_of_an_event(draw):
    # Words of the boards that are looked into word by word must often be of the kind that is looked for.
    typed = st.builds(
        lambda kind, bits: kind << 16 | bits, st.sampled_from([3, 4, 5]), st.integers(0, 0xFFFF)
    )
    ticks = st.builds(
        lambda kind, bits: kind << 24 | bits, st.sampled_from([5, 5, 4]), st.integers(0, 0xFFFFFF)
    )
    parts = []
    for kind in draw(st.lists(kinds, max_size=5)):
        size = draw(sizes)
        fill = ticks if kind == 0xD3 else typed if kind in (0xD2, 0xD4, 0xD6) else words
        few = draw(st.lists(fill, min_size=min(size, 8), max_size=min(size, 8)))
        parts.append(make.board(kind, [few[i % len(few)] for i in range(size)] if few else []))
    return parts


@given(st.lists(boards_of_an_event(), max_size=3), st.booleans())
def test_kernel_and_reference_read_the_same(crates, first):
    event = make.event(
        [
            make.detector(0xA1, [make.crate(0, make.board(0xD3, [0x5FFFFFF]))]),
            make.detector(
                0xA5,
                [make.crate(1, list(chain(*each)), status_first=first, status=2) for each in crates],
            ),
        ],
        separator=False,
    )
    row = Hardware(read_boards(np.array(event, np.uint32), np.zeros(1, np.int64)))
    found = reference.boards(event)
    assert row.condition_words(hw.AT_TICK)[0] == reference.conditions(found, 3)
    assert row.condition_words(hw.OF_FOUR)[0] == reference.conditions(found, 4)
    if len(found.get(0xD3, [])) <= 1:
        channels = [int(row.rows[0, hw.CHANNELS + mode]) & 0xFFFF for mode in range(3)]
        assert channels == list(reference.channels(found))
    for kind, part, size in (
        *((0xDA, hw.COUNTERS, 14), (0xEA, hw.INNER, 7), (0xEB, hw.LONG, 7), (0xEC, hw.SHORT, 7)),
        *((kind, hw.SEGMENTS + 3 * i, 3) for i, kind in enumerate(BOARDS)),
    ):
        assert row.rows[0, part : part + size].tolist() == reference.joined(found, kind, size)
    energies = [data for data in found.get(0xD7, []) if len(data) >= 24]
    if energies:
        assert row.rows[0, hw.SUMS : hw.SUMS + 23].tolist() == list(energies[-1][:23])
    if len(energies) == 1:
        last = reference.joined({0: [energies[0][24:][20 * (hw.MAX_WINDOWS - 1) :]]}, 0, 20)
        first_word = hw.WINDOW + 20 * (hw.MAX_WINDOWS - 1)
        assert row.rows[0, first_word : first_word + 20].tolist() == last
        kept = list(energies[0][24:])[: (len(energies[0]) - 24) // 20 * 20][: 20 * (hw.MAX_WINDOWS - 1)]
        assert row.rows[0, hw.WINDOW : hw.WINDOW + len(kept)].tolist() == kept


def test_layout_leaves_no_gap():
    parts = [
        *((hw.KNOWN, 1), (hw.AT_TICK, 2), (hw.OF_FOUR, 2), (hw.FIRST, 1), (hw.CHANNELS, 3), (hw.SUMS, 23)),
        *((hw.WINDOWS, 1), (hw.WINDOW, hw.MAX_WINDOWS * hw.WINDOW_WORDS), (hw.COUNTERS, 14)),
        *((hw.SHORT, 7), (hw.LONG, 7), (hw.INNER, 7), (hw.SEGMENTS, 24), (hw.WORDS, 0)),
    ]
    assert [start for start, _ in parts] == np.cumsum([0, *(size for _, size in parts[:-1])]).tolist()


def test_other_numbers_of_words_are_corrupt():
    columns = {
        "word": np.zeros(2 * hw.WORDS, np.uint32),
        "offsets": np.array([0, hw.WORDS - 1, 2 * hw.WORDS]),
    }
    with pytest.raises(CorruptError, match="every crossing must have 252 words"):
        Hardware.of(columns, 2)
    with pytest.raises(CorruptError):
        Hardware.of({"word": columns["word"], "offsets": np.array([0, hw.WORDS])}, 2)
