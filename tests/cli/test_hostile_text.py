"""Names and labels that hold markup, control characters, HTML or formulas: shown as they are, nowhere obeyed."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.commands import complaints

from trigemu.plain import NAME, SENTENCE, one_sentence, short
from trigemu.render.pictures.canvas import save_figure
from trigemu.render.pictures.curves import curves_figure
from trigemu.render.table import from_rows
from trigemu.render.terminal import as_text, styled

NAMES = {
    "markup": "[/bold][red]x",
    "escape": "a\\u001b[2Jb\\u009b1m",
    "bidi": "ab\\u202Ecd\\u200B",
    "html": "<script>alert(1)</script>",
    "formula": "$\\\\frac{$",
    "hidden": '_under, \\"quoted\\"\\r\\n\\u0000',
}
CONFIG = """
experiment = "pulser"
title = "{title}"
[run]
frames = 20
[menu]
title = "{title}"
{lines}
[[signal]]
signal = "burst"
label = "{label}"
[pulser]
pulses = 5
"""


class Page(HTMLParser):
    """Which elements a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    lines = "".join(
        f'[[menu.line]]\nname = "{name}"\nwhen = "two"\nsource = "{name}"\n' for name in NAMES.values()
    )
    text = CONFIG.format(title="".join(NAMES.values()), lines=lines, label="".join(NAMES.values()))
    (folder / "evil.toml").write_text(text)
    return folder


def call(folder: Path, *arguments: str, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-P", "-m", "trigemu", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    out, said = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, said
    for text in (out, said):
        assert all(char.isprintable() or char in "\n\u2009" for char in text), ascii(text)
    return out, said


def test_a_run_and_its_report(hostile: Path) -> None:
    out, _ = call(hostile, "run", "evil.toml", "--offline", "--out", "run")
    assert "[/bold][red]x" in out
    assert "<script>alert(1)</script>" in out
    page = (hostile / "run" / "report.html").read_text()
    # The page's own script is the last element, and the only one.
    assert Page(page).tags.count("script") == 1
    assert Page(page).tags[-1] == "script"
    assert all(char.isprintable() or char in "\n\u2009" for char in page)
    summary = json.loads((hostile / "run" / "summary.json").read_text())
    assert len(summary["lines"]) == len(NAMES)
    out, _ = call(hostile, "replay", "run", "--offline", "--out", "again", "--json")
    assert json.loads(out)["lines"].keys() == summary["lines"].keys()


def test_lists_scans_and_streams(hostile: Path) -> None:
    out, _ = call(hostile, "list", "lines", "evil.toml")
    assert "\\x1b[2J" in out
    assert "$\\frac{$" in out
    assert len(json.loads(call(hostile, "list", "lines", "evil.toml", "--json")[0])) == len(NAMES)
    call(hostile, "efficiency", "evil.toml", "--signal", "burst", "--events", "40", "--out", "scan")
    table = json.loads((hostile / "scan" / "efficiency.json").read_text())
    rows = list(csv.DictReader(io.StringIO((hostile / "scan" / "efficiency.csv").read_bytes().decode())))
    assert len(rows) == len(table["rows"])
    assert "<script" not in (hostile / "scan" / "efficiency.svg").read_text()
    call(hostile, "run", "evil.toml", "--out", "live")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("title=" + "x" * 100_000, "100000 characters"),
        ("pulser.pulses=[red]\x1b[2J", "pulses"),
        ("menu.line.0.when=" + "two and " * 3000 + "[/bold]", "characters"),
        ("menu.line.0.when=nothing\x1b[2J[/bold]", "when"),
        ("\x1b]0;x\x07=1", "unknown key"),
        ("x" * 5000 + "=1", "unknown key"),
        ("run.seed=1" + "0" * 5000, "digits"),
        ("run.seed=0x" + "f" * 5000, "64 bits"),
        ("run.seed=" + "[" * 5000, "--set"),
    ],
)
def test_sentences_are_short_and_printable(hostile: Path, change: str, word: str) -> None:
    out, said = call(hostile, "run", "evil.toml", "--offline", "--set", change, "--out", "never", code=2)
    assert out == ""
    (said,) = complaints(said)
    assert len(said) < 600
    assert word in said
    assert not (hostile / "never").exists()


def test_long_numbers_in_a_file_and_options(hostile: Path) -> None:
    (hostile / "long.toml").write_text('experiment = "pulser"\n[run]\nseed = 1' + "0" * 5000 + "\n")
    _, said = call(hostile, "run", "long.toml", code=2)
    assert "digits" in said
    _, said = call(hostile, "run", "pulser", "--seed", "1" + "0" * 5000, code=2)
    assert len(said) < 600
    _, said = call(hostile, "run", "pulser", "--offline", "--out", "o" * 300, code=2)
    assert len(said) < 600
    _, said = call(hostile, "run", "p" * 300, code=2)
    assert len(said) < 600


def test_a_table_and_a_picture_take_any_text(tmp_path: Path) -> None:
    table = from_rows("[/bold]\x1b", [{"[red]": "[/red]", "x": 1}])
    assert as_text(table).splitlines()[0] == "[/bold]\\x1b"
    assert styled(table).plain == as_text(table)
    assert "[red]" in as_text(table)
    curve = ("_$\\frac{", [0.0, 1.0], [0.1, 0.2], [0.0, 0.1], [0.2, 0.3])
    figure = curves_figure([curve, ("a$b$\x07", *curve[1:])], "$x", "$y$", "<b>$\n\u202e\u4e2d")
    # Letter by letter: drawn as a formula, this would fail.
    save_figure(figure, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size
    assert {"_$\\frac{".replace("$", r"\$")} <= {text.get_text().strip() for text in figure.axes[0].texts}


def test_long_sentences_keep_place_and_advice() -> None:
    text = "run.toml, line 3: " + "x" * 140_000 + "; allowed: a, b"
    shown = one_sentence(text)
    assert len(shown) <= SENTENCE
    assert shown.startswith("run.toml, line 3")
    assert shown.endswith("allowed: a, b")
    assert short("\u202e" * 100) == ("\\u202e" * 100)[: NAME - 3] + "..."


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "pulser", "--offline", "--duration", "nan"),
        ("run", "pulser", "--offline", "--duration", "inf"),
        ("efficiency", "pulser", "--signal", "burst", "--cl", "nan"),
        ("efficiency", "pulser", "--signal", "burst", "--events", "1" + "0" * 30),
        ("display", "belle2", "--frame", "1" + "0" * 30),
        ("control", "pulser", "--bind", "tcp://127.0.0.1:70000"),
        ("worker", "--control", "tcp://127.0.0.1:70000"),
        ("worker", "--control", "tcp://127.0.0.1:5755", "--name", "\x1b[2J"),
    ],
)
def test_options_out_of_range(hostile: Path, arguments: tuple[str, ...]) -> None:
    out, said = (
        call(hostile, *arguments, "--out", "never", code=2)
        if arguments[0] != "worker"
        else call(hostile, *arguments, code=2)
    )
    assert out == ""
    (said,) = complaints(said)
    assert len(said) < 600
