"""Compiled code works where there is no room to keep it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMITED = """
import resource, signal
import numpy as np
from trigemu.jit import inlined, kernel

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

@inlined
def twice(x):
    return 2.0 * x

@kernel
def total(values):
    result = 0.0
    for x in values:
        result += twice(x)
    return result

resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
print(total(np.ones(3)))
"""


def test_code_that_finds_no_room_in_the_cache_is_used_all_the_same(tmp_path: Path) -> None:
    script = tmp_path / "limited.py"
    script.write_text(LIMITED)
    done = subprocess.run([sys.executable, "-P", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "6.0\n"), done.stderr
