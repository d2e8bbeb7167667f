"""pytest plugin: a fixture for efficiencies, and assertions that explain which decisions differ and why.

Installed with the package.  pytest imports this module in every project that has trigemu installed, so it
imports nothing heavy until a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trigemu.measure.decisions import Decisions
    from trigemu.measure.table import EfficiencyTable


@pytest.fixture(scope="session")
def trigemu_efficiency() -> Callable[..., EfficiencyTable]:
    """`trigemu.measure.efficiency.efficiency`, remembered: tests that ask for the same scan share it."""
    from trigemu.measure.efficiency import efficiency
    from trigemu.measure.grid import as_axes

    known: dict[str, EfficiencyTable] = {}

    def scan(config: Any, signal: str, grid: Any = None, **options: Any) -> EfficiencyTable:
        name = getattr(config, "digest", config)
        axes = sorted(as_axes(grid or {}).items())
        key = repr((str(name), signal, axes, sorted(options.items())))
        if key not in known:
            known[key] = efficiency(config, signal, grid, **options)
        return known[key]

    return scan


def assert_same_decisions(left: Decisions, right: Decisions, shown: int = 5) -> None:
    """Fail the test unless both sets of decisions are the same; say which candidates differ and how.

    Parameters
    ----------
    left, right
        Decisions, for instance from `trigemu.decide`.
    shown
        Differences described one by one.
    """
    from trigemu.measure.decisions import explain

    text = explain(left, right, shown)
    if text:
        pytest.fail(text, pytrace=False)


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Explain ``assert a == b`` for `Decisions`."""
    del config
    if op != "==" or type(left).__name__ != "Decisions" or type(right).__name__ != "Decisions":
        return None
    from trigemu.measure.decisions import Decisions, explain

    if not (isinstance(left, Decisions) and isinstance(right, Decisions)):
        return None
    return explain(left, right).splitlines()
