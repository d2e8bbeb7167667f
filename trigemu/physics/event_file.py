"""Whole events of a generator's file, whatever its format: what is left in the end, and where it comes from."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trigemu.arrays import F64, I64
from trigemu.errors import InputError
from trigemu.physics.particles import Particles

_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, eq=False)
class EventFile:
    """Events of one file; arrays cannot be changed.

    Attributes
    ----------
    name
        ``event file PATH``, for messages.
    final
        Final-state particles; their mother is the first ancestor of another kind, 0 where that is a beam.
    origin
        int64[m], which of the event's primaries (from 0) each final particle comes from or is.
    primaries
        What comes directly from the collision; its points are where it ends.
    weights
        Event weights by name, float64[n] each.
    cross_section_pb
        What the file says last; None if nothing.
    beams
        float64[2, 4], momenta of the first event's beams, None if it has none.
    first_beam
        PDG code of the beam that the file lists first, 0 if unknown.
    """

    name: str
    final: Particles
    origin: I64
    primaries: Particles
    weights: Mapping[str, F64]
    cross_section_pb: float | None
    beams: F64 | None
    first_beam: int

    def __len__(self) -> int:
        return self.final.events


def read_bytes(path: Path, allowed: str) -> bytes:
    """Return a file's content, unpacked if it is gzipped.

    Raises
    ------
    InputError
        It is absent, cannot be read, or its gzip data are torn.
    """
    where = f"event file {path}"
    try:
        data = path.read_bytes()
        if data[:2] == _GZIP_MAGIC:
            data = gzip.decompress(data)
    except FileNotFoundError:
        raise InputError(f"{where} does not exist: {allowed}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(
            f"{where} is truncated or damaged: its gzip data do not unpack; copy it again"
        ) from None
    except OSError as error:
        raise InputError(f"{where} cannot be read ({error.strerror}): {allowed}") from None
    return data


def check_energy(file: EventFile, sqrt_s: float, total: F64, *, lab: bool) -> None:
    """Refuse a file whose energies cannot be those of a collider.

    Parameters
    ----------
    file
        Events in GeV.
    sqrt_s
        The collider's energy in the CM in GeV.
    total
        float64[4], the collider's total momentum in the laboratory.
    lab
        Events are said to be in that laboratory; else only the energy in the CM is compared.

    Raises
    ------
    InputError
        The beams in the file are others, or an event has more energy than the beams.
    """
    say = f"{file.name} is not of this collider or in other units"
    if file.beams is not None:
        seen = file.beams.sum(axis=0)
        energy = float(np.sqrt(max(seen[3] ** 2 - (seen[:3] ** 2).sum(), 0.0)))
        if abs(energy - sqrt_s) > 0.02 * sqrt_s:
            raise InputError(
                f"{say}: its beams have {energy:.6g} GeV in the CM, {sqrt_s:.5g} GeV are allowed"
            )
        if lab and np.abs(seen - total).max() > 0.02 * total[3]:
            raise InputError(
                f"{say}: its beams add up to p = ({seen[0]:.4g}, {seen[1]:.4g}, {seen[2]:.4g}) GeV, those of "
                f"the laboratory to ({total[0]:.4g}, {total[1]:.4g}, {total[2]:.4g}) GeV"
            )
    limit = 1.02 * (total[3] if lab else max(total[3], sqrt_s))
    energies = np.bincount(file.final.event, file.final.momentum[:, 3], minlength=len(file))
    most = float(energies.max())
    if most > limit:
        raise InputError(
            f"{say}: event {int(energies.argmax())} has {most:.6g} GeV in its final state, {limit:.5g} GeV "
            "at most are allowed"
        )
    if most < 1e-3 * sqrt_s:
        raise InputError(f"{say}: no event has more than {most:.3g} GeV, beams of {sqrt_s:.5g} GeV give more")
