"""What a process knows of itself."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

TICKET = "TRIGEMU_TICKET"
"""Environment variable with what a role that control has started shows it (`trigemu.streaming.core.plan.Plan.tag`)."""


def process_state(pid: int) -> tuple[int, bool] | None:
    """Return the processor time that a process has used (clock ticks) and whether it is stopped (SIGSTOP).

    None where the system does not tell.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12]), fields[0] in "Tt"
    except (OSError, IndexError, ValueError):
        return None


_STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Return the resident memory of this process (its largest so far where the system does not tell)."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
