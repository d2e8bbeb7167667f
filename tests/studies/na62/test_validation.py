"""NA62's published numbers: the table, and that the package agrees with it."""

from __future__ import annotations

import pytest

from trigemu.measure.published import select
from trigemu.measure.validate import results

ROWS = select("na62")


def test_table_is_sound():
    assert len({r.id for r in ROWS}) == len(ROWS) >= 47
    assert all(r.source for r in ROWS)
    assert {r.role for r in ROWS} == {"input", "prediction", "comparison"}
    assert all(r.role != "prediction" for r in ROWS if r.certainty == "unverified")


@pytest.mark.parametrize("wanted", ROWS, ids=[r.id for r in ROWS])
def test_agrees(wanted):
    # Monte Carlo rows have fixed seeds; their statistical errors are a few times smaller than the tolerances.
    (result,) = results([wanted])
    assert not result.failed, f"{wanted.quantity}: {result.emulated} instead of {wanted.published}"
    if wanted.role == "prediction" and wanted.tolerance > 0:
        assert result.error < wanted.tolerance / 2
