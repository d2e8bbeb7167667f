"""Tables of HepMC3 files: the kernel that reads well-formed text has what the careful reader has, or declines."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigemu.errors import InputError
from trigemu.physics.hepmc_ascii import read_blocks
from trigemu.physics.hepmc_table import careful, parsed

HEADER = "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nW nominal\\|other\nT tool\\|1\\|\n"
FOOTER = "HepMC::Asciiv3-END_EVENT_LISTING\n\n"

# Vertices with and without points, one without incoming particles, sources that are particles, copies (also of one
# of two incoming particles), negative zeros, and lines that come twice.
EVENT = """E 7 4 10 @ 1.0e-1 2.0 -3.0e+01 4.5
U GEV MM
W 1.0000000000000000000000e+00 2.50
A 0 GenCrossSection 1.5e3 1.0e1 -1 -1
A 0 alphaQCD 0.118
P 1 0 11 0.0 -0.0 7.0 7.0 5.10998950e-04 4
P 2 0 -11 0.0e+00 0 -4.0 4.0 5.10998950e-04 4
V -1 0 [1,2]
P 3 -1 521 0.5 0 1.12345678901234567 7.0 5.28 2
P 4 -1 22 -0.5 0 2.0 4.0 0 1
V -3 0 [3,4] @ 1e-3 2.5e-30 3.25e+00 1.2345678901234567890123e+22
P 5 -3 521 0.5 0 0 3.0 5.28 2
P 6 5 111 1.7976931348623157e+308 4.9e-324 1.0 4.0 0.13498 2
P 7 6 111 0.0 0.0 1.0 4.0 0.13498 2
V -4 1 [7] @ 1 2 3 4
P 8 -4 22 0 0 0.5 2 0 1
V -9 0 []
P 9 -9 2212 1e23 9007199254740993 8.5 123456789012345678901234567890 0.93827 1
P 10 9 2212 0 0 8 8 0.93827 1
"""
SECOND = EVENT.replace("GEV MM", "MEV CM").replace(" @ 1.0e-1 2.0 -3.0e+01 4.5", "").replace("E 7", "E 8")
GOOD = HEADER + EVENT + SECOND + "W 4\n" + FOOTER


def flat(table):
    """Everything that a table says, down to the bits; vertices without points have no rows of their own."""
    out = {}
    for f in fields(table):
        value = getattr(table, f.name)
        if f.name == "end":
            value = np.concatenate([table.point, np.full((1, 4), np.nan)])[value]
        if f.name != "point":
            out[f.name] = value if isinstance(value, list) else (value.dtype, value.shape, value.tobytes())
    return out


def text_of(path):
    blocks = list(read_blocks(path))
    return blocks[0].head + b"".join(block.body for block in blocks)


def both(text):
    data = text.encode()
    quick = parsed(data)
    try:
        slow = careful(Path("a.hepmc3"), data)
    except InputError:
        slow = None
    if quick is not None:
        assert slow is not None, "the kernel accepts what is refused"
        assert flat(quick) == flat(slow)
    return quick


def test_all_that_a_file_may_say():
    table = both(GOOD)
    assert table is not None
    assert len(table) == 2
    assert list(table.mother[:10]) == [-1, -1, 0, 0, 2, 4, 5, 6, -1, 8]
    assert list(table.other[:10]) == [-1, -1, 0, 0, 0, 4, 4, 6, -1, -1]
    assert list(table.copied[:10]) == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0]
    assert list(table.ended[:10]) == [1, 1, 1, 1, 1, 1, 1, 0, 1, 0]
    assert list(table.primary[:10]) == [-1, -1, 0, 1, 0, 0, 0, 0, 2, 2]
    assert list(table.weights) == [1.0, 2.5, 4.0]
    assert table.names == ["nominal", "other"]
    assert list(table.section) == [1500.0, 1500.0]
    assert table.start[5, 1] == 2.5e-30
    assert table.start[0, 2] == -30.0
    assert table.momentum[10, 3] == 7.0e-3
    assert table.start[17, 2] == 30.0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("P 1 0", "P  1 0"),
        ("GEV MM", "GEV  MM"),
        ("\n", "\r\n"),
        ("[1,2]", "[1, 2]"),
        ("-9 ", "-900000 "),
        ("alphaQCD", "alph\u00e4"),
        ("A 0 Gen", "A  0 Gen"),
        ("7.0 7.0", "7_0 7.0"),
        (" 8 8 ", " inf 8 "),
    ],
)
def test_other_forms_are_left_to_the_careful_reader(old, new):
    assert old in GOOD
    text = GOOD.replace(old, new)
    assert both(text) is None
    careful(Path("a.hepmc3"), text.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("U GEV MM\n", ""), ("GEV", "EV"), ("P 2 0", "P 3 0"), ("P 10 9", "P 10 10"), ("P 9 -9", "P 9 -8"),
        ("[7]", "[8]"), ("[7]", "[0]"), ("[7]", "7"), ("V -4", "V 4"), ("E 7 4 10", "E 7 4 11"), ("E 7", "E"),
        (" 22 0 0 0.5", " 2147483648 0 0 0.5"), ("0.93827 1", "0.93827"), ("0.93827 1", "0.93827 1 1"),
        ("@ 1 2 3 4", "@ 1 2 3"), ("5.1099", "five"), ("2.50", "2.5.0"), ("Section 1.5e3", "Section x"),
        ("P 5", "Q 5"), ("P 4 -1 22", "P 4 -1 22.0"), ("1e23", "1e"), ("\nW 4\n", "\nW\n"),
    ],
)  # fmt: skip
def test_broken_rules(old, new):
    assert old in GOOD
    with pytest.raises(InputError, match="is damaged at line"):
        careful(Path("a.hepmc3"), GOOD.replace(old, new, 1).encode())
    assert both(GOOD.replace(old, new, 1)) is None


PIECES = [
    "",
    "x",
    "\n",
    " ",
    "-",
    "0",
    "9e999",
    ".",
    "e",
    "@",
    "[",
    "]",
    ",",
    "\x0b",
    "\u2028",
    "nan",
    "E 9 1 1\n",
    "W 3\n",
]


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.sampled_from(PIECES)), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_damaged_text_is_never_read_in_two_ways(places):
    text = GOOD
    for at, what in places:
        text = text[:at] + what + text[at + 1 :]
    both(text)


digits = st.text("0123456789", min_size=1, max_size=26)


@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False).map(repr),
            st.floats(1e-12, 1e12).map("{:.16e}".format),
            st.builds(
                "{}{}.{}e{}".format, st.sampled_from(["", "-"]), digits, digits, st.integers(-400, 400)
            ),
        ),
        min_size=60,
        max_size=60,
    )
)
@settings(max_examples=25, deadline=None)
def test_numbers_are_those_of_python(numbers):
    lines = "".join(f"P {i + 1} 0 22 {' '.join(numbers[5 * i : 5 * i + 5])} 1\n" for i in range(12))
    table = parsed((HEADER + "E 0 0 12\nU GEV MM\n" + lines + FOOTER).encode())
    assert table is not None
    want = np.array([float(text) for text in numbers]).reshape(12, 5)[:, [4, 0, 1, 2, 3]]
    assert table.momentum.tobytes() == want.tobytes()


@pytest.mark.parametrize(
    "name",
    ["babar_mumu", "besiii_eeee_4178", pytest.param("na62_p400_cu_inclusive", marks=pytest.mark.slow)],
)
def test_files(shared_data, name):
    path = shared_data / "events" / f"{name}.hepmc3.gz"
    data = text_of(path)
    table = parsed(data)
    assert table is not None
    assert flat(table) == flat(careful(path, data))


def test_files_have_the_form_that_the_kernel_reads(shared_data):
    for path in sorted((shared_data / "events").glob("besiii_g*.hepmc3.gz")):
        assert parsed(text_of(path)) is not None, path.name
