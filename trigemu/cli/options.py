"""Options that several commands share, and the setup that they resolve to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trigemu.activity import doing
from trigemu.cli.completion import keys
from trigemu.errors import InputError
from trigemu.plain import short

if TYPE_CHECKING:
    from trigemu.config.origin import Origin
    from trigemu.setup.experiment import Setup

Command = TypeVar("Command", bound=Callable[..., Any])


class Finite(click.FloatRange):
    """A number in a range; "not a number" is in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        found = super().convert(value, param, ctx)
        if found != found:
            self.fail(f"{value!r} is not a number in the range {self._describe_range()}", param, ctx)
        return found


OVERRIDES = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=keys,
    help="Change a value of the configuration (run.seed=2, menu.line.H2.prescale=5); may be repeated.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder to make for the results."
)
SEED = click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of all random numbers.")

_RUN = (
    click.option("--frames", type=click.IntRange(1, 2**32 - 1), help="Length of the run in time frames."),
    click.option(
        "--duration",
        type=Finite(0, 1e7, min_open=True),
        metavar="S",
        help="Length of the run in s of detector time.",
    ),
    click.option("--workers", type=click.IntRange(1, 256), help="Trigger processes."),
    SEED,
    OVERRIDES,
    OUT,
    click.option(
        "--record", type=click.Choice(["accepted", "all"]), help="Keep read-out windows or all fragments."
    ),
    click.option(
        "--realtime", is_flag=True, help="Hold the pace of the beam; no room means dead time, not waiting."
    ),
    click.option(
        "--speed",
        type=float,
        metavar="FACTOR",
        help="Pace of --realtime, which it implies: 1 is the beam's, 0.1 a tenth of it.",
    ),
    click.option("--offline", is_flag=True, help="The same decisions in one process, without sockets."),
    click.option("--checksum/--no-checksum", default=None, help="Checksum every message."),
    JSON,
)


def run_options(command: Command) -> Command:
    """Add the options of ``run`` and ``replay``."""
    for option in reversed(_RUN):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the options of ``run`` and ``replay`` say."""

    frames: int | None = None
    duration: float | None = None
    workers: int | None = None
    seed: int | None = None
    overrides: tuple[str, ...] = ()
    out: Path | None = None
    record: str | None = None
    realtime: bool = False
    speed: float | None = None
    offline: bool = False
    checksum: bool | None = None
    as_json: bool = False

    def changes(self) -> dict[str, dict[str, Any]]:
        """Return the values that the options set, table by table."""
        run: dict[str, Any] = {"frames": self.frames, "duration_s": self.duration, "seed": self.seed}
        streaming: dict[str, Any] = {
            "workers": self.workers,
            "policy": "realtime" if self.realtime or self.speed is not None else None,
            "speed": self.speed,
            "checksum": self.checksum,
        }
        record: dict[str, Any] = {"mode": self.record}
        tables = {"run": run, "streaming": streaming, "record": record}
        return {
            name: {key: value for key, value in table.items() if value is not None}
            for name, table in tables.items()
        }

    def place(self, origin: Origin) -> Origin:
        """Return an origin that names the option where a value came from one."""
        names = {"duration_s": "duration", "mode": "record"}
        places: dict[tuple[str | int, ...], str] = {
            (table, key): f"--{names.get(key, key)} {value}"
            for table, values in self.changes().items()
            for key, value in values.items()
            if key not in ("policy", "checksum")
        }
        return replace(origin, places={**origin.places, **places})


def load(config: str, options: RunOptions) -> Setup[Any]:
    """Read a configuration, apply ``--set`` and then the options, and check the result."""
    from trigemu.setup.build import build_setup
    from trigemu.setup.load import read_config

    with doing(f"reading {short(config)}"):
        data, origin = read_config(config, options.overrides)
        return checked(build_setup(changed(data, options), options.place(origin)))


def checked(setup: Setup[Any]) -> Setup[Any]:
    """Return the setup after a look at its input file: a bad one is found before anything starts."""
    from trigemu.frames.frame import TRUTH

    path = setup.config.input.path
    if path == "":
        raise InputError("this configuration needs a file of events: --set input.path=FILE")
    if path is not None:
        # The truth is made of little; of events of a detector all that it read out is looked at.
        sources = (TRUTH,) if TRUTH in setup.schemas else tuple(setup.schemas)
        generator = setup.make_generator(sources)
        for source in sources:
            generator.fragment(source, 0)
    return setup


def changed(data: Mapping[str, Any], options: RunOptions) -> dict[str, Any]:
    """Return a configuration with the values that the options set.

    Raises
    ------
    InputError
        Two options contradict each other.
    """
    for option, given in (("--speed", options.speed is not None), ("--realtime", options.realtime)):
        if options.offline and given:
            raise InputError(
                f"{option} is the pace of a run that streams; --offline takes frames as fast as it decides them"
            )
    result = dict(data)
    for name, values in options.changes().items():
        if not values:
            continue
        table = result.get(name, {})
        # A table that is no table is for validation to complain about.
        result[name] = {**table, **values} if isinstance(table, dict) else table
    if options.duration is not None and options.frames is None and isinstance(result.get("run"), dict):
        # The length in frames wins over the duration, so a given duration has to remove it.
        result["run"] = {key: value for key, value in result["run"].items() if key != "frames"}
    return result
