"""Writing tables of decisions as ROOT and Parquet files (optional packages, imported where they are used)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trigemu.frames.columns import Array
from trigemu.measure.export.layout import Layout
from trigemu.measure.export.rows import Table

TREE = "decisions"
"""Name of the TTree or RNTuple."""

TITLE = "trigger decisions"

Write = Callable[[Path, Layout, Iterator[Table], str], int]
"""Writes a file (path, columns, rows, text about the run) and returns how many rows it has."""


def write_root(file: Path, layout: Layout, tables: Iterator[Table], about: str) -> int:
    """Write a ROOT file with the TTree ``decisions`` and the text ``run``; return the rows written.

    The hits of a source share one counter branch: ``nnewchod`` for ``newchod_time``, ``newchod_channel``, ...
    """
    import awkward as ak
    import uproot

    types = _flat_types(layout)
    for source, columns in layout.hits.items():
        fields = ", ".join(f'"{name}": {np.dtype(each.dtype).name}' for name, each in columns.items())
        types[source] = ak.types.from_datashape(f"var * {{{fields}}}", highlevel=False)
    rows = 0
    with uproot.recreate(file) as root:
        tree = root.mktree(TREE, types, title=TITLE)
        root["run"] = about
        for table in tables:
            branches: dict[str, Any] = dict(table.flat)
            for source, values in table.hits.items():
                contents = [ak.contents.NumpyArray(each) for each in values.values()]
                record = ak.contents.RecordArray(contents, list(values))
                branches[source] = _lists(table.offsets[source], record)
            tree.extend(branches)
            rows += len(table)
    return rows


def write_rntuple(file: Path, layout: Layout, tables: Iterator[Table], about: str) -> int:
    """Write a ROOT file with the RNTuple ``decisions`` and the text ``run``; return the rows written."""
    import awkward as ak
    import uproot

    types = _flat_types(layout)
    for columns in layout.hits.values():
        for each in columns.values():
            types[each.name] = ak.types.from_datashape(f"var * {np.dtype(each.dtype).name}", highlevel=False)
    rows = 0
    with uproot.recreate(file) as root:
        ntuple = root.mkrntuple(TREE, types, TITLE)
        root["run"] = about
        for table in tables:
            fields: dict[str, Any] = dict(table.flat)
            for source, columns in layout.hits.items():
                for name, each in columns.items():
                    values = ak.contents.NumpyArray(table.hits[source][name])
                    fields[each.name] = _lists(table.offsets[source], values)
            ntuple.extend({name: fields[name] for name in types})
            rows += len(table)
    return rows


def _flat_types(layout: Layout) -> dict[str, Any]:
    return {name: np.dtype(column.dtype) for name, column in layout.flat.items()}


def _lists(offsets: Array, content: Any) -> Any:
    import awkward as ak

    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), content))


def write_parquet(file: Path, layout: Layout, tables: Iterator[Table], about: str) -> int:
    """Write a Parquet file with the metadata ``trigemu``; return the rows written.

    Every field has its ``meaning`` and ``unit`` as metadata.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = []
    for column in layout:
        kind = pa.from_numpy_dtype(np.dtype(column.dtype))
        said = {"meaning": column.meaning, "unit": column.unit}
        if column.name not in layout.flat:
            kind = pa.large_list(pa.field("item", kind, nullable=False))
        # Nothing is ever missing: readers need no option types.
        fields.append(pa.field(column.name, kind, nullable=False, metadata=said))
    schema = pa.schema(fields, metadata={"trigemu": about})
    rows = 0
    with pq.ParquetWriter(file, schema) as writer:
        for table in tables:
            arrays = [pa.array(table.flat[name]) for name in layout.flat]
            for source, columns in layout.hits.items():
                offsets = pa.array(table.offsets[source])
                for name in columns:
                    values = pa.array(table.hits[source][name])
                    kind = pa.large_list(pa.field("item", values.type, nullable=False))
                    arrays.append(pa.LargeListArray.from_arrays(offsets, values, type=kind))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(table)
    return rows


WRITERS: Mapping[str, Write] = {"root": write_root, "rntuple": write_rntuple, "parquet": write_parquet}
"""Format -> what writes it."""

EXTRAS = {
    "root": ("ROOT", "root", ("uproot", "awkward")),
    "rntuple": ("ROOT", "root", ("uproot", "awkward")),
    "parquet": ("Parquet", "arrow", ("pyarrow",)),
}
"""Format -> what it is called, the extra that it needs, and the packages of that."""
