"""Bad input of Belle II's through the command line: one sentence, exit code 2, nothing left behind."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from support.commands import complaints

from trigemu.cli import cli
from trigemu.experiments.belle2.neuro.network import Network, make_expert, save_npz

ONE = "belle2.process=[]"


def call(*arguments):
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def refused(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("trigemu: ")
    assert "Traceback" not in lines[0]
    for word in words:
        assert str(word) in lines[0]


@pytest.fixture
def run(tmp_path):
    """Run the shipped configuration with changes in one process; nothing may be left of it."""

    def run(*changes, config="belle2"):
        out = tmp_path / "deep" / "out"
        options = [word for change in changes for word in ("--set", change)]
        result = call("run", config, *options, "--frames", 1, "--offline", "--out", out)
        assert not (tmp_path / "deep").exists()
        return result

    return run


# Networks.


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def network(tmp_path, **changes):
    path = tmp_path / "whole.npz"
    save_npz(path, Network((make_expert([27, 9, 2], np.linspace(-1, 1, 28 * 9 + 20)),)))
    return npz(**{**dict(np.load(path)), **changes})


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("short.npz", {"weights": np.zeros(7, np.float32)}, ("needs 272",)),
        ("nan.npz", {"weights": np.full(272, np.nan, np.float32)}, ("not finite",)),
        ("inputs.npz", {"nodes": np.array([[26, 9, 2]])}, ("short", "weights")[1:]),
        ("scale.npz", {"output_scale": np.zeros((1, 4), np.float32)}, ("rising",)),
    ],
)
def test_networks(tmp_path, run, name, changes, words):
    path = tmp_path / name
    path.write_bytes(network(tmp_path, **changes))
    refused(run(f"belle2.neuro.network={path}"), path, *words)


@pytest.mark.parametrize("suffix", ["npz", "root", "onnx"])
@pytest.mark.parametrize("content", ["empty", "noise", "cut", "foreign"])
def test_files_that_are_no_network(tmp_path, run, suffix, content):
    path = tmp_path / f"{content}.{suffix}"
    start = {"npz": b"PK\x03\x04", "root": b"root\x00\x00\xf6\xb0", "onnx": b"\x08\x08\x12\x07pytorch"}[
        suffix
    ]
    path.write_bytes(
        {
            "empty": b"",
            "noise": start + np.random.default_rng(3).bytes(5000),
            "cut": network(tmp_path)[:300],
            "foreign": npz(a=np.zeros(3)),
        }[content]
    )
    refused(run(f"belle2.neuro.network={path}"), path)


def test_a_network_that_is_not_there(tmp_path, run):
    refused(run(f"belle2.neuro.network={tmp_path / 'no.npz'}"), "no.npz", "no such file")
    refused(run(f"belle2.neuro.network={tmp_path / 'no.h5'}"), "no.h5")


# Look-up tables.


COE = "memory_initialization_radix=10;\nmemory_initialization_vector=\n{};\n"


@pytest.mark.parametrize(
    ("inner", "outer", "words"),
    [
        (",".join("3" * 65535), ",".join("3" * 4096), ("inner.coe", "65535", "65536")),
        (",".join("3" * 65536), ",".join("3" * 4097), ("outer.coe", "4097", "4096")),
        (",".join("4" * 65536), ",".join("3" * 4096), ("inner.coe",)),
        ("no, table", ",".join("3" * 4096), ("inner.coe",)),
        ("", ",".join("3" * 4096), ("inner.coe",)),
    ],
    ids=["short", "long", "value", "words", "nothing"],
)
def test_left_right_tables(tmp_path, run, inner, outer, words):
    paths = [tmp_path / "inner.coe", tmp_path / "outer.coe"]
    for path, text in zip(paths, (inner, outer), strict=True):
        path.write_text(COE.format(text))
    refused(run(f'belle2.cdc.tables=["{paths[0]}", "{paths[1]}"]'), *words)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00junk" * 50, npz(inner=np.zeros(5, np.uint8))])
@pytest.mark.parametrize("suffix", ["npz", "coe"])
def test_files_that_are_no_left_right_table(tmp_path, run, suffix, content):
    path = tmp_path / f"table.{suffix}"
    if content is not None:
        path.write_bytes(content)
    value = f"{path}" if suffix == "npz" else f'["{path}", "{path}"]'
    refused(run(f"belle2.cdc.tables={value}"), path)


GOOD_CM = 90 << 13 | 180 << 4 | 10


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent.txt", None),
        ("short.txt", b" ".join([b"%d" % GOOD_CM] * 575)),
        ("value.txt", b" ".join([b"%d" % GOOD_CM] * 575 + [b"0"])),
        ("words.txt", b"no table"),
        ("huge.txt", b" ".join([b"9" * 40] * 576)),
        ("binary.txt", bytes(range(256))),
        ("empty.npz", b""),
        ("junk.npz", b"PK\x03\x04" + bytes(300)),
        ("cut.npz", npz(bhabha_lut=np.full(576, GOOD_CM))[:200]),
        ("shape.npz", npz(bhabha_lut=np.full((576, 2), GOOD_CM))),
        ("float.npz", npz(bhabha_lut=np.full(576, 1.5))),
        ("foreign.npz", npz(lut=np.full(576, GOOD_CM))),
    ],
)
def test_tables_of_centre_of_mass_angles(tmp_path, run, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    refused(run(f"belle2.ecl.cm_table={path}"), "cm_table", path)


# Menus.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("menu.line.fff.when=t2_2 and nonsense", ("nonsense",)),
        ("menu.line.fff.when=ecl_lml_14", ("ecl_lml_14",)),
        ("menu.line.fff.prescale=-1", ("prescale",)),
        ("menu.line.fffff.prescale=2", ("fffff",)),
        ("menu.line.fff.level=l3", ("level",)),
        ("belle2.colour=1", ("colour",)),
        ("belle2.cdc.min_hits=9", ("min_hits",)),
        ("belle2.hlt.nothing=1", ("nothing",)),
        ('belle2.process=[{process="bhabhas"}]', ("bhabhas", "bhabha")),
        ('belle2.process=[{process="mumu", rate_hz=-1}]', ("rate_hz",)),
        ('belle2.process=[{process="mumu", colour=1}]', ("colour",)),
        ('belle2.process=[{process="mumu", theta_star=[30, 20]}]', ("theta_star", "rise")),
        ('belle2.process=[{process="hepmc"}]', ("file",)),
        ("belle2.luminosity=bright", ("luminosity",)),
    ],
)
def test_values(run, change, words):
    refused(run(change), *words)


def algebra(folder, inp="0 ehigh\n1 elow\n", oup="0 a\n1 b\n", alg="0\n1\n"):
    for form, text in (("inp", inp), ("oup", oup), ("alg", alg)):
        if text is not None:
            (folder / f"m.{form}").write_text(text)
    return folder / "m"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inp": None}, ("m.inp",)),
        ({"oup": None}, ("m.oup",)),
        ({"alg": None}, ("m.alg",)),
        ({"alg": "0\n"}, ("m.alg", "1 formulas for the 2 outputs")),
        ({"alg": "0\n7\n"}, ("m.alg", "line 2", "7")),
        ({"alg": "0\nx\n"}, ("m.alg", "line 2")),
        ({"inp": "0 ehigh\n2 elow\n"}, ("m.inp", "line 2")),
        ({"inp": "0 ehigh\n1 ehigh\n"}, ("m.inp", "twice")),
        ({"inp": "0 ehigh\n1 nonsense\n"}, ("nonsense",)),
    ],
)
def test_menu_files(tmp_path, run, changes, words):
    stem = algebra(tmp_path, **changes)
    refused(run(f"menu.ftdl={stem}", "menu.default_prescale=1", config="belle2-v36"), *words)


# Signals and event files.


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('{signal="b-ks-mumu", mass=4.9}', ("mass",)),
        ('{signal="b-ks-mumu", mass=0.2}', ("mass", "between")),
        ('{signal="b-ks-mumu", ctau=-1}', ("ctau",)),
        ('{signal="b-ks-mumu", colour=1}', ("colour",)),
        ('{signal="gamma-aprime", mass=10.5}', ("mass",)),
        ('{signal="mumu-tautau", mass=3.0}', ("mass",)),
        ('{signal="mumu-zprime", rate_hz=-5}', ("rate_hz",)),
        ('{signal="mumu-zprim"}', ("mumu-zprim", "mumu-zprime")),
        ('{signal="aprime-higgs", mass=8, higgs_mass=4}', ("higgs_mass",)),
        ('{signal="hepmc-signal"}', ("file",)),
        ('{signal="hepmc-signal", file="x.hepmc3", order="sideways"}', ("order",)),
    ],
)
def test_signals(run, table, words):
    refused(run(f"signal=[{table}]"), *words)


HEPMC = b"""HepMC::Version 3.02.05
HepMC::Asciiv3-START_EVENT_LISTING
W Weight
E 0 1 4
U GEV MM
A 0 GenCrossSection 5.0 0.1 1 1
P 1 0 11 0.290591 0 6.997969 7.004 0.000511 4
P 2 0 -11 0.166041 0 -3.998554 4.002 0.000511 4
V -1 0 [1,2]
P 3 -1 13 1.228316 2 2.999415 3.81 0.1057 1
P 4 -1 -13 -0.771684 -2 0 2.146 0.1057 1
HepMC::Asciiv3-END_EVENT_LISTING
"""
LHE = b"""<LesHouchesEvents version="3.0">
<init>
11 -11 7.004 4.002 0 0 0 0 3 1
1.0 0.1 1.0 1
</init>
<event>
4 1 1.0 10.58 0.0072 0.1
11 -1 0 0 0 0 0 0 7.004 7.004 0 0 9
-11 -1 0 0 0 0 0 0 -4.002 4.002 0 0 9
13 1 1 2 0 0 1 2 3 3.75 0.1057 0 9
-13 1 1 2 0 0 -1 -2 0.002 7.256 0.1057 0 9
</event>
</LesHouchesEvents>
"""


@pytest.mark.parametrize("form", ["hepmc", "lhe"])
@pytest.mark.parametrize(
    "damage", ["absent", "empty", "foreign", "noise", "cut", "torn", "no-events", "folder"]
)
@pytest.mark.parametrize("place", ["signal", "process"])
def test_event_files(tmp_path, run, form, damage, place):
    whole, other = (HEPMC, LHE) if form == "hepmc" else (LHE, HEPMC)
    end = b"HepMC::Asciiv3-END" if form == "hepmc" else b"</event>"
    content = {
        "absent": None,
        "empty": b"",
        "foreign": other,
        "noise": np.random.default_rng(2).bytes(4000),
        "cut": whole[: whole.index(b"13 1") + 8],
        "torn": gzip.compress(whole * 40, mtime=0)[:120],
        "no-events": whole[: whole.index(b"E 0" if form == "hepmc" else b"<event>")] + end + b"\n",
        "folder": None,
    }[damage]
    suffix = {"hepmc": "hepmc3", "lhe": "lhe"}[form] + (".gz" if damage == "torn" else "")
    path = tmp_path / f"{damage}.{suffix}"
    if content is not None:
        path.write_bytes(content)
    elif damage == "folder":
        path.mkdir()
    if place == "signal":
        table = f'signal=[{{signal="{form}-signal", file="{path}"}}]'
    else:
        table = f'belle2.process=[{{process="{form}", file="{path}", rate_hz=1000}}]'
    refused(run(table), path.name)


def test_the_events_above_are_good(tmp_path):
    for form, content in (("hepmc", HEPMC), ("lhe", LHE)):
        path = tmp_path / f"good.{form}"
        path.write_bytes(content)
        change = f'signal=[{{signal="{form}-signal", file="{path}"}}]'
        result = call(
            "run", "belle2", "--set", change, "--set", ONE, "--frames", 1, "--offline",
            "--out", tmp_path / form,
        )  # fmt: skip
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize("units", [b"U MEV CM", b"U FURLONG MM", b"U GEV"])
def test_units_that_are_none_of_belle2(tmp_path, run, units):
    """Other units of the format are fine, what is no unit is not; energies of another collision are refused."""
    path = tmp_path / "units.hepmc3"
    path.write_bytes(HEPMC.replace(b"U GEV MM", units))
    table = f'signal=[{{signal="hepmc-signal", file="{path}"}}]'
    refused(run(table), "units.hepmc3")


def test_folders_of_event_files(tmp_path, run):
    (tmp_path / "file").write_text("")
    refused(run(f"input.path={tmp_path / 'file'}"), "input.path", "not a folder")
    refused(run(f"input.path={tmp_path / 'none'}"), "input.path", "not a folder")
    refused(
        run(f"input.path={tmp_path}", 'belle2.process=[{process="bhabha", events="e.hepmc3"}]'), "e.hepmc3"
    )


def test_scans(tmp_path):
    out = tmp_path / "scan"
    for arguments, words in (
        (("--signal", "b-ks-tautau"), ("b-ks-tautau", "b-ks-mumu")),
        (("--signal", "b-ks-mumu", "--grid", "mass=0.5", "--grid", "ctau=-1,1"), ("ctau",)),
        (("--signal", "b-ks-mumu", "--grid", "mass=0.1:1:0.1"), ("mass",)),
        (("--signal", "b-ks-mumu", "--line", "nothing"), ("nothing",)),
        (("--signal", "hepmc-signal"), ("file",)),
    ):
        refused(call("efficiency", "belle2", *arguments, "--out", out), *words)
        assert not out.exists()


# Data that do not come from this detector.


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "belle2", "--set", "belle2.neuro.network=no.npz", "--frames", "1"),
        ("run", "belle2", "--set", "belle2.ecl.cm_table=no.txt", "--frames", "1"),
        ("run", "belle2", "--set", "input.path=nowhere", "--frames", "1"),
        ("run", "belle2", "--set", 'signal=[{signal="lhe-signal", file="no.lhe"}]', "--frames", "1"),
    ],
)
def test_as_processes(tmp_path, arguments):
    """With workers and producers of their own, too, before any of them starts."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "trigemu", *arguments, "--out", "out"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(complaints(done.stderr)) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
