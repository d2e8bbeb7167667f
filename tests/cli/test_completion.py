"""What the shell completes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from support.calling import call

from trigemu.cli import cli
from trigemu.setup.load import shipped_configs


def completed(monkeypatch: pytest.MonkeyPatch, *words: str) -> list[str]:
    """Return what the last word may become."""
    monkeypatch.setenv("COMP_WORDS", " ".join(["trigemu", *words]))
    made = ShellComplete(cli, {}, "trigemu", "_TRIGEMU_COMPLETE")
    return [item.value for item in made.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("comp",), {"compare", "completion"}),
        (
            ("run", "na62-dump", "--set", "na62.selection.mumu.m"),
            {"na62.selection.mumu.muv3_window_ns=", "na62.selection.mumu.muv3_pads="},
        ),
        (("run", "na62-dump", "--set", "menu.line.H2.w"), {"menu.line.H2.when="}),
        (
            ("run", "pulser", "--set", "streaming.policy="),
            {"streaming.policy=lossless", "streaming.policy=realtime"},
        ),
        (("run", "pulser", "--set", "pulser.truth=t"), {"pulser.truth=true"}),
        (("efficiency", "na62-dump", "--signal", "APR"), {"aprime-mumu", "aprime-ee"}),
        (("efficiency", "pulser", "--selection", "a"), {"alone"}),
        (("efficiency", "na62-dump", "--line", ""), {"Q1", "H2", "control"}),
        (("efficiency", "na62-dump", "--signal", "aprime-ee", "--grid", "z"), {"z_min=", "z_max="}),
        (("config", "show", "pulser", "menu.choke.l"), {"menu.choke.low"}),
        # Silence where nothing is known.
        (("run", "no-such", "--set", "r"), set()),
        (("efficiency", "na62-dump", "--signal", "no-such", "--grid", ""), set()),
    ],
)
def test_names(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], expected: set[str]) -> None:
    assert set(completed(monkeypatch, *words)) == expected


def test_configurations_and_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "mine.toml").write_text("")
    (tmp_path / "sub" / "mine.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    assert completed(monkeypatch, "run", "") == [*shipped_configs(), "sub/"]
    assert completed(monkeypatch, "run", "sub/m") == ["sub/mine.toml"]
    assert completed(monkeypatch, "run", "nowhere/") == []


def test_nothing_is_compiled_for_keys() -> None:
    environment = {**os.environ, "COMP_WORDS": "trigemu run na62-dump --set run.s", "COMP_CWORD": "4"}
    code = (
        "import sys\ntry:\n import trigemu.cli; trigemu.cli.main()\nfinally:\n print('numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**environment, "_TRIGEMU_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["plain,run.seed=", "False"]
    # What else is said would stand in the line that is being typed.
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(shell: str) -> None:
    text = call("completion", shell).stdout
    assert f"_TRIGEMU_COMPLETE={shell}_complete" in text
    assert ("compopt -o nospace" in text) is (shell == "bash")
    assert "is not one of" in call("completion", "csh", code=2).stderr


@pytest.mark.parametrize("given", [{}, {"COMP_WORDS": "trigemu ru"}])
def test_completion_without_what_a_shell_gives_is_silent(given: dict[str, str]) -> None:
    left = {key: value for key, value in os.environ.items() if not key.startswith("COMP_")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import trigemu.cli; trigemu.cli.main()"],
        env={**left, **given, "_TRIGEMU_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
