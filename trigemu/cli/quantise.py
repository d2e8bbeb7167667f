"""``trigemu quantise``: what fixed point costs a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trigemu.cli.console import print_json, print_rows
from trigemu.cli.options import JSON

if TYPE_CHECKING:
    from trigemu.experiments.belle2.neuro.config import Precision

DEFAULT = ("10,8,8", "8,6,8")
"""Bits of node values, weights and table, coarser than the hardware's 12, 10, 10."""


def parse_precision(text: str) -> Precision:
    """Return the precision that an option names."""
    from pydantic import ValidationError

    from trigemu.experiments.belle2.neuro.config import Precision

    try:
        node, weight, table = (int(word) for word in text.split(","))
        return Precision(node=node, weight=weight, table=table)
    except (ValueError, ValidationError) as error:
        raise click.BadParameter(
            f"{text} must be three numbers of bits: node and weight 1-20, table 1-16",
            param_hint="--precision",
        ) from error


@click.command()
@click.argument("network", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--precision",
    "precisions",
    multiple=True,
    default=DEFAULT,
    show_default=True,
    metavar="NODE,WEIGHT,TABLE",
    help="Bits after the point whose cost is reported beside 12,10,10; may be repeated.",
)
@JSON
def quantise(network: Path, precisions: tuple[str, ...], as_json: bool) -> int:
    """Report what fixed point costs a network of Belle II's neural trigger (.npz, .root or .onnx).

    Its first expert answers for simulated tracks with realistic errors, in single precision and in fixed point:
    width of z in cm, largest and root-mean-square change, and the shares of tracks within 5 cm and beyond 20 cm
    that pass |z| < 15 cm.
    """
    from trigemu.experiments.belle2.neuro.readers import load_network
    from trigemu.studies.belle2.training.networks import costs

    rows = costs(load_network(network), [parse_precision(text) for text in precisions])
    if as_json:
        print_json({"file": str(network), "costs": rows})
    else:
        print_rows(rows, f"{network}: cost of fixed point")
    return 0
