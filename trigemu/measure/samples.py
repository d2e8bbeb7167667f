"""Single events of an experiment at a collider through its trigger, as arrays that studies work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import numpy as np

from trigemu.arrays import F64, I64, U64, Bool
from trigemu.collider.generator import CrossingGenerator
from trigemu.frames.frame import TimeFrame
from trigemu.physics.particles import Particles, join
from trigemu.setup.data import WORD_BITS
from trigemu.setup.experiment import Setup

Found = TypeVar("Found")
"""What the trigger works out of a frame besides its words."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample(Generic[Found]):
    """Events, and what the trigger said.

    Attributes
    ----------
    particles
        The generated particles of n events.
    accepted
        bool[n], the signal's own acceptance.
    words
        uint64[n, words], trigger bits.
    names
        Names of the bits in word order, ``a|b`` two names of one.
    frames, levels
        The frames that were made and everything that was worked out of each.
    """

    particles: Particles
    accepted: Bool
    words: U64
    names: Sequence[str] = field(repr=False)
    frames: tuple[TimeFrame, ...] = field(repr=False)
    levels: tuple[Found, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.accepted)

    @property
    def first(self) -> F64:
        """float64[n, 4]: momentum (px, py, pz, E) in the laboratory of the first particle of each event, GeV."""
        return self.particles.momentum[self._rows]

    @property
    def charge(self) -> I64:
        """int64[n], its charge."""
        return self.particles.charge[self._rows].astype(np.int64)

    @property
    def pt(self) -> F64:
        """Its transverse momentum, GeV."""
        return np.asarray(np.hypot(self.first[:, 0], self.first[:, 1]))

    @property
    def p(self) -> F64:
        """Its momentum, GeV."""
        return np.asarray(np.sqrt(np.sum(self.first[:, :3] ** 2, axis=1)))

    @property
    def cosine(self) -> F64:
        """Cosine of its polar angle."""
        return np.asarray(self.first[:, 2] / np.maximum(self.p, 1e-12))

    @property
    def theta(self) -> F64:
        """Its polar angle, degrees."""
        return np.asarray(np.degrees(np.arctan2(self.pt, self.first[:, 2])))

    @property
    def phi(self) -> F64:
        """Its azimuth, rad."""
        return np.asarray(np.arctan2(self.first[:, 1], self.first[:, 0]))

    @property
    def _rows(self) -> I64:
        return self.particles.offsets[:-1]

    def bits(self, *names: str) -> Bool:
        """Return bool[n]: any of these bits is set."""
        places = {name: i for i, each in enumerate(self.names) if each for name in each.split("|")}
        found = np.zeros(len(self), bool)
        for name in names:
            word, bit = divmod(places[name], WORD_BITS)
            found |= (self.words[:, word] >> np.uint64(bit) & np.uint64(1)).astype(bool)
        return found


SampleType = TypeVar("SampleType", bound=Sample[Any])


def collect(setup: Setup[Any], sources: Sequence[str], events: int, kind: type[SampleType]) -> SampleType:
    """Return at least ``events`` events of a setup and what its trigger says of each.

    Parameters
    ----------
    setup
        Of an experiment whose data come in crossings; events far apart, so that none sees another.
    sources
        What the trigger looks at.
    events
        How many (whole frames are made).
    kind
        `Sample` or an experiment's own.
    """
    generator = cast(CrossingGenerator, setup.make_generator(sources))
    trigger = setup.make_trigger()
    particles, accepted, words = [], [], []
    frames: list[TimeFrame] = []
    levels: list[Any] = []
    done = 0
    while done < events:
        number = len(frames)
        frame = TimeFrame(0, number, {source: generator.fragment(source, number) for source in sources})
        made, said = generator.events(number), trigger.words(frame)
        particles.append(made.particles)
        accepted.append(made.accepted.astype(bool))
        words.append(said.bits)
        frames.append(frame)
        if said.found is not None:
            levels.append(said.found)
        done += len(made.accepted)
    return kind(
        join(particles),
        np.concatenate(accepted),
        np.concatenate(words),
        tuple(setup.bits),
        tuple(frames),
        tuple(levels),
    )
