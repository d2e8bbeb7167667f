"""Files that are written whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CUT_OFF = """
import os, signal, sys, time
from pathlib import Path
from trigemu.frames import files
from trigemu.stopping import closing, held, listen

def stuck(descriptor):
    os.kill(os.getpid(), signal.SIGTERM)
    while True:
        time.sleep(1)

listen()
os.fsync = stuck
with held(), closing():
    files.write_whole(Path(sys.argv[1]), "half")
"""


def test_a_file_whose_writing_is_cut_off_leaves_no_draft(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", CUT_OFF, str(tmp_path / "report.html")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 143, done.stderr
    assert list(tmp_path.iterdir()) == []
