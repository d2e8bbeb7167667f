"""What a process knows of itself."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

TICKET = "TRIGEMU_TICKET"
"""Environment variable with what a role that control has started shows it (`trigemu.streaming.core.plan.Plan.tag`)."""

_STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Return the resident memory of this process (its largest so far where the system does not tell)."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
