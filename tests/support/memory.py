"""Memory of a process that a test starts."""

from __future__ import annotations

PRINT_PEAK_KIB = """
import pathlib, resource
try:
    # Unlike getrusage's, this peak does not begin with what the process that started this one used.
    status = pathlib.Path("/proc/self/status").read_text()
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
except (OSError, StopIteration):
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""End of a script: prints the largest resident memory of its process in KiB."""
