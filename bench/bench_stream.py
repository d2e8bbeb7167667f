"""The stream against bare pyzmq: ready-made fragments, a trigger that accepts nothing, one run.

``python bench/bench_stream.py`` prints a table; as a pytest-benchmark suite it times one short run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from trigemu import streaming
from trigemu.setup.build import load_setup

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "pulser.toml"
KIB = 256

SENDER = """
import sys, zmq
endpoint, size, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
context = zmq.Context()
socket = context.socket(zmq.PUSH)
socket.sndhwm = 64
socket.connect(endpoint)
# Handed over once and sent many times, as a producer does with ready-made fragments.
data = zmq.Frame(bytes(size), copy=False)
for _ in range(count):
    socket.send(data, copy=False)
socket.close()
context.term()
"""

RECEIVER = """
import sys, time, zmq
endpoint, count = sys.argv[1], int(sys.argv[2])
context = zmq.Context()
socket = context.socket(zmq.PULL)
socket.rcvhwm = 64
socket.bind(endpoint)
print("ready", flush=True)
socket.recv(copy=False)
begin = time.monotonic()
for _ in range(count - 1):
    socket.recv(copy=False)
print(time.monotonic() - begin, flush=True)
"""


def bare(producers: int, messages: int, size: int = KIB << 10) -> float:
    """Return bytes per second of bare PUSH/PULL."""
    with tempfile.TemporaryDirectory() as folder:
        endpoint = f"ipc://{folder}/bare"
        command = [sys.executable, "-c", RECEIVER, endpoint, str(messages * producers)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as receiver:
            assert receiver.stdout is not None
            receiver.stdout.readline()
            send = [sys.executable, "-c", SENDER, endpoint, str(size), str(messages)]
            senders = [subprocess.Popen(send) for _ in range(producers)]
            seconds = float(receiver.stdout.readline())
            for sender in senders:
                sender.wait(30)
    return (messages * producers - 1) * size / seconds


def stream(
    producers: int, frames: int, *, checksum: bool, workers: int = 1, credits: int | None = None
) -> float:
    """Return bytes per second of fragments built into frames and decided (credits: as shipped)."""
    sources = [f"p{i}" for i in range(producers)]
    setup = load_setup(
        CONFIG,
        [
            f"run.frames={frames}",
            f"streaming.producers={[[source] for source in sources]}",
            f"streaming.workers={workers}",
            *([f"streaming.credits={credits}"] if credits else []),
            f"streaming.checksum={str(checksum).lower()}",
            f"pulser.sources={producers}",
            f"pulser.ready_made_kib={KIB}",
            "pulser.truth=false",
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        totals = streaming.run(setup, Path(folder) / "run")
    assert totals.closed
    assert totals.decisions == 0
    return totals.throughput["bytes_per_s"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=8000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--producers", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--credits", type=int, help="instead of those of configs/pulser.toml")
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    load = os.getloadavg()[0]
    print(f"{KIB} KiB fragments, two cores, median of {options.repeat}; load before: {load:.1f}")
    for producers in options.producers:
        results: dict[str, list[float]] = {"bare": [], "checksum off": [], "checksum on": []}
        for _ in range(options.repeat):
            frames = max(1, options.frames // producers)
            results["bare"].append(bare(producers, frames))
            for name in ("checksum off", "checksum on"):
                rate = stream(
                    producers,
                    frames,
                    checksum=name.endswith("on"),
                    workers=options.workers,
                    credits=options.credits,
                )
                results[name].append(rate)
        reference = statistics.median(results["bare"])
        for name, rates in results.items():
            rate = statistics.median(rates)
            ratios = sorted(a / b for a, b in zip(rates, results["bare"], strict=True))
            print(
                f"producers {producers}  {name:12s} {rate / 1e9:6.2f} GB/s  {rate / reference:5.0%}  "
                f"(run by run {ratios[0]:.0%} to {ratios[-1]:.0%})"
            )


def test_bench_stream(benchmark) -> None:
    """One short run, start-up excluded by its own clock."""
    rate = benchmark.pedantic(stream, args=(1, 500), kwargs={"checksum": False}, rounds=1)
    benchmark.extra_info["bytes_per_s"] = rate


if __name__ == "__main__":
    begin = time.monotonic()
    main()
    print(f"{time.monotonic() - begin:.0f} s")
