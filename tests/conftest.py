"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


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
