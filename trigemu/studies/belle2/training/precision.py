"""What fixed point costs a network of the neural trigger, as ``trigemu quantise`` and trainings report it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import ValidationError

from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.readers import load_network
from trigemu.studies.belle2.training.networks import costs

COARSER = ("10,8,8", "8,6,8")
"""Bits of node values, weights and table, coarser than the hardware's 12, 10, 10."""


def parse_precision(text: str) -> Precision:
    """Return the precision that ``NODE,WEIGHT,TABLE`` names.

    Raises
    ------
    click.BadParameter
        The text is not three allowed numbers of bits.
    """
    try:
        node, weight, table = (int(word) for word in text.split(","))
        return Precision(node=node, weight=weight, table=table)
    except (ValueError, ValidationError) as error:
        raise click.BadParameter(
            f"{text} must be three numbers of bits: node and weight 1-20, table 1-16",
            param_hint="--precision",
        ) from error


def quantise(network: Path, precisions: Sequence[str]) -> list[dict[str, float | str]]:
    """Return what fixed point costs the first expert of a network (.npz, .root or .onnx); see `networks.costs`.

    Parameters
    ----------
    network
        The file.
    precisions
        Texts for `parse_precision`, beside the hardware's own; `COARSER` if there are none.

    Raises
    ------
    InputError
        The file cannot be read, or holds weights that fixed point cannot.
    """
    bits = [parse_precision(text) for text in precisions or COARSER]
    loaded = load_network(network)
    try:
        return costs(loaded, bits)
    except InputError as error:
        raise InputError(f"{network}: {error}") from None
