"""Pictures are drawn into files, whatever backend the environment asks for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAWN = """
import os, sys
from pathlib import Path
from trigemu.render.pictures.canvas import save_figure
from trigemu.render.pictures.curves import curves_figure

figure = curves_figure([], "x", "y")
save_figure(figure, Path(sys.argv[1]))
print(os.environ["MPLBACKEND"])
"""


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_an_unknown_backend_is_not_needed(tmp_path: Path, backend: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", DRAWN, str(tmp_path / "a.png")],
        env={**os.environ, "MPLBACKEND": backend},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, f"{backend}\n"), done.stderr
    assert (tmp_path / "a.png").stat().st_size
