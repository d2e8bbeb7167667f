"""Fixtures for all tests, and the rule that tests of shared inputs must run where the inputs are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from support.places import ROOT, SHARED

# A deadline per example would be a timing assertion: the first one may wait for a compiler.
settings.register_profile("trigemu", deadline=None)
settings.load_profile("trigemu")


def pytest_collection_modifyitems(items):
    """Mark every test that asks for the shared inputs."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.needs_data)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Turn the skip of a test that needs shared inputs into a failure where the inputs are there."""
    report = yield
    if report.skipped and SHARED.is_dir() and item.get_closest_marker("needs_data"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped although {SHARED} is there"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the shared input files; the test skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip("the shared input files are not here (looked beside the repository for shared/data)")
    return SHARED


@pytest.fixture(scope="session")
def configs() -> Path:
    """Folder with the shipped run configurations."""
    return ROOT / "configs"


@pytest.fixture(autouse=True, scope="session")
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests make for the user (keys) out of the user's own folders, and the user's terminal out of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        # Processes of pytest that work side by side are told how wide the terminal is.
        for name in ("COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        yield
