"""What a trigger can do besides deciding, and a generator besides making frames, looked for where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from trigemu.arrays import I64
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.setup.comparison import Compares
from trigemu.setup.data import TriggerWords
from trigemu.setup.experiment import Setup
from trigemu.setup.offline import SelectsOffline
from trigemu.setup.protocols import Generator, ReadsWindows, Trigger


def window_reader(setup: Setup[Any], trigger: Trigger) -> Callable[[I64], tuple[I64, I64]]:
    """Return what says which hits of continuous data are read out around a trigger (`ReadsWindows.windows`).

    Raises
    ------
    InputError
        The trigger does not say.
    """
    if not isinstance(trigger, ReadsWindows):
        raise InputError(
            f"experiment {setup.experiment.name!r} has continuous data, but its trigger {type(trigger).__name__} has "
            "no method 'windows'"
        )
    return trigger.windows


def comparer(
    setup: Setup[Any], trigger: Trigger
) -> Callable[[TimeFrame, TriggerWords[Any]], Mapping[str, I64]] | None:
    """Return what compares frames with recorded words (`trigemu.setup.comparison.Compares.compare`), None for nothing.

    Raises
    ------
    InputError
        The experiment declares comparisons, but its trigger has no such method.
    """
    if not setup.comparisons:
        return None
    if not isinstance(trigger, Compares):
        raise InputError(
            f"experiment {setup.experiment.name!r} declares comparisons, but its trigger {type(trigger).__name__} has "
            "no method 'compare'"
        )
    return trigger.compare


def offline_selector(setup: Setup[Any], generator: Generator, name: str) -> Callable[[int], Any]:
    """Return what says which cuts of an offline selection the events of a frame pass (`SelectsOffline.offline`).

    Raises
    ------
    InputError
        The generator does not say.
    """
    if not isinstance(generator, SelectsOffline):
        raise InputError(
            f"experiment {setup.experiment.name!r} declares offline selections, but its generator "
            f"{type(generator).__name__} has no method 'offline'"
        )
    return partial(generator.offline, name)
