"""Every event of a file, or of a table made in Python, decided once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.arrays import F64, I64, U64, Bool
from trigemu.config.origin import Origin
from trigemu.errors import InputError
from trigemu.frames.frame import TimeFrame
from trigemu.measure.deciding.result import EventDecisions
from trigemu.measure.deciding.rows import EventDecider, Rows, joined
from trigemu.measure.lines import chosen_lines
from trigemu.measure.offline import Config, as_count
from trigemu.menu.compile import CompiledMenu, bit_index
from trigemu.menu.planes import unpack_lines
from trigemu.physics.particles import Particles
from trigemu.physics.single_events import checked_particles
from trigemu.plain import short
from trigemu.setup.build import build_setup
from trigemu.setup.data import WORD_BITS, words_of
from trigemu.setup.each_event import each_event_of
from trigemu.setup.events_once import HEPMC, TakesEachEvent
from trigemu.setup.experiment import Setup
from trigemu.setup.load import read_config
from trigemu.setup.registry import find_experiment

Progress = Callable[[int, int], None]
"""Called with events done and events of the file."""

MADE_HERE = "events made in Python"


def decide_events(
    config: Config,
    events: str | Path | Particles,
    *,
    seed: int | None = None,
    lines: Sequence[str] | str | None = None,
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> EventDecisions:
    """Decide every event of a file, or of a table made in Python, exactly once.

    The configuration gives detector, noise, beam background, menu and seed; its own signals, processes and other events
    are left out.  What the detector makes of an event depends on the event and the seed alone: in another order, or in
    a part of the file, it gets the same row.

    Parameters
    ----------
    config
        A setup, a TOML file or the name of a shipped configuration.
    events
        A file that the experiment takes (HepMC3 ascii, Les Houches, raw data), or particles in the experiment's axes.
    seed
        Seed of the random numbers; the configuration's if None.
    lines
        Lines (or one) to keep; all if None.
    overrides
        ``KEY=VALUE`` texts; ``input.reading.KEY`` sets how the file is read.
    progress
        Called after each frame with events done and wanted.

    Returns
    -------
    EventDecisions
        A row per event, in the order of the file.

    Raises
    ------
    InputError
        The configuration or the events are bad, or there is no such line.
    """
    data, origin = _data_of(config, overrides)
    if seed is not None:
        data["run"] = {**_table(data, "run"), "seed": as_count(seed, "seed", 0)}
    setup = _setup_of(data, origin, events)
    return decide_each(setup, lines, progress)


def decide_each(
    setup: Setup[Any], lines: Sequence[str] | str | None = None, progress: Progress | None = None
) -> EventDecisions:
    """Decide the events of a setup that takes each event of a file once (``input.once``); see `decide_events`."""
    wanted = setup.config.input.events
    if not setup.config.input.once or wanted is None:
        raise InputError("input.once is not set: this configuration does not take each event of a file once")
    kept = chosen_lines(lines, setup.menu.names)
    sources = tuple(setup.schemas)
    generator = setup.make_generator(sources)
    decider, parts, done = EventDecider(setup), [], 0
    for frame in _frames(setup, generator):
        parts.append(decider.rows(frame))
        done += len(parts[-1])
        if progress is not None:
            progress(done, wanted)
    if done != wanted:
        raise InputError(
            f"{done} events were decided where the file holds {wanted}: it has changed meanwhile"
        )
    numbers = weights = None
    if isinstance(generator, TakesEachEvent):
        numbers, weights = generator.event_numbers(), generator.event_weights()
    return _result(setup, joined(parts), kept, numbers, weights)


def _frames(setup: Setup[Any], generator: Any) -> Iterator[TimeFrame]:
    for number in range(setup.frames):
        fragments = {source: generator.fragment(source, number) for source in setup.schemas}
        yield TimeFrame(setup.config.run.number, number, fragments)


def _data_of(config: Config, overrides: Sequence[str]) -> tuple[dict[str, Any], Origin]:
    if isinstance(config, Setup):
        if overrides:
            raise InputError("overrides go with a file or the name of a configuration, not with a setup")
        return config.to_dict(), Origin("setup")
    return read_config(config, overrides)


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    # What is no table is for validation to complain about.
    found = data.get(name, {})
    return dict(found) if isinstance(found, Mapping) else {}


def _setup_of(data: dict[str, Any], origin: Origin, events: Any) -> Setup[Any]:
    if not isinstance(data.get("input", {}), Mapping):
        return build_setup(data, origin)
    given = _table(data, "input")
    given.pop("events", None)
    if isinstance(events, Particles):
        particles = checked_particles(events)
        experiment = find_experiment(str(data.get("experiment")))
        plan = each_event_of(experiment, origin.name)
        data["input"] = {**given, "path": None, "once": True}
        reading = _table(given, "reading")
        data = plan.configuration(
            {**data, "run": _table(data, "run")}, HEPMC, MADE_HERE, particles.events, reading
        )
        return replace(build_setup(data, origin), particles=particles)
    if not isinstance(events, str | Path) or not str(events):
        raise InputError(f"events: a file, or Particles, is wanted, not {short(repr(events))}")
    data["input"] = {**given, "path": str(events), "once": True}
    return build_setup(data, origin)


def _result(
    setup: Setup[Any], rows: Rows, kept: set[str], numbers: I64 | None, weights: F64 | None
) -> EventDecisions:
    menu = setup.menu
    places = [place for place, name in enumerate(menu.names) if name in kept]
    l1, l1_any, hlt, hlt_any = _levels(menu, rows.passed)
    # The software trigger only sees what level 1 has sent.
    sent = np.where(l1[:, None], rows.passed, rows.passed & menu.l1_mask)
    fired, passed = (unpack_lines(words, len(menu.lines)) for words in (rows.fired, sent))
    software = bool(menu.hlt_mask.any())
    bits = [*words_of(setup.bits, -(-len(setup.bits) // WORD_BITS))]
    bits += [name for bound in setup.algorithms for name in bound.bit_names()]
    meanings = setup.experiment.part_for("meanings", setup.section)
    source = MADE_HERE if setup.particles is not None else str(setup.config.input.path)
    return EventDecisions(
        experiment=setup.config.experiment,
        source=source,
        seed=setup.config.run.seed,
        menu=tuple(menu.lines[place] for place in places),
        event=np.arange(len(rows)),
        number=numbers,
        weight=np.ones(len(rows)) if weights is None else weights.astype(np.float64),
        decided=rows.decided,
        accepted=rows.accepted,
        l1=l1,
        l1_any=l1_any,
        hlt=hlt if software else None,
        hlt_any=hlt_any if software else None,
        _fired=np.asarray(fired[:, places]),
        _passed=np.asarray(passed[:, places]),
        _bits=rows.bits,
        _places=bit_index(bits),
        _meanings={name.lower(): each.meaning for name, each in meanings.items()},
        _digest=setup.digest,
        _unseen=setup.experiment.each_event.unseen if setup.experiment.each_event else "",
    )


def _levels(menu: CompiledMenu, passed: U64) -> tuple[Bool, Bool, Bool, Bool]:
    """Return where lines without prescale, and lines that are on, pass level 1, and both levels."""
    found: list[Bool] = []
    for lines in (menu.full_mask, menu.on_mask):
        l1 = np.asarray((passed & lines & menu.l1_mask).any(axis=1))
        found += [l1, l1 & (passed & lines & menu.hlt_mask).any(axis=1)]
    return found[0], found[2], found[1], found[3]
