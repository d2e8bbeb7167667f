"""All particles of a HepMC3 ascii file as columns.

Files in the form that writers give them are read in one pass by a kernel; others, and damaged ones, line by line
(`trigemu.physics.hepmc_ascii`), with the same result or an error that names the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trigemu._kernels import physics_hepmc
from trigemu.arrays import F64, I64, Bool
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.hepmc_ascii import BEAM, Event, read_blocks, read_lines, weight_names


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Particles, one row each, in file order; a row number is -1 where there is none.

    Attributes
    ----------
    offsets
        int64[n + 1]; rows of event i are ``offsets[i]:offsets[i + 1]``.
    code, status
        int64[m], PDG code and HepMC status.
    mother
        int64[m], row of the first particle that it comes from.
    other
        int64[m], row of the first ancestor of another kind.
    primary
        int64[m], which of the event's primaries (from 0) it comes from or is; -1 for beams.
    ended
        bool[m], whether it decays or interacts.
    copied
        bool[m], whether a particle of the same kind comes from it.
    momentum
        float64[m, 5], mass, px, py, pz and E in GeV.
    start
        float64[m, 4], where it starts: mm and ns.
    end
        int64[m], row of ``point`` where it ends, if that has a point.
    point
        float64[v, 4], points of vertices: mm and ns.
    names
        Names of the weights.
    weight_offsets
        int64[n + 1]; weights of event i are ``weights[weight_offsets[i]:weight_offsets[i + 1]]``.
    weights
        float64[w].
    section
        float64[n], cross-section that each event states, 0 for none.
    """

    offsets: I64
    code: I64
    status: I64
    mother: I64
    other: I64
    primary: I64
    ended: Bool
    copied: Bool
    momentum: F64
    start: F64
    end: I64
    point: F64
    names: list[str]
    weight_offsets: I64
    weights: F64
    section: F64

    def __len__(self) -> int:
        return len(self.offsets) - 1


def read_tables(path: Path) -> Iterator[Table]:
    """Read a file, plain or gzipped, piece by piece: tables of consecutive events.

    Raises
    ------
    InputError
        It is missing, torn, foreign, damaged or empty.
    """
    for block in read_blocks(path):
        data = block.data
        table = parsed(data)
        if table is None:
            # Lines of the head count once.
            table = careful(path, data, block.line - block.head.count(b"\n"), block.event)
        yield table


def parsed(data: bytes) -> Table | None:
    """Return the table of a file's text if it has the form that writers give it, else None."""
    begin = data.find(b"\nE ") + 1
    if begin == 0:
        return None
    head = data[:begin].decode("utf-8", errors="replace").splitlines()
    if any(line.startswith("E ") for line in head):
        return None
    events, particles, vertices, incoming, weights = physics_hepmc.count(data, begin)
    # One row more than needed: kernels take addresses of first rows.
    whole = np.empty((6, particles + 1), np.int64)
    flags = np.empty((2, particles + 1), np.uint8)
    momentum, start = np.empty((particles + 1, 5)), np.empty((particles + 1, 4))
    point = np.empty((vertices + 1, 4))
    lists = np.full((3, max(vertices + particles, incoming) + 2), -1, np.int64)
    offsets = np.empty((2, events + 1), np.int64)
    section, weight = np.empty(events), np.empty(weights + 1)
    understood = physics_hepmc.parse(
        data,
        begin,
        SPEED_OF_LIGHT,
        whole,
        flags,
        momentum,
        start,
        point,
        lists,
        np.empty(vertices + 1, np.uint8),
        offsets,
        section,
        weight,
    )
    if not understood:
        return None
    code, status, mother, other, primary, end = whole[:, :-1]
    return Table(
        offsets[0],
        code,
        status,
        mother,
        other,
        primary,
        flags[0, :-1].view(np.bool_),
        flags[1, :-1].view(np.bool_),
        momentum[:-1],
        start[:-1],
        end,
        point[:-1],
        weight_names(head),
        offsets[1],
        weight[: offsets[1, -1]],
        section,
    )


def careful(path: Path, data: bytes, line: int = 0, number: int = 0) -> Table:
    """Return the table of a text, read line by line; InputError says what is wrong with which line.

    ``line`` and ``number`` are as in `trigemu.physics.hepmc_ascii.read_lines`.
    """
    offsets = [0]
    whole: list[tuple[int, ...]] = []
    momentum: list[tuple[float, ...]] = []
    start: list[tuple[float, ...]] = []
    point: list[tuple[float, ...]] = []
    weight_offsets = [0]
    weights: list[float] = []
    section: list[float] = []
    names: list[str] = []
    for event, names in read_lines(path, data, line, number):  # noqa: B007
        _append(event, offsets[-1], whole, start, point)
        momentum += [event.momentum(i) for i in range(1, len(event.code))]
        offsets.append(len(whole))
        weights += event.weights
        weight_offsets.append(len(weights))
        section.append(event.cross_section or 0.0)
    columns = np.array(whole, np.int64).reshape(-1, 8).T.copy()
    code, status, mother, other, primary, end, ended, copied = columns
    return Table(
        np.array(offsets, np.int64),
        code,
        status,
        mother,
        other,
        primary,
        ended.astype(np.bool_),
        copied.astype(np.bool_),
        np.array(momentum).reshape(-1, 5),
        np.array(start).reshape(-1, 4),
        end,
        np.array(point).reshape(-1, 4),
        names,
        np.array(weight_offsets, np.int64),
        np.array(weights, np.float64),
        np.array(section),
    )


def _append(
    event: Event,
    first: int,
    whole: list[tuple[int, ...]],
    start: list[tuple[float, ...]],
    point: list[tuple[float, ...]],
) -> None:
    code, status = event.code, event.status
    primary = [-1] * len(code)
    found = 0
    # Kinds that come out of each vertex: one look at each particle, however many go in.
    out: dict[int, set[int]] = {}
    for i in range(1, len(code)):
        out.setdefault(event.source[i], set()).add(code[i])
    copied = {
        above
        for source, kinds in out.items()
        if source
        for above in ([source] if source > 0 else event.incoming[source])
        if code[above] in kinds
    }  # fmt: skip
    rows: dict[int, int] = {}
    for number, (_, place) in event.vertices.items():
        if place is not None:
            rows[number] = len(point)
            point.append(event.place(place))
    others = [0] * len(code)
    starts = event.starts()
    for i in range(1, len(code)):
        above = event.mother(i)
        if status[i] != BEAM:
            if above == 0 or status[above] == BEAM:
                primary[i] = found
                found += 1
            else:
                primary[i] = primary[above]
        others[i] = others[above] if above and code[above] == code[i] else above
        other = others[i]
        whole.append(
            (
                code[i],
                status[i],
                first + above - 1 if above else -1,
                first + other - 1 if other else -1,
                primary[i],
                rows.get(event.end.get(i, 0), -1),
                i in event.end,
                i in copied,
            )
        )
        start.append(event.place(starts[i]))
