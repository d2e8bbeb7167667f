"""What the package's own networks are trained on: toy tracks, ideal and as the trigger sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trigemu.arrays import F32, F64
from trigemu.collider.wire_patterns import Helices
from trigemu.studies.belle2.training import chamber
from trigemu.studies.belle2.training.detector import Smearing, measure
from trigemu.studies.belle2.training.inputs import build_inputs, choose_expert
from trigemu.studies.belle2.training.toys import sample_helices

FIELDS = ("phi0", "omega", "z0", "cot")
EXPERTS = 5
PATTERNS = (511, 383, 479, 503, 509)
"""Superlayers of each expert: all; without 7; 5; 3; 1 (belle2_facts 5.2)."""
Z_SCALE = 100.0
"""cm at output 1."""
THETA_MIDDLE, THETA_SCALE = 90.0, 80.0
"""Degrees at output 0, and from there to output 1."""
AXIAL_NEEDED = 4

WINDOWS = np.array(
    [
        *((-1.5, 1.5), (-9.5, 0.5), (-1.5, 1.5), (-0.5, 8.5), (-1.5, 1.5), (-9.5, 0.5)),
        *((-2.5, 2.5), (-0.5, 10.5), (-3.5, 3.5)),
    ]
)
"""Relative ids that count: the experiment's of 2018 (belle2_facts 5.1), wider in superlayers 6 and 8, where a
coarse curvature moves the reference most."""

REALISTIC = Smearing(
    drift_ticks=5.0,
    undetermined=0.10,
    near_ticks=np.array([20.0, 12.0, 12.0, 13.0, 14.0, 17.0, 22.0, 28.0, 36.0]),
    wrong_side=0.03,
    second=np.array([0.31, 0.33, 0.15, 0.25, 0.16, 0.20, 0.11, 0.14, 0.11]),
    neighbour=0.25,
    missing_axial=0.06,
    missing_stereo=0.03,
    background=0.04,
    start_ticks=3.0,
    start_early=4.0,
    find_2d=True,
    axial_start=True,
)
"""A guess, in the neighbourhood of the real inputs of belle2_published 1.1; seconds are counted there, near times are
about those of the package's own left/right tables, which can't tell the sides of tracks that pass close to a wire."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the networks are trained.

    Attributes
    ----------
    tracks
        Toy tracks per expert.
    epochs
        Times that each is looked at.
    hidden
        Nodes of the hidden layers (the experiment's own networks: one layer of 81).
    ideal
        Share of tracks without any smearing; half of the rest have it all, the others only the 2D finder's.
    knee
        Where the loss turns from quadratic to linear, in units of the outputs.
    """

    seed: int = 1
    tracks: int = 400_000
    epochs: int = 50
    hidden: tuple[int, ...] = (81,)
    batch: int = 1024
    rate: float = 5e-3
    ideal: float = 0.3
    knee: float = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Tracks to train on: float32[n, 27] inputs, float32[n, 2] targets (scaled z and theta)."""

    inputs: F32
    targets: F32

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.inputs)


def targets_of(tracks: Helices) -> F32:
    """Return float32[n, 2]: z and theta as the outputs of a network give them."""
    theta = np.degrees(np.arctan2(1.0, tracks.cot))
    return np.stack([tracks.z0 / Z_SCALE, (theta - THETA_MIDDLE) / THETA_SCALE], 1).astype(np.float32)


def seen_by(
    rng: np.random.Generator,
    tracks: Helices,
    smearing: Smearing,
    expert: int,
    *,
    chord: bool = True,
    windows: F64 = WINDOWS,
) -> Sample:
    """Return those of the tracks that an expert is asked about, without the superlayer that it lacks.

    ``windows`` (float64[9, 2]) are the relative ids that the expert's network takes.
    """
    seen = measure(rng, tracks, smearing, windows, chord=chord)
    if expert:
        seen = replace(seen, present=seen.present & (np.arange(9) != chamber.STEREO[-expert]))
    inputs, present = build_inputs(seen, windows)
    mine = (choose_expert(present) == expert) & (present[:, chamber.AXIAL].sum(1) >= AXIAL_NEEDED)
    return Sample(inputs[mine].astype(np.float32), targets_of(tracks)[mine])


def throw(rng: np.random.Generator, number: int) -> Helices:
    """Throw tracks to train on: more of the phase space than the networks are asked for, denser near z = 0."""
    wide = number // 3
    parts = [
        sample_helices(rng, number - wide, pt=(0.4, 6.0), theta=(30.0, 130.0), z=(-25.0, 25.0)),
        sample_helices(rng, wide, pt=(0.25, 10.0), theta=(20.0, 150.0), z=(-80.0, 80.0)),
    ]
    return Helices(*(np.concatenate([getattr(p, name) for p in parts]) for name in FIELDS))


def make_sample(recipe: Recipe, expert: int) -> Sample:
    """Return the tracks to train an expert on, mixed as the recipe says."""
    rng = np.random.Generator(np.random.Philox([recipe.seed, expert]))
    ideal = int(recipe.tracks * recipe.ideal)
    half = (recipe.tracks - ideal) // 2
    parts = [
        # Both ways to place stereo wires: what is learnt must not hang on a millimetre of sagitta.
        seen_by(rng, throw(rng, ideal - ideal // 2), Smearing(), expert),
        seen_by(rng, throw(rng, ideal // 2), Smearing(), expert, chord=False),
        seen_by(
            rng,
            throw(rng, half),
            replace(REALISTIC, background=0.0, undetermined=0.0, missing_axial=0.0),
            expert,
        ),
        seen_by(rng, throw(rng, recipe.tracks - ideal - half), REALISTIC, expert),
    ]
    order = rng.permutation(sum(map(len, parts)))
    return Sample(
        np.concatenate([p.inputs for p in parts])[order], np.concatenate([p.targets for p in parts])[order]
    )
