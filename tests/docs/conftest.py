"""A folder with what commands in the docs find beside them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.places import ROOT, SHARED
from support.stand_ins import lay_out


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all pages share, with the shipped configurations in it; later pages find what earlier ones made."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "configs", folder / "configs", ignore=shutil.ignore_patterns("__pycache__"))
    if SHARED.is_dir():
        lay_out(folder, SHARED)
    return folder
