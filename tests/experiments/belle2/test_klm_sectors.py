"""Sector trigger of the muon detector."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from reference.belle2_klm import fired_sectors

from trigemu.errors import InputError
from trigemu.experiments.belle2.klm import geometry
from trigemu.experiments.belle2.klm.config import Klm
from trigemu.experiments.belle2.klm.sectors import sectors

MASKS = ("barrel_backward", "barrel_forward", "endcap_backward", "endcap_forward")
EXISTING = np.flatnonzero(geometry.exists()).tolist()


def columns(*crossings):
    lengths = [len(crossing) for crossing in crossings]
    channel = np.array([c for crossing in crossings for c in crossing], np.uint16)
    channel.flags.writeable = False
    return {"channel": channel, "offsets": np.cumsum([0, *lengths]).astype(np.int64)}


def test_packing_is_reversible_and_counts_the_planes_there_are():
    parts = geometry.unpack(np.arange(geometry.CHANNELS))
    assert geometry.channel(*parts).tolist() == list(range(geometry.CHANNELS))
    assert len(EXISTING) == 2 * (8 * 15 * 2 + 4 * 12 + 4 * 14)
    assert geometry.channel(3, 2, 13, 1) == ((3 * 8 + 2) * 16 + 13) * 2 + 1


def test_sectors_follow_azimuth():
    assert geometry.barrel_sector(np.radians([0, 22, 23, 45, 337, 338, -45])).tolist() == [
        0,
        0,
        1,
        1,
        7,
        0,
        7,
    ]
    assert geometry.endcap_sector(np.radians([1, 89, 91, 181, 271, -1])).tolist() == [0, 0, 1, 2, 3, 3]


def test_both_planes_of_a_layer_count_and_repeats_do_not():
    two_layers = [geometry.channel(1, 5, layer, plane).item() for layer in (0, 7) for plane in (0, 1)]
    three = two_layers[:3]
    found = sectors(columns(two_layers, three, three * 4, []), Klm())
    assert found.barrel_forward.tolist() == [1 << 5, 0, 0, 0]
    assert not found.barrel_backward.any()
    assert not found.endcap_forward.any()
    assert not found.endcap_backward.any()


def test_the_old_threshold_needs_seven():
    hits = [geometry.channel(2, 3, layer, 0).item() for layer in range(7)]
    found = sectors(columns(hits, hits[1:]), Klm(planes=7))
    assert found.endcap_backward.tolist() == [8, 0]


@given(st.lists(st.lists(st.sampled_from(EXISTING), max_size=80), max_size=5), st.integers(1, 8))
def test_kernel_is_the_reference(crossings, planes):
    found = sectors(columns(*crossings), Klm(planes=planes))
    for i, crossing in enumerate(crossings):
        for section, mask in enumerate(MASKS):
            wanted = sum(1 << sector for sector in fired_sectors(crossing, planes)[section])
            assert getattr(found, mask)[i] == wanted


@given(st.lists(st.integers(200, 255), min_size=0, max_size=60))
def test_kernel_is_the_reference_in_a_crowded_sector(crossing):
    crossing = [c for c in crossing if c in EXISTING]
    found = sectors(columns(crossing), Klm())
    assert found.barrel_backward[0] == sum(1 << s for s in fired_sectors(crossing, 4)[0])


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (1024, "channel 1024"),
        (65535, "channel 65535"),
        (geometry.channel(2, 4, 0, 0).item(), "section 2, sector 4"),
        (geometry.channel(2, 0, 12, 0).item(), "layer 12"),
    ],
)
def test_channels_that_do_not_exist_are_refused(channel, words):
    with pytest.raises(InputError, match=words) as error:
        sectors(columns([0], [1, channel]), Klm())
    assert "hit 2" in str(error.value)


def test_wrong_offsets_are_refused():
    with pytest.raises(InputError, match="offsets"):
        sectors({"channel": np.zeros(3, np.uint16), "offsets": np.array([0, 4])}, Klm())


def test_no_crossings():
    found = sectors(columns(), Klm())
    assert len(found.barrel_forward) == 0


def test_threshold_of_zero_is_refused():
    with pytest.raises(ValidationError):
        Klm(planes=0)
