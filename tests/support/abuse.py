"""Calls of compiled code as a run makes them, made again with arrays that nobody should give it.

Run in a process of its own (``python -m support.abuse EXPERIMENT COUNT SEED``), which a crash ends; prints what became
of the calls.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from support.hostile import extremes, make_frames, spoil

from trigemu.decision.sequencer import Sequencer
from trigemu.decision.verdicts import RowMaker
from trigemu.experiments.na62.level0 import mtp
from trigemu.experiments.na62.level0.l0tp import process
from trigemu.experiments.na62.level0.primitives import muv3_primitives
from trigemu.frames.columns import Block
from trigemu.frames.frame import Fragment
from trigemu.setup.build import load_setup
from trigemu.setup.experiment import Setup

Call = tuple[str, Callable[..., Any], tuple[Any, ...]]

SETUPS = {
    "na62-dump-ee": ["na62.frame_timestamps=256", "na62.l0.talk_every_ns=1000"],
    "belle2": ["belle2.frame_revolutions=100"],
    "besiii": ["besiii.frame_ticks=400000"],
    "babar": ["babar.frame_samples=1000"],
    "babar-2001": ["babar.frame_samples=1000"],
}
WHOLE = [
    0,
    1,
    2,
    -1,
    63,
    64,
    65,
    255,
    4096,
    65535,
    2**31 - 1,
    -(2**31),
    2**62,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
]


class Recorder:
    """Takes the place of what is compiled, and remembers the call with most numbers of each kind."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}

    def function(self, name: str, original: Any) -> Any:
        """Return a function that calls another and remembers with what."""

        def call(*args: Any, **named: Any) -> Any:
            given = (*args, *named.values())
            if name not in self.calls or weight(given) > weight(self.calls[name][2]):
                self.calls[name] = (
                    name,
                    by_place(original, len(args), tuple(named)),
                    tuple(map(copied, given)),
                )
            made = original(*args, **named)
            kind = type(made)
            return Stand(self, made) if kind.__module__.startswith("trigemu._kernels.") else made

        return call

    def watch(self) -> None:
        """Replace all that modules have taken from the compiled ones."""
        for module in [each for name, each in sys.modules.items() if name.startswith("trigemu.")]:
            for name, value in list(vars(module).items()):
                if isinstance(value, types.ModuleType) and value.__name__.startswith("trigemu._kernels."):
                    setattr(module, name, Compiled(self, value))
                elif callable(value) and is_compiled(value) and not is_compiled(module):
                    setattr(module, name, self.function(f"{value.__module__}.{name}", value))


class Compiled:
    """Stands for a compiled module."""

    def __init__(self, recorder: Recorder, module: types.ModuleType) -> None:
        self._recorder, self._module = recorder, module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        return self._recorder.function(f"{self._module.__name__}.{name}", value) if callable(value) else value


class Stand:
    """Stands for an instance of a compiled class."""

    def __init__(self, recorder: Recorder, original: Any) -> None:
        self._recorder, self._original = recorder, original

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._original, name)
        kind = type(self._original)
        return self._recorder.function(f"{kind.__module__}.{kind.__name__}.{name}", value)


def by_place(function: Callable[..., Any], places: int, names: tuple[str, ...]) -> Callable[..., Any]:
    """Return a function that takes the arguments after the first ``places`` by place, and hands them on by name."""
    return lambda *given: function(*given[:places], **dict(zip(names, given[places:], strict=True)))


def is_compiled(value: Any) -> bool:
    name = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "")
    return str(name).startswith("trigemu._kernels")


def weight(args: tuple[Any, ...]) -> int:
    return sum(each.size for value in args for each in arrays(value))


def arrays(value: Any) -> list[np.ndarray[Any, Any]]:
    """Return the arrays that an argument is or has as fields."""
    values = vars_of(value).values() if dataclasses.is_dataclass(value) else [value]
    return [each for each in values if isinstance(each, np.ndarray)]


def vars_of(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def copied(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{name: copied(each) for name, each in vars_of(value).items()})
    return value.copy() if isinstance(value, np.ndarray) else value


def spoilt(value: Any, random: np.random.Generator) -> Any:
    """Return an argument as nobody should give it; of a record one array is."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [name for name, each in vars_of(value).items() if isinstance(each, np.ndarray)]
        name = names[int(random.integers(len(names)))] if names else ""
        return dataclasses.replace(value, **{name: spoilt(getattr(value, name), random)}) if name else value
    if isinstance(value, np.ndarray):
        kind = random.integers(5)
        if kind == 0 and len(value):
            return np.ascontiguousarray(value[: int(random.integers(len(value)))])
        if kind == 1:
            return np.ascontiguousarray(np.concatenate([value, value[:3]]))
        if kind == 2 and value.ndim > 1:
            return np.ascontiguousarray(value[:, :-1])
        flat = value.copy().reshape(-1)
        spoil(flat, random)
        return flat.reshape(value.shape)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return WHOLE[int(random.integers(len(WHOLE)))]
    return float(random.choice(np.array(extremes(np.dtype(np.float64)))))


def again(call: Call, random: np.random.Generator) -> str:
    """Make a call again, with one to three arguments spoilt."""
    name, function, given = call
    args = [copied(each) for each in given]
    for place in random.integers(0, len(args), random.integers(1, 4)) if args else ():
        args[place] = spoilt(args[place], random)
    try:
        function(*args)
    except Exception as error:
        return f"{name}: {type(error).__name__}"
    return f"{name}: done"


def send_packets(setup: Setup[Any], blocks: dict[str, Block]) -> None:
    """Send the primitives of a frame as packets, and align what comes out of these."""
    found = muv3_primitives(blocks["muv3"], setup.section.l0, 0, 1)
    made = mtp.packets(mtp.limit(found)[0], source=1, sub=0, start_timestamp=0, count=1)
    back = mtp.join([mtp.decode(mtp.encode(packet)) for packet in made], 0)
    process([None, None, None, back, back, None, None], setup.section.l0)


def calls(experiment: str) -> Iterator[Call]:
    """Decide a few frames of an experiment, and yield what compiled code was called with."""
    setup = load_setup(experiment, SETUPS[experiment])
    frames = make_frames(setup, 3)
    RowMaker(setup)  # imports whatever is imported late
    recorder = Recorder()
    recorder.watch()
    maker = RowMaker(setup)
    sequencer = Sequencer(setup.menu, setup.clock, 1)
    for number, blocks in enumerate(frames):
        fragments = [Fragment(1, number, name, block) for name, block in blocks.items()]
        sequencer.step(number, maker.row(number, fragments, [], 1).candidates)
    if experiment.startswith("na62"):
        send_packets(setup, frames[0])
    yield from recorder.calls.values()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    experiment, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random, states = np.random.default_rng(seed), Counter[str]()
    for call in list(calls(experiment)):
        for _ in range(count):
            states[again(call, random)] += 1
    sys.stdout.write(json.dumps(states))
