"""Writing tables of decisions as ROOT and Parquet files (optional packages, imported where they are used)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from trigemu.measure.export.rows import Layout, Table

TREE = "decisions"
"""Name of the TTree."""


def write_root(file: Path, layout: Layout, tables: Iterator[Table], about: str) -> int:
    """Write a ROOT file with the TTree ``decisions`` and the text ``run``; return the rows written.

    The hits of a source share one counter branch: ``nnewchod`` for ``newchod_time``, ``newchod_channel``, ...
    """
    import awkward as ak
    import uproot

    types = dict(layout.flat)
    for source, dtypes in layout.hits.items():
        fields = ", ".join(f'"{name}": {np.dtype(dtype).name}' for name, dtype in dtypes.items())
        types[source] = ak.types.from_datashape(f"var * {{{fields}}}", highlevel=False)
    rows = 0
    with uproot.recreate(file) as root:
        tree = root.mktree(TREE, types, title="trigger decisions")
        root["run"] = about
        for table in tables:
            branches = dict(table.flat)
            for source, columns in table.hits.items():
                offsets = ak.index.Index64(table.offsets[source])
                contents = [ak.contents.NumpyArray(values) for values in columns.values()]
                record = ak.contents.RecordArray(contents, list(columns))
                branches[source] = ak.Array(ak.contents.ListOffsetArray(offsets, record))
            tree.extend(branches)
            rows += len(table)
    return rows


def write_parquet(file: Path, layout: Layout, tables: Iterator[Table], about: str) -> int:
    """Write a Parquet file with the metadata ``trigemu``; return the rows written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [pa.field(name, pa.from_numpy_dtype(np.dtype(dtype))) for name, dtype in layout.flat.items()]
    for source, columns in layout.hits.items():
        for name, dtype in columns.items():
            fields.append(pa.field(f"{source}_{name}", pa.large_list(pa.from_numpy_dtype(np.dtype(dtype)))))
    schema = pa.schema(fields, metadata={"trigemu": about})
    rows = 0
    with pq.ParquetWriter(file, schema) as writer:
        for table in tables:
            arrays = [pa.array(table.flat[name]) for name in layout.flat]
            for source, columns in layout.hits.items():
                offsets = pa.array(table.offsets[source])
                for name in columns:
                    values = pa.array(table.hits[source][name])
                    arrays.append(pa.LargeListArray.from_arrays(offsets, values))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(table)
    return rows
