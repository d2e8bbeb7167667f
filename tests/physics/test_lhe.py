from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trigemu.errors import InputError
from trigemu.physics.constants import SPEED_OF_LIGHT
from trigemu.physics.lhe import read_lhe

HEAD = (
    '<LesHouchesEvents version="3.0">\n<header>\n# any <xml> here\n</header>\n<init>\n'
    "-11 11 5.29 5.29 0 0 0 0 3 2\n1.5D+00 1.0e-02 1.0 1\n5.0e-01 1.0e-02 1.0 2\n</init>\n"
)
EVENT = """<event>
 6 1 {weight} 10.58 7.3e-03 0.118
 -11 -1 0 0 0 0 0. 0. 5.29 5.29 0. 0. 9.
 11 -1 0 0 0 0 0. 0. -5.29 5.29 0. 0. 9.
 22 1 1 2 0 0 3.0 0. 4.0 5.0 0. 0. 9.
 4900023 2 1 2 0 0 -3.0 0. -4.0 5.58 2.4764087 20.0 9.
 13 1 4 4 0 0 -1.5 1.2 -2.0 2.79 0.2 0. 9.
 -13 1 4 4 0 0 -1.5 -1.2 -2.0 2.79 0.2 0. 9.
# a comment
<rwgt><wgt id='1'> 2.0 </wgt></rwgt>
</event>
"""
TAIL = "</LesHouchesEvents>\n"
GOOD = HEAD + EVENT.format(weight="1.0") + EVENT.format(weight="3.0d+00") + TAIL


def write(path, text):
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["a.lhe", "a.lhe.gz"])
def test_events(tmp_path, name):
    file = read_lhe(write(tmp_path / name, GOOD))
    assert len(file) == 2
    assert file.first_beam == -11
    assert file.cross_section_pb == pytest.approx(2.0)
    assert list(file.weights["XWGTUP"]) == [1.0, 3.0]
    final = file.final
    assert list(final.pdg[:3]) == [22, 13, -13]
    assert list(final.mother[:3]) == [0, 4900023, 4900023]
    assert list(file.origin[:3]) == [0, 1, 1]
    assert final.momentum[2] == pytest.approx([-1.5, -1.2, -2.0, 2.79])
    assert final.mass[1] == pytest.approx(0.2)
    assert final.point[0] == pytest.approx([0, 0, 0, 0])
    # c tau of 20 mm: the path is c tau p / m.
    path = 20.0 / 2.4764087
    want = [-3 * path, 0, -4 * path, 5.58 * path / SPEED_OF_LIGHT]
    assert final.point[1] == pytest.approx(want)
    assert final.point[2] == pytest.approx(want)
    assert file.primaries.point[1] == pytest.approx(want)
    assert file.beams == pytest.approx(np.array([[0, 0, 5.29, 5.29], [0, 0, -5.29, 5.29]]))


BAD = {
    "truncated": (GOOD[: len(GOOD) // 2], "is truncated"),
    "empty": ("", "is empty"),
    "text": ("hello </LesHouchesEvents>", "is not a Les Houches file"),
    "hepmc": ("HepMC::Version 3.0\n", "is not a Les Houches file"),
    "no init": (GOOD.replace("<init>", "<x>").replace("</init>", "</x>"), "has no <init> block"),
    "short init": (GOOD.replace("-11 11 5.29", "5.29"), "<init> block is damaged"),
    "no event": (HEAD + TAIL, "holds no event"),
    "two files in one": (GOOD + GOOD, "holds several listings"),
    "open event": (GOOD.replace("</event>", "", 1), "is damaged"),
    "nan": (GOOD.replace("4.0 5.0", "nan 5.0", 1), "a number is not finite"),
    "words": (GOOD.replace("4.0 5.0", "four 5.0", 1), "is not a line of numbers"),
    "unbalanced": (GOOD.replace("4.0 5.0", "4.5 5.0", 1), "is not balanced"),
    "one energy in MeV": (GOOD.replace("4.0 5.0", "4.0 5000.0", 1), "is not balanced"),
    "count": (GOOD.replace(" 6 1 1.0", " 9 1 1.0"), "announces other lines"),
    "columns": (GOOD.replace("5.0 0. 0. 9.", "5.0 0. 0.", 1), "has 13 numbers"),
    "mother": (GOOD.replace(" 13 1 4 4", " 13 1 6 6", 1), "does not stand before it"),
    "energy": (GOOD.replace("4.0 5.0", "4.0 -5.0", 1), "negative energy"),
    "code": (GOOD.replace(" 22 1 1 2", " 1e20 1 1 2", 1), "a PDG code is wanted"),
    "no final": (HEAD + EVENT.format(weight=1).replace(" 1 1 2", " 3 1 2").replace(" 1 4 4", " 3 4 4") + TAIL,
                 "has no final particle"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("name", ["a.lhe", "a.lhe.gz"])
def test_bad_files(tmp_path, what, name):
    text, message = BAD[what]
    with pytest.raises(InputError, match=message) as error:
        read_lhe(write(tmp_path / name, text))
    assert "\n" not in str(error.value)


def test_torn_gzip_and_missing(tmp_path):
    path = tmp_path / "a.lhe.gz"
    path.write_bytes(gzip.compress(GOOD.encode(), mtime=0)[:-9])
    with pytest.raises(InputError, match="is truncated or damaged"):
        read_lhe(path)
    with pytest.raises(InputError, match="does not exist"):
        read_lhe(tmp_path / "none.lhe")


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(["", "x", "\n", "-", "9e999", " ", "<"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_damaged_place_never_gives_more_than_a_sentence(tmp_path, at, what):
    path = write(tmp_path / "a.lhe", GOOD[:at] + what + GOOD[at + 1 :])
    try:
        file = read_lhe(path)
    except InputError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert np.isfinite(file.final.momentum).all()
    assert "\n" not in sentence


@given(st.integers(0, len(GOOD.rstrip()) - 1))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_torn_files_are_refused(tmp_path, at):
    with pytest.raises(InputError):
        read_lhe(write(tmp_path / "a.lhe", GOOD[:at]))
