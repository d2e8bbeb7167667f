"""Trigger algorithms in a Python file of the user's, and where in it they go wrong.

The file is read, not imported: nothing is written beside it, and what was recorded with one text of it is never decided
with another.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from trigemu.config.names import allowed
from trigemu.errors import InputError, TrigemuError
from trigemu.files import MIB, read_regular
from trigemu.plain import short
from trigemu.setup.algorithm import Algorithm
from trigemu.stopping import Stopped, comes_of_signal, heard, is_listening

LARGEST = 4 * MIB
"""Bytes of a file with an algorithm."""

MODULE = "trigemu_algorithm_"
"""What its module is called; the file's hash follows."""


def load_file(table: Mapping[str, Any], where: str) -> tuple[Algorithm, dict[str, Any]]:
    """Return the algorithm that an ``[[algorithm]]`` table names by its ``file``.

    Parameters
    ----------
    table
        ``file``; ``name`` where the file holds several algorithms; ``sha256`` of the file where it must be this one.
    where
        What an error calls the table.

    Returns
    -------
    tuple
        The algorithm, and ``name``, ``file`` (absolute) and ``sha256``, which name it for good.

    Raises
    ------
    InputError
        The file cannot be read, is no Python, fails when it is run, is not the one that is wanted, or holds no such
        algorithm; ``detail`` says where in it.
    """
    given = table["file"]
    if not isinstance(given, str) or not given or "\0" in given:
        raise InputError(f"{where}: file must be the path of a Python file, not {short(repr(given))}")
    file = Path(given).absolute()
    place = f"{where}: {file}"
    text = read_regular(file, LARGEST, f"{place}:")
    digest = hashlib.sha256(text).hexdigest()
    if table.get("sha256", digest) != digest:
        raise InputError(
            f"{place}: is not the file that the run was set up with (sha256 {short(str(table['sha256']), 16)}); "
            "put that one back, or give a configuration with today's"
        )
    algorithm = _choose(_run(text, file, digest, place), table.get("name"), place)
    return algorithm, {"name": algorithm.name, "file": str(file), "sha256": digest}


def _run(text: bytes, file: Path, digest: str, place: str) -> ModuleType:
    name = f"{MODULE}{digest[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    try:
        code = compile(text, str(file), "exec")
    except SyntaxError as error:
        raise failure(f"{place}: cannot be run", error, file) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"{place}: cannot be run: {type(error).__name__}: {error}") from error
    module = ModuleType(name)
    module.__file__ = str(file)
    # Where classes and compiled functions look for the module that they are from.
    sys.modules[name] = module
    try:
        with redirect_stdout(sys.stderr):
            exec(code, module.__dict__)  # noqa: S102 the user's own code, as any plug-in's
    except BaseException as error:
        del sys.modules[name]
        if is_somebody_elses(error):
            raise
        raise failure(f"{place}: cannot be run", error, file) from error
    return module


def is_somebody_elses(error: BaseException) -> bool:
    """Return whether what came out of a user's code was raised because the command is to end, or is said already."""
    if isinstance(error, TrigemuError | Stopped) or heard().count:
        return True
    bare = type(error) is KeyboardInterrupt and is_listening()
    return comes_of_signal(error) and not bare


def _choose(module: ModuleType, name: Any, place: str) -> Algorithm:
    found = {each.name: each for each in vars(module).values() if isinstance(each, Algorithm)}
    if not found:
        raise InputError(f"{place}: holds no algorithm; decorate a function with @trigger_algorithm(...)")
    if name is None:
        if len(found) > 1:
            raise InputError(f"{place}: holds {len(found)} algorithms; say which by name: {', '.join(found)}")
        return next(iter(found.values()))
    if str(name) not in found:
        raise InputError(f"{place}: holds no algorithm {short(str(name))!r}; {allowed(str(name), found)}")
    return found[str(name)]


def failure(what: str, error: BaseException, file: Path | None = None) -> InputError:
    """Return an error that says in which line of the user's code another one was raised.

    Parameters
    ----------
    what
        The beginning of the sentence.
    error
        What was raised.
    file
        The user's file; None for what was raised anywhere.
    """
    if isinstance(error, SyntaxError) and file is not None and error.filename == str(file):
        found = InputError(f"{what}: SyntaxError: {error.msg} (line {error.lineno})")
        found.detail = "".join(traceback.format_exception_only(error)).rstrip()
        return found
    # From the user's first line on: how it came to be called is of no interest.
    steps = traceback.extract_tb(error.__traceback__)
    own = [i for i, step in enumerate(steps) if file is not None and step.filename == str(file)]
    steps = traceback.StackSummary.from_list(steps[own[0] :] if own else steps[1:] or steps)
    at = next((step for step in reversed(steps) if file is None or step.filename == str(file)), None)
    line = f" ({Path(at.filename).name}, line {at.lineno}, in {at.name})" if at is not None else ""
    found = InputError(f"{what}: {type(error).__name__}{_said(error)}{line}")
    lines = ["Traceback (most recent call last):\n", *steps.format(), *traceback.format_exception_only(error)]
    found.detail = "".join(lines).rstrip()
    return found


def _said(error: BaseException) -> str:
    """Return an error's own words after a colon; "" where it has none, or cannot say them."""
    try:
        words = str(error)
    except Exception:
        return ""
    return f": {words}" if words else ""
