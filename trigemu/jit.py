"""The one place that decides how Numba compiles.

Detector response, generators and the triggers that users write are plain Python functions with one of these
decorators.  They are compiled on first use for the array types they meet, cached on disk, release the GIL, use
C-like division and no fast-math (fast-math would change decisions between machines).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core import event

from trigemu.activity import compiler

_F = TypeVar("_F", bound=Callable[..., Any])


def kernel(function: _F) -> _F:
    """Compile a function that loops over arrays."""
    return cast(_F, _set_up(numba.njit(cache=True, nogil=True, error_model="numpy")(function)))


def inlined(function: _F) -> _F:
    """Compile a scalar helper that kernels call in their loops."""
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy", inline="never")(function)
    return cast(_F, _set_up(compiled))


class _Told(event.Listener):
    """Tells what is compiled; what is found cached causes no such event."""

    def on_start(self, event: Any) -> None:
        compiler.begin(*_name(event.data["dispatcher"]))

    def on_end(self, event: Any) -> None:
        compiler.end()


cast(Any, event).register("numba:compile", _Told())


def _name(dispatcher: Any) -> tuple[str, str]:
    function = dispatcher.py_func
    return function.__module__, function.__qualname__


def _set_up(dispatcher: Any) -> Any:
    compiler.declared.add(_name(dispatcher))
    return _kept_if_possible(_once_per_type(dispatcher))


def _kept_if_possible(dispatcher: Any) -> Any:
    # Code that finds no room in the cache is compiled again next time; it works all the same.
    # This hook is no public interface of Numba either: without it a full disk ends the process.
    cache = getattr(dispatcher, "_cache", None)
    save = getattr(cache, "save_overload", None)
    if cache is None or save is None:
        return dispatcher

    def saved(signature: Any, data: Any) -> None:
        with suppress(OSError):
            save(signature, data)

    cache.save_overload = saved
    return dispatcher


def _once_per_type(dispatcher: Any) -> Any:
    # Numba compiles a function anew for each constant that a compiled caller gives it, and all that it calls with
    # this constant; the code is the same after inlining, so a constant counts as any number of its type.
    # This hook is no public interface of Numba: without it functions are only compiled more often.
    template = getattr(dispatcher, "get_call_template", None)
    if template is None:
        return dispatcher
    unliteral: Callable[[Any], Any] = types.unliteral

    def plain(arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        return template(tuple(map(unliteral, arguments)), {key: unliteral(of) for key, of in named.items()})

    dispatcher.get_call_template = plain
    return dispatcher
