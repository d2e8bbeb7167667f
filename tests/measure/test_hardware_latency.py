from __future__ import annotations

import pytest

from trigemu.setup.build import load_setup


def test_level_1_takes_611_clocks_of_127_mhz() -> None:
    found = load_setup("belle2").hardware_latency["level 1"]
    assert found.modelled_us == pytest.approx(611 / 127.221750, rel=1e-6)
    assert found.modelled_us < found.budget_us


def test_na62_reads_its_memory_within_the_latency_of_l0() -> None:
    found = load_setup("na62-dump").hardware_latency["L0"]
    assert found.modelled_us == pytest.approx(1024 * 24.951059536e-3)
    assert found.modelled_us < found.budget_us
