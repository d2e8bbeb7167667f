"""The neural z trigger: track segments, 2D tracks and event time to z and polar angle of every 2D track."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from trigemu.errors import InputError
from trigemu.experiments.belle2.neuro.config import Neuro
from trigemu.experiments.belle2.neuro.inference import FixedPoint, FloatingPoint
from trigemu.experiments.belle2.neuro.inputs import InputBuilder
from trigemu.experiments.belle2.neuro.network import Network
from trigemu.experiments.belle2.neuro.readers import load_network
from trigemu.experiments.belle2.records import EventTime, NeuroTracks, Segments, Tracks2D

OWN_NETWORK = "belle2-neuro.npz"
"""The network that comes with the package, in the folder ``data`` beside this module."""


def network_of(config: Neuro) -> Network:
    """Return the network that a configuration asks for.

    Raises
    ------
    trigemu.errors.InputError
        If its file cannot be read or holds a network that is not allowed.
    """
    if config.network is not None:
        return load_network(Path(config.network))
    own = resources.files("trigemu.experiments.belle2.neuro") / "data" / OWN_NETWORK
    with resources.as_file(own) as path:
        if not path.is_file():
            raise InputError(
                "belle2.neuro.network: this installation lacks its own network, name a file (.npz, .root or .onnx) "
                "or make one with 'trigemu train belle2-neuro'"
            )
        return load_network(path)


class NeuroTrigger:
    """Estimates z and polar angle of 2D tracks; holds memory that it uses again, so one instance serves one thread.

    Parameters
    ----------
    config
        The ``[belle2.neuro]`` section.
    network
        Taken instead of the configuration's, if given.

    Raises
    ------
    trigemu.errors.InputError
        If the network cannot be read, or has weights that fixed point cannot hold.
    """

    def __init__(self, config: Neuro, network: Network | None = None) -> None:
        self.network = network_of(config) if network is None else network
        fixed = config.arithmetic == "fixed"
        self._builder = InputBuilder(
            self.network,
            config.precision if fixed else None,
            config.event_time,
            config.incomplete == "expert0",
        )
        try:
            self._fixed = FixedPoint(self.network, config.precision) if fixed else None
        except InputError as error:
            raise InputError(f"{config.network or 'belle2.neuro'}: {error}") from None
        self._floating = None if fixed else FloatingPoint(self.network)

    def decide(self, segments: Segments, tracks: Tracks2D, event_time: EventTime) -> NeuroTracks:
        """Return what the network says of each 2D track of a frame.

        Tracks for which there is no expert have ``found`` 0 and NaN for z and cot(theta), which pass no cut.

        Parameters
        ----------
        segments, tracks, event_time
            What the track trigger found in the same crossings.
        """
        inputs = self._builder.build(segments, tracks, event_time)
        if self._fixed is not None:
            outputs = self._fixed.run(inputs.raw, inputs.expert)
        elif self._floating is not None:
            outputs = self._floating.run(inputs.scaled, inputs.expert)
        found = (inputs.expert >= 0).view("u1")
        return NeuroTracks(found, inputs.valid, inputs.expert, outputs.raw, outputs.z_cm, outputs.cot_theta)
