"""Drafts take the place of a file whole or not at all, and reach the disk where they have to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from trigemu.drafts import draft_of, write_whole


@pytest.mark.parametrize("durable", [False, True])
def test_a_draft_takes_its_place_or_is_removed(tmp_path: Path, durable: bool) -> None:
    file = tmp_path / "table.csv"
    write_whole(file, "µ", durable=durable)
    assert file.read_text(encoding="utf-8") == "µ"
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "half \ud800", durable=durable)
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]
    with pytest.raises(FileExistsError), draft_of(file, new=True, durable=durable) as draft:
        draft.write_text("other")
    assert file.read_text(encoding="utf-8") == "µ"
    with draft_of(tmp_path / "new.csv", new=True, durable=durable) as draft:
        draft.write_text("new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new.csv", "table.csv"]


@pytest.mark.parametrize("durable", [False, True])
def test_what_is_durable_reaches_the_disk_before_and_after_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    file = tmp_path / "run.json"
    synced: list[tuple[bool, bool, int]] = []

    def sync(handle: int) -> None:
        found = os.fstat(handle)
        synced.append((stat.S_ISDIR(found.st_mode), file.exists(), found.st_size))

    monkeypatch.setattr("os.fsync", sync)
    write_whole(file, "abc", durable=durable)
    assert [each[:2] for each in synced] == ([(False, False), (True, True)] if durable else [])
    assert all(size == 3 for is_folder, _, size in synced if not is_folder)
