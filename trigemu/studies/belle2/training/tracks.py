"""Samples to train networks of the neural z trigger on: 2D tracks of simulated crossings with the truth beside them.

Crossings are those of a configuration, through its detector response and the emulated track trigger, so inputs are the
numbers that a network gets in a run.  The truth of a 2D track is the charged particle of its sign that is nearest in
azimuth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from trigemu.arrays import F64, I64
from trigemu.collider.generator import CrossingGenerator
from trigemu.drafts import draft_of
from trigemu.errors import InputError
from trigemu.experiments.belle2.level1 import Level1
from trigemu.experiments.belle2.neuro.inputs import InputBuilder
from trigemu.experiments.belle2.neuro.trigger import network_of
from trigemu.experiments.belle2.sources import CDC, ECL, KLM, TIMING
from trigemu.experiments.belle2.trigger import Belle2Trigger
from trigemu.frames.frame import TimeFrame
from trigemu.physics.particles import Particles
from trigemu.setup.experiment import Setup
from trigemu.studies.belle2.training.real import INPUT_COLUMNS
from trigemu.studies.belle2.training.recipe import THETA_MIDDLE, THETA_SCALE, Z_SCALE

NEAREST_RAD = 0.15
"""How far in azimuth a 2D track may be from its particle (chosen: six cells of the Hough map)."""

LEAST_PT_GEV = 0.15
"""Particles below it never make a 2D track (chosen)."""

Columns = dict[str, NDArray[Any]]


def collect_tracks(
    setup: Setup[Any], tracks: int, progress: Callable[[int, int], None] | None = None
) -> Columns:
    """Return the 2D tracks of as many whole frames as hold ``tracks`` of them with a particle.

    Parameters
    ----------
    setup
        A configuration of Belle II.
    tracks
        How many tracks with a particle are wanted.
    progress
        Told how many there are, and how many are wanted.

    Returns
    -------
    dict
        One row per 2D track: ``frame``, ``crossing`` (int64); ``phi0`` (rad), ``omega`` (1/cm, charge over radius);
        ``expert`` (int8, -1 for none), ``valid`` (uint8); the 27 inputs ``SL0-relID`` ... (float32, as a network gets
        them); of the particle ``pdg`` (0: none), ``pt_gev``, ``z_cm`` at the beam axis, ``theta_deg``, ``dphi_rad``;
        ``target_z``, ``target_theta`` (float32: the outputs that a network should give; NaN without a particle);
        ``network_z_cm``, ``network_theta_deg``: what the configuration's network says (NaN without an expert).

    Raises
    ------
    InputError
        It is no configuration of Belle II, or many frames in a row hold no such track.
    """
    if setup.config.experiment != "belle2":
        raise InputError(f"a configuration of belle2 is wanted, this one is of {setup.config.experiment}")
    sources = (TIMING, CDC, ECL, KLM)
    generator = cast(CrossingGenerator, setup.make_generator(sources))
    trigger = cast(Belle2Trigger, setup.make_trigger())
    config = setup.section.neuro
    precision = config.precision if config.arithmetic == "fixed" else None
    inputs = InputBuilder(network_of(config), precision, config.event_time, config.incomplete == "expert0")
    parts: list[Columns] = []
    found = frame = idle = 0
    while found < tracks:
        made = TimeFrame(setup.config.run.number, frame, {s: generator.fragment(s, frame) for s in sources})
        part = _rows(frame, trigger.level1(made), inputs, generator.events(frame).particles)
        new = int(np.count_nonzero(part["pdg"]))
        found, frame, idle = found + new, frame + 1, 0 if new else idle + 1
        if idle > _IDLE_FRAMES:
            raise InputError(f"no 2D track with a particle in {_IDLE_FRAMES} frames of this configuration")
        parts.append(part)
        if progress is not None:
            progress(min(found, tracks), tracks)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


_IDLE_FRAMES = 100


def _rows(frame: int, level: Level1, builder: InputBuilder, particles: Particles) -> Columns:
    tracks = level.tracks
    crossing = np.repeat(np.arange(len(tracks.offsets) - 1), np.diff(tracks.offsets))
    seen = builder.build(level.segments, tracks, level.event_time)
    row, away = nearest_particle(crossing, tracks.phi0, tracks.omega, particles)
    there = row >= 0
    at = np.where(there, row, 0)

    def of(values: F64) -> F64:
        return np.where(there, values[at], np.nan) if len(values) else np.full(len(row), np.nan)

    pt = np.hypot(particles.px, particles.py)
    theta = np.degrees(np.arctan2(pt, particles.pz))
    z = 0.1 * z_at_axis(particles)
    pdg = np.where(there, particles.pdg[at], 0) if len(particles) else np.zeros(len(row))
    neuro = level.neuro
    return {
        "frame": np.full(len(row), frame, np.int64),
        "crossing": crossing.astype(np.int64),
        "phi0": tracks.phi0,
        "omega": tracks.omega,
        "expert": seen.expert,
        "valid": seen.valid,
        **dict(zip(INPUT_COLUMNS, np.ascontiguousarray(seen.scaled.T), strict=True)),
        "pdg": pdg.astype(np.int32),
        "pt_gev": of(pt),
        "z_cm": of(z),
        "theta_deg": of(theta),
        "dphi_rad": np.where(there, away, np.nan),
        "target_z": (of(z) / Z_SCALE).astype(np.float32),
        "target_theta": ((of(theta) - THETA_MIDDLE) / THETA_SCALE).astype(np.float32),
        "network_z_cm": neuro.z_cm.astype(np.float64),
        "network_theta_deg": np.degrees(np.arctan2(1.0, neuro.cot_theta.astype(np.float64))),
    }


def nearest_particle(crossing: I64, phi0: F64, omega: F64, particles: Particles) -> tuple[I64, F64]:
    """Return the row of the particle that a 2D track is of (int64[m], -1 for none), and the angle between them, rad.

    Parameters
    ----------
    crossing, phi0, omega
        [m]: event, azimuth (rad) and signed curvature of each track.
    particles
        Generated particles; charged ones above `LEAST_PT_GEV` count.
    """
    row, nearest = np.full(len(crossing), -1, np.int64), np.full(len(crossing), np.inf)
    phi = np.arctan2(particles.py, particles.px)
    seen = (particles.charge != 0) & (np.hypot(particles.px, particles.py) > LEAST_PT_GEV)
    for track, event in enumerate(crossing.tolist()):
        rows = np.arange(*particles.offsets[event : event + 2])
        rows = rows[seen[rows] & (np.sign(particles.charge[rows]) == np.sign(omega[track]))]
        if not len(rows):
            continue
        away = np.abs((phi[rows] - phi0[track] + np.pi) % (2 * np.pi) - np.pi)
        best = int(np.argmin(away))
        if away[best] < NEAREST_RAD:
            row[track], nearest[track] = rows[best], away[best]
    return row, nearest


def z_at_axis(particles: Particles) -> F64:
    """Return float64[m]: z (mm) where a particle's line comes nearest to the beam axis.

    A straight line from where it starts: of particles from far away the curvature would matter.
    """
    pt2 = np.maximum(particles.px**2 + particles.py**2, 1e-12)
    back = (particles.x * particles.px + particles.y * particles.py) / pt2
    return np.asarray(particles.z - back * particles.pz)


def write_tracks(file: Path, columns: Columns, about: Mapping[str, Any]) -> None:
    """Write tracks as ``.npz`` (also ``inputs`` float32[n, 27] and ``targets`` float32[n, 2]) or ``.parquet``.

    Raises
    ------
    InputError
        The ending is another one, or Parquet's package is missing.
    """
    text = json.dumps(about)
    if file.suffix == ".npz":
        arrays: Columns = {
            "inputs": np.stack([columns[name] for name in INPUT_COLUMNS], axis=1),
            "targets": np.stack([columns["target_z"], columns["target_theta"]], axis=1),
            **{name: values for name, values in columns.items() if name not in INPUT_COLUMNS},
            "about": np.array(text),
        }
        with draft_of(file) as draft:
            np.savez_compressed(draft, **arrays)  # type: ignore[arg-type]
        return
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError("writing Parquet needs the package pyarrow: pip install 'trigemu[arrow]'") from None
    with draft_of(file) as draft:
        made = pa.table({name: pa.array(values) for name, values in columns.items()})
        pq.write_table(made.replace_schema_metadata({"trigemu": text}), draft)
