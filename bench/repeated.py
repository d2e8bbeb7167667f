"""The shortest of several times: what neighbours on the machine added does not count."""

from __future__ import annotations

import time as clock


def best(function, *arguments, repeats=20):
    """Return the shortest of several processor times in seconds."""
    times = []
    for _ in range(repeats):
        begin = clock.process_time()
        function(*arguments)
        times.append(clock.process_time() - begin)
    return min(times)
