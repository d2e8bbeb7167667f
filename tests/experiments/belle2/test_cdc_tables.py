"""Left/right tables: the package's file, the experiment's format, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from trigemu.errors import InputError
from trigemu.experiments.belle2.cdc.config import Cdc
from trigemu.experiments.belle2.cdc.tables import INNER_ENTRIES, OUTER_ENTRIES, left_right, load_coe, load_npz

HEAD = "memory_initialization_radix=10;\nmemory_initialization_vector=\n"


def test_the_experiment_s_files_are_what_its_software_reads(shared_data):
    folder = shared_data / "belle2"
    with np.load(folder / "conformance" / "cdc_tsf_lut.npz") as file:
        inner, outer = file["inner_v3"], file["outer_v3"]
    paths = folder / "innerLUT_v3.0.coe", folder / "outerLUT_v3.0.coe"
    read = left_right(Cdc(tables=(str(paths[0]), str(paths[1]))))
    np.testing.assert_array_equal(read[0], inner)
    np.testing.assert_array_equal(read[1], outer)
    assert read[0].dtype == read[1].dtype == np.uint8


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "0,\n1,\n2,\n3;\n",
        HEAD + "0 1 2 3;",
        HEAD + "00, 01,02 ,03 ;",
        "; made by hand\nMEMORY_INITIALIZATION_RADIX = 10 ;\nmemory_initialization_vector =0,1,2,3,;\n; end\n",
        "memory_initialization_radix=2;\nmemory_initialization_vector=0,1,10,11;",
        "memory_initialization_radix=16;\nmemory_initialization_vector=0,1,2,3;",
    ],
)
def test_coe_dialects(tmp_path, text):
    path = tmp_path / "t.coe"
    path.write_text(text)
    assert load_coe(path, 4).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no .coe file"),
        ("0,1,2,3;", "no .coe file"),
        ("memory_initialization_radix=7;\nmemory_initialization_vector=0,1,2,3;", "radix 7"),
        ("memory_initialization_radix=10;\n0,1,2,3;", "does not follow"),
        (HEAD + "0,1,2;", "3 values, 4 are needed"),
        (HEAD + "0,1,2,3,0;", "5 values, 4 are needed"),
        (HEAD + "0,1,2,3", "semicolon"),
        (HEAD + "0,1;2,3;", "semicolon"),
        (HEAD + "0,1,2,4;", "value '4', allowed are 0-3"),
        (HEAD + "0,1,2,-1;", "value '-1', allowed are 0-3"),
        (HEAD + "0,1,2,x;", "value 'x', allowed are 0-3"),
        ("memory_initialization_radix=2;\nmemory_initialization_vector=0,1,2,3;", "in radix 2"),
    ],
)
def test_bad_coe_files(tmp_path, text, says):
    path = tmp_path / "bad.coe"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as error:
        load_coe(path, 4)
    assert str(error.value).startswith(f"table {path}: ")
    assert "\n" not in str(error.value)


def test_coe_of_bytes_and_missing_coe(tmp_path):
    path = tmp_path / "junk.coe"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not text"):
        load_coe(path, 4)
    with pytest.raises(InputError, match="No such file"):
        load_coe(tmp_path / "none.coe", 4)


def test_swapped_coe_files_are_refused(shared_data):
    folder = shared_data / "belle2"
    swapped = str(folder / "outerLUT_v3.0.coe"), str(folder / "innerLUT_v3.0.coe")
    with pytest.raises(InputError, match="4096 values, 65536 are needed"):
        left_right(Cdc(tables=swapped))


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


INNER, OUTER = np.full(INNER_ENTRIES, 3, np.uint8), np.full(OUTER_ENTRIES, 2, np.uint8)


def test_npz(tmp_path):
    path = save(tmp_path / "t.npz", inner=INNER, outer=OUTER)
    inner, outer = left_right(Cdc(tables=str(path)))
    np.testing.assert_array_equal(inner, INNER)
    np.testing.assert_array_equal(outer, OUTER)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"inner": INNER}, "array 'outer' is missing"),
        ({"inner": INNER, "outer": INNER}, r"array 'outer' is uint8\[65536\], not uint8\[4096\]"),
        ({"inner": INNER.astype(np.int64), "outer": OUTER}, r"array 'inner' is int64\[65536\]"),
        ({"inner": INNER, "outer": OUTER + 2}, "array 'outer' has 4 at index 0, allowed are 0-3"),
        ({"inner": np.array([None]), "outer": OUTER}, "not an .npz file"),
    ],
)
def test_bad_npz(tmp_path, arrays, says):
    with pytest.raises(InputError, match=says):
        load_npz(save(tmp_path / "t.npz", **arrays))


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04 cut", b"\x93NUMPY\x01\x00"])
def test_npz_that_is_none(tmp_path, content):
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not an"):
        load_npz(path)


def test_npz_that_is_one_array(tmp_path):
    np.save(tmp_path / "t.npy", INNER)
    with pytest.raises(InputError, match="not an"):
        load_npz(tmp_path / "t.npy")


def test_missing_npz(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        load_npz(tmp_path / "none.npz")


@pytest.mark.parametrize(
    "options",
    [
        {"min_hits": 6},
        {"phi_cells": 161},
        {"curvature_cells": 64},
        {"tdc_low": 4951},
        {"tables": ("one",)},
        {"x": 1},
    ],
)
def test_bad_options(options):
    with pytest.raises(ValidationError):
        Cdc(**options)
