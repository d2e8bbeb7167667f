"""Archives of arrays: what they unpack to is known before it is unpacked."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc import tables
from trigemu.experiments.belle2.ecl import cm
from trigemu.experiments.belle2.neuro.network import load_npz
from trigemu.experiments.belle2.neuro.readers import load_network
from trigemu.files import MIB, read_archive, read_array


def member(shape: str, size: int, dtype: str = "<f8") -> bytes:
    head = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (117 - len(head)) + "\n"
    return b"\x93NUMPY\x01\x00v\x00" + head.encode() + bytes(size)


def archive(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{name}.npy", data)
    return path


READERS: list[tuple[str, Callable[[Path], object]]] = [
    ("weights", load_npz),
    ("bhabha_lut", cm.load),
    ("inner", tables.load_npz),
]


@pytest.mark.parametrize(("name", "read"), READERS)
def test_archives_that_unpack_to_more(tmp_path: Path, name: str, read: Callable[[Path], object]) -> None:
    path = archive(tmp_path / "a.npz", name, member("(2500000,)", 20_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="unpacks to more than"):
        read(path)


@pytest.mark.parametrize(("name", "read"), READERS)
def test_headers_that_promise_more(tmp_path: Path, name: str, read: Callable[[Path], object]) -> None:
    # numpy would set 80 GB aside before it finds that they are not there.
    with pytest.raises(InputError, match=r"read|not an .npz file"):
        read(archive(tmp_path / "a.npz", name, member("(10000000000,)", 100)))
    with pytest.raises(InputError, match=r"read|not an .npz file"):
        read(archive(tmp_path / "b.npz", name, member("(1,)", 100, "|O")))


@pytest.mark.parametrize(("name", "read"), READERS)
def test_only_regular_files(tmp_path: Path, name: str, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(InputError, match="it is a pipe"):
        read(tmp_path / "pipe.npz")


def test_large_models(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    (tmp_path / "a.onnx").write_bytes(bytes(17 * MIB))
    with pytest.raises(InputError, match="is larger than 16 MiB"):
        load_network(tmp_path / "a.onnx")


def test_good_arrays_are_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(12).reshape(3, 4))
    with read_archive(archive(tmp_path / "a.npz", "a", buffer.getvalue()), MIB, "a.npz") as file:
        assert (read_array(file, "a") == np.arange(12).reshape(3, 4)).all()
        with pytest.raises(KeyError):
            read_array(file, "b")
