"""``trigemu train belle2-left-right`` and ``belle2-neuro``: Belle II's tables and networks, made again or anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trigemu.activity import doing
from trigemu.drafts import write_whole
from trigemu.measure.studies import Report

if TYPE_CHECKING:
    from trigemu.experiments.belle2.neuro.config import Precision

Command = TypeVar("Command", bound=Callable[..., Any])

SEED = click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of all random numbers.")
TRACKS = click.option("--tracks", type=click.IntRange(1_000, 10**8), help="Simulated tracks.")
FILE = click.Path(path_type=Path, dir_okay=False)


def _out(default: str) -> Callable[[Command], Command]:
    return click.option("--out", type=FILE, default=Path(default), show_default=True, help="File to write.")


def _check_out(out: Path, suffixes: tuple[str, ...] = (".npz",)) -> None:
    """Refuse a file that could not be written before the work is done rather than after."""
    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"{out}: {out.parent} is not a folder", param_hint="--out")
    if out.suffix not in suffixes:
        raise click.BadParameter(f"{out} must end in {' or '.join(suffixes)}", param_hint="--out")


def _given(**options: Any) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


@click.command()
@_out("belle2-left-right.npz")
@SEED
@TRACKS
@click.option(
    "--purity", type=click.FloatRange(0.5, 1.0), help="Share of one side that decides left or right."
)
def left_right(out: Path, seed: int | None, tracks: int | None, purity: float | None) -> Report:
    """Derive the left/right tables of the track-segment finder from tracks through the wires."""
    from trigemu.studies.belle2.training.left_right import (
        VALUES,
        LeftRightRecipe,
        derive_tables,
        population,
        save_tables,
    )

    _check_out(out)
    recipe = LeftRightRecipe(**_given(seed=seed, tracks=tracks, purity=purity))
    tables = derive_tables(recipe)
    save_tables(out, *tables)
    rows = [
        {"table": name, **dict(zip(VALUES, population(table), strict=True))}
        for name, table in zip(("inner", "outer"), tables, strict=True)
    ]
    data = {"file": str(out), "recipe": asdict(recipe), "tables": rows}
    return Report(data, {f"{out}: entries of the left/right tables": rows})


@click.command()
@_out("belle2-neuro.npz")
@SEED
@TRACKS
@click.option("--epochs", type=click.IntRange(1, 10_000), help="Times that each track is looked at.")
@click.option(
    "--precision",
    "precisions",
    multiple=True,
    metavar="NODE,WEIGHT,TABLE",
    help="Bits after the point whose cost is reported beside 12,10,10; may be repeated.",
)
@click.option("--real", type=FILE, help="Table of real inputs: cross-validate on them instead, train on all.")
@click.option("--folds", type=click.IntRange(2, 100), default=5, show_default=True, help="With --real.")
@click.option("--members", type=click.IntRange(1, 20), help="With --real: networks merged into one.")
def neuro(
    out: Path,
    seed: int | None,
    tracks: int | None,
    epochs: int | None,
    precisions: tuple[str, ...],
    real: Path | None,
    folds: int,
    members: int | None,
) -> Report:
    """Train networks of the neural z trigger (needs the extra ``train``).

    Writes OUT, and what the networks reach on toys they have not seen beside it as JSON.
    """
    from trigemu.studies.belle2.training.fit import load_torch
    from trigemu.studies.belle2.training.precision import parse_precision

    load_torch()
    _check_out(out)
    bits = [parse_precision(text) for text in precisions]
    if real is None:
        report = _train(out, bits, _given(seed=seed, tracks=tracks, epochs=epochs))
    else:
        report = _train_real(out, real, folds, _given(seed=seed, toys=tracks, members=members))
    beside = out.with_suffix(".json")
    write_whole(beside, json.dumps(report, indent=2, allow_nan=False) + "\n")
    return Report(report, report["tables"], f"{out}: network, {beside}: this report")


@click.command()
@_out("belle2-samples.npz")
@click.option("--config", default="belle2", show_default=True, help="Configuration that makes the crossings.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a value of the configuration; may be repeated.",
)
@SEED
@click.option(
    "--tracks",
    type=click.IntRange(1, 10**8),
    default=10_000,
    show_default=True,
    help="Tracks with a particle.",
)
def samples(out: Path, config: str, overrides: tuple[str, ...], seed: int | None, tracks: int) -> Report:
    """Write 2D tracks of simulated crossings with their inputs and truth, to train networks on.

    OUT is .npz (``inputs``, ``targets`` and all columns) or .parquet (needs the extra ``arrow``).
    """
    from trigemu.setup.build import load_setup
    from trigemu.studies.belle2.training.real import INPUT_COLUMNS
    from trigemu.studies.belle2.training.tracks import collect_tracks, write_tracks

    _check_out(out, (".npz", ".parquet"))
    seeded = [*overrides, *([f"run.seed={seed}"] if seed is not None else [])]
    setup = load_setup(config, seeded)
    with doing("tracks") as progress:
        columns = collect_tracks(setup, tracks, progress)
    about = {
        "config": setup.to_dict(),
        "config_digest": setup.digest,
        "inputs": list(INPUT_COLUMNS),
        "columns": list(columns),
    }
    write_tracks(out, columns, about)
    rows = [
        {
            "expert": str(expert),
            "tracks": int((mine := columns["expert"] == expert).sum()),
            "with a particle": int((mine & (columns["pdg"] != 0)).sum()),
        }
        for expert in range(-1, 5)
    ]
    data = {"file": str(out), "tracks": len(columns["pdg"]), "experts": rows}
    return Report(data, {f"{out}: 2D tracks by expert (-1: none)": rows})


def _train(out: Path, precisions: list[Precision], options: dict[str, Any]) -> dict[str, Any]:
    from trigemu.experiments.belle2.neuro.network import save_npz
    from trigemu.studies.belle2.training import networks
    from trigemu.studies.belle2.training.recipe import Recipe

    recipe = Recipe(**options)
    with doing("experts") as progress:
        network = networks.train_network(recipe, progress)
    save_npz(out, network)
    tables = {
        "z on toys, cm": [asdict(row) for row in networks.check(network)],
        "cost of fixed point on realistic toys, expert 0": networks.costs(network, precisions),
    }
    return {"file": str(out), "recipe": asdict(recipe), "tables": tables}


def _train_real(out: Path, path: Path, folds: int, options: dict[str, Any]) -> dict[str, Any]:
    from trigemu.experiments.belle2.neuro.network import save_npz
    from trigemu.studies.belle2.training import networks
    from trigemu.studies.belle2.training.real import WINDOWS, read_real
    from trigemu.studies.belle2.training.recipe import EXPERTS
    from trigemu.studies.belle2.training.study import cross_validate
    from trigemu.studies.belle2.training.tune import RealRecipe, train_on

    recipe = RealRecipe(**options)
    tracks = read_real(path)
    with doing("folds") as progress:
        study = cross_validate(tracks, folds, recipe, networks.run_fixed_layers, progress)
    save_npz(out, networks.as_network([train_on(tracks, recipe)] * EXPERTS, WINDOWS))
    return {"file": str(out), "recipe": asdict(recipe), **study.to_dict(), "tables": study.tables()}
