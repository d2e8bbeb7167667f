"""Every command and every Python snippet of README, CONTRIBUTING and docs runs, in the order of the page.

`support.shortening` says how they are shortened, ``reasons.toml`` what is not run.  A command that is on several pages
runs once; all pages share one folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.documents import Block, all_blocks, blocks, commands, left_out, pages, reasons
from support.places import ROOT
from support.shortening import TELLING, shorter, shorter_snippet
from support.stand_ins import wants_files

from trigemu.cli import cli
from trigemu.experiments.babar.selection.config import LAMBDA_FEATURES

SHELL, PYTHON = "bash", "python"
LANGUAGES = {SHELL, PYTHON, "toml", "text", "ini", "json"}

DONE: dict[str, str] = {}
"""Command -> the page on which it ran."""


class Page:
    """A page that is being followed."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.names: dict[str, Any] = {"__name__": "docs"}

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if block.file:
            (self.scratch / block.file).write_text(block.text, encoding="utf-8")
        if block.language == SHELL:
            for command in commands(block):
                if not left_out(block.page, command):
                    self.call(block, command)
        elif block.language == PYTHON and not left_out(block.page, block.first):
            code = "\n" * (block.line - 1) + shorter_snippet(block.text)
            exec(compile(code, str(ROOT / block.page), "exec"), self.names)

    def call(self, block: Block, command: str) -> None:
        """Run one command."""
        assert command.startswith("trigemu "), f"{block.place}: {command}: run it here or give a reason"
        if DONE.get(command, block.page) != block.page:
            return
        if wants_files(command) and not (self.scratch / "FOLDER").is_dir():
            return
        result = CliRunner().invoke(cli, shorter(command))
        telling = command.removeprefix("trigemu ").startswith(TELLING)
        assert result.exit_code in ((0, 1) if telling else (0,)), f"{block.place}: {command}\n{result.stderr}"
        DONE[command] = block.page


def check_babar(names: dict[str, Any]) -> None:
    assert names["total"] == 1855.0
    assert names["expected"] == pytest.approx(1.82, abs=0.01)
    assert names["slots"] == [19, 23]
    assert set(names["features"]) == set(LAMBDA_FEATURES)
    assert len(names["features"]["clusters"]) == len(names["candidates"].event) > 0


def check_belle2(names: dict[str, Any]) -> None:
    assert len(names["tracks"].phi0) == 1
    assert names["time"].found.tolist() == [1]
    assert names["neuro"].found.tolist() == [1]
    np.testing.assert_array_equal(names["fixed"].z_cm, names["neuro"].z_cm)
    assert abs(names["single"].z_cm[0] - names["fixed"].z_cm[0]) < 1.0
    assert names["bits"].shape == (1, 96)
    assert names["bits"][0, 48] == 1  # ehigh: 4.1 GeV in all
    assert {"t2_0", "cdcklm_0", "klm_hit"} <= set(names["fired"])
    assert names["decisions"].tolist() == [[True, False], [False, True]]


def check_besiii(names: dict[str, Any]) -> None:
    # A photon of 1.61 GeV at right angles at 4.178 GeV.
    assert names["mass"][0] == pytest.approx(2.0, abs=0.01)
    assert {"nclus_1", "nbclus_1", "betot_h", "etot_l"} <= set(names["fired"])
    assert names["channels"] == [8]


RESULTS = {
    "docs/babar.md": check_babar,
    "docs/belle2.md": check_belle2,
    "docs/besiii.md": check_besiii,
}
"""What the snippets of a page must have found in the end."""


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_runs(page: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scratch)
    followed = Page(scratch)
    for block in blocks(page):
        followed.follow(block)
    if (check := RESULTS.get(page.relative_to(ROOT).as_posix())) is not None:
        check(followed.names)


def test_every_block_names_its_language() -> None:
    for block in all_blocks():
        assert block.language.startswith("{") or block.language in LANGUAGES, f"{block.place}: {block.first}"


def test_commands_are_in_blocks_that_run() -> None:
    for block in all_blocks():
        if block.language == "text" and not block.is_usage:
            found = [
                line for line in block.text.splitlines() if line.startswith(("trigemu ", "pip ", "python "))
            ]
            assert not found, f"{block.place}: {found[0]}"


def test_every_reason_is_still_needed() -> None:
    shown = [(block.page, block.first) for block in all_blocks() if block.language in (PYTHON, "toml")]
    shown += [(b.page, command) for b in all_blocks() if b.language == SHELL for command in commands(b)]
    for reason in reasons():
        assert reason.reason
        assert any(reason.covers(page, text) for page, text in shown), reason


def test_results_are_checked_on_pages_that_exist() -> None:
    assert all((ROOT / page).is_file() for page in RESULTS)
