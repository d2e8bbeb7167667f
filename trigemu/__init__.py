"""trigemu: an emulator of the triggers and online selections that hunt the dark sector."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Decisions": "trigemu.measure.decisions",
    "compare": "trigemu.measure.comparison.compare",
    "decide": "trigemu.measure.offline",
    "decide_events": "trigemu.measure.deciding",
    "efficiency": "trigemu.measure.efficiency",
    "load_setup": "trigemu.setup.build",
    "read_result": "trigemu.measure.results",
    "replay": "trigemu.report.running",
    "run": "trigemu.report.running",
    "validate": "trigemu.measure.validation",
}
"""Where each public name lives; it is imported when it is first asked for (types: ``__init__.pyi``)."""

__all__ = [
    "Decisions",
    "__version__",
    "compare",
    "decide",
    "decide_events",
    "efficiency",
    "load_setup",
    "read_result",
    "replay",
    "run",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
