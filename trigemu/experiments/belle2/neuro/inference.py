"""Running a network on batches of inputs, in bit-true fixed point or in single precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trigemu._kernels import belle2_mlp_float
from trigemu.arrays import F32
from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Precision
from trigemu.experiments.belle2.neuro.network import INPUTS, OUTPUTS, Network
from trigemu.experiments.belle2.neuro.packing import LARGEST_SUM, pack


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """What a network says of n tracks; those without an expert have zeros and NaN.

    Attributes
    ----------
    raw
        int32[n, 2]: integers of the last layer, in units of 2^-node bits (zero in floating point).
    z_cm, cot_theta, theta
        float32[n], cm and rad.
    """

    raw: NDArray[np.int32]
    z_cm: F32
    cot_theta: F32
    theta: F32


def _empty(n: int) -> Outputs:
    return Outputs(np.zeros((n, OUTPUTS), np.int32), *(np.full(n, np.nan, np.float32) for _ in range(3)))


class FixedPoint:
    """A network in fixed point; one instance serves one thread.

    Attributes
    ----------
    single
        The network for one track: ``single(inputs, expert)`` gives z in cm and theta in rad of int16[27] inputs,
        ``single.raw(inputs, expert)`` the integers.
    """

    def __init__(self, network: Network, precision: Precision | None = None) -> None:
        self.single, self._largest = pack(network, precision or Precision())

    def run(self, raw: NDArray[np.int16] | NDArray[np.int32], expert: NDArray[np.int8]) -> Outputs:
        """Return what the network says.

        Parameters
        ----------
        raw
            int16[n, 27] or int32[n, 27], inputs in units of 2^-node bits.
        expert
            int8[n], which expert is asked, -1 for none.

        Raises
        ------
        InputError
            Another number of inputs or experts, an expert that does not exist, or inputs with which sums of a network
            of large weights leave 64 bits.
        """
        n = len(expert)
        if (
            self._largest < LARGEST_SUM
            and n
            and not -self._largest <= raw.min() <= raw.max() <= self._largest
        ):
            raise InputError(
                f"inputs are beyond {self._largest}, more than sums with this network's weights hold"
            )
        out = Outputs(np.empty((n, OUTPUTS), np.int32), *(np.empty(n, np.float32) for _ in range(3)))
        self.single.run(raw, expert, out.raw, out.z_cm, out.cot_theta, out.theta)
        return out


class FloatingPoint:
    """A network in single precision; one instance serves one thread."""

    def __init__(self, network: Network) -> None:
        first, shapes, start = [0], [], 0
        for expert in network.experts:
            for layer in expert.layers:
                shapes.append((len(layer), layer.shape[1] - 1, start))
                start += layer.size
            first.append(len(shapes))
        self._first = np.array(first, np.int32)
        self._shapes = np.array(shapes, np.int32)
        # Nodes side by side, so that a loop over them adds one input to all.
        self._weights = np.concatenate([layer.T.ravel() for e in network.experts for layer in e.layers])
        self._scale = np.stack([e.output_scale for e in network.experts])
        self._room = np.empty((2, max(INPUTS, *(shape[0] for shape in shapes)) + 1), np.float32)

    def run(self, scaled: F32, expert: NDArray[np.int8]) -> Outputs:
        """Return what the network says.

        Parameters
        ----------
        scaled
            float32[n, 27].
        expert
            int8[n], which expert is asked, -1 for none.
        """
        out = _empty(len(expert))
        belle2_mlp_float.run(
            scaled,
            expert,
            self._first,
            self._shapes,
            self._weights,
            self._scale,
            self._room,
            out.z_cm,
            out.cot_theta,
            out.theta,
        )
        return out
