"""What a process says that it does: tasks within tasks, what is compiled, what is imported."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from trigemu import activity as module
from trigemu.activity import Compiler, doing, part, said, tasks

COMPILING = """
import sys
from trigemu.activity import Compiler, compiler
seen = []
begin = Compiler.begin
def begun(self, module, name):
    begin(self, module, name)
    seen.append(self.text)
Compiler.begin = begun

import numpy as np
from trigemu.jit import inlined, kernel

@inlined
def twice(x):
    return 2.0 * x

@kernel
def total(values):
    result = 0.0
    for x in values:
        result += twice(x)
    return result

total(np.ones(3))
print(*seen, compiler.count, compiler.text == "", sep="\\n")
"""


def test_the_innermost_work_is_said_and_ends_with_its_block() -> None:
    assert said() == ""
    with doing("a scan") as outer:
        outer.step(1, 4, now="mass 0.3")
        with doing("tracks") as inner:
            inner(2, 3)
            assert said() == "tracks"
            assert [task.text for task in tasks()] == ["a scan 1/4", "tracks 2/3"]
        assert said() == "a scan"
    assert tasks() == []


def test_parts_are_named_as_the_field_does() -> None:
    assert part("trigemu.experiments.belle2.cdc.segments") == "belle2 cdc segments"
    assert part("trigemu.collider.response.wire_times") == "collider response wire times"
    assert part("my_trigger.kernels") == "my_trigger.kernels"


def test_functions_of_the_compiler_count_for_those_that_need_them() -> None:
    compiler = Compiler()
    compiler.declared |= {("trigemu.physics.rng", "uniform"), ("trigemu.physics.rng", "normal")}
    compiler.begin("trigemu.physics.rng", "uniform")
    compiler.begin("numba.np.arraymath", "array_sum_impl")
    assert compiler.text == "compiling physics rng (1 of up to 2 functions)"
    compiler.end()
    compiler.end()
    assert (compiler.text, compiler.count) == ("", 1)
    # Once more for other types: the same function.
    compiler.begin("trigemu.physics.rng", "uniform")
    compiler.end()
    assert compiler.count == 1


def test_what_numba_compiles_is_heard_of_and_what_is_cached_is_not(tmp_path: Path) -> None:
    script = tmp_path / "compiling.py"
    script.write_text(COMPILING)

    def run() -> list[str]:
        command = [sys.executable, "-P", script]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return [line for line in done.stdout.splitlines() if line != "compiling"]

    cold, warm = run(), run()
    assert cold[0] == "compiling __main__ (1 of up to 2 functions)"
    assert cold[-2:] == ["2", "True"]
    assert warm == ["0", "True"]


def test_an_import_is_seen_from_another_thread(tmp_path: Path, monkeypatch) -> None:
    """Of packages that import one another the outermost is said."""
    imports, reached, go_on = [], threading.Event(), threading.Event()
    monkeypatch.setattr(module, "WAITS", (reached, go_on), raising=False)
    wait = "from trigemu import activity\nactivity.WAITS[0].set()\nactivity.WAITS[1].wait(60)\n"
    (tmp_path / "slow_inner.py").write_text(wait)
    (tmp_path / "slow_outer.py").write_text("import slow_inner\n")
    monkeypatch.syspath_prepend(tmp_path)

    def look() -> None:
        reached.wait(60)
        imports.append(module.importing())
        go_on.set()

    thread = threading.Thread(target=look)
    thread.start()
    __import__("slow_outer")
    thread.join()
    assert imports == ["importing slow_outer"]
    assert module.importing() == ""
