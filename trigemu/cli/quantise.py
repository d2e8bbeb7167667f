"""``trigemu quantise``: what fixed point costs a network."""

from __future__ import annotations

from pathlib import Path

import click

from trigemu.cli.console import print_json, print_rows
from trigemu.cli.options import JSON
from trigemu.errors import InputError


@click.command()
@click.argument("network", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--precision",
    "precisions",
    multiple=True,
    metavar="NODE,WEIGHT,TABLE",
    help="Bits after the point of node values, weights and activation table whose cost is reported beside the "
    "hardware's own; may be repeated (some coarser ones if not given).",
)
@click.option("--experiment", metavar="NAME", help="Whose network it is, where several experiments have one.")
@JSON
def quantise(network: Path, precisions: tuple[str, ...], experiment: str | None, as_json: bool) -> int:
    """Report what fixed point costs a network of a neural trigger (.npz, .root or .onnx).

    It answers for simulated tracks with realistic errors, in single precision and in fixed point: width of z in cm,
    largest and root-mean-square change, and the shares of near and of far tracks that pass the trigger's cut on z.
    """
    from trigemu.setup.reference import resolve

    rows = resolve(_choose(experiment))(network, precisions)
    if as_json:
        print_json({"file": str(network), "costs": rows})
    else:
        print_rows(rows, f"{network}: cost of fixed point")
    return 0


def _choose(experiment: str | None) -> str:
    """Return the reference of the one experiment that is meant."""
    from trigemu.measure.studies import check_not_broken, offering

    offered = {name: studies.quantise for name, studies in offering("quantise").items()}
    names = ", ".join(offered)
    if not offered:
        raise InputError("no installed experiment can tell what fixed point costs a network")
    if experiment is None and len(offered) > 1:
        raise InputError(f"say whose network it is: --experiment NAME with one of {names}")
    chosen = experiment or names
    if chosen not in offered:
        check_not_broken(chosen)
        raise InputError(f"--experiment {chosen}: no cost of fixed point is known for it; it is for {names}")
    return offered[chosen]
