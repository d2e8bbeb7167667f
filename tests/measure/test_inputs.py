"""Event files that studies read, found in a folder that the user names."""

from __future__ import annotations

import pytest

from trigemu.measure.inputs import MissingInputError, cache_by_folder, event_file, input_folder


def test_files_are_found_in_the_folder_of_the_moment(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events").write_text(name)
    with input_folder(tmp_path / "one"):
        with input_folder(tmp_path / "two"):
            assert event_file("events").read_text() == "two"
        assert event_file("events").read_text() == "one"
        with pytest.raises(MissingInputError, match=r"one holds no event file others$"):
            event_file("others")
    with pytest.raises(MissingInputError, match="the event file events is needed: name the folder"):
        event_file("events")


def test_results_are_remembered_for_each_folder(tmp_path):
    calls = []

    @cache_by_folder
    def size(name, factor=1):
        """Return a size."""
        calls.append(name)
        return factor * len(event_file(name).read_text())

    (tmp_path / "events").write_text("123")
    with input_folder(tmp_path):
        assert [size("events"), size("events"), size("events", factor=2), size("events", factor=2)] == [
            3,
            3,
            6,
            6,
        ]
    assert calls == ["events"] * 2
    assert size.__doc__ == "Return a size."
    # What was counted in a folder is not told where there is none.
    with pytest.raises(MissingInputError):
        size("events")
