"""Runs and replays from Python: recorded, summed up and reported as those of the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trigemu.measure.offline import Config, as_count, as_setup
from trigemu.measure.results import RunResult
from trigemu.report.folder import claimed, is_run
from trigemu.setup.build import build_setup
from trigemu.setup.experiment import Setup
from trigemu.setup.named import recorded_setup
from trigemu.streaming import replay as stream_again
from trigemu.streaming import run as stream
from trigemu.streaming.core.totals import RunTotals, Snapshot

OnSnapshot = Callable[[Snapshot], None]


def run(
    config: Config,
    out: str | Path | None = None,
    *,
    frames: int | None = None,
    seed: int | None = None,
    offline: bool = False,
    progress: bool | OnSnapshot = False,
) -> RunResult:
    """Do a run, record it, and write its summary and report.

    Parameters
    ----------
    config
        A setup, a TOML file or the name of a shipped configuration.
    out
        The run directory to make; None for the first free ``runs/<name>-<number>``, as on the command line.
    frames, seed
        Length of the run in frames, and its seed, where they are not the configuration's.  Anything else is changed
        with ``load_setup(config, ["key=value"])``.
    offline
        One process and no sockets; the decisions are the same.
    progress
        True: say on standard error how far it is.  Or what is called a few times per second with the run as it is.

    Returns
    -------
    RunResult
        Quality ``interrupted`` or ``aborted`` if the user stopped it.

    Raises
    ------
    InputError
        ``out`` exists, or the configuration does not work; nothing is left behind.
    RunError
        The run failed; its directory is closed (``trigemu finish`` sums it up).
    """
    setup = _changed(as_setup(config), frames, seed)
    stem = setup.config.experiment if isinstance(config, Setup) else Path(config).stem

    def start(folder: Path, look: OnSnapshot | None) -> RunTotals:
        return stream(setup, folder, offline=offline, on_snapshot=look)

    return _conducted(setup, out, stem, start, progress)


def replay(
    source: str | Path,
    config: Config | None = None,
    out: str | Path | None = None,
    *,
    offline: bool = False,
    progress: bool | OnSnapshot = False,
) -> RunResult:
    """Do a run whose fragments come from a recorded one, and compare what is decided.

    Parameters
    ----------
    source
        Directory of the recorded run.
    config
        What decides: a setup, a TOML file or the name of a shipped configuration; None for that of the recorded run.
    out
        The run directory to make; None for the first free ``runs/<source>-replay-<number>``.
    offline, progress
        As for `run`.

    Returns
    -------
    RunResult
        ``summary["replay"]`` says how many decisions are the same (quality ``tainted`` if not all are).

    Raises
    ------
    InputError
        ``source`` is no recorded run of this experiment, or as for `run`.
    RunError
        The run failed; its directory is closed.
    """
    source = Path(source)
    setup = recorded_setup(source) if config is None else as_setup(config)

    def start(folder: Path, look: OnSnapshot | None) -> RunTotals:
        return stream_again(source, setup, folder, offline=offline, on_snapshot=look)

    return _conducted(setup, out, f"{source.resolve().name}-replay", start, progress)


def write_results(setup: Setup[Any], folder: Path, totals: RunTotals) -> dict[str, Any]:
    """Write summary and report of a run that has ended, and return the summary."""
    from trigemu.measure.summary import summarise, write_summary
    from trigemu.report.run import write_report

    summary = summarise(setup, totals)
    write_summary(folder / "summary.json", summary)
    write_report(folder / "report.html", setup, totals, summary)
    return summary


def _changed(setup: Setup[Any], frames: int | None, seed: int | None) -> Setup[Any]:
    """Return a setup with another length and seed, if they are given."""
    changes = {}
    if frames is not None:
        changes["frames"] = as_count(frames, "frames", 1)
    if seed is not None:
        changes["seed"] = as_count(seed, "seed", 0)
    if not changes:
        return setup
    data = setup.to_dict()
    return build_setup({**data, "run": {**data["run"], **changes}}, "run")


def _conducted(
    setup: Setup[Any],
    out: str | Path | None,
    stem: str,
    start: Callable[[Path, OnSnapshot | None], RunTotals],
    progress: bool | OnSnapshot,
) -> RunResult:
    wanted = None if out is None else Path(out)
    with claimed(wanted, stem, keep=is_run) as folder:
        with _watched(setup, progress) as look:
            totals = start(folder, look)
        return RunResult(folder, setup, totals, write_results(setup, folder, totals))


@contextmanager
def _watched(setup: Setup[Any], progress: bool | OnSnapshot) -> Iterator[OnSnapshot | None]:
    if callable(progress):
        yield progress
    elif progress:
        from trigemu.report.live import progress_view

        with progress_view(setup) as show:
            yield show
    else:
        yield None
